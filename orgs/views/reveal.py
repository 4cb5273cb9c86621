"""A number that is masked everywhere, shown once: in the answer to a stated purpose, which is recorded first."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import audit
from core.choices import AuditKind
from core.views.base import require
from core.words import mask_phone
from orgs.choices import Purpose
from orgs.forms_reveal import RevealForm
from orgs.models import Organization
from orgs.views.register import found


@never_cache
@require_http_methods(["GET", "POST"])
def phone(request, pk: int):
    """GET asks for the purpose; only the answer to a POST holds the number, so no address leads to it."""
    require(request.user, "orgs.reveal", "查看联系电话")
    organization = found(request, pk)
    if not organization.contact_phone:
        raise Http404
    form, number = RevealForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        audit.record(
            AuditKind.READ,
            request,
            list="组织名册",
            record=organization.pk,
            field=str(Organization._meta.get_field("contact_phone").verbose_name),
            purpose=str(Purpose(form.cleaned_data["purpose"]).label),
            note=form.cleaned_data["note"],
        )
        number = organization.contact_phone
    context = {
        "organization": organization,
        "form": form,
        "masked": mask_phone(organization.contact_phone),
        "number": number,
    }
    return render(request, "orgs/reveal.html", context)

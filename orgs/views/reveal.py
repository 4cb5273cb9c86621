"""A number that is masked everywhere, shown once: in the answer to a stated purpose, which is recorded first."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core.access import require
from core.audit import watch
from core.forms.fields import PurposeForm
from core.words import mask_phone
from orgs.models import Organization
from orgs.views.register import found


@require_http_methods(["GET", "POST"])
def phone(request, pk: int):
    """GET asks for the purpose; only the answer to a POST holds the number, so no address leads to it."""
    require(request.user, "orgs.reveal", "查看联系电话")
    organization = found(request, pk)
    if not organization.contact_phone:
        raise Http404
    form, number = PurposeForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        watch.read(
            request,
            about=organization,
            list="组织名册",
            field=str(Organization._meta.get_field("contact_phone").verbose_name),
            **form.told(),
        )
        number = organization.contact_phone
    context = {
        "organization": organization,
        "form": form,
        "masked": mask_phone(organization.contact_phone),
        "number": number,
    }
    return render(request, "orgs/reveal.html", context)

"""Roles: what each may do and who holds it; changes, proposed by one administrator and confirmed by another."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import policy, queries
from accounts.actions.grants import FLOW
from accounts.choices import Role
from accounts.filters import RoleChangeFilter
from accounts.forms import RoleForm
from accounts.models import RoleChange, User
from accounts.models.grants import PLACES, post_of
from accounts.tables import GRANTS
from core.access import require
from core.casework.views import EnterCase, case_urls
from core.lists.views import ListView
from core.registry import register as listed

SEE, SEEING = "accounts.view", "查看角色权限"


@require_GET
def roles(request):
    """The one table of grants in words, role by role, with its holders."""
    require(request.user, SEE, SEEING)
    found = queries.roles()
    guards = next(row["holders"] for row in found if row["role"] == Role.SECURITY_ADMIN)
    context = {
        "title": "角色权限", "roles": found, "alone": policy.ONE_SECURITY_ADMIN if len(guards) < 2 else "",
        "guards": guards,
    }  # fmt: skip
    return render(request, "accounts/roles.html", context)


@listed
class RoleChangeList(ListView):
    model, columns, filterset_class = RoleChange, GRANTS, RoleChangeFilter
    title, url_name, detail_url_name = "角色权限变更", "accounts:grants", "accounts:grant"
    grant, doing, export_grant = SEE, SEEING, SEE
    tab_field, default_sort = "state", "-submitted"


class Propose(EnterCase):
    flow, form_class, model = FLOW, RoleForm, User
    related = ("district", "street", "community__street")
    grant, doing = "accounts.propose", "提出角色权限变更"
    title, submit, done = "角色权限变更：{record}", "提出", "已提出，请另一位安全管理员确认。"

    def applies(self, record) -> bool:
        return record.is_active and record.pk != self.request.user.pk

    def begin(self):
        now = {name: getattr(self.record, name) for name in ("role", *PLACES, "department")}
        return RoleChange(person=self.record, now=post_of(self.record), **now)


CASES = case_urls(
    FLOW, "grants", view=SEE, doing=SEEING, form=RoleForm, enter="accounts.propose",
)  # fmt: skip

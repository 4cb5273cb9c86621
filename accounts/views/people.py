"""Accounts, as the system administrator keeps them and the other two duties read them."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import queries
from accounts.actions import people as actions
from accounts.choices import Role
from accounts.filters import UserFilter
from accounts.forms import DisableForm, EditForm, OpenForm, ReasonForm, SuccessorForm
from accounts.models import User
from accounts.tables import PEOPLE
from core import history
from core.access import require
from core.casework import handover
from core.forms.views import FormPage, refuse
from core.lists.views import ListView
from core.models import Handover
from core.registry import register as listed

SEE, MANAGE = "accounts.view", "accounts.manage"
SEEING, MANAGING = "查看人员账号", "管理账号"
UNTOLD = frozenset({"id", "created_at"})


@listed
class UserList(ListView):
    model = User
    columns = PEOPLE
    filterset_class = UserFilter
    title, url_name, detail_url_name = "人员账号", "accounts:users", "accounts:user"
    grant, doing, export_grant = SEE, SEEING, SEE
    default_sort = "username"
    template_name = "accounts/users.html"

    def extra(self) -> dict:
        return {"may_manage": self.request.user.may(MANAGE)}


def found(request, pk: int) -> User:
    person = User.objects.visible_to(request.user).with_places().filter(pk=pk).first()
    if person is None:
        raise Http404
    return person


@require_GET
def detail(request, pk: int):
    """One account: what it may do, what it has not finished, everything that was done to it."""
    require(request.user, SEE, SEEING)
    person = found(request, pk)
    left = handover.open_of(person)
    context = {
        "title": person.audit_name, "person": person, "locked": queries.locked(person),
        "left": left, "kinds": counted(left), "handovers": queries.handovers(person),
        "changes": person.role_changes.select_related("entered_by", "decided_by")[:20],
        "timeline": history.timeline(person, skipped=UNTOLD),
        "may_manage": request.user.may(MANAGE) and person.pk != request.user.pk,
        "may_propose": request.user.may("accounts.propose") and person.pk != request.user.pk,
    }  # fmt: skip
    return render(request, "accounts/user.html", context)


def counted(items) -> list[tuple[str, int]]:
    kinds = list(dict.fromkeys(item.kind for item in items))
    return [(kind, sum(item.kind == kind for item in items)) for kind in kinds]


class OnAccount(FormPage):
    """What the system administrator does to one account."""

    model, grant, doing = User, MANAGE, MANAGING
    related = ("district", "street", "community__street")
    template_name = "accounts/act.html"
    form_class = ReasonForm
    note = ""
    lists_left = False

    def extra(self) -> dict:
        return {"note": self.note, "left": handover.open_of(self.record) if self.lists_left else []}


class Edit(OnAccount):
    form_class, action = EditForm, actions.edit
    title, done = "修改账号资料：{record}", "账号资料已保存。"
    note = "账号不能改；角色和管辖范围要提出变更，由安全管理员确认。"


class Disable(OnAccount):
    form_class, action = DisableForm, actions.disable
    title, submit, done = "停用账号：{record}", "停用", "“{record}”已停用，所有登录已结束。"
    note = "停用后立即不能登录，已登录的也立即退出；记录和历史都保留，可以再启用。"
    lists_left = True

    def applies(self, record) -> bool:
        return record.is_active

    def doubts(self, form) -> list[str]:
        left = handover.needed(handover.open_of(self.record))
        if form.cleaned_data["successor"] or not left:
            return []
        return [f"还有 {len(left)} 件没有办完的事项，没有选接手人。停用后仍可以在账号页上“移交事项”。"]


class Enable(OnAccount):
    action = actions.enable
    title, submit, done = "启用账号：{record}", "启用", "“{record}”已启用。"
    note = "系统、安全、审计管理员的账号启用后，角色须由安全管理员重新确认，确认前不能使用。"

    def applies(self, record) -> bool:
        return not record.is_active


class Unlock(OnAccount):
    action = actions.unlock
    title, submit, done = "解除登录锁定：{record}", "解除锁定", "已解除“{record}”的登录锁定。"
    note = "先核实确是本人输错密码。不是本人的，请改用“重置密码”，并告知安全管理员。"


class EndSessions(OnAccount):
    action = actions.end_sessions
    title, submit, done = "结束登录：{record}", "结束登录", "“{record}”的登录已全部结束。"
    note = "在任何电脑、手机上的登录都立即结束，再用须重新登录。没有保存的表单会作为草稿保留。"


class HandOver(OnAccount):
    form_class, action = SuccessorForm, actions.hand_over
    title, submit, done = "移交事项：{record}", "移交", "已移交。"
    note = "列出的事项从现在起由接手人继续办理；谁录入、谁提交的记录不变。"
    lists_left = True

    def after(self, result) -> str:
        return result.get_absolute_url()


class ShownOnce(FormPage):
    """A form whose answer shows an initial password: without a key, as the answer is no redirect, and never kept."""

    grant, doing = MANAGE, MANAGING
    template_name = "accounts/once.html"

    def dispatch(self, request, *args, **kwargs):
        return never_cache(super().dispatch)(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        form = self.form()
        if form.is_valid():
            try:
                person, password = self.carry_out(form)
            except ValidationError as error:
                refuse(form, error)
            else:
                context = {"title": self.words(self.done), "person": person, "password": password}
                return render(request, "accounts/password_once.html", context)
        return self.page(form)


class Open(ShownOnce):
    form_class, title, submit, done = OpenForm, "新开账号", "开户", "已开户"

    def extra(self) -> dict:
        return {
            "note": "角色须由安全管理员确认后生效；确认以前可以登录、改密码，看不到业务数据。",
            "back": reverse("accounts:users"),
        }

    def carry_out(self, form):
        return actions.open_account(by=self.request.user, **form.cleaned_data)


class Reset(ShownOnce):
    model, form_class = User, ReasonForm
    title, submit, done = "重置密码：{record}", "重置密码", "密码已重置：{record}"

    def extra(self) -> dict:
        duty = self.record.role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
        more = "这是三员账号：重置后角色暂停，须由安全管理员重新确认。" if duty else ""
        return {"note": f"原密码立即失效，所有登录结束，登录锁定解除。新的初始密码只显示一次。{more}"}

    def carry_out(self, form):
        return self.record, actions.reset_password(self.record, by=self.request.user, **form.cleaned_data)


@require_GET
def handed(request, pk: int):
    """What was handed over: with the names of records for the two people, without them for administrators."""
    rows = Handover.objects.select_related("person", "successor", "by").filter(pk=pk)
    one = rows.first()
    mine = one is not None and request.user.pk in (one.person_id, one.successor_id)
    if one is None or not (mine or request.user.may(SEE)):
        raise Http404
    context = {"title": f"移交记录：{one}", "handover": one, "items": one.told(request.user), "mine": mine}
    return render(request, "accounts/handover.html", context)

"""The system administrator's work on accounts: each act from its page, with its trace, and what it must not do."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from lxml import html

from accounts.actions import people
from accounts.choices import Role
from accounts.models import RoleChange, User
from core.models import AuditEvent, Notice

pytestmark = pytest.mark.django_db
NEW = {
    "username": "wangfang", "name": "王芳", "department": "社会组织服务中心", "phone": "13800001234",
    "email": "wf@example.cn", "role": "street_officer", "reason": "新进人员",
}  # fmt: skip


def page(response) -> str:
    return " ".join(html.fromstring(response.content).xpath("string(//main)").split())


def act(client, name, person, **data):
    return client.post(
        reverse(f"accounts:{name}", args=[person.pk]), {"reason": "按通知办理"} | data, follow=True
    )


def history(person) -> list[tuple[str, str]]:
    rows = person.events.select_related("pgh_context").order_by("pgh_id")
    return [
        (e.pgh_context.metadata["words"], e.pgh_context.metadata["username"]) for e in rows if e.pgh_context
    ]


def opened(cast, sign_in, **data):
    return sign_in(cast.sysadmin).post(reverse("accounts:open"), NEW | {"street": cast.jia.pk} | data)


def test_a_new_account_has_no_role_and_its_password_is_shown_once(cast, sign_in, acts):
    answer = opened(cast, sign_in)
    person = User.objects.get(username="wangfang")
    password = html.fromstring(answer.content).xpath("string(//strong[@class='code'])")
    assert (answer.status_code, person.check_password(password), person.must_change_password) == (
        200,
        True,
        True,
    )
    assert "no-store" in answer["Cache-Control"]
    assert (person.role, person.area.kind, person.name) == ("", "none", "王芳")
    change = RoleChange.objects.get(person=person)
    assert (change.role, change.street, change.state) == (Role.STREET_OFFICER, cast.jia, "pending")
    assert acts() == [("新开账号", "王芳", "系统管理")]
    assert password not in page(sign_in(cast.sysadmin).get(person.get_absolute_url()))
    assert password not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_a_new_account_signs_in_changes_its_password_and_sees_nothing_yet(cast, sign_in):
    password = html.fromstring(opened(cast, sign_in).content).xpath("string(//strong[@class='code'])")
    client = Client()
    client.post("/accounts/login/", {"username": "wangfang", "password": password})
    assert client.get("/")["Location"] == reverse("accounts:password")
    data = {"old_password": password, "new_password1": "Xin-2026-mima", "new_password2": "Xin-2026-mima"}
    assert client.post(reverse("accounts:password"), data).status_code == 302
    home = page(client.get("/"))
    assert "您的账号还没有角色" in home
    refusal = client.get("/orgs/")
    assert refusal.status_code == 403
    assert "还没有角色的账号不能查看组织名册" in page(refusal)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"street": ""}, "这个角色必须指定管辖范围"),
        ({"username": "甲街经办"}, "这个账号已有人使用"),
        ({"username": "a b"}, "账号只用字母、数字或汉字"),
        ({"name": "安全管理", "role": "system_admin"}, "一人一职"),
        ({"reason": ""}, "开户原因：请填写"),
        ({"phone": "12"}, "联系电话"),
    ],
)
def test_what_cannot_be_opened_leaves_no_account(data, words, cast, sign_in):
    before = User.objects.count()
    assert words in page(opened(cast, sign_in, **data))
    assert User.objects.count() == before


def test_who_is_disabled_is_out_at_once_and_comes_back_when_enabled(cast, sign_in, acts, colleague):
    working, admin = sign_in(cast.street), sign_in(cast.sysadmin)
    assert working.get("/orgs/").status_code == 200
    assert "已停用，所有登录已结束" in page(act(admin, "disable", cast.street))
    assert working.get("/orgs/")["Location"].startswith("/accounts/login/")
    login = Client().post("/accounts/login/", {"username": "甲街经办", "password": "Demo-2026"})
    assert login.status_code == 200
    assert "已启用" in page(act(admin, "enable", cast.street))
    assert sign_in(User.objects.get(pk=cast.street.pk)).get("/orgs/").status_code == 200
    assert acts() == [("停用账号", "甲街经办", "系统管理"), ("启用账号", "甲街经办", "系统管理")]
    assert history(cast.street)[-2:] == [("停用账号", "系统管理"), ("启用账号", "系统管理")]


def test_a_reset_password_ends_sessions_and_lifts_the_lock(cast, sign_in, settings, acts):
    settings.AXES_ENABLED = True
    working, guess = sign_in(cast.street), Client()
    for _ in range(5):
        guess.post("/accounts/login/", {"username": "甲街经办", "password": "x"})
    detail = page(sign_in(cast.sysadmin).get(cast.street.get_absolute_url()))
    assert "登录已锁定" in detail
    assert "解除锁定" in detail
    answer = act(sign_in(cast.sysadmin), "reset", cast.street)
    password = html.fromstring(answer.content).xpath("string(//strong[@class='code'])")
    assert working.get("/orgs/").status_code == 302
    entry = guess.post("/accounts/login/", {"username": "甲街经办", "password": password})
    assert entry.status_code == 302
    assert guess.get("/orgs/")["Location"] == reverse("accounts:password")
    assert User.objects.get(pk=cast.street.pk).role == Role.STREET_OFFICER  # no administrator: keeps the role
    assert acts() == [("重置密码", "甲街经办", "系统管理")]


def test_a_lock_can_be_lifted_alone(cast, sign_in, settings, acts):
    settings.AXES_ENABLED = True
    guess = Client()
    for _ in range(5):
        guess.post("/accounts/login/", {"username": "甲街经办", "password": "x"})
    assert AuditEvent.objects.get(kind="locked").username == "甲街经办"
    act(sign_in(cast.sysadmin), "unlock", cast.street)
    entry = guess.post("/accounts/login/", {"username": "甲街经办", "password": "Demo-2026"})
    assert entry.status_code == 302
    assert acts() == [("解除登录锁定", "甲街经办", "系统管理")]


def test_sessions_are_ended(cast, sign_in, acts):
    one, other, neighbour = sign_in(cast.street), sign_in(cast.street), sign_in(cast.other_street)
    act(sign_in(cast.sysadmin), "end_sessions", cast.street)
    assert [c.get("/orgs/").status_code for c in (one, other, neighbour)] == [302, 302, 200]
    assert acts() == [("结束登录", "甲街经办", "系统管理")]


def test_an_administrators_account_that_is_reset_waits_for_a_security_administrator(
    cast, second, sign_in, acts
):
    """Whoever resets a password could sign in with it."""
    act(sign_in(cast.sysadmin), "reset", second)
    second.refresh_from_db()
    assert (second.role, sign_in(second).get(reverse("accounts:roles")).status_code) == ("", 302)
    change = RoleChange.objects.get(person=second)
    assert (change.state, change.role, change.entered_by) == ("pending", Role.SECURITY_ADMIN, cast.sysadmin)
    assert [a for a, _, _ in acts()] == ["暂停角色", "重置密码"]
    warned = set(Notice.objects.filter(title__contains="安全二").values_list("user__username", flat=True))
    assert warned == {"安全管理", "安全二", "审计管理"}


def test_an_administrators_account_that_is_enabled_waits_too(cast, second, sign_in):
    act(sign_in(cast.sysadmin), "disable", second)
    act(sign_in(cast.sysadmin), "enable", second)
    second.refresh_from_db()
    assert (second.is_active, second.role) == (True, "")
    assert RoleChange.objects.get(person=second).state == "pending"


@pytest.mark.parametrize("name", ["disable", "reset"])
def test_the_last_of_a_duty_and_oneself_are_left_alone(name, cast, sign_in):
    admin = sign_in(cast.sysadmin)
    for person in (cast.secadmin, cast.sysadmin):
        answer = act(admin, name, person)
        assert "安全管理员" in page(answer) or "自己的账号" in page(answer)
        before = User.objects.get(pk=person.pk)
        assert (before.is_active, before.role, before.check_password("Demo-2026")) == (
            True,
            person.role,
            True,
        )


def test_the_server_resets_where_nobody_else_can(cast, capsys, acts):
    call_command("reset_password", "安全管理")
    password = capsys.readouterr().out.split("初始密码：")[1].strip()
    person = User.objects.get(pk=cast.secadmin.pk)
    assert (person.check_password(password), person.role) == (True, Role.SECURITY_ADMIN)
    [(what, whom, who)] = acts()
    assert (what, whom, who.startswith("服务器命令行（")) == ("重置密码", "安全管理", True)
    with pytest.raises(CommandError, match="没有账号"):
        call_command("reset_password", "nobody")


def test_what_is_edited_is_recorded_by_field_and_masked(cast, sign_in, acts):
    client, url = sign_in(cast.sysadmin), reverse("accounts:edit", args=[cast.street.pk])
    data = {"name": "甲街经办", "department": "服务办", "phone": "13800001234", "email": "a@example.cn"}
    client.post(url, data)
    event = AuditEvent.objects.get(kind="account")
    assert event.detail["fields"] == ["联系电话", "电子邮箱", "部门"]
    detail = page(client.get(cast.street.get_absolute_url()))
    assert "服务办" in detail
    assert "13800001234" not in detail and "a@example.cn" not in detail
    client.post(url, data | {"phone": "138****1234"})
    assert User.objects.get(pk=cast.street.pk).phone == "13800001234"


def test_own_profile_and_password_leave_a_trace_without_the_hash(cast, sign_in, acts):
    client = sign_in(cast.street)
    client.post(reverse("accounts:profile"), {"phone": "", "email": "neu@example.cn"})
    data = {"old_password": "Demo-2026", "new_password1": "Xin-2026-mima", "new_password2": "Xin-2026-mima"}
    client.post(reverse("accounts:password"), data)
    assert client.get("/orgs/").status_code == 200  # the session goes on
    assert acts() == [("修改个人资料", "甲街经办", "甲街经办"), ("修改密码", "甲街经办", "甲街经办")]
    assert [words for words, _ in history(cast.street)] == ["修改个人资料", "修改密码"]
    assert AuditEvent.objects.filter(kind="account").first().address == "127.0.0.1"
    names = {f.name for f in User._meta.get_field("events").related_model._meta.get_fields()}
    assert {"email", "role", "is_active"} <= names
    assert not names & {"password", "last_login"}


def test_a_role_changed_past_every_page_is_in_the_history(cast):
    User.objects.filter(pk=cast.street.pk).update(role=Role.LEADER)
    last = cast.street.events.order_by("-pgh_id").first()
    assert (last.pgh_label, last.role) == ("update", Role.LEADER)


def test_wrong_old_passwords_count_like_those_at_the_sign_in(cast, sign_in, settings):
    settings.AXES_ENABLED = True
    client, url = sign_in(cast.street), reverse("accounts:password")
    data = {"new_password1": "Xin-2026-mima", "new_password2": "Xin-2026-mima"}
    answers = [client.post(url, data | {"old_password": f"falsch{n}"}) for n in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 200, 429]
    assert "原密码不对" in page(answers[0])
    assert client.post(url, data | {"old_password": "Demo-2026"}).status_code == 429
    assert User.objects.get(pk=cast.street.pk).check_password("Demo-2026")
    kinds = list(AuditEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds.count("sign_in_failed") >= 5 and "locked" in kinds


def test_a_right_old_password_forgets_the_wrong_ones(cast, sign_in, settings):
    settings.AXES_ENABLED = True
    client, url = sign_in(cast.street), reverse("accounts:password")
    data = {"new_password1": "Xin-2026-mima", "new_password2": "Xin-2026-mima"}
    for _ in range(4):
        client.post(url, data | {"old_password": "x"})
    assert client.post(url, data | {"old_password": "Demo-2026"}).status_code == 302
    again = {"new_password1": "Xin-2027-mima", "new_password2": "Xin-2027-mima"}
    assert client.post(url, again | {"old_password": "x"}).status_code == 200


def test_the_list_is_filtered_and_paged_like_every_other(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.secadmin)
    rows = html.fromstring(client.get("/accounts/users/", {"role": "street_officer"}).content).xpath(
        "//tr/@data-id"
    )
    assert set(rows) == {str(cast.street.pk), str(cast.other_street.pk)}
    rows = html.fromstring(client.get("/accounts/users/", {"street": cast.jia.pk}).content).xpath(
        "//tr/@data-id"
    )
    assert set(rows) == {str(cast.street.pk), str(cast.committee.pk)}
    assert "新开账号" not in page(client.get("/accounts/users/"))
    assert "新开账号" in page(sign_in(cast.sysadmin).get("/accounts/users/"))


MANAGING = ["open", "edit", "disable", "enable", "reset", "unlock", "end_sessions", "hand_over"]
SEEING = ["users", "roles", "grants", "user"]


@pytest.mark.parametrize("name", [*MANAGING, *SEEING, "propose"])
def test_who_may_open_which_page(name, cast, sign_in):
    account = User.objects.create_user("某人", role=Role.ASSESSOR, is_active=name != "enable")
    args = [] if name in ("open", "users", "roles", "grants") else [account.pk]
    may = {"sysadmin"} if name in MANAGING else {"sysadmin", "secadmin"}
    may |= {"auditor"} if name in SEEING else set()
    for who, person in vars(cast).items():
        if hasattr(person, "role"):
            status = sign_in(person).get(reverse(f"accounts:{name}", args=args)).status_code
            assert status in ((200,) if who in may else (403, 404)), (who, status)


def test_none_of_the_three_duties_sees_business_data(cast, sign_in, make_org):
    organization = make_org()
    for person in (cast.sysadmin, cast.secadmin, cast.auditor):
        client = sign_in(person)
        for url in (
            "/orgs/",
            organization.get_absolute_url(),
            "/filings/",
            "/orgs/targets/",
            "/orgs/import/",
        ):
            assert client.get(url).status_code == 403, (person, url)


def test_initial_passwords_pass_the_rules_and_differ():
    made = {people.initial_password() for _ in range(200)}
    assert len(made) == 200
    assert all(not set(word[3:]) & set("01oOlI") and len(word) == 14 for word in made)

"""Roles change by two people; who leaves a post hands over what is unfinished, by name and dated."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from lxml import html

from accounts import policy
from accounts.actions import people
from accounts.actions.grants import FLOW
from accounts.choices import Role
from accounts.demo import plant
from accounts.models import RoleChange, User
from core.casework import todo
from core.choices import JobState
from core.models import AuditEvent, Draft, Handover, Job, Notice
from orgs.actions import status
from orgs.actions.status import ask
from tests.steps import key_of, take

pytestmark = pytest.mark.django_db
TODAY = datetime.date.today()


def page(response) -> str:
    return " ".join(html.fromstring(response.content).xpath("string(//main)").split())


def propose(client, person, **data):
    now = {"role": person.role, "department": person.department, "reason": "调岗"}
    places = {name: getattr(person, f"{name}_id") or "" for name in ("district", "street", "community")}
    return client.post(reverse("accounts:propose", args=[person.pk]), now | places | data, follow=True)


def act(client, change, verb, **data):
    return take(client, change.get_absolute_url(), verb, {"note": "同意"} | data, follow=True)


def test_one_proposes_and_another_confirms(cast, second, sign_in, acts):
    working = sign_in(cast.street)
    answer = propose(sign_in(cast.secadmin), cast.street, role="street_officer", street=cast.yi.pk)
    change = RoleChange.objects.get()
    assert "已提出，请另一位安全管理员确认" in page(answer)
    assert User.objects.get(pk=cast.street.pk).street == cast.jia  # nothing yet
    refused = act(sign_in(cast.secadmin), change, "confirm")
    assert "录入、修改或提交的人不能自己办理" in page(refused)
    assert User.objects.get(pk=cast.street.pk).street == cast.jia
    assert [e.title for e in todo.entries(second, TODAY)] == [str(change)]
    act(sign_in(second), change, "confirm")
    assert User.objects.get(pk=cast.street.pk).street == cast.yi
    assert working.get("/orgs/").status_code == 302  # what was open under the old area is closed
    assert acts() == [("角色权限生效", "甲街经办", "安全二")]
    event = AuditEvent.objects.get(kind="account")
    assert (event.detail["before"], event.detail["after"]) == ("街镇经办（甲街街道）", "街镇经办（乙街镇）")
    assert Notice.objects.get(user=cast.street).title == "您的角色已变为：街镇经办（乙街镇）"


def test_the_system_administrator_proposes_and_one_security_administrator_is_enough(cast, sign_in):
    propose(sign_in(cast.sysadmin), cast.street, role="leader", district=cast.district.pk)
    act(sign_in(cast.secadmin), RoleChange.objects.get(), "confirm")
    person = User.objects.get(pk=cast.street.pk)
    assert (person.role, person.district, person.street) == (Role.LEADER, cast.district, None)


def test_with_one_security_administrator_the_pages_say_what_to_do(cast, sign_in):
    client = sign_in(cast.secadmin)
    assert policy.ONE_SECURITY_ADMIN in page(client.get(reverse("accounts:roles")))
    assert policy.ONE_SECURITY_ADMIN in page(propose(client, cast.street, role="leader"))


def test_with_two_they_do_not(cast, second, sign_in):
    client = sign_in(cast.secadmin)
    assert policy.ONE_SECURITY_ADMIN not in page(client.get(reverse("accounts:roles")))
    assert policy.ONE_SECURITY_ADMIN not in page(propose(client, cast.street, role="leader"))


def test_nobody_proposes_for_oneself(cast, second, sign_in):
    person = cast.secadmin
    assert propose(sign_in(person), person, role="leader").status_code == 404
    with pytest.raises(ValidationError, match="不能为自己"):
        people.propose(person, by=person, role=Role.DISTRICT_OFFICER, reason="自己")
    assert not RoleChange.objects.exists()


def test_nobody_confirms_their_own_role(cast, second, sign_in):
    propose(sign_in(cast.sysadmin), second, role="leader")
    assert "不能为自己提出或确认" in page(act(sign_in(second), RoleChange.objects.get(), "confirm"))
    assert User.objects.get(pk=second.pk).role == Role.SECURITY_ADMIN


@pytest.mark.parametrize("role", policy.DUTIES)
def test_no_person_holds_two_of_the_three_duties(role, cast, second, sign_in):
    twin = User.objects.create_user("zweit", name="安全管理", role=Role.LEADER)
    answer = propose(sign_in(second), twin, role=role)
    assert "一人一职" in page(answer)
    assert not RoleChange.objects.exists()
    with pytest.raises(IntegrityError, match="one_duty_a_person"), transaction.atomic():
        User.objects.filter(pk=twin.pk).update(role=role)
    User.objects.filter(pk=twin.pk).update(is_active=False)
    User.objects.filter(pk=twin.pk).update(role=role)  # out of use it holds no duty


def test_the_last_of_a_duty_keeps_it(cast, second, sign_in):
    answer = propose(sign_in(cast.secadmin), cast.auditor, role="leader")
    assert "最后一名在用的审计管理员" in page(answer)
    assert not RoleChange.objects.exists()


def test_what_changed_meanwhile_is_not_confirmed(cast, second, sign_in):
    propose(sign_in(cast.secadmin), cast.street, role="leader")
    client, url = sign_in(second), RoleChange.objects.get().get_absolute_url()
    key = key_of(client.get(url).content.decode(), "confirm")
    User.objects.filter(pk=cast.street.pk).update(street=cast.yi)
    answer = client.post(f"{url}confirm/", {"form_key": key, "note": "同意"})
    assert "角色或范围已经变过" in page(answer)
    assert "角色或范围已经变过" in page(client.get(url))
    assert User.objects.get(pk=cast.street.pk).role == Role.STREET_OFFICER


def test_a_refusal_needs_words_and_changes_nothing(cast, second, sign_in, acts):
    propose(sign_in(cast.secadmin), cast.street, role="leader")
    change = RoleChange.objects.get()
    act(sign_in(second), change, "refuse", note="")
    assert RoleChange.objects.get().state == "pending"
    act(sign_in(second), change, "refuse", note="没有通知")
    assert (RoleChange.objects.get().state, acts()) == ("refused", [])
    assert "角色权限变更" in Notice.objects.get(user=cast.secadmin).title


def test_a_role_without_its_area_is_told_at_the_field(cast, sign_in):
    assert "必须指定管辖范围" in page(propose(sign_in(cast.secadmin), cast.leader, role="committee_member"))
    assert not RoleChange.objects.exists()


def test_the_same_again_is_no_change(cast, sign_in):
    assert "没有要变更的内容" in page(propose(sign_in(cast.secadmin), cast.street))


def test_every_grant_has_words_and_the_page_shows_them(cast, sign_in):
    assert set(policy.GRANT_WORDS) == set(policy.GRANTS)
    text = page(sign_in(cast.auditor).get(reverse("accounts:roles")))
    for role in Role:
        assert role.label in text
        assert all(words in text for words in policy.grants_of(role))


@pytest.fixture
def unfinished(cast, make_org):
    """A case, a draft, a job and a notice of `cast.street`."""
    case = ask(make_org("合唱一队"), by=cast.street, status="stopped", effective_on=TODAY, reason="不再活动")
    draft = Draft.objects.create(
        key="11111111-1111-4111-8111-111111111111", user=cast.street, path="/orgs/new/", title="新增组织",
        fields={"name": ["舞蹈二队"]},
    )  # fmt: skip
    job = Job.objects.create(kind="x", title="导入名册：三队.xlsx", owner=cast.street, state=JobState.WAITING)
    note = Notice.objects.create(user=cast.street, title="状态变更申请“四队”：退回")
    return case, draft, job, note


def test_a_transfer_hands_over_by_name_and_what_follows_goes_to_the_successor(
    unfinished, cast, second, colleague, sign_in
):
    case, draft, job, note = unfinished
    client = sign_in(cast.secadmin)
    refused = propose(client, cast.street, street=cast.yi.pk)
    assert "还有 3 件没有办完的事项，请选接手人" in page(refused)
    propose(client, cast.street, street=cast.yi.pk, successor=colleague.pk)
    change = RoleChange.objects.get()
    assert "确认后移交给甲街同事" in page(sign_in(second).get(change.get_absolute_url()))
    act(sign_in(second), change, "confirm")
    for record in (draft, job, note):
        record.refresh_from_db()
    assert (draft.user, job.owner, note.user) == (colleague, colleague, colleague)
    handed = Handover.objects.get()
    assert [item["kind"] for item in handed.items] == [
        "办理中的事项",
        "没有提交的草稿",
        "后台任务",
        "未读通知",
    ]
    assert (handed.person, handed.successor, handed.by) == (cast.street, colleague, second)
    before = Notice.objects.filter(user=colleague).count()
    status.FLOW.take(case, "refuse", by=cast.officer, note="材料不全")
    assert Notice.objects.filter(user=colleague).count() == before + 1  # and not the one who left
    assert not Notice.objects.filter(user=cast.street, title__contains="不同意").exists()


def test_administrators_read_a_handover_without_the_names_of_records(unfinished, cast, colleague, sign_in):
    client = sign_in(cast.sysadmin)
    url = reverse("accounts:hand_over", args=[cast.street.pk])
    shown = page(client.get(url))
    answer = client.post(url, {"successor": colleague.pk, "reason": "产假"}, follow=True)
    account = page(client.get(cast.street.get_absolute_url()))
    theirs = page(sign_in(colleague).get(Handover.objects.get().get_absolute_url()))
    for name in ("合唱一队", "舞蹈二队", "三队.xlsx", "四队"):
        assert name not in shown + page(answer) + account
        assert name in theirs
    assert f"状态变更申请第 {unfinished[0].pk} 号" in page(answer)
    assert sign_in(cast.other_street).get(Handover.objects.get().get_absolute_url()).status_code == 404
    assert AuditEvent.objects.get(kind="account").detail["count"] == 4


def test_handed_on_twice_the_last_one_is_told(unfinished, cast, colleague):
    third = User.objects.create_user("甲街三", name="甲街三", role=Role.STREET_OFFICER, street=cast.jia)
    people.hand_over(cast.street, by=cast.sysadmin, reason="一", successor=colleague)
    people.hand_over(colleague, by=cast.sysadmin, reason="二", successor=third)
    status.FLOW.take(unfinished[0], "refuse", by=cast.officer, note="材料不全")
    told = Notice.objects.filter(title__contains="不同意").values_list("user__username", flat=True)
    assert list(told) == ["甲街三"]
    with pytest.raises(ValidationError, match="没有需要移交的事项"):
        people.hand_over(cast.street, by=cast.sysadmin, reason="三", successor=third)


@pytest.mark.parametrize("whom", ["other_street", "committee", "street"])
def test_only_the_same_post_takes_over(whom, unfinished, cast):
    with pytest.raises(ValidationError, match="角色或管辖范围|不能移交给本人"):
        people.hand_over(cast.street, by=cast.sysadmin, reason="x", successor=getattr(cast, whom))
    assert not Handover.objects.exists()


def test_disabling_says_what_is_left_and_hands_it_over(unfinished, cast, colleague, sign_in):
    client, url = sign_in(cast.sysadmin), reverse("accounts:disable", args=[cast.street.pk])
    asked = client.post(url, {"reason": "离职"})
    assert "还有 3 件没有办完的事项，没有选接手人" in page(asked)
    assert User.objects.get(pk=cast.street.pk).is_active
    client.post(url, {"reason": "离职", "successor": colleague.pk})
    assert not User.objects.get(pk=cast.street.pk).is_active
    assert Handover.objects.get().successor == colleague


def test_a_handover_cannot_be_rewritten(unfinished, cast, colleague):
    people.hand_over(cast.street, by=cast.sysadmin, reason="一", successor=colleague)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Handover.objects.update(reason="二")


def test_the_flow_is_the_only_way_in(cast):
    change = RoleChange(person=cast.street, role=Role.LEADER, reason="x")
    case = FLOW.enter(change, by=cast.secadmin, send="submit")
    with pytest.raises(ValidationError, match="不能自己办理"):
        FLOW.take(case, "confirm", by=cast.secadmin)
    with pytest.raises(ValidationError, match="由安全管理员办理"):
        FLOW.take(case, "confirm", by=cast.sysadmin)


def test_the_demo_leaves_something_to_confirm_once(db):
    call_command("demo_accounts")
    assert plant(TODAY) == ("角色权限变更", 2)
    second = User.objects.get(username="secadmin2")
    assert [entry.title for entry in todo.entries(second, TODAY)] == ["王芳（wangfang）"]
    assert User.objects.get(username="zhaomin").role == Role.STREET_OFFICER
    assert plant(TODAY) == ("角色权限变更", 0)

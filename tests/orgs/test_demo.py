"""The demo district is believable, the same for a seed, and never written over anything."""

import datetime
from collections import Counter
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core.models import AuditEvent
from orgs import policy
from orgs.actions import dormancy, targets
from orgs.choices import Dormancy, Grade, RequestState, Status
from orgs.demo import codes
from orgs.demo.bulk import Synthetic, Task
from orgs.demo.district import District
from orgs.models import Activity, CommunityTarget, Organization, StatusChange
from orgs.queries import register
from places.actions import load_map
from places.models import Community

TODAY = datetime.date(2026, 11, 2)


def lives(seed: int):
    load_map()
    communities = list(Community.objects.select_related("street").order_by("code"))
    return District(Random(seed), TODAY, communities).lives()


@pytest.mark.slow
def test_the_district_has_everything_that_a_page_can_show(db):
    call_command("seed_demo", "--as-of", TODAY.isoformat())
    rows = Organization.objects
    assert Counter(rows.values_list("tier", flat=True)) == {"registered": 620, "team": 1_700, "group": 600}
    assert set(rows.values_list("status", flat=True)) == set(Status.values)
    assert set(rows.values_list("dormancy", flat=True)) == set(Dormancy.values)
    assert set(rows.values_list("grade", flat=True)) == {"", *Grade.values}
    assert rows.filter(certificate_expires_on__lt=TODAY).exists()
    given = rows.exclude(credit_code=None).values_list("credit_code", flat=True)
    assert not [c for c in given if policy.credit_code_fault(c) or policy.credit_code_warning(c)]
    assert not rows.exclude(contact_phone__startswith="1990000").exists()
    assert Activity.objects.filter(held_on__gt=timezone.localdate()).count() == 0
    last = CommunityTarget.objects.filter(night=TODAY)
    live = register.counted(Organization.objects.filter(community__isnull=False), TODAY)
    assert last.aggregate(Sum("total"))["total__sum"] == live.count()
    assert last.aggregate(Sum("dormant"))["dormant__sum"] == live.filter(dormancy="dormant").count()
    assert 14 <= live.count() / 189 <= 15
    assert last.filter(total__lt=8).exists()
    assert dormancy.mark(TODAY)[1] == 0  # that night's own judgement and count find nothing to change
    assert targets.snapshot(TODAY, today=TODAY)[1] == 0
    promoted = [o for o in rows.filter(tier="registered", version__gte=3) if len(register.timeline(o)) >= 3]
    assert any("升级" in [entry["verb"] for entry in register.timeline(o)] for o in promoted)
    assert User.objects.get(username="street").street.name == "华阳路街道"
    assert set(StatusChange.objects.values_list("state", flat=True)) == set(RequestState.values)


def test_a_seed_gives_the_same_district_again(db):
    first, second, other = lives(1), lives(1), lives(2)
    assert [life.now() for life in first] == [life.now() for life in second]
    assert [life.now() for life in first] != [life.now() for life in other]


def test_bulk_rows_depend_on_seed_and_chunk_alone():
    task = Task(first=1, last=20, seed=7, as_of=TODAY, communities=100)
    assert list(Synthetic(task).rows()) == list(Synthetic(task).rows())


def test_a_register_that_holds_something_is_left_alone(make_org, capsys):
    make_org("我们的合唱队")
    with pytest.raises(CommandError, match="已有组织"):
        call_command("seed_demo")
    call_command("seed_demo", "--if-empty")
    assert Organization.objects.count() == 1


@pytest.mark.parametrize("command", ["seed_demo", "demo_accounts"])
def test_outside_demo_mode_nothing_is_made(db, settings, command):
    settings.DEMO = False
    with pytest.raises(CommandError, match="演示模式"):
        call_command(command)
    assert not User.objects.exists()


def test_demo_accounts_have_every_role_twice_where_two_are_needed_and_no_change_of_password(db, capsys):
    call_command("demo_accounts")
    told = AuditEvent.objects.count()
    call_command("demo_accounts")
    assert told == AuditEvent.objects.count() == 13  # the second time changes nothing
    said = capsys.readouterr().out
    assert User.objects.count() == 13
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
    assert User.objects.filter(role=Role.SECURITY_ADMIN).count() == 2
    assert not User.objects.filter(must_change_password=True).exists()
    password = said.rsplit("密码：", 1)[1].strip()
    assert User.objects.get(username="committee").check_password(password)


@pytest.mark.parametrize("form", ["association", "service_agency", "foundation"])
@pytest.mark.parametrize("number", [0, 1, 999_999, 1_000_000, 9_999_999])
def test_made_up_codes_pass_both_checks(form, number):
    code = codes.credit_code(form, number)
    assert (policy.credit_code_fault(code), policy.credit_code_warning(code)) == (None, None)

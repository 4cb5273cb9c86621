"""Major events from the report to the result in the register, read from the rows of their workflow."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core.casework import todo
from core.models import Notice, Parameter
from core.settings import workdays
from filings import policy
from filings.actions import event as actions
from filings.actions.event import FLOW
from filings.choices import EventKind, EventState, Incidents
from filings.demo.events import EVENTS, plant
from filings.models import MajorEvent
from filings.queries import events
from filings.queries.progress import progress
from filings.views.events import EventList
from orgs.actions import register
from orgs.choices import Tier
from orgs.models import Activity, Organization
from tests.steps import take

STEPS = policy.MAJOR_EVENT.steps
TODAY = datetime.date.today()
SOON, PAST = TODAY + datetime.timedelta(days=20), TODAY - datetime.timedelta(days=3)
ACCIDENT = "下台阶时一人扭伤脚踝，已送医院检查，无大碍，费用由主办方承担"
RESULT = {
    "actual_attendance": 31, "actual_cost": Decimal("820.50"), "incidents": Incidents.NONE, "outcome": "圆满举行",
}  # fmt: skip


@pytest.fixture
def neighbour(cast):
    """A second member of the same committee."""
    return User.objects.create_user(
        "甲一同事", role=Role.COMMITTEE_MEMBER, community=cast.jia1, name="甲一同事"
    )


@pytest.fixture
def people(cast, neighbour):
    """One of each role; of the committee somebody else than who reports."""
    return {
        Role.COMMITTEE_MEMBER: neighbour, Role.STREET_OFFICER: cast.street, Role.DISTRICT_OFFICER: cast.officer,
        Role.LEADER: cast.leader, Role.AUDIT_ADMIN: cast.auditor,
    }  # fmt: skip


def at_nine(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(9), tzinfo=timezone.get_current_timezone())


@pytest.fixture
def new_event(make_org):
    """An unsaved, whole report; new_event(day, organization, **fields)."""

    def make(day=SOON, organization=None, **fields):
        event = actions.begin(organization or make_org())
        values = {
            "kind": EventKind.GATHERING, "name": "邻里节汇演", "content": "演出", "way": "现场", "starts_at": at_nine(day),
            "ends_on": day, "place": "甲路广场", "expected_attendance": 30, "budget": Decimal(900), "safety_officer": "王建国",
            "safety_phone": "13987654321",
        } | fields  # fmt: skip
        for name, value in values.items():
            setattr(event, name, value)
        return event

    return make


KIND_OF = {"street": EventKind.FUNDRAISING, "district": EventKind.FOREIGN, "outcome": EventKind.SPENDING}


def kind_of(step) -> EventKind:
    """A kind for which the step exists."""
    return next((kind for word, kind in KIND_OF.items() if step.verb.endswith(word)), EventKind.GATHERING)


@pytest.fixture
def event_in(cast, new_event):
    """An event reported by the committee that is over, put into a state; event_in(state, kind, by)."""

    def make(state, kind=EventKind.GATHERING, by=None, day=PAST):
        case = actions.report(
            new_event(day, kind=kind), by=by or cast.committee, send=state != EventState.DRAFT
        )
        more = {"outcome": "圆满举行"} if state == EventState.REPORTED else {}
        MajorEvent.objects.filter(pk=case.pk).update(state=state, **more)
        return MajorEvent.objects.get(pk=case.pk)

    return make


def given(step) -> dict:
    return {
        "note": "理由", "returned": {"place": "写明门牌"} if step.returns else None,
        **{name: RESULT[name] for name in step.asks},
    }  # fmt: skip


# ---- the rows ----


@pytest.mark.parametrize("state", EventState.values)
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_is_open_to_its_roles_in_its_states_and_to_nobody_else(step, state, event_in, people):
    case = event_in(EventState(state), kind_of(step))
    for role, person in people.items():
        allowed = state in step.sources and role in step.roles
        allowed &= not step.own or role == Role.COMMITTEE_MEMBER  # the side that reported it
        assert (FLOW.reasons(case, step, person) == []) is allowed, (role, step.verb, state)
        if not allowed:
            with pytest.raises(ValidationError):
                FLOW.take(case, step.verb, by=person, **given(step))
    assert MajorEvent.objects.get(pk=case.pk).state == state


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_that_is_taken_leads_where_its_row_says_and_is_in_the_history(step, event_in, people):
    case = event_in(EventState(step.sources[0]), kind_of(step))
    person = next(
        p
        for role, p in people.items()
        if role in step.roles and (not step.own or role == Role.COMMITTEE_MEMBER)
    )
    taken = FLOW.take(case, step.verb, by=person, **given(step))
    assert (taken.state, bool(taken.decided_at), bool(taken.returned)) == (
        step.target,
        step.decides,
        step.returns,
    )
    last = FLOW.opinions(taken)[-1]
    assert (last.verb, last.label, last.who, last.words) == (step.verb, step.label, str(person), "理由")
    assert (taken.due_on is not None) is (step.days is not None)


@pytest.mark.parametrize("kind", EventKind.values)
def test_every_kind_has_one_way_up_and_one_way_to_tell_its_result(kind, event_in):
    for state, verbs in (
        (EventState.DRAFT, "submit"),
        (EventState.RETURNED, "submit"),
        (EventState.ACKNOWLEDGED, ("result", "outcome")),
    ):
        case = event_in(state, kind)
        assert len([s for s in policy.MAJOR_EVENT.leaving(state, case) if s.verb.startswith(verbs)]) == 1
        case.delete()


@pytest.mark.parametrize("state", EventState.values)
def test_the_page_opens_in_every_state_for_everybody_who_may_see_it(state, event_in, cast, sign_in):
    case = event_in(EventState(state))
    for person in (cast.committee, cast.street, cast.officer, cast.leader):
        assert sign_in(person).get(case.get_absolute_url()).status_code == 200
    assert sign_in(cast.other_street).get(case.get_absolute_url()).status_code == 404
    assert sign_in(cast.auditor).get(case.get_absolute_url()).status_code == 403


# ---- who is to know ----


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "committee"),
        ({"expected_attendance": 49, "budget": Decimal("99999.99")}, "committee"),
        ({"expected_attendance": 50}, "street"),
        ({"budget": Decimal(100_000)}, "street"),
        ({"kind": EventKind.FUNDRAISING}, "street"),
        ({"kind": EventKind.COMPETITION}, "street"),
        ({"kind": EventKind.LAWSUIT}, "street"),
        ({"foreign": True, "foreign_note": "日本友人 3 人"}, "district"),
        ({"kind": EventKind.FOREIGN, "expected_attendance": 200}, "district"),
        ({"kind": EventKind.DONATION}, "district"),
    ],
)
def test_size_kind_and_foreign_guests_say_who_is_to_know(fields, state, new_event, cast):
    event = new_event(**({"safety_plan": "预案"} | fields))
    assert actions.report(event, by=cast.committee).state == state


def test_a_registered_body_without_a_committee_is_the_streets(make_org, new_event, cast):
    body = make_org(tier=Tier.REGISTERED)
    Organization.objects.filter(pk=body.pk).update(community=None)
    body.refresh_from_db()
    assert actions.report(new_event(organization=body), by=cast.street).state == "street"


def test_the_thresholds_are_dated_and_a_report_keeps_those_under_which_it_was_begun(new_event, cast):
    begun = new_event(expected_attendance=40)
    Parameter.objects.create(
        key="filings.event_attendance", value=30, effective_from=TODAY, legal_basis="测试"
    )
    assert actions.report(begun, by=cast.committee).state == "committee"
    after = new_event(expected_attendance=40, safety_plan="预案")
    assert actions.report(after, by=cast.committee).state == "street"


def test_a_corrected_report_goes_to_the_level_that_it_needs_now(new_event, cast):
    case = actions.report(new_event(), by=cast.committee)
    marks = {"expected_attendance": "核对人数", "safety_plan": "补预案"}
    case = FLOW.take(case, "return_committee", by=cast.street, returned=marks)
    case = FLOW.correct(case, by=cast.committee, expected_attendance=300, safety_plan="预案")
    offered = [o.step.verb for o in FLOW.offers(case, cast.committee) if o.step.freezes]
    assert offered == ["submit_street"]
    with pytest.raises(ValidationError, match="不能报居委知悉"):
        FLOW.take(case, "submit_committee", by=cast.committee)
    assert FLOW.take(case, "submit_street", by=cast.committee).state == "street"


def test_a_committees_report_is_acknowledged_by_a_colleague_or_by_the_street(new_event, cast, neighbour):
    case = actions.report(new_event(), by=cast.committee)
    with pytest.raises(ValidationError, match="不能自己办理"):
        FLOW.take(case, "acknowledge_committee", by=cast.committee)
    for person, waiting in (
        (cast.committee, 0),
        (neighbour, 1),
        (cast.street, 1),
        (cast.officer, 0),
        (cast.other_street, 0),
    ):
        assert len(todo.waiting(FLOW, person, TODAY)) == waiting, person
    case = FLOW.take(case, "acknowledge_committee", by=neighbour)
    assert (case.state, case.decided_by) == ("acknowledged", neighbour)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        MajorEvent.objects.filter(pk=case.pk).update(decided_by=cast.committee)


# ---- what must be said ----


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"content": ""}, "请补填：内容。"),
        (
            {"place": "", "safety_officer": "", "safety_phone": ""},
            "请补填：地点、安全负责人、安全负责人电话。",
        ),
        ({"expected_attendance": None}, "请补填：预计参加人数。"),
        ({"expected_attendance": 80}, "请补填：安全预案。"),
        ({"foreign": True}, "请补填：涉外情况。"),
    ],
)
def test_what_is_missing_is_one_sentence_and_the_draft_is_kept(fields, words, new_event, cast):
    case = actions.report(new_event(**fields), by=cast.committee, send=False)
    with pytest.raises(ValidationError) as refused:
        FLOW.take(case, policy.SUBMITS[policy.level(case)[0]], by=cast.committee)
    assert refused.value.messages == [words]
    assert MajorEvent.objects.get(pk=case.pk).state == "draft"
    assert [e.title for e in todo.entries(cast.committee, TODAY)] == [case.name]


def test_a_matter_that_is_no_activity_needs_no_place_and_leaves_none_in_the_register(new_event, cast):
    none = {"place": "", "expected_attendance": None, "safety_officer": "", "safety_phone": ""}
    case = actions.report(new_event(PAST, kind=EventKind.LAWSUIT, **none), by=cast.committee)
    case = FLOW.take(case, "acknowledge_street", by=cast.street)
    case = FLOW.take(case, "outcome", by=cast.committee, outcome="已调解结案")
    assert (case.state, case.outcome, case.activity) == ("reported", "已调解结案", None)
    assert not Activity.objects.exists()


def test_an_organisation_that_is_gone_reports_nothing(new_event, make_org, cast, sign_in):
    case = actions.report(new_event(), by=cast.committee, send=False)
    Organization.objects.filter(pk=case.organization_id).update(status="stopped")
    with pytest.raises(ValidationError, match="现在是“停止活动”"):
        FLOW.take(case, "submit_committee", by=cast.committee)
    url = reverse("filings:event_new", args=[case.organization_id])
    assert sign_in(cast.committee).get(url).status_code == 404


def test_the_same_event_is_reported_once_and_again_when_it_was_called_off(new_event, cast):
    first = actions.report(new_event(), by=cast.committee)
    again = new_event(organization=first.organization)
    with pytest.raises(ValidationError, match="已经报告过"):
        actions.report(again, by=cast.committee)
    FLOW.take(first, "call_off", by=cast.committee, note="改期")
    assert actions.report(new_event(organization=first.organization), by=cast.committee).state == "committee"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"ends_on": SOON - datetime.timedelta(days=1)}, "event_dates_in_order"),
        ({"late": True}, "event_reported_pair"),
        ({"reported_on": None}, "event_reported_pair"),
        ({"state": "reported"}, "event_result_told"),
    ],
)
def test_the_database_refuses_nonsense(fields, name, new_event, cast):
    case = actions.report(new_event(), by=cast.committee)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        MajorEvent.objects.filter(pk=case.pk).update(**fields)


# ---- in time ----


@pytest.mark.parametrize(("days", "late"), [(8, False), (7, False), (6, True), (-2, True)])
def test_a_report_that_comes_late_is_taken_marked_and_shown(days, late, new_event, cast, sign_in):
    day = TODAY + datetime.timedelta(days=days)
    case = actions.report(new_event(day), by=cast.committee)
    assert (case.late, case.reported_on, case.report_by) == (late, TODAY, day - datetime.timedelta(days=7))
    page = sign_in(cast.street).get(case.get_absolute_url()).content.decode()
    assert (f"迟报：应在 {case.report_by} 以前报告，{TODAY} 报告，晚 {7 - days} 天。" in page) is late
    assert (EventList.seen_by(cast.street, "late=1").queryset.count() == 1) is late


def test_a_draft_warns_before_it_is_late(new_event, cast):
    case = actions.report(new_event(TODAY), by=cast.committee, send=False)
    assert actions.warnings(case, cast.street) == [
        "未达到报街镇的标准，报居委知悉。",
        f"迟报：应在 {TODAY - datetime.timedelta(days=7)} 以前报告，{TODAY} 报告，晚 7 天。",
    ]


def test_a_report_that_was_sent_in_time_stays_so_when_it_comes_back(new_event, cast):
    case = actions.report(new_event(), by=cast.committee)
    case = FLOW.take(case, "return_committee", by=cast.street, returned={"place": "写明门牌"})
    first = TODAY - datetime.timedelta(days=5)
    MajorEvent.objects.filter(pk=case.pk).update(reported_on=first)
    case = FLOW.take(case, "submit_committee", by=cast.committee, note="门牌已经写明")
    assert (case.reported_on, case.late) == (first, False)


def test_how_early_is_a_dated_number(new_event, cast):
    Parameter.objects.create(key="filings.event_before", value=30, effective_from=TODAY, legal_basis="测试")
    assert actions.report(new_event(), by=cast.committee).late is True


# ---- the result ----


def test_the_clock_of_the_result_runs_from_the_end_of_the_event(new_event, cast):
    ends = SOON + datetime.timedelta(days=4)
    case = actions.report(new_event(ends_on=ends), by=cast.committee)
    assert case.due_on == workdays.add(TODAY, 3)
    case = FLOW.take(case, "acknowledge_committee", by=cast.street)
    assert case.due_on == workdays.add(ends, 10)
    Parameter.objects.create(
        key="filings.event_result_days", value=2, effective_from=TODAY, legal_basis="测试"
    )
    other = actions.report(new_event(name="另一场"), by=cast.committee)
    assert FLOW.take(other, "acknowledge_committee", by=cast.street).due_on == workdays.add(SOON, 2)


def test_the_result_is_asked_for_when_the_event_is_over_and_not_before(new_event, cast):
    coming = FLOW.take(
        actions.report(new_event(), by=cast.committee), "acknowledge_committee", by=cast.street
    )
    over = FLOW.take(
        actions.report(new_event(TODAY, name="今天的活动"), by=cast.committee), "acknowledge_committee", by=cast.street
    )  # fmt: skip
    assert [(e.title, e.action) for e in todo.entries(cast.committee, TODAY)] == [
        (over.name, "重大活动报告（大型集会、演出、展示）：报告结果")
    ]
    with pytest.raises(ValidationError, match=f"活动 {SOON} 结束，结束后再报告结果。"):
        FLOW.take(coming, "result", by=cast.committee, **RESULT)


def test_the_result_makes_one_major_activity_in_the_same_moment(new_event, cast):
    case = actions.report(new_event(PAST), by=cast.committee)
    case = FLOW.take(case, "acknowledge_committee", by=cast.street)
    case = FLOW.take(case, "result", by=cast.committee, **RESULT)
    activity = Activity.objects.get()
    assert case.activity == activity
    assert (activity.name, activity.held_on, activity.place, activity.attendance, activity.is_major) == (
        "邻里节汇演", PAST, "甲路广场", 31, True,
    )  # fmt: skip
    case.organization.refresh_from_db()
    assert case.organization.last_active_on == PAST
    assert (case.state, case.due_on, case.actual_cost) == ("reported", None, Decimal("820.50"))
    with pytest.raises(ValidationError):
        FLOW.take(case, "result", by=cast.committee, **RESULT)


def test_an_activity_that_is_there_already_is_linked_and_counts_as_major(new_event, cast):
    case = actions.report(new_event(PAST), by=cast.committee)
    known = register.record_activity(
        case.organization, name=case.name, held_on=PAST, by=cast.committee, attendance=29
    )
    case = FLOW.take(case, "acknowledge_committee", by=cast.street)
    case = FLOW.take(case, "result", by=cast.committee, **RESULT)
    assert (case.activity, Activity.objects.count()) == (known, 1)
    known.refresh_from_db()
    assert (known.is_major, known.attendance) == (True, 29)
    register.delete_activity(known, reason="录错", by=cast.committee)
    case.refresh_from_db()
    assert (case.activity, case.state) == (None, "reported")


def test_who_acknowledged_hears_of_an_accident_and_of_a_cancellation(new_event, cast):
    for number, (verb, more, words) in enumerate(
        [
            (
                "result",
                RESULT
                | {
                    "incidents": Incidents.SOME,
                    "outcome": "下台阶时一人扭伤脚踝，已送医院检查，无大碍，费用由主办方承担",
                },
                "有安全事故",
            ),
            ("call_off", {"note": "下雨"}, "已取消"),
        ]
    ):
        case = actions.report(new_event(PAST, name=f"第{number}场"), by=cast.committee)
        case = FLOW.take(case, "acknowledge_committee", by=cast.street)
        FLOW.take(case, verb, by=cast.committee, **more)
        notice = Notice.objects.filter(user=cast.street).latest("pk")
        assert (words in notice.title, notice.url) == (True, case.get_absolute_url())


def test_an_accident_is_told_in_more_than_a_word_and_the_street_hears_of_it(new_event, cast):
    case = actions.report(new_event(PAST), by=cast.committee)
    case = FLOW.take(case, "acknowledge_committee", by=cast.street)
    with pytest.raises(ValidationError, match="写明经过、伤亡和处置"):
        FLOW.take(
            case, "result", by=cast.committee, **RESULT | {"incidents": Incidents.SOME, "outcome": "好"}
        )
    FLOW.take(
        case, "result", by=cast.committee, **RESULT | {"incidents": Incidents.SOME, "outcome": ACCIDENT}
    )
    assert [n.body for n in Notice.objects.filter(user=cast.street, title__contains="安全事故")] == [ACCIDENT]
    assert not Notice.objects.filter(user=cast.other_street).exists()


def test_a_thousand_people_need_the_police(new_event, cast):
    large = actions.report(new_event(expected_attendance=1000, safety_plan="预案"), by=cast.committee)
    assert "公安机关安全许可" in "".join(actions.warnings(large, cast.street))
    small = actions.report(new_event(expected_attendance=999, safety_plan="预案"), by=cast.committee)
    assert "公安" not in "".join(actions.warnings(small, cast.street))


def test_a_late_result_is_shown_where_it_is_looked_for(event_in, new_event, cast, sign_in):
    long_ago = TODAY - datetime.timedelta(days=60)
    case = actions.report(new_event(long_ago), by=cast.committee)
    case = FLOW.take(case, "acknowledge_committee", by=cast.street)
    FLOW.take(actions.report(new_event(), by=cast.committee), "acknowledge_committee", by=cast.street)
    assert case.due_on == workdays.add(long_ago, 10)
    assert list(EventList.seen_by(cast.street, "overdue=1").queryset) == [case]
    assert "超期" in sign_in(cast.street).get(case.get_absolute_url()).content.decode()
    assert todo.entries(cast.committee, TODAY)[0].state == "late"
    FLOW.take(case, "result", by=cast.committee, **RESULT)
    assert EventList.seen_by(cast.street, "overdue=1").queryset.count() == 0


# ---- the indicator ----


def test_the_rate_counts_major_activities_and_those_reported_in_time(new_event, make_org, cast):
    def over(name, late, organization=None):
        case = actions.report(new_event(PAST, name=name, organization=organization), by=cast.street)
        if not late:
            MajorEvent.objects.filter(pk=case.pk).update(reported_on=case.report_by, late=False)
        case = FLOW.take(case, "acknowledge_committee", by=cast.committee)
        return FLOW.take(case, "result", by=cast.street, **RESULT)

    over("及时", late=False)
    over("迟报的", late=True)
    waiting = actions.report(new_event(PAST, name="还没报结果"), by=cast.committee)
    MajorEvent.objects.filter(pk=waiting.pk).update(reported_on=waiting.report_by, late=False)
    for org, name, held_on, major in (
        (waiting.organization, "还没报结果", PAST, True), (make_org(), "没报告的", PAST, True), (make_org(), "不重大", PAST, False),
        (make_org(), "期外", PAST - datetime.timedelta(days=400), True), (make_org(community=cast.yi1), "乙街的", PAST, True),
    ):  # fmt: skip
        register.record_activity(org, name=name, held_on=held_on, is_major=major, by=cast.officer)
    year = (TODAY - datetime.timedelta(days=365), TODAY, TODAY)
    found = [
        (str(r.place or "合计"), r.reported, r.events, r.reporting) for r in progress(cast.officer, *year)
    ]
    assert found == [("甲街街道", 2, 4, 50.0), ("乙街镇", 0, 1, 0.0), ("合计", 2, 5, 40.0)]
    assert [(r.reported, r.events) for r in progress(cast.other_street, *year)] == [(0, 1), (0, 1)]
    assert [r.reporting for r in progress(cast.other_street, TODAY, TODAY, TODAY)] == [None, None]


# ---- the screens ----

FORM = {
    "kind": "gathering", "name": "敬老演出", "content": "演出", "starts_at": f"{PAST}T14:00", "ends_on": str(PAST), "place": "广场",
    "expected_attendance": "30", "budget": "900", "safety_officer": "王建国", "safety_phone": "13987654321",
}  # fmt: skip


def test_the_whole_way_on_the_pages_of_both(make_org, cast, sign_in):
    team = make_org("甲一虹桥合唱队", contact_phone="13800001111")
    committee, street = sign_in(cast.committee), sign_in(cast.street)
    found = committee.get(reverse("filings:event_start"), {"q": "hongqiao"}).content.decode()
    url = reverse("filings:event_new", args=[team.pk])
    assert url in found
    form = committee.get(url).context["form"]
    assert form.initial["safety_phone"] == "138****1111"
    answer = committee.post(url, FORM)
    assert answer.status_code == 302, answer.context["form"].errors
    entry = next(e for e in street.get("/").context["entries"] if e.title == "敬老演出")
    assert entry.action == "重大活动报告（大型集会、演出、展示）：知悉、退回补正"
    page = street.get(answer.url).content.decode()
    assert "139****4321" in page and "13987654321" not in page
    assert take(street, entry.url, "acknowledge_committee", {"note": "已知悉"}).url == "/"
    told = {"actual_attendance": "31", "actual_cost": "820", "incidents": "none", "outcome": "圆满"}
    wrong = take(committee, answer.url, "result", told | {"outcome": "", "actual_attendance": ""})
    assert (wrong.status_code, set(wrong.context["failed"].errors)) == (409, {"outcome", "actual_attendance"})
    assert take(committee, answer.url, "result", told).status_code == 302
    case = MajorEvent.objects.get()
    assert (case.state, case.activity.attendance, timezone.localtime(case.starts_at).hour) == (
        "reported",
        31,
        14,
    )
    page = street.get(answer.url).content.decode()
    assert "无安全事故" in page and "圆满" in page and "迟报" in page
    tab = street.get(f"{team.get_absolute_url()}?tab=events").content.decode()
    assert "敬老演出" in tab and "已报结果（迟报）" in tab


def test_returned_only_the_marked_fields_are_open_and_a_masked_phone_stays(new_event, cast, sign_in):
    case = actions.report(new_event(), by=cast.committee)
    case = FLOW.take(
        case, "return_committee", by=cast.street, returned={"place": "写明门牌", "safety_phone": "核对"}
    )
    client, url = sign_in(cast.committee), reverse("filings:event_edit", args=[case.pk])
    form = client.get(url).context["form"]
    assert (list(form.fields), form.initial["safety_phone"]) == (
        ["place", "safety_phone", "explained"],
        "139****4321",
    )
    answer = client.post(url, {"place": "甲路12号", "safety_phone": "139****4321", "name": "偷改"})
    assert answer.status_code == 302, answer.context["form"].errors
    case.refresh_from_db()
    assert (case.place, case.safety_phone, case.name) == ("甲路12号", "13987654321", "邻里节汇演")
    page = client.get(case.get_absolute_url()).content.decode()
    assert "13987654321" not in page
    assert (
        sign_in(cast.street).get(url).status_code == 403 or sign_in(cast.street).get(url).status_code == 404
    )


def test_mistakes_are_at_their_fields_and_a_draft_may_have_gaps(make_org, cast, sign_in):
    client, url = sign_in(cast.committee), reverse("filings:event_new", args=[make_org().pk])
    wrong = client.post(url, FORM | {"ends_on": str(PAST - datetime.timedelta(days=1)), "budget": "-1"})
    assert set(wrong.context["form"].errors) == {"ends_on", "budget"}
    few = {name: FORM[name] for name in policy.EVENT_FIRST}
    gaps = client.post(url, few)
    assert set(gaps.context["form"].errors) == {"content", *policy.OF_ACTIVITIES}
    large = client.post(url, FORM | {"expected_attendance": "80", "foreign": "on"})
    assert set(large.context["form"].errors) == {"foreign_note", "safety_plan"}
    assert not MajorEvent.objects.exists()
    assert client.post(url, few | {"keep": "1"}).status_code == 302
    draft = MajorEvent.objects.get()
    edit = reverse("filings:event_edit", args=[draft.pk])
    assert set(client.post(edit, few).context["form"].errors) == {"content", *policy.OF_ACTIVITIES}
    assert client.post(edit, few | {"content": "写了一半", "keep": "1"}).url == draft.get_absolute_url()
    page = client.get(draft.get_absolute_url()).content.decode()
    assert "写了一半" in page and "请补填：地点、预计参加人数、安全负责人、安全负责人电话。" in page
    assert MajorEvent.objects.get().state == "draft"
    matter = few | {"kind": "lawsuit", "name": "合同纠纷", "content": "场地合同纠纷"}
    assert client.post(url, matter).status_code == 302
    assert MajorEvent.objects.get(kind="lawsuit").state == "street"


def test_only_who_may_report_finds_the_form_and_only_in_their_area(make_org, cast, sign_in):
    far, near = make_org(community=cast.yi1), make_org()
    for person, here, there in (
        (cast.committee, 200, 404),
        (cast.street, 200, 404),
        (cast.officer, 403, 403),
        (cast.leader, 403, 403),
    ):
        client = sign_in(person)
        assert client.get(reverse("filings:event_new", args=[near.pk])).status_code == here
        assert client.get(reverse("filings:event_new", args=[far.pk])).status_code == there
        assert client.get(reverse("filings:event_start")).status_code == here
        shown = client.get(f"{near.get_absolute_url()}?tab=events").content.decode()
        assert ("报告重大活动" in shown) is (here == 200)


def test_the_list_is_cut_to_the_area_and_by_its_filters(new_event, make_org, cast, sign_in):
    mine = actions.report(new_event(), by=cast.committee)
    theirs = actions.report(new_event(organization=make_org(community=cast.yi1)), by=cast.other_street)
    for person, expected in (
        (cast.street, {mine}),
        (cast.other_street, {theirs}),
        (cast.officer, {mine, theirs}),
    ):
        assert set(EventList.seen_by(person, "").queryset) == expected
    for query, count in (
        (f"street={cast.jia.pk}", 1), (f"community={cast.yi1.pk}&street={cast.yi.pk}", 1), ("state=committee", 2), ("state=draft", 0),
        ("q=汇演", 2), (f"q={mine.organization.name}", 1), (f"since={SOON}&until={SOON}", 2), (f"until={TODAY}", 0),
        ("kind=outing", 0), ("overdue=1", 0),
    ):  # fmt: skip
        assert EventList.seen_by(cast.officer, query).queryset.count() == count, query
    assert sign_in(cast.auditor).get(reverse("filings:events")).status_code == 403


def test_check_scope_walks_the_list(new_event, make_org, cast, capsys):
    actions.report(new_event(), by=cast.committee)
    actions.report(new_event(organization=make_org(community=cast.yi1)), by=cast.other_street)
    call_command("check_scope")
    assert "甲街经办：重大活动 1 条" in capsys.readouterr().out


def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    new_event, cast, sign_in, django_assert_num_queries
):
    client = sign_in(cast.street)
    actions.report(new_event(), by=cast.committee)
    url = reverse("filings:events")
    client.get(url)
    for n in range(2):
        with django_assert_num_queries(7):
            client.get(url)
        actions.report(new_event(name=f"第{n}场"), by=cast.committee)


def test_drafts_on_the_to_do_list_cost_no_query_each(new_event, cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.committee)
    actions.report(new_event(), by=cast.committee, send=False)
    client.get("/")
    with django_assert_max_num_queries(100) as one:
        client.get("/")
    for n in range(3):
        actions.report(new_event(name=f"第{n}场"), by=cast.committee, send=False)
    with django_assert_max_num_queries(100) as four:
        client.get("/")
    assert len(one.captured_queries) == len(four.captured_queries)


# ---- the demo ----


def test_the_demo_has_every_state_and_one_result_that_is_late(make_org, cast):
    for username, person in (
        ("district", cast.officer),
        ("street", cast.street),
        ("committee", cast.committee),
    ):
        User.objects.filter(pk=person.pk).update(username=username)
    for n in range(3):
        make_org(f"甲一第{n}队", contact_phone="13800001111")
    assert plant(TODAY)[1] == len(EVENTS) == MajorEvent.objects.count()
    assert set(MajorEvent.objects.values_list("state", flat=True)) == set(EventState.values)
    assert events.overdue(MajorEvent.objects.filter(state="acknowledged")).count() == 1
    assert set(MajorEvent.objects.exclude(reported_on=None).values_list("late", flat=True)) == {True, False}

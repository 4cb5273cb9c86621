"""What was filed of a team changes by a filing of two people, or by a value of the municipal system that is told: every door asks."""

import datetime
import json

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core import undo
from core.choices import JobState
from core.history import timeline
from core.jobs.bulk import step_action
from core.models import Job
from filings import policy
from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.actions.reconcile import decide
from filings.choices import FilingState, Kind
from filings.models import Certificate, Filing, Line, Reconciliation
from filings.models import Difference as Value
from filings.queries import layouts
from orgs import policy_filed
from orgs.actions import bulk, duplicates, register
from orgs.actions.imports import job as imports
from orgs.choices import Door, Status, Tier
from orgs.models import DuplicatePair, Organization
from orgs.tables.ledgers import LEDGERS
from orgs.tasks import run_import

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
BASE = {
    "filing_no": "A-2020-0001", "contact_phone": "13800138000", "activity_place": "甲一活动室", "activity_content": "合唱",
    "activity_time": "周三", "weekly_sessions": 1, "party_member_count": 3, "established_on": datetime.date(2020, 3, 1),
    "service_fields": ["civility"],
}  # fmt: skip
KEPT = (*policy_filed.FILED_FACTS, "tier", "status")


@pytest.fixture
def team(make_org):
    return make_org("甲一合唱队", **BASE)


@pytest.fixture
def colleague(cast):
    return User.objects.create_user("甲街同事", role=Role.STREET_OFFICER, street=cast.jia, name="甲街同事")


def facts(team) -> dict:
    return Organization.objects.filter(pk=team.pk).values(*KEPT).get()


# ---- the list -----------------------------------------------------------------------------------------------


def test_the_list_is_the_paper_form_without_the_contact_and_with_number_and_opinions():
    form = {n for n in (*policy.TEAM, *policy.LEADER, *policy.LIAISON) if hasattr(Organization, n)}
    more = {"filing_no", "committee_opinion", "committee_opinion_on", "street_opinion", "street_opinion_on"}
    assert set(policy_filed.FILED_FACTS) == form - {"contact_phone"} | more
    assert set(policy_filed.PRINTED) < set(policy_filed.FILED_FACTS)
    assert "依据" in policy_filed.__doc__


@pytest.mark.parametrize("door", Door)
def test_two_doors_are_open_and_every_other_one_names_the_facts_and_the_way(door):
    words = policy_filed.filed_refusal(["名称", "负责人"], door)
    if door in (Door.FILING, Door.MUNICIPAL):
        assert words is None
    else:
        assert "“名称、负责人”是备案事项" in words and door.label in words and "更正差错" in words
    assert policy_filed.filed_refusal([], door) is None


# ---- every door ---------------------------------------------------------------------------------------------


def by_the_form(team, cast, sign_in, tmp_path):
    page = sign_in(cast.street).get(reverse("orgs:edit", args=[team.pk]))
    assert set(page.context["form"].fields) == {"contact_phone", "remark", "version", "reason"}
    data = {
        "version": team.version,
        "name": "甲一研究会",
        "leader_name": "李四",
        "contact_phone": "13900000000",
        "remark": "新",
    }
    assert sign_in(cast.street).post(reverse("orgs:edit", args=[team.pk]), data).status_code == 302
    team.refresh_from_db()
    assert (team.contact_phone, team.remark) == ("13900000000", "新")


def by_the_action(team, cast, sign_in, tmp_path):
    for name, value in (
        ("name", "甲一研究会"),
        ("leader_name", "李四"),
        ("filing_no", None),
        ("member_count", 8),
    ):
        mine = Organization.objects.get(pk=team.pk)
        setattr(mine, name, value)
        with pytest.raises(ValidationError, match="是备案事项"):
            register.edit(mine, version=mine.version, by=cast.officer)


def ledger(tmp_path, **changed):
    row = {
        "备案编号": "A-2020-0001", "团队名称": "甲一合唱队", "类别": "文体活动类", "所属街镇": "甲街", "所属社区": "甲一", "参加人数": 20,
        "其中党员数": 3, "负责人": "张三", "联系电话": "13800138000", "状态": "已备案",
    } | changed  # fmt: skip
    book = openpyxl.Workbook()
    book.active.append(["团队名册"])
    book.active.append(list(row))
    book.active.append(list(row.values()))
    book.save(tmp_path / "teams.xlsx")
    return tmp_path / "teams.xlsx"


def sent(path, by):
    job = imports.submit(
        ledger=LEDGERS["teams"], file=SimpleUploadedFile(path.name, path.read_bytes()), by=by
    )
    run_import(job.pk)
    job.refresh_from_db()
    return job


def by_the_ledger(team, cast, sign_in, tmp_path):
    job = sent(ledger(tmp_path, 团队名称="甲一研究会", 负责人="李四", 联系电话="13900000000"), cast.street)
    assert (job.state, job.result["counts"]["held"], job.result["counts"]["updated"]) == (
        JobState.WAITING,
        1,
        0,
    )
    shown = sign_in(cast.street).get(reverse("orgs:import_detail", args=[job.pk])).content.decode()
    assert "备案事项不同：1 行" in shown and "更正差错" in shown
    imports.confirm(job=job, good_only=True, apply_held=True, clear=())
    run_import(job.pk)


def by_bulk(team, cast, sign_in, tmp_path):
    with pytest.raises(ValidationError, match="“类别”是备案事项"):
        bulk.change_terms([team.pk], category="charity", by=cast.officer, reason="归类")


def by_merging(team, cast, sign_in, tmp_path):
    other = Organization.objects.create(
        name="甲一合唱团", tier=Tier.TEAM, status=Status.FILED, street=cast.jia, community=cast.jia2, leader_name="李四",
        category="living",
    )  # fmt: skip
    pair = DuplicatePair.objects.create(a=team, b=other, score=90, reasons=["phone"])
    for name in ("name", "leader_name", "place", "category"):
        with pytest.raises(duplicates.Refused, match="是备案事项，不能经“合并重复”"):
            duplicates.merge(pair, keep=team, take={name}, versions={team.pk: 1, other.pk: 1}, by=cast.street)
    assert Organization.objects.filter(pk=other.pk).exists()


def by_undoing(team, cast, sign_in, tmp_path):
    """An older act goes back, but never over what a filing decided since."""
    team.leader_name = "王五"
    register.edit(team, version=team.version, by=cast.street, door=Door.MUNICIPAL)
    act = timeline(team)[0]["context"]
    team.leader_name = "张三"
    register.edit(team, version=team.version, by=cast.street, door=Door.FILING)
    Organization.objects.filter(pk=team.pk).update(leader_name="赵六")
    (row,) = undo.plan(act).parts[0].left
    assert not row["forceable"] and "备案的内容以后又有改变" in row["why"]
    undo.undo(act, cast.street, take=[row["key"]])
    team.refresh_from_db()
    assert team.leader_name == "赵六"
    Organization.objects.filter(pk=team.pk).update(leader_name="张三")


def by_a_status(team, cast, sign_in, tmp_path):
    """A stopped team is no way round."""
    register.change_status(team, status=Status.STOPPED, reason="停", by=cast.street)
    by_the_action(team, cast, sign_in, tmp_path)
    by_the_form_refused(team, cast, sign_in)
    team.refresh_from_db()
    register.change_status(team, status=Status.FILED, reason="恢复", by=cast.street)


def by_the_form_refused(team, cast, sign_in):
    team.refresh_from_db()
    data = {"version": team.version, "name": "甲一研究会", "contact_phone": team.contact_phone, "remark": ""}
    sign_in(cast.officer).post(reverse("orgs:edit", args=[team.pk]), data)


def by_linking(team, cast, sign_in, tmp_path):
    """A municipal number is none of what was filed here."""
    team.municipal_no = "SH-1"
    register.edit(team, version=team.version, by=cast.street, names=["municipal_no"])


DOORS = [
    by_the_form, by_the_action, by_the_ledger, by_bulk, by_merging, by_undoing, by_a_status, by_linking,
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_no_door_but_a_filing_changes_what_was_filed(door, team, cast, sign_in, tmp_path):
    before = facts(team)
    door(team, cast, sign_in, tmp_path)
    assert facts(team) == before


def test_the_form_leads_to_the_change_and_to_the_correction(team, cast, sign_in):
    page = sign_in(cast.street).get(reverse("orgs:edit", args=[team.pk])).content.decode()
    for kind in ("change", "correct"):
        assert reverse("filings:begin", args=[kind, team.pk]) in page
    district = sign_in(cast.officer).get(reverse("orgs:edit", args=[team.pk])).content.decode()
    assert "备案事项" in district and reverse("filings:begin", args=["change", team.pk]) not in district


def test_what_was_never_filled_in_may_be_added(make_org, cast, tmp_path):
    team = make_org("甲一合唱队", filing_no="A-2020-0001", contact_phone="13800138000", leader_name="")
    job = sent(ledger(tmp_path), cast.street)
    assert (job.result["counts"]["updated"], job.result["counts"]["held"]) == (1, 0)
    imports.confirm(job=job, good_only=True, apply_held=False, clear=())
    run_import(job.pk)
    team.refresh_from_db()
    assert (team.leader_name, team.party_member_count) == ("张三", 3)


def test_groups_and_registered_bodies_are_edited_as_before(make_org, cast):
    for tier in (Tier.GROUP, Tier.REGISTERED):
        one = make_org(tier=tier)
        one.name = f"改名{tier}"
        assert register.edit(one, version=1, by=cast.street) == []


def test_the_command_line_updates_and_the_history_says_what_was_filed(team, tmp_path, capsys):
    call_command("import_ledger", "teams", str(ledger(tmp_path, 负责人="李四")))
    assert json.loads(capsys.readouterr().out)["updated"] == 1
    entry = timeline(team)[0]
    assert (entry["door"], entry["filed"]) == ("台账导入", ["负责人"])


def test_a_team_whose_committee_was_closed_is_moved_without_a_filing(team, cast, sign_in):
    cast.jia1.closed_on = TODAY
    cast.jia1.save()
    form = sign_in(cast.street).get(reverse("orgs:edit", args=[team.pk])).context["form"]
    assert {"street", "community"} <= set(form.fields) and "name" not in form.fields
    data = {
        "version": 1,
        "street": cast.jia.pk,
        "community": cast.jia2.pk,
        "contact_phone": team.contact_phone,
        "remark": "",
    }
    assert sign_in(cast.street).post(reverse("orgs:edit", args=[team.pk]), data).status_code == 302
    team.refresh_from_db()
    assert team.community == cast.jia2


# ---- the municipal value, which is told ---------------------------------------------------------------------


def test_a_value_of_the_municipal_system_is_taken_over_and_told(team, cast, sign_in, sources):
    job = Job.objects.create(
        kind="x", title="x", owner=cast.street, state=JobState.DONE, finished_at=timezone.now()
    )
    run = Reconciliation.objects.create(
        job=job, source=sources["filing"], street=cast.jia, district=cast.district, file_name="市.xlsx"
    )
    line = Line.objects.create(
        run=run,
        kind="differ",
        row=2,
        key="K1",
        name=team.name,
        street=cast.jia,
        community=cast.jia1,
        organization_id=team.pk,
    )
    value = Value.objects.create(
        line=line, field="leader_name", ours="张三", theirs="李四", ours_words="张三", theirs_words="李四"
    )
    client = sign_in(cast.street)
    assert "备案事项" in client.get(reverse("filings:line", args=[line.pk])).content.decode()
    page = client.get(reverse("filings:differences")).content.decode()
    assert "采用市系统值（备案事项）" in page and layouts.FILED_WORDS in page
    told = client.post(reverse("filings:differences"), {"adopt": value.pk}, follow=True).content.decode()
    assert "这是备案事项，变更记录已写明" in told
    entry = timeline(team)[0]
    assert (entry["verb"], entry["door"], entry["filed"]) == (
        str(decide.ReconcileVerb.ADOPT.label),
        "采用市系统值",
        ["负责人"],
    )
    history = client.get(reverse("orgs:detail", args=[team.pk]), {"tab": "history"}).content.decode()
    assert "经“采用市系统值”改变：负责人" in history


# ---- a correction -------------------------------------------------------------------------------------------


def correction(team, by, **changed) -> Filing:
    case = actions.begin(Kind.CORRECT, Organization.objects.get(pk=team.pk))
    case.reason = "台账录入时写错，以备案表原件为准"
    for name, words in ({"leader_name": "张山"} | changed).items():
        setattr(case, name, words)
    return actions.enter(case, by=by)


def test_a_slip_is_put_right_by_two_people_and_gives_a_new_certificate(team, cast, colleague, sign_in):
    case = correction(team, cast.street, name="甲一春晓合唱队", filing_no="A-2020-0009", community=cast.jia2)
    assert (case.state, case.due_on is not None) == (FilingState.STREET, True)
    with pytest.raises(ValidationError, match="不能自己办理"):
        FLOW.take(case, "approve_correct", by=cast.street, note="属实")
    case = FLOW.take(case, "approve_correct", by=colleague, note="经核对确属差错")
    team.refresh_from_db()
    assert (team.name, team.leader_name, team.filing_no, team.community, team.activity_place) == (
        "甲一春晓合唱队", "张山", "A-2020-0009", cast.jia2, "甲一活动室"
    )  # fmt: skip
    entry = timeline(team)[0]
    assert (entry["verb"], entry["door"]) == ("准予更正", "备案办理")
    assert set(entry["filed"]) == {"名称", "负责人", "备案编号", "居委"}
    paper = sign_in(cast.street).get(reverse("filings:certificate", args=[case.pk])).content.decode()
    assert "甲一春晓合唱队" in paper and "A-2020-0009" in paper and "张山" in paper
    assert Certificate.objects.get(filing=case).organization == team


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"leader_name": "张三"}, "还没有改正任何一栏"), ({"reason": ""}, "请补填：情况说明"), ({"filing_no": "B-1"}, "已属于另一个组织"),
    ],
)  # fmt: skip
def test_a_correction_says_why_and_corrects_something(changed, sentence, team, cast, make_org):
    make_org(filing_no="B-1")
    with pytest.raises(ValidationError, match=sentence):
        correction(team, cast.committee, **changed)


def test_the_form_of_a_correction_shows_the_register_and_asks_for_the_ground(team, cast, sign_in):
    client, url = sign_in(cast.committee), reverse("filings:begin", args=["correct", team.pk])
    form = client.get(url).context["form"]
    assert form["leader_name"].value() == "张三" and form["filing_no"].value() == "A-2020-0001"
    data = {n: form[n].value() for n in form.fields if form[n].value() is not None}
    data |= {"leader_name": "张山", "reason": "写错字"}
    answer = client.post(url, data, follow=True)
    case = Filing.objects.get()
    assert (case.state, case.kind, answer.status_code) == (FilingState.STREET, Kind.CORRECT, 200)
    assert "张山" in answer.content.decode() and "名册原值" in answer.content.decode()


# ---- a register that moved on -------------------------------------------------------------------------------


@pytest.fixture
def changing(team, cast):
    """A change of the place that waits for the street."""
    case = actions.begin(Kind.CHANGE, team)
    case.reason, case.activity_place, case.liaison_assignment = "搬迁", "新活动室", "unassigned"
    return FLOW.take(actions.enter(case, by=cast.committee), "review", by=cast.committee, note="属实")


def moved_on(team, cast, **facts):
    team.refresh_from_db()
    for name, words in facts.items():
        setattr(team, name, words)
    register.edit(team, version=team.version, by=cast.street, door=Door.MUNICIPAL)


def test_the_decider_sees_three_columns_and_is_stopped(changing, team, cast, sign_in):
    moved_on(team, cast, name="甲一研究会")
    page = sign_in(cast.street).get(changing.get_absolute_url()).content.decode()
    assert "名册原值" in page and "名册现值" in page and "甲一研究会" in page
    assert "送审以后名册又有变化：群团名称原为" in page
    with pytest.raises(ValidationError, match="群团名称原为“甲一合唱队”，现为“甲一研究会”。请退回补正"):
        FLOW.take(changing, "approve_change", by=cast.street, note="准予")
    assert Certificate.objects.count() == 0
    returned = {"name": "名册现为“甲一研究会”，请核对"}
    assert 'value="名册现为“甲一研究会”，请核对"' in page
    back = FLOW.take(changing, "street_return", by=cast.street, returned=returned)
    FLOW.correct(back, by=cast.committee, name="甲一研究会")
    again = FLOW.take(back, "resubmit_street", by=cast.committee)
    done = FLOW.take(again, "approve_change", by=cast.street, note="准予")
    team.refresh_from_db()
    assert (team.name, team.activity_place) == ("甲一研究会", "新活动室")
    paper = sign_in(cast.street).get(reverse("filings:certificate", args=[done.pk])).content.decode()
    assert "甲一研究会" in paper and "甲一合唱队" not in paper


def test_refusing_and_returning_stay_open_and_a_contact_stops_nobody(changing, team, cast):
    moved_on(team, cast, contact_phone="13900000000", remark="周三有人")
    assert FLOW.moved(Filing.objects.get(pk=changing.pk)) == []
    moved_on(team, cast, leader_name="李四")
    stopped = {
        o.step.verb
        for o in FLOW.offers(Filing.objects.get(pk=changing.pk), cast.street)
        if any("名册又有变化" in r for r in o.reasons)
    }
    assert stopped == {"approve_change"}
    assert FLOW.take(changing, "refuse", by=cast.street, note="请重新办理").state == FilingState.REFUSED


@pytest.mark.parametrize("kind", [Kind.CHANGE, Kind.REVIEW, Kind.PROMOTE, Kind.CORRECT])
def test_every_kind_of_filing_stops_when_the_register_moved_on(kind, make_org, cast, colleague):
    group = kind == Kind.PROMOTE
    one = make_org(
        "甲一舞蹈队",
        tier=Tier.GROUP if group else Tier.TEAM,
        **{**BASE, "filing_no": None if group else "A-1"},
    )
    case = actions.begin(kind, one, year=TODAY.year if kind == Kind.REVIEW else None)
    case.reason, case.liaison_assignment, case.activity_time = "理由", "unassigned", "周四"
    case = actions.enter(case, by=cast.committee)
    Organization.objects.filter(pk=one.pk).update(leader_name="李四")
    if kind != Kind.CORRECT:
        with pytest.raises(ValidationError, match="名册又有变化"):
            FLOW.take(case, "review", by=cast.committee, note="属实")
        Filing.objects.filter(pk=case.pk).update(state=FilingState.STREET)
    verb = next(v for v, (kinds, *_) in policy.GRANTS.items() if kind in kinds)
    with pytest.raises(ValidationError, match="名册又有变化"):
        FLOW.take(case, verb, by=colleague, note="准予")
    Organization.objects.filter(pk=one.pk).update(leader_name="张三")
    assert FLOW.take(case, verb, by=colleague, note="准予").state == FilingState.FILED


def test_many_are_judged_with_the_same_statements(make_org, cast, colleague, django_assert_max_num_queries):
    action = step_action(FLOW, "approve_correct", "filings.decide")
    for n in range(6):
        correction(make_org(f"甲一队{n}", **{**BASE, "filing_no": f"A-{n}"}), cast.committee)
    with django_assert_max_num_queries(4):
        assert action.excluded(Filing.objects.all(), colleague, {}) == {}


def test_a_certificate_says_changed_when_a_printed_fact_was_taken_over(filed, cast, client):
    case = filed()
    team = Organization.objects.get(pk=case.organization_id)
    url = reverse("public:certificate", args=[case.certificate.code])
    assert "有效" in client.get(url).content.decode()
    moved_on(team, cast, leader_name="李四")
    assert "已变更" in client.get(url).content.decode()

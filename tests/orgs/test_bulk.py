"""Bulk actions on the register: chosen, previewed with who is left out and why, done once, taken back as one act."""

import openpyxl
import pytest
from django.utils import timezone

from accounts.choices import Role
from core import jobs
from core.choices import JobState
from core.jobs import bulk
from core.jobs.tasks import requeue_stalled, run_bulk
from core.models import Job
from core.tasks import tidy
from core.undo import undo
from orgs.actions import status
from orgs.models import Organization
from orgs.queries.register import timeline
from tests.conftest import credit_code

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/orgs/"
TERMS = {
    "step": "preview",
    "category": "charity",
    "service_fields": ["safety", "supply"],
    "reason": "年度归类",
}
STATUS = {"step": "preview", "status": "stopped", "reason": "停止活动"}


@pytest.fixture
def register(cast):
    """200 organisations: 120 teams of 甲一 (20 of them stopped), 40 groups of 甲二, 20 registered of 甲一, 20 teams of 乙一."""
    rows = []

    def add(count, tier, status, community, **more):
        for n in range(count):
            name = f"{community.name[:2]}{tier}{status}{n:03}"
            code = {"credit_code": credit_code(5_000 + len(rows))} if tier == "registered" else {}
            rows.append(
                Organization(tier=tier, status=status, name=name, sort_key=name, category="culture",
                             street=community.street, community=community, **code, **more)
            )  # fmt: skip

    add(100, "team", "filed", cast.jia1)
    add(20, "team", "stopped", cast.jia1)
    add(40, "group", "normal", cast.jia2)
    add(20, "registered", "normal", cast.jia1)
    add(20, "team", "filed", cast.yi1)
    Organization.objects.bulk_create(rows)


@pytest.fixture
def held(monkeypatch):
    """Confirmed jobs stay queued until a test runs them."""
    monkeypatch.setattr(jobs, "send", lambda task, pk: True)


def choose(client, action, query="", **data) -> Job:
    answer = client.post(LIST + query, {"do": "bulk", "action": action, **data})
    assert answer.status_code == 302 and answer["Location"].endswith("/bulk/"), answer["Location"]
    return Job.objects.get(pk=int(answer["Location"].split("/")[-3]))


def previewed(client, job, data) -> Job:
    assert client.post(f"/jobs/{job.pk}/bulk/", data).status_code == 302
    job.refresh_from_db()
    return job


def confirm(client, job) -> Job:
    client.post(f"/jobs/{job.pk}/bulk/", {"step": "confirm", "at": job.result["at"]})
    job.refresh_from_db()
    return job


def result_rows(job) -> list[dict]:
    head, *rows = openpyxl.load_workbook(job.file.path)["结果"].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_all_that_the_conditions_leave_are_changed_and_who_is_left_out_is_said(register, cast, sign_in):
    client = sign_in(cast.street)
    page = client.get(f"{LIST}?community={cast.jia1.pk}").content.decode()
    assert "全选符合条件的 140 条" in page and page.count('class="pick"') == 51
    job = choose(client, "status", f"?community={cast.jia1.pk}", all="1")
    assert (job.state, len(job.params["ids"])) == (JobState.WAITING, 140)
    job = previewed(client, job, STATUS)
    assert [(g["reason"], g["count"]) for g in job.result["excluded"]] == [
        ("注册社会组织没有“停止活动”这个状态", 20), ("现在已经是“停止活动”", 20),
    ]  # fmt: skip
    page = client.get(f"/jobs/{job.pk}/bulk/").content.decode()
    assert "将修改 100 条" in page and "状态变更为“停止活动”。原因：停止活动" in page
    assert Organization.objects.filter(status="stopped").count() == 20
    job = confirm(client, job)
    assert (job.state, job.result["changed"], job.result["left"]) == (JobState.DONE, 100, 40)
    assert job.message == "修改 100 条，未改 40 条。"
    assert Organization.objects.filter(status="stopped").count() == 120
    assert Organization.objects.filter(community=cast.yi1, status="filed").count() == 20


def test_the_result_file_tells_each_row_and_the_way_back_keeps_the_conditions(register, cast, sign_in):
    client = sign_in(cast.street)
    query = f"?tier=team&community={cast.jia1.pk}&sort=-active"
    job = confirm(client, previewed(client, choose(client, "status", query, all="1"), STATUS))
    rows = result_rows(job)
    assert [list(rows[0]), len(rows)] == [["序号", "名称", "系统编号", "结果", "原因"], 120]
    assert {(r["结果"], r["原因"]) for r in rows} == {
        ("已修改", "状态变更为“停止活动”"), ("未修改", "现在已经是“停止活动”"),
    }  # fmt: skip
    names = dict(Organization.objects.values_list("pk", "name"))
    assert all(names[int(r["系统编号"])] == r["名称"] for r in rows)
    page = client.get(f"/jobs/{job.pk}/")
    assert page.context["back"] == LIST + query
    assert client.get(page.context["back"]).context["count"] == 120
    assert client.get(f"/jobs/{job.pk}/file/").status_code == 200


def test_one_context_holds_the_whole_act_and_takes_it_back(register, cast, sign_in):
    client = sign_in(cast.street)
    job = confirm(client, previewed(client, choose(client, "terms", "?tier=group", all="1"), TERMS))
    changed = Organization.objects.filter(category="charity", service_fields=["safety", "supply"])
    assert (changed.count(), set(changed.values_list("version", flat=True))) == (40, {2})
    entry = timeline(changed[0])[0]
    assert (entry["who"], entry["verb"], entry["reason"]) == ("甲街经办", "修改", "年度归类")
    assert {str(timeline(o)[0]["context"]) for o in changed[:5]} == {job.result["context"]}
    done = undo(job.result["context"], cast.street).parts[0]
    assert (done.restored, done.left_total, changed.count()) == (40, 0, 0)
    assert Organization.objects.filter(category="culture", service_fields=[]).count() == 200


def test_ticked_rows_only_and_a_smuggled_foreign_id_counts_for_nothing(register, cast, sign_in):
    client = sign_in(cast.street)
    mine = list(Organization.objects.filter(community=cast.jia2).values_list("pk", flat=True)[:3])
    foreign = Organization.objects.filter(community=cast.yi1).first()
    job = choose(client, "terms", id=[*mine, foreign.pk, "x", "9" * 30])
    assert job.params["ids"] == mine
    job = confirm(client, previewed(client, job, TERMS))
    assert set(Organization.objects.filter(category="charity").values_list("pk", flat=True)) == set(mine)
    foreign.refresh_from_db()
    assert (foreign.category, foreign.version) == ("culture", 1)


def test_a_row_of_another_filter_cannot_be_ticked(register, cast, sign_in):
    group = Organization.objects.filter(tier="group").first()
    answer = sign_in(cast.street).post(
        f"{LIST}?tier=team", {"do": "bulk", "action": "terms", "id": [group.pk]}, follow=True
    )
    assert "请先勾选要处理的行" in answer.content.decode() and not Job.objects.exists()


def test_what_changed_between_preview_and_work_is_left_alone_and_said(register, cast, sign_in, held):
    client = sign_in(cast.street)
    job = confirm(client, previewed(client, choose(client, "terms", "?tier=group", all="1"), TERMS))
    assert job.state == JobState.QUEUED
    edited, moved, promoted, *_ = Organization.objects.filter(tier="group").order_by("pk")
    Organization.objects.filter(pk=edited.pk).update(version=2, leader_name="李四")
    Organization.objects.filter(pk=moved.pk).update(street=cast.yi, community=cast.yi1)
    Organization.objects.filter(pk=promoted.pk).update(tier="team", status="filed", version=2)
    run_bulk(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["changed"], job.result["left"]) == (JobState.DONE, 37, 3)
    told = {int(r["系统编号"]): (r["名称"], r["原因"]) for r in result_rows(job) if r["结果"] == "未修改"}
    assert told == {
        edited.pk: (edited.name, bulk.CHANGED), moved.pk: ("—", bulk.GONE), promoted.pk: (promoted.name, bulk.GONE),
    }  # fmt: skip
    assert not Organization.objects.filter(pk__in=told, category="charity").exists()


def test_a_row_that_the_preview_left_out_stays_out(register, cast, sign_in, held):
    client = sign_in(cast.street)
    job = confirm(client, previewed(client, choose(client, "status", "?tier=team", all="1"), STATUS))
    late = Organization.objects.filter(status="stopped").first()
    Organization.objects.filter(pk=late.pk).update(status="filed")  # and no stamp tells it
    run_bulk(job.pk)
    late.refresh_from_db()
    assert late.status == "filed"
    assert [r["原因"] for r in result_rows(Job.objects.get()) if r["系统编号"] == str(late.pk)] == [
        bulk.NOT_SHOWN
    ]


def test_killed_and_sent_again_it_is_done_once(register, cast, sign_in, held):
    client = sign_in(cast.street)
    job = confirm(client, previewed(client, choose(client, "terms", "?tier=group", all="1"), TERMS))
    first = jobs.claim(job.pk)  # killed before it could commit
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - jobs.STALE_AFTER * 2)
    assert requeue_stalled() == 1
    run_bulk(job.pk)
    run_bulk(job.pk)
    with pytest.raises(jobs.Stopped), jobs.Progress(job.pk, first.started_at) as progress:
        bulk.carry_out(first, progress)  # the dead one was only slow
    job.refresh_from_db()
    assert (job.state, job.result["changed"]) == (JobState.DONE, 40)
    rows = Organization.objects.filter(tier="group")
    assert set(rows.values_list("category", "version")) == {("charity", 2)}
    assert {organization.events.count() for organization in rows} == {2}


def test_cancelled_while_it_works_it_writes_nothing(register, cast, sign_in, held):
    client = sign_in(cast.street)
    job = confirm(client, previewed(client, choose(client, "terms", "?tier=group", all="1"), TERMS))
    claimed = jobs.claim(job.pk)
    client.post(f"/jobs/{job.pk}/cancel/")
    with pytest.raises(jobs.Stopped), jobs.Progress(job.pk, claimed.started_at) as progress:
        bulk.carry_out(claimed, progress)
    assert Job.objects.get().state == JobState.CANCELLED
    assert not Organization.objects.filter(category="charity").exists()


@pytest.mark.parametrize("change", [{"role": Role.LEADER}, {"role": Role.ASSESSOR}, {"is_active": False}])
def test_who_may_no_longer_do_it_when_it_runs_changes_nothing(change, register, cast, sign_in, held):
    client = sign_in(cast.street)
    job = confirm(client, previewed(client, choose(client, "terms", "?tier=group", all="1"), TERMS))
    people = type(cast.street).objects.filter(pk=cast.street.pk)
    people.update(district=cast.district, **change)
    run_bulk(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED and job.message
    assert not Organization.objects.filter(category="charity").exists()


def test_a_status_is_not_changed_over_an_open_request_and_not_by_a_committee(register, cast, sign_in):
    asked = Organization.objects.filter(tier="group").first()
    status.ask(asked, by=cast.committee, status="stopped", effective_on=timezone.localdate(), reason="搬迁")
    client = sign_in(cast.street)
    job = previewed(client, choose(client, "status", "?tier=group", all="1"), STATUS)
    assert [(g["reason"], [r["id"] for r in g["rows"]]) for g in job.result["excluded"]] == [
        ("有一件没办完的状态变更申请，请先办结", [asked.pk])
    ]
    committee = sign_in(cast.committee)
    assert [a.key for a in committee.get(LIST).context["bulk_actions"]] == ["terms"]
    assert committee.post(LIST, {"do": "bulk", "action": "status", "all": "1"}).status_code == 403


def test_who_may_not_edit_is_offered_nothing_and_refused(register, cast, sign_in):
    client = sign_in(cast.leader)
    page = client.get(LIST)
    assert page.context["bulk_actions"] == [] and 'class="pick"' not in page.content.decode()
    answer = client.post(LIST, {"do": "bulk", "action": "terms", "all": "1"})
    assert answer.status_code == 403 and not Job.objects.exists()


def test_somebody_elses_selection_does_not_exist(register, cast, sign_in):
    job = choose(sign_in(cast.street), "terms", "?tier=group", all="1")
    for person in (cast.officer, cast.sysadmin):
        assert sign_in(person).get(f"/jobs/{job.pk}/bulk/").status_code == 404
        assert sign_in(person).post(f"/jobs/{job.pk}/bulk/", TERMS).status_code == 404


def test_a_reason_is_required_and_an_empty_change_is_refused(register, cast, sign_in):
    client = sign_in(cast.street)
    job = choose(client, "terms", "?tier=group", all="1")
    page = client.post(f"/jobs/{job.pk}/bulk/", {"step": "preview", "category": "charity"}).content.decode()
    assert "原因：请填写" in page
    page = client.post(f"/jobs/{job.pk}/bulk/", {"step": "preview", "reason": "x"}).content.decode()
    assert "请选择新的类别或服务领域" in page
    job.refresh_from_db()
    assert job.result == {}


def test_only_the_preview_that_was_seen_can_be_confirmed(register, cast, sign_in):
    client = sign_in(cast.street)
    job = previewed(client, choose(client, "terms", "?tier=group", all="1"), TERMS)
    seen = job.result["at"]
    job = previewed(client, job, TERMS | {"category": "living"})
    answer = client.post(f"/jobs/{job.pk}/bulk/", {"step": "confirm", "at": seen}, follow=True)
    assert "请再看一遍" in answer.content.decode()
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert confirm(client, job).result["changed"] == 40
    assert Organization.objects.filter(category="living").count() == 40


def test_a_selection_waits_among_my_tasks_can_be_dropped_and_is_forgotten_after_a_week(
    register, cast, sign_in
):
    client = sign_in(cast.street)
    job = choose(client, "terms", "?tier=group", all="1")
    assert f"/jobs/{job.pk}/" in [entry.url for entry in client.get("/").context["entries"]]
    assert client.get(f"/jobs/{job.pk}/")["Location"] == f"/jobs/{job.pk}/bulk/"
    back = client.post(f"/jobs/{job.pk}/bulk/", {"step": "cancel"})
    assert back["Location"] == f"{LIST}?tier=group"
    other = choose(client, "terms", "?tier=group", all="1")
    Job.objects.filter(pk=other.pk).update(created_at=timezone.now() - timezone.timedelta(days=8))
    tidy()
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.CANCELLED}


def test_too_many_at_once_are_refused(register, cast, sign_in, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 100)
    answer = sign_in(cast.street).post(LIST, {"do": "bulk", "action": "terms", "all": "1"}, follow=True)
    assert "一次最多处理 100 条" in answer.content.decode() and not Job.objects.exists()

"""The export centre: asked for, made in the background for the person of that moment, fetched while that still holds."""

import datetime
import io

import openpyxl
import pytest
from django.utils import timezone

from accounts.choices import Role
from core import jobs
from core.choices import JobState
from core.jobs import exports
from core.jobs.tasks import requeue_stalled, run_export
from core.lists.views import ListView
from core.models import AuditEvent, Job
from core.registry import list_named
from core.tasks import tidy
from orgs.models import Organization
from orgs.views.register import OrganizationList

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/orgs/"


@pytest.fixture
def three(make_org, cast):
    return [
        make_org(n, community=c)
        for n, c in (("甲一合唱队", cast.jia1), ("甲二书画社", cast.jia2), ("乙一太极队", cast.yi1))
    ]


def ask(client, query="") -> Job:
    url = client.post(LIST + query, {"do": "export"})["Location"]
    return Job.objects.get(pk=int(url.strip("/").split("/")[-1]))


@pytest.fixture
def held(settings, monkeypatch):
    """Jobs stay queued until a test runs them, as with a worker that is busy."""
    monkeypatch.setattr(run_export, "delay", lambda pk: None)
    monkeypatch.setattr(jobs, "send", lambda task, pk: True)


def book_of(client, job):
    answer = client.get(f"/jobs/{job.pk}/file/")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    assert content == exports.Path(job.file.path).read_bytes()
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_workbook_holds_what_the_list_shows_and_says_how_it_was_made(three, cast, sign_in):
    client = sign_in(cast.street)
    job = ask(client, "?tier=team&q=书画&cols=name,community,phone&sort=-active")
    assert (job.state, job.kind, job.result["rows"], job.message) == (JobState.DONE, "export", 1, "共 1 行。")
    book = book_of(client, job)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[2] == ("序号", "名称", "居委", "系统编号")
    assert [row[1:3] for row in rows[3:]] == [("甲二书画社", "甲二居委会")]
    facts = dict(book["说明"].iter_rows(values_only=True))
    assert (facts["范围"], facts["筛选"], facts["行数"]) == (
        "甲街街道",
        "层级：群众活动团队；搜索：书画",
        "1",
    )
    assert len(facts["校验和（SHA-256）"]) == 64 and facts["数据截至"].startswith(str(timezone.localdate()))


def test_making_and_fetching_are_both_in_the_audit_record(three, cast, sign_in):
    client = sign_in(cast.street)
    job = ask(client)
    client.get(f"/jobs/{job.pk}/file/")
    acts = (
        AuditEvent.objects.filter(kind="export", user=cast.street)
        .order_by("pk")
        .values_list("detail", flat=True)
    )
    assert [(d["act"], d["job"]) for d in acts] == [("生成", job.pk), ("下载", job.pk)]
    assert (acts[0]["rows"], acts[0]["scope"]) == (2, "甲街街道")


def test_asking_answers_at_once_and_asking_twice_makes_one_file(three, cast, sign_in, held):
    client = sign_in(cast.street)
    first, second = ask(client), ask(client)
    assert (first.pk, first.state, first.file.name) == (second.pk, JobState.QUEUED, "")
    page = client.get(f"/jobs/{first.pk}/").content.decode()
    assert 'hx-trigger="load delay:1s"' in page and '<meta http-equiv="refresh" content="3">' in page
    run_export(first.pk)
    done = client.get(f"/jobs/{first.pk}/?part=progress", headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true" and "已完成" in done.content.decode()
    assert ask(client).pk != first.pk


def test_the_rows_are_those_of_the_area_at_the_time_of_making(three, cast, sign_in, held):
    job = ask(sign_in(cast.street))
    cast.street.street = cast.yi
    cast.street.save()
    run_export(job.pk)
    job.refresh_from_db()
    assert (job.result["rows"], job.result["scope"]) == (1, "乙街镇")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_active": False}, "发起人的账号已停用"),
        ({"role": Role.ASSESSOR}, "“评估专家”不能查看组织名册"),
    ],
)
def test_an_owner_who_may_no_longer_gets_a_failed_job_and_the_reason(
    change, sentence, three, cast, sign_in, held
):
    job = ask(sign_in(cast.street))
    type(cast.street).objects.filter(pk=cast.street.pk).update(**change)
    run_export(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file.name) == (JobState.FAILED, "") and sentence in job.message


def test_a_file_is_not_given_out_after_the_jurisdiction_changed(three, cast, sign_in):
    job = ask(sign_in(cast.street))
    cast.street.street = cast.yi
    cast.street.save()
    answer = sign_in(cast.street).get(f"/jobs/{job.pk}/file/")
    assert answer.status_code == 403 and "管辖范围已变，请重新导出" in answer.content.decode()


def test_a_file_is_not_given_out_after_the_grant_is_gone_nor_to_anybody_else(three, cast, sign_in):
    job = ask(sign_in(cast.street))
    assert sign_in(cast.officer).get(f"/jobs/{job.pk}/file/").status_code == 404
    assert sign_in(cast.officer).get(f"/jobs/{job.pk}/").status_code == 404
    watched = sign_in(cast.sysadmin)
    assert watched.get(f"/jobs/{job.pk}/").status_code == 200
    assert watched.get(f"/jobs/{job.pk}/file/").status_code == 404
    type(cast.street).objects.filter(pk=cast.street.pk).update(role=Role.ASSESSOR)
    answer = sign_in(cast.street).get(f"/jobs/{job.pk}/file/")
    assert answer.status_code == 403 and "不能查看组织名册" in answer.content.decode()


def test_who_may_not_export_is_told_why(three, cast, sign_in):
    answer = sign_in(cast.assessor).post(LIST, {"do": "export"})
    assert answer.status_code == 403 and not Job.objects.exists()
    assert sign_in(cast.street).post(LIST, {"do": "nonsense"}).status_code == 404


def test_after_a_week_the_file_is_gone_and_can_be_made_again(three, cast, sign_in):
    client = sign_in(cast.street)
    job = ask(client)
    path = exports.default_storage.path(job.file.name)
    long_ago = timezone.now() - exports.KEPT_FOR - datetime.timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(finished_at=long_ago)
    for tidied in (False, True):
        if tidied:
            tidy()
        answer = client.get(f"/jobs/{job.pk}/file/")
        assert answer.status_code == 410 and "文件已过期，请重新导出" in answer.content.decode()
    job.refresh_from_db()
    assert job.file.name == "" and not exports.Path(path).exists()
    assert "重新导出" in client.get(f"/jobs/{job.pk}/").content.decode()
    client.post(f"/jobs/{job.pk}/retry/")
    job.refresh_from_db()
    assert job.state == JobState.DONE and "fetched_at" not in job.result
    assert f"/jobs/{job.pk}/" in [entry.url for entry in client.get("/").context["entries"]]
    assert client.get(f"/jobs/{job.pk}/file/").status_code == 200
    assert f"/jobs/{job.pk}/" not in [entry.url for entry in client.get("/").context["entries"]]


def test_a_killed_worker_is_followed_by_another_and_three_times_is_enough(three, cast, sign_in, held):
    client = sign_in(cast.street)
    job = ask(client)
    long_ago = timezone.now() - jobs.STALE_AFTER * 2
    for attempt in (1, 2, 3):
        assert jobs.claim(job.pk).attempts == attempt  # taken, then killed
        Job.objects.filter(pk=job.pk).update(heartbeat_at=long_ago)
        assert requeue_stalled() == (1 if attempt < 3 else 0)
    job.refresh_from_db()
    assert job.state == JobState.FAILED and "中断了 3 次" in job.message
    assert "重试" in client.get(f"/jobs/{job.pk}/").content.decode()
    asked = [(entry.title, entry.action) for entry in client.get("/").context["entries"]]
    assert ("导出组织名册", "没有完成，请看原因") in asked
    client.post(f"/jobs/{job.pk}/retry/")
    run_export(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result["rows"]) == (JobState.DONE, 1, 2)


def test_an_attempt_that_lost_the_job_leaves_no_file(three, cast, sign_in, held):
    job = ask(sign_in(cast.street))
    late = jobs.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - jobs.STALE_AFTER * 2)
    run_export(job.pk)
    kept = Job.objects.get(pk=job.pk).file.name
    with pytest.raises(jobs.Stopped), jobs.Progress(job.pk, late.started_at) as progress:
        exports.make(late, progress)
    assert Job.objects.get(pk=job.pk).file.name == kept
    folder = exports.Path(exports.default_storage.path(kept)).parent
    assert [p.name for p in folder.glob(f"export-{job.pk}-*")] == [exports.Path(kept).name]


def test_a_cancelled_export_stays_cancelled_and_makes_nothing(three, cast, sign_in, held):
    client = sign_in(cast.street)
    job = ask(client)
    client.post(f"/jobs/{job.pk}/cancel/")
    run_export(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file.name) == (JobState.CANCELLED, "")
    running = ask(client)
    held_job = jobs.claim(running.pk)
    client.post(f"/jobs/{running.pk}/cancel/")
    assert jobs.settle(held_job, JobState.DONE) is False
    assert sign_in(cast.officer).post(f"/jobs/{running.pk}/cancel/").status_code == 404


def test_an_unforeseen_error_ends_the_job_with_a_sentence(three, cast, sign_in, held, monkeypatch):
    job = ask(sign_in(cast.street), "?sort=name")
    Job.objects.filter(pk=job.pk).update(params={"list": job.params["list"]})
    run_export(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED and f"任务编号 {job.pk}" in job.message


def test_progress_is_told_row_by_row_and_stopping_ends_the_writing(cast, tmp_path):
    rows = [
        Organization(tier="team", status="filed", name=f"队{n}", street=cast.jia, community=cast.jia1)
        for n in range(2_100)
    ]
    Organization.objects.bulk_create(rows)
    job = Job.objects.create(kind="export", title="导出", owner=cast.officer, state=JobState.RUNNING)
    view = OrganizationList.seen_by(cast.officer, "")
    told = []

    class Seen(jobs.Progress):
        def at(self, done):
            told.append((done, self.values["total"]))

    assert exports.write(view, tmp_path / "a.xlsx", Seen(job.pk)).count == 2_100
    assert told == [(n, 2_100) for n in (500, 1_000, 1_500, 2_000)]
    stopped = Seen(job.pk)
    stopped.stopped = True
    with pytest.raises(jobs.Stopped):
        exports.write(view, tmp_path / "b.xlsx", stopped)


def test_every_list_can_be_found_by_its_address():
    assert [list_named(view.url_name) for view in ListView.__subclasses__()] == ListView.__subclasses__()
    assert list_named("orgs:none") is None


def test_the_auditors_list_is_taken_away_in_the_same_way(three, cast, sign_in, read_xlsx):
    client = sign_in(cast.street)
    ask(client)
    auditor = sign_in(cast.auditor)
    url = auditor.post("/audit/?kind=export", {"do": "export"})["Location"]
    texts = [cell for row in read_xlsx(auditor.get(f"{url}file/")) for cell in row]
    assert any("组织名册" in str(text) for text in texts)
    kept = [
        e.detail["list"] for e in AuditEvent.objects.filter(kind="export", detail__act="生成").order_by("id")
    ]
    assert kept == ["组织名册", "审计记录"]

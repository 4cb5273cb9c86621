"""What officers do while something breaks, and what must be true afterwards. Needs Django to be set up on the run's data.

Each act prepares itself in peace and answers with two functions: `do`, in the middle of which something breaks, and `check`.
"""

import io
import time
from collections.abc import Callable
from random import Random

import openpyxl
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.utils import timezone
from pghistory.models import Context

from changning import demo
from core import jobs
from core import undo as undoing
from core.audit import verify
from core.choices import JOB_OPEN, JobState
from core.jobs.tasks import requeue_stalled
from core.models import Job, Undone
from core.undo import job as undo_job
from filings.demo.reconciliation import COLUMNS, HEADERS, row_of
from filings.models import Filing, Line, Reconciliation, Source
from orgs.models import CommunityTarget, Organization
from places.models import Community
from reports.choices import RunState
from reports.models import NightlyRun
from reports.policy import last_night
from reports.queries import missing
from tests.faults.installation import Installation
from tests.faults.person import Person, hidden

END_SECONDS = 240  # a job that has not ended by then is lost
STEP_SECONDS = 4  # a heart that stopped so long ago counts as stopped: two minutes are not waited for
GROUP = ["小组名称", "类别", "所属街镇", "所属社区", "召集人", "联系电话", "人数", "状态"]
WHOLE = {
    "category": "culture", "service_fields": ["civility"], "established_on": "2020-03-01", "activity_place": "居委活动室",
    "activity_content": "合唱排练、节日演出", "activity_time": "每周二、四上午", "weekly_sessions": "2", "member_count": "23",
    "party_member_count": "4", "leader_name": "李秀英", "leader_gender": "female", "leader_age": "63",
    "leader_political_status": "party", "leader_address": "华阳路12弄3号401室", "leader_employer": "已退休",
    "contact_phone": "13812345678", "liaison_assignment": "assigned", "liaison_name": "王建国", "liaison_gender": "male",
    "liaison_age": "45", "liaison_post": "居民区党总支委员", "party_branch": "居民区党总支", "liaison_phone": "13987654321",
    "reason": "",
}  # fmt: skip
NAMES = "春夏秋冬晨光彩云清风明月江海山川松竹梅兰金玉星辰"


def workbook(header: list, rows: list[list]) -> bytes:
    book, target = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("名册")
    for row in (["名册"], header, *rows):
        sheet.append(row)
    book.save(target)
    return target.getvalue()


class World:
    """The people, and the database as the checks see it."""

    def __init__(self, installation: Installation, rng: Random):
        self.installation, self.rng = installation, rng
        password = demo.password()
        names = ("district", "street", "committee", "sysadmin")
        self.people = {name: Person(installation.url, name, password) for name in names}
        place = Community.objects.filter(name="华一居委会").select_related("street").first()
        self.street, self.community = place.street.name, place.name
        self.imported: list[str] = []  # marks of ledgers that were written
        self.requeued = 0

    def mark(self) -> str:
        """A name that nobody has yet; letters of the alphabet would be no Chinese name."""
        while True:
            found = "".join(self.rng.choice(NAMES) for _ in range(6))
            if not Organization.objects.filter(name__startswith=found).exists():
                return found

    def read(self, question: Callable):
        """What the database says, as soon as it can be asked."""
        end = time.monotonic() + END_SECONDS
        while True:
            try:
                return question()
            except DatabaseError:
                connection.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    def ended(self, pk: int) -> Job:
        """The job when nobody works on it any more."""
        end, look = time.monotonic() + END_SECONDS, 0.0
        while True:
            job = self.read(lambda: Job.objects.get(pk=pk))
            if job.state not in JOB_OPEN:
                return job
            assert time.monotonic() < end, f"job {pk} ({job.kind}) is still {job.state}: {job.step}"
            if time.monotonic() > look:
                look = time.monotonic() + 2
                self.read(self.time_goes_by)
            time.sleep(0.2)

    def time_goes_by(self) -> None:
        """Hearts that stopped look as if two minutes had passed; then the task of the clock is called, as every minute."""
        now = timezone.now()
        silent = now - jobs.timedelta(seconds=jobs.BEAT_EVERY + STEP_SECONDS)
        dead = Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=silent)
        waiting = Job.objects.filter(state=JobState.QUEUED, heartbeat_at__lt=silent)
        fresh = Job.objects.filter(state=JobState.QUEUED, heartbeat_at=None, created_at__lt=silent)
        for rows in (dead, waiting, fresh):
            rows.update(heartbeat_at=now - 2 * jobs.STALE_AFTER)
        self.requeued += requeue_stalled()

    def job_at(self, location: str) -> int:
        return int(location.rstrip("/").split("/")[-1])


def import_(world: World):
    person, mark, count = world.people["district"], world.mark(), world.rng.choice((30, 300))
    rows = [
        [f"{mark}第{n}读书会", "文体活动类", world.street, world.community, "张三", "13800138000", 20, "正常"]
        for n in range(1, count + 1)
    ]
    file = {"file": (f"{mark}.xlsx", workbook(GROUP, rows))}
    fields = hidden(person.get("/orgs/import/").text) | {"ledger": "groups"}
    sent: list[int] = []

    def do():
        sent.append(world.job_at(person.post("/orgs/import/", fields, file).headers["Location"]))
        job = world.ended(sent[0])
        assert job.state == JobState.WAITING, f"checked: {job.state} {job.message}"
        assert job.result["counts"]["rejected"] == 0, job.result["kinds"]
        person.post(f"/orgs/import/{job.pk}/confirm/", {"rows": "all"})

    def check():
        job = world.ended(sent[0])
        assert job.state == JobState.DONE, f"import {job.state}: {job.message}"
        found = Organization.objects.filter(name__startswith=mark)
        versions = sorted(found.values_list("version", flat=True))
        assert versions == [1] * count, f"{len(versions)} of {count} groups"
        events = Organization.pgh_event_model.objects.filter(name__startswith=mark).count()
        assert events == count, f"{events} states in the history of {count}"
        for other in Job.objects.filter(kind=job.kind, state=JobState.WAITING, title=job.title):
            person.post(f"/orgs/import/{other.pk}/cancel/", {})  # the upload was sent twice, and kept twice
        world.imported.append(mark)

    return do, check


def classify(world: World, mark: str, category: str) -> int:
    """Give the groups of a mark another category, as on the list: chosen, shown, confirmed. The job."""
    person = world.people["district"]
    url = person.post(f"/orgs/?q={mark}", {"do": "bulk", "action": "terms", "all": "1"}).headers["Location"]
    pk = int(url.rstrip("/").split("/")[-2])
    person.post(url, {"step": "preview", "category": category, "reason": f"归类{mark}"})
    at = world.read(lambda: Job.objects.get(pk=pk)).result["at"]
    person.post(url, {"step": "confirm", "at": at})
    return pk


def other_category(mark: str) -> str:
    old = Organization.objects.filter(name__startswith=mark).values_list("category", flat=True).first()
    return {"culture": "charity"}.get(old, "culture")


def bulk(world: World):
    mark = world.rng.choice(world.imported)
    rows = Organization.objects.filter(name__startswith=mark).order_by("pk")
    before, new, sent = list(rows.values_list("pk", "version")), other_category(mark), []
    history = Organization.pgh_event_model.objects.filter(pgh_obj_id__in=[pk for pk, _ in before])
    states = history.count()

    def do():
        sent.append(classify(world, mark, new))

    def check():
        job = world.ended(sent[0])
        assert job.state == JobState.DONE, f"bulk {job.state}: {job.message}"
        after = list(rows.values_list("pk", "version"))
        assert after == [(pk, version + 1) for pk, version in before], "rows were changed twice or not at all"
        assert history.count() == states + len(before), "the history does not hold each change once"
        assert job.result["changed"] == len(before) and job.file.storage.exists(job.file.name)

    return do, check


def undo(world: World):
    """Of a change of many, in the request or in the background."""
    mark, person = world.rng.choice(world.imported), world.people["district"]
    rows = Organization.objects.filter(name__startswith=mark)
    before = sorted(rows.values_list("pk", "category"))
    context = world.ended(classify(world, mark, other_category(mark))).result["context"]
    assert sorted(rows.values_list("pk", "category")) != before
    by, act = get_user_model().objects.get(username="district"), undoing.act_of(context)
    in_background, sent = world.rng.random() < 0.5, []

    def do():
        if in_background:
            sent.append(world.read(lambda: undo_job.submit(act, by, [])).pk)
        else:
            person.post(f"/acts/{context}/", {})

    def check():
        ended = world.ended(sent[0]) if sent else None
        assert ended is None or ended.state == JobState.DONE, f"undo {ended.state}: {ended.message}"
        assert Undone.objects.filter(act=context).count() == 1
        assert sorted(rows.values_list("pk", "category")) == before
        assert Context.objects.filter(metadata__undoes=str(context)).count() == 1

    return do, check


def export(world: World):
    mark, person, sent = world.rng.choice(world.imported), world.people["district"], []
    count = Organization.objects.filter(name__startswith=mark).count()

    def do():
        sent.append(world.job_at(person.post(f"/orgs/?q={mark}", {"do": "export"}).headers["Location"]))

    def check():
        job = world.ended(sent[0])
        assert job.state == JobState.DONE, f"export {job.state}: {job.message}"
        with job.file.open("rb") as file:
            sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
            rows = sheet.iter_rows(values_only=True)
            named = sum(any(str(cell).startswith(mark) for cell in row) for row in rows)
        assert (job.result["rows"], named) == (count, count), f"{named} rows in the file, {count} in the list"

    return do, check


def filing(world: World):
    person, mark = world.people["committee"], world.mark()
    fields = person.form("/filings/new/") | WHOLE | {"name": f"{mark}合唱队"}

    def do():
        answer = person.post("/filings/new/", fields)
        if answer.status_code == 200:  # read once what the decider would be warned of
            answer = person.post("/filings/new/", fields | {"sure": hidden(answer.text).get("sure", "")})
        assert answer.status_code == 302, f"filing was answered {answer.status_code}"

    def check():
        found = list(Filing.objects.filter(name=f"{mark}合唱队"))
        assert len(found) == 1, f"{len(found)} filings of one form"
        assert found[0].events.filter(pgh_label="insert").count() == 1

    return do, check


def reconcile(world: World):
    person, sent = world.people["street"], []
    owner = get_user_model().objects.get(username="street")
    teams = Organization.objects.visible_to(owner).filter(tier="team", status="filed").order_by("pk")[:120]
    rows = [[row_of(team).get(field, "") for field in COLUMNS] + [""] for team in teams]
    fields = person.form("/filings/reconcile/new/") | {"source": Source.objects.get(kind="filing").pk}
    file = {"file": ("清单.xlsx", workbook(HEADERS, rows))}

    def do():
        answer = person.post("/filings/reconcile/new/", fields, file)
        assert answer.status_code == 302, f"the export was answered {answer.status_code}"
        sent.append(world.job_at(answer.headers["Location"]))

    def check():
        job = world.ended(sent[0])
        assert job.state == JobState.DONE, f"reconciliation {job.state}: {job.message}"
        run = Reconciliation.objects.get(pk=job.pk)
        assert run.rows == len(rows), f"{run.rows} rows of {len(rows)}"
        assert Line.objects.filter(run=run).count() == run.rows + run.ours - run.outside
        assert not job.file.name, "the upload was kept"

    return do, check


def night(world: World):
    def do():
        world.people["sysadmin"].post("/reports/nightly/run/", {})

    def check():
        world.ended(Job.objects.filter(kind="reports.nights").latest("pk").pk)
        last = Job.objects.filter(kind="reports.nights").latest("pk")
        assert last.state == JobState.DONE, f"nights {last.state}: {last.message}"
        date = last_night(timezone.localtime())
        run = NightlyRun.objects.get(date=date)
        states = sorted(run.steps.values_list("state", flat=True))
        assert (run.state, states) == (RunState.DONE, [RunState.DONE] * 6), f"{run.state} {states}"
        assert missing() == []
        communities = Community.objects.filter(closed_on=None).count()
        assert CommunityTarget.objects.filter(night=date).count() == communities

    return do, check


ACTS = {
    "import": import_,
    "export": export,
    "bulk": bulk,
    "filing": filing,
    "undo": undo,
    "reconcile": reconcile,
    "night": night,
}


def clock_put_back() -> None:
    """Signs of life of jobs that lie in the future, as after a clock that ran ahead was corrected."""
    ahead = timezone.now() + 4 * jobs.STALE_AFTER
    Job.objects.filter(state=JobState.RUNNING).update(heartbeat_at=ahead)


def everything(world: World) -> None:
    """What must be true whatever was done."""
    open_ = list(Job.objects.filter(state__in=JOB_OPEN).values_list("pk", "kind", "state"))
    assert not open_, f"jobs that nobody ends: {open_}"
    outcome = verify.verify()
    assert outcome.whole, outcome.faults[:3]
    for job in Job.objects.exclude(file="").filter(state=JobState.DONE):
        assert job.file.storage.exists(job.file.name), f"job {job.pk} names a file that is not there"

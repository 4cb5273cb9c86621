"""A reconciliation of the demo street with its four lists, some of it decided, and one export that waits for its columns."""

import datetime
import io
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import User
from core.choices import JobState
from core.history import told
from core.models import Job
from core.numbers import whole
from filings.actions.reconcile import decide, run
from filings.models import Difference, Reconciliation, Source
from orgs.choices import Status, Tier, Verb
from orgs.models import Organization
from orgs.queries import terms

COLUMNS = {
    "number": "系统编号", "name": "群团名称", "filing_no": "备案号", "street": "所属街道", "community": "所属居(村)委",
    "category": "团队类别", "established_on": "成立日期", "activity_place": "活动地点", "member_count": "人数",
    "leader_name": "负责人姓名", "contact_phone": "联系手机",
}  # fmt: skip
HEADERS = [*COLUMNS.values(), "上报日期"]
VOLUNTEERS = ["服务队编号", "服务队名称", "所属街镇", "志愿者人数", "队长姓名", "联系电话", "星级"]
NEW_NAMES = ["春之声合唱队", "巧手编织社", "银发摄影队", "晨曦太极队", "弄堂故事会"]
LEADERS = ["周敏", "吴建华", "郑丽", "王国平", "陈芳"]
CHANGES = ("member_count", "leader_name", "activity_place", "contact_phone")


class Quiet:
    """Nobody watches a demo being planted."""

    def step(self, *args) -> None: ...

    def at(self, *args) -> None: ...

    def go_on(self) -> None: ...


def plant(today: datetime.date, seed: int = 2021) -> tuple[str, int]:
    """(what was made, differences that were found); none where the demo accounts do not exist."""
    person = User.objects.filter(username="street").first()
    if person is None:
        return "市系统核对差异", 0
    filing, volunteer = Source.objects.get(kind="filing"), Source.objects.get(kind="volunteer")
    rng = Random(seed)
    teams = list(
        Organization.objects.filter(street=person.street, tier=Tier.TEAM, status=Status.FILED).order_by("pk")
    )
    for number, team in enumerate(teams[:-12], 1):  # the rest is not yet known by its number
        team.municipal_no = f"SHTD{number:06}"
    with told(Verb.SEED, None, "演示数据"):
        Organization.objects.bulk_update(teams, ["municipal_no"])
    run.set_columns(source=filing, columns=COLUMNS, headers=HEADERS, run=None, by=person)
    rows = [row_of(team) for team in teams[:-5]] + new_rows(teams)
    for row in rng.sample(rows[: len(teams) - 20], 24):
        change(row, rng.choice(CHANGES), rng)
    found = done(
        filing, "群众活动团队清单.xlsx", HEADERS, [[r.get(f, "") for f in COLUMNS] for r in rows], person
    )
    settle(found, person)
    place = person.street.name
    volunteers = [
        [f"ZY{n:04}", team.name, place, team.member_count, team.leader_name, team.contact_phone, "三星"]
        for n, team in enumerate(teams[:30], 1)
    ]
    waiting(volunteer, volunteers, person)
    return "市系统核对差异", found.differences


def row_of(team: Organization) -> dict:
    return {
        "number": team.municipal_no or f"SHTD8{team.pk:05}", "name": team.name, "filing_no": team.filing_no, "street": team.street.name,
        "community": team.community.name, "category": terms.categories().get(team.category), "established_on": team.established_on,
        "activity_place": team.activity_place, "member_count": team.member_count, "leader_name": team.leader_name,
        "contact_phone": whole(team.contact_phone) or team.contact_phone,
    }  # fmt: skip


def new_rows(teams: list[Organization]) -> list[dict]:
    """Teams that only the municipal system has."""
    return [
        row_of(team) | {"number": f"SHTD9{n:05}", "filing_no": "", "name": name, "leader_name": leader, "contact_phone": 19900001000 + n}
        for n, (team, name, leader) in enumerate(zip(teams, NEW_NAMES, LEADERS, strict=False))
    ]  # fmt: skip


def change(row: dict, field: str, rng: Random) -> None:
    new = {
        "member_count": (row["member_count"] or 10) + rng.randint(1, 9), "leader_name": rng.choice(LEADERS),
        "activity_place": "社区文化活动中心二楼", "contact_phone": 19900002000 + rng.randint(0, 999),
    }  # fmt: skip
    row[field] = new[field]


def workbook(name: str, headers: list[str], rows: list[list]) -> SimpleUploadedFile:
    book, target = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("清单")
    for row in (["上海市社区群众活动团队清单"], headers, *rows):
        sheet.append(row)
    book.save(target)
    return SimpleUploadedFile(name, target.getvalue())


def done(source: Source, name: str, headers: list[str], rows: list[list], person: User) -> Reconciliation:
    found = run.keep(source=source, file=workbook(name, headers, rows), by=person)
    job = found.job
    job.state, job.started_at = JobState.RUNNING, timezone.now()
    job.save()
    run.finish(job, Reconciliation.objects.select_related("source").get(pk=found.pk), headers, Quiet())
    run.drop_file(job)
    return Reconciliation.objects.get(pk=found.pk)


def settle(found: Reconciliation, person: User) -> None:
    """A few of each decision."""
    some = list(
        Difference.objects.filter(line__run=found, fault="").order_by("pk").values_list("pk", flat=True)[:7]
    )
    refused = decide.Judge(decide.chosen(some), person).refusals()
    decide.adopt([pk for pk in some[:5] if pk not in refused], by=person, reason="")
    decide.keep(some[5:], by=person, reason="")


def waiting(source: Source, rows: list[list], person: User) -> None:
    found = run.keep(source=source, file=workbook("志愿服务队.xlsx", VOLUNTEERS, rows), by=person)
    Job.objects.filter(pk=found.pk).update(
        state=JobState.WAITING, message=run.NOT_SET, result={"headers": VOLUNTEERS}
    )

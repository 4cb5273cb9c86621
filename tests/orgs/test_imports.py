"""The four sample ledgers through the command: every planted fault, no other, and the counts afterwards."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from core import undo as acts
from core.choices import JobState
from core.jobs import claim
from core.jobs.tasks import requeue_stalled
from core.ledger.parsing import shown
from core.models import Job
from orgs.actions import register as register_actions
from orgs.actions.imports import job as jobs
from orgs.actions.setup import load_dictionaries
from orgs.choices import Door
from orgs.models import Activity, ImportFault, Organization
from orgs.queries.register import counted, timeline
from orgs.tables.ledgers import LEDGERS
from orgs.tasks import run_import
from places.actions import load_map
from places.models import Community
from tests.conftest import credit_code

SAMPLES = Path(__file__).parent.parent / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())
KINDS = list(LEDGERS)
pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db):
    load_map()
    load_dictionaries()


def send(kind, path, *options) -> tuple[int, dict]:
    """(exit code, the printed object) of the command."""
    out = io.StringIO()
    code = 0
    try:
        call_command("import_ledger", kind, str(path), *options, stdout=out)
    except SystemExit as left:
        code = left.code
    return code, json.loads(out.getvalue())


def planted(kind) -> set:
    same = {"None": ""}
    return {
        (f["row"], f["column"], f["kind"], same.get(f["value"], f["value"].strip()))
        for f in EXPECTED["faults"]
        if f["file"] == f"{kind}.xlsx"
    }


def found(printed, *, without=()) -> set:
    return {
        (f["row"], f["header"], f["kind"], f["value"].strip())
        for f in printed["faults"]
        if f["kind"] not in without
    }


def counts(printed) -> tuple:
    return tuple(printed[k] for k in ("read", "created", "updated", "unchanged", "rejected"))


def send_all(*options):
    return {kind: send(kind, SAMPLES / f"{kind}.xlsx", *options)[1] for kind in KINDS}


@pytest.mark.parametrize("kind", ["registered", "teams", "groups"])
def test_every_planted_fault_is_found_and_no_other(district, kind):
    code, printed = send(kind, SAMPLES / f"{kind}.xlsx")
    assert found(printed) == planted(kind)
    assert (code, printed["rejected"]) == (1, EXPECTED["files"][f"{kind}.xlsx"]["bad_rows"])
    assert not Organization.objects.exists()


def test_good_rows_give_the_target_and_a_second_time_nothing_changes(district):
    first = send_all("--good-rows-only")
    assert {k: v["created"] for k, v in first.items()} == {
        "registered": 619,
        "teams": 1687,
        "groups": 617,
        "activities": 6660,
    }
    assert {f["kind"] for f in first["activities"]["faults"]} == {"organization_unknown"}
    versions = set(Organization.objects.values_list("pk", "version", "updated_at"))
    second = send_all("--good-rows-only")
    assert {k: (v["created"], v["updated"], v["unchanged"]) for k, v in second.items()} == {
        k: (0, 0, v["created"]) for k, v in first.items()
    }
    assert set(Organization.objects.values_list("pk", "version", "updated_at")) == versions
    per_community = {code: [0, 0, 0] for code in Community.objects.values_list("code", flat=True)}
    for tier, code in counted(Organization.objects.all()).values_list("tier", "community__code"):
        per_community[code][["registered", "team", "group"].index(tier)] += 1
    assert per_community == EXPECTED["target"]["per_community"]


def test_name_that_looks_like_a_formula_goes_in_as_text(district):
    send("teams", SAMPLES / "teams.xlsx", "--good-rows-only")
    assert Organization.objects.get(name__startswith="=").name == '=HYPERLINK("http://127.0.0.1/x","点击")'


def test_dry_run_writes_nothing(district):
    code, printed = send("groups", SAMPLES / "groups.xlsx", "--dry-run")
    assert (code, counts(printed)) == (0, (620, 617, 0, 0, 3))
    assert not Organization.objects.exists()


def correct(path: Path, kind: str) -> None:
    """Repair every marked cell as an officer would."""
    right = {
        "duplicate_in_file": {"统一社会信用代码": "53310105MJ49000210", "备案编号": "310105001-2020-9001"},
        "date": {}, "number": {"注册资金(万元)": 10, "从业人员数": 3, "年龄": 60, "人数": 5},
        "choice": {"评估等级": "4A", "社会组织类型": "社会团体", "类别": "文体活动类"}, "phone": {"联系电话": "13800138000"},
    }  # fmt: skip
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for fault in (f for f in EXPECTED["faults"] if f["file"] == f"{kind}.xlsx"):
        column = next(c.column for c in page[3] if c.value == fault["column"])
        cell = page.cell(fault["row"], column)
        assert cell.comment and fault["kind"]
        value = right.get(fault["kind"], {}).get(fault["column"])
        if (
            fault["kind"] in ("street_unknown", "community_unknown", "community_not_in_street")
            or fault["column"] == "所属社区"
        ):
            page.cell(fault["row"], next(c.column for c in page[3] if c.value == "所属街镇")).value = "新泾镇"
            column = next(c.column for c in page[3] if c.value in ("所属社区", "所属居民区"))
            page.cell(fault["row"], column).value = "淞虹小区第四居委会"
            continue
        if fault["kind"] == "date":
            value = "2019-8-1"
        elif fault["kind"] == "required" and value is None:
            value = f"补填{fault['row']}"
        elif fault["column"] == "统一社会信用代码" and value is None:
            value = credit_code(900_000 + fault["row"])
        elif fault["kind"] == "members_below_minimum":
            value = 12
        elif fault["kind"] == "party_members_over_members":
            value = 1
        cell.value = value
    book.save(path)


@pytest.mark.parametrize("kind", ["registered", "teams", "groups"])
def test_corrected_marked_copy_completes_the_import_without_duplicates(district, tmp_path, kind):
    marked = tmp_path / "marked.xlsx"
    send(kind, SAMPLES / f"{kind}.xlsx", "--good-rows-only", "--marked-copy", str(marked))
    correct(marked, kind)
    rows = EXPECTED["files"][f"{kind}.xlsx"]
    code, printed = send(kind, marked)
    assert printed["faults"] == []
    assert (code, counts(printed)) == (0, (rows["rows"], rows["bad_rows"], 0, rows["good_rows"], 0))
    assert Organization.objects.count() == rows["rows"]


def test_marked_copy_keeps_the_workbook_and_explains_each_fault(district, tmp_path):
    marked = tmp_path / "marked.xlsx"
    send("teams", SAMPLES / "teams.xlsx", "--dry-run", "--marked-copy", str(marked))
    before, after = openpyxl.load_workbook(SAMPLES / "teams.xlsx"), openpyxl.load_workbook(marked)
    page = after.worksheets[0]
    assert [[c.value for c in row] for row in page] == [
        [c.value for c in row] for row in before.worksheets[0]
    ]
    assert page["C1324"].data_type == "s"
    assert page.freeze_panes == before.worksheets[0].freeze_panes
    note = page["D148"].comment.text
    assert "商业类" in note and "不在可填内容之内" in note and "文体活动类" in note
    assert page["D148"].fill.fgColor.rgb == "FFFFD9D9"
    assert after.sheetnames[-1] == "错误说明"
    assert after["错误说明"].max_row == 1 + EXPECTED["files"]["teams.xlsx"]["faults"]


# ---- as a background job ------------------------------------------------------------------------------------


def upload(cast, path, kind="teams"):
    job = jobs.submit(
        ledger=LEDGERS[kind], file=SimpleUploadedFile(path.name, path.read_bytes()), by=cast.officer
    )
    run_import(job.pk)
    job.refresh_from_db()
    return job


def confirmed(job, good_only=False, **chosen):
    jobs.confirm(job=job, good_only=good_only, **chosen)
    run_import(job.pk)
    job.refresh_from_db()
    return job


def taken_back(job):
    """What undoing the import did, by its one model."""
    return acts.undo(job.result["context"], job.owner).parts[0]


TEAM_HEADER = [
    "备案编号",
    "团队名称",
    "类别",
    "所属街镇",
    "所属社区",
    "参加人数",
    "其中党员数",
    "负责人",
    "联系电话",
    "状态",
]


@pytest.fixture
def teams_file(tmp_path):
    """teams_file(rows) → a workbook of teams; a row gives what differs from a good one."""

    def write(*rows, header=TEAM_HEADER, name="teams.xlsx"):
        book = openpyxl.Workbook()
        book.active.append(["团队名册"])
        book.active.append(header)
        for number, row in enumerate(rows, 1):
            good = dict(zip(TEAM_HEADER, [f"A-2020-{number:04}", f"第{number}合唱队", "文体活动类", "甲街", "甲一", 20, 3, "张三",
                                          "13800138000", "已备案"], strict=True))  # fmt: skip
            book.active.append([(good | row)[h] for h in header])
            for cell in book.active[number + 2]:
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type  # text, as staff type it
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def test_import_shows_changes_cell_by_cell_and_history_tells_who_and_why(cast, teams_file):
    job = confirmed(upload(cast, teams_file({}, {})))
    assert (job.state, job.result["counts"]["created"]) == (JobState.DONE, 2)
    job = upload(cast, teams_file({"联系电话": "13800138009"}, {}))
    assert job.state == JobState.WAITING
    assert [c["cells"] for c in job.result["preview"]["changed"]] == [
        [["联系电话", "138****8000", "138****8009"]]
    ]
    assert job.result["counts"] | {} == {
        "read": 2,
        "created": 0,
        "updated": 1,
        "unchanged": 1,
        "rejected": 0,
        "held": 0,
    }
    confirmed(job)
    changed = Organization.objects.get(contact_phone="13800138009")
    newest = timeline(changed)[0]
    assert (changed.version, newest["who"], newest["verb"], newest["reason"]) == (
        2,
        str(cast.officer),
        "导入",
        "导入 teams.xlsx",
    )


def test_undo_removes_new_rows_restores_changed_ones_and_leaves_what_was_edited_since(cast, teams_file):
    confirmed(upload(cast, teams_file({}, {})))
    other = {"联系电话": "13800138009"}
    job = confirmed(upload(cast, teams_file(other, other, {}, {})))
    edited = Organization.objects.get(filing_no="A-2020-0003")
    edited.remark = "周三有人"
    register_actions.edit(edited, version=edited.version, by=cast.officer)
    undone = taken_back(job)
    assert (undone.removed, undone.restored, [row["id"] for row in undone.left]) == (1, 2, [edited.pk])
    assert sorted(Organization.objects.values_list("name", "contact_phone", "remark")) == [
        ("第1合唱队", "13800138000", ""), ("第2合唱队", "13800138000", ""), ("第3合唱队", "13800138000", "周三有人"),
    ]  # fmt: skip


def test_undo_of_activities_gives_the_last_activity_back(cast, make_org, tmp_path):
    organization = make_org("合唱队")
    book = openpyxl.Workbook()
    book.active.append(["组织名称", "活动名称", "活动日期"])
    book.active.append(["合 唱 队", "邻里节", "2026.3.4"])
    book.save(tmp_path / "a.xlsx")
    job = confirmed(upload(cast, tmp_path / "a.xlsx", "activities"))
    organization.refresh_from_db()
    assert (str(organization.last_active_on), Activity.objects.count()) == ("2026-03-04", 1)
    taken_back(job)
    organization.refresh_from_db()
    assert (organization.last_active_on, Activity.objects.count()) == (None, 0)


def test_undo_is_refused_once_a_row_has_left_the_area(cast, teams_file):
    cast.officer, district = cast.street, cast.officer
    job = confirmed(upload(cast, teams_file({}, {})))
    moved = Organization.objects.first()
    moved.street, moved.community = cast.yi, cast.yi1
    register_actions.edit(moved, version=moved.version, by=district, door=Door.FILING)
    assert acts.find(job.result["context"], cast.street) is None
    with pytest.raises(acts.Refused, match="不在您辖区内"):
        taken_back(job)


def test_rows_outside_the_area_are_faults(cast, teams_file, make_org):
    theirs = make_org("乙一队", community=cast.yi1, filing_no="B-1")
    cast.officer = cast.street
    path = teams_file({}, {"所属街镇": "乙街镇", "所属社区": "乙一"}, {"备案编号": "B-1"})
    job = upload(cast, path)
    assert list(ImportFault.objects.filter(job=job).values_list("row", "kind")) == [
        (4, "out_of_area"),
        (5, "out_of_area"),
    ]
    confirmed(job, good_only=True)
    theirs.refresh_from_db()
    assert (theirs.name, theirs.version) == ("乙一队", 1)


def test_hostile_rows_are_faults_or_text_and_never_break_the_run(cast, teams_file):
    path = teams_file(
        {"团队名称": "'; DROP TABLE orgs_organization; --"},
        {"团队名称": "<script>alert(1)</script>", "联系电话": "=cmd|' /C calc'!A0"},
        {"团队名称": "甲" * 201},
        {"参加人数": "1e400", "其中党员数": -1},
        {"所属社区": "%s%(x)s{}\\"},
        {"备案编号": "\\N", "团队名称": "\\.", "负责人": "a\tb\nc"},
    )
    job = upload(cast, path)
    kinds = list(ImportFault.objects.filter(job=job).order_by("row", "column").values_list("row", "kind"))
    assert kinds == [(4, "phone"), (5, "too_long"), (6, "number"), (6, "number"), (7, "community_unknown")]
    confirmed(job, good_only=True)
    assert set(Organization.objects.values_list("name", "filing_no", "leader_name")) == {
        ("'; DROP TABLE orgs_organization; --", "A-2020-0001", "张三"), ("\\.", "\\N", "a b c"),
    }  # fmt: skip


def test_masked_phone_of_our_own_export_changes_nothing(cast, teams_file):
    confirmed(upload(cast, teams_file({})))
    job = upload(cast, teams_file({"联系电话": "138****8000"}))
    assert job.result["counts"]["unchanged"] == 1
    job = upload(cast, teams_file({"联系电话": "139****8000"}))
    assert job.result["kinds"] == {"phone": 1}


def test_column_that_the_ledger_does_not_have_is_left_as_it_is(cast, teams_file):
    confirmed(upload(cast, teams_file({})))
    short = [h for h in TEAM_HEADER if h not in ("联系电话", "参加人数", "状态")]
    job = upload(cast, teams_file({"其中党员数": 21}, header=short))
    assert job.result["kinds"] == {"party_members_over_members": 1}
    assert upload(cast, teams_file({}, header=short)).result["counts"]["unchanged"] == 1


def test_nothing_is_written_when_somebody_makes_a_row_bad_between_check_and_confirm(
    cast, teams_file, make_org
):
    job = upload(cast, teams_file({}))
    make_org("别的队", tier="registered", filing_no="A-2020-0001")
    job = confirmed(job)
    assert (job.state, job.result["written"], job.result["kinds"]) == (
        JobState.WAITING,
        False,
        {"tier_changed": 1},
    )


def test_job_delivered_twice_runs_once_and_a_dead_one_is_sent_again(cast, teams_file):
    job = upload(cast, teams_file({}))
    assert claim(job.pk) is None
    long_ago = timezone.now() - timezone.timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at=long_ago, attempts=1)
    assert requeue_stalled() == 1
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at=long_ago, attempts=3)
    assert requeue_stalled() == 0
    job.refresh_from_db()
    assert job.state == JobState.FAILED and "中断" in job.message


def test_refused_workbook_fails_with_its_sentence(cast, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["一", "二"])
    book.save(tmp_path / "x.xlsx")
    job = upload(cast, tmp_path / "x.xlsx")
    assert job.state == JobState.FAILED and "没有找到“团队备案名册”的表头" in job.message


def test_shown_words_are_those_of_the_sheet():
    assert [shown(v) for v in (12.0, 1.5, None, True, "x")] == ["12", "1.5", "", "TRUE", "x"]

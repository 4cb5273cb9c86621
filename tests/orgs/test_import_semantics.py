"""What a ledger may do to the register: only to the organisation that it means, only within the area, and nothing unasked."""

import contextlib
import io
import json
import re

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from core.choices import JobState
from core.jobs.tasks import requeue_stalled
from core.models import Job
from orgs.actions.imports import job as jobs
from orgs.actions.imports import register as register_import
from orgs.models import ImportFault, ImportRow, Organization
from orgs.queries import imports
from orgs.queries.identity import Marks, bare_name, name_doubt, number_doubt
from orgs.tables.ledgers import LEDGERS
from orgs.tasks import run_import
from reports.queries import from_jobs
from tests.core.test_ledger_guard import with_part
from tests.orgs.test_import_pages import send
from tests.orgs.test_imports import TEAM_HEADER, confirmed, teams_file, upload  # noqa: F401

pytestmark = pytest.mark.django_db
FULL = [*TEAM_HEADER, "成立时间", "备注"]
COUNTS = ("read", "created", "updated", "unchanged", "rejected", "held")


@pytest.fixture
def ledger(tmp_path):
    """ledger({...}, …) → a workbook of teams with founding date and remark; a row gives what differs from a good one."""

    def write(*rows, header=FULL, name="teams.xlsx"):
        book = openpyxl.Workbook()
        book.active.append(header)
        for number, row in enumerate(rows, 1):
            good = dict(zip(FULL, [f"A-2020-{number:04}", f"第{number}合唱队", "文体活动类", "甲街", "甲一", 20, 3, "张三", "13800138000",
                                   "已备案", "2020-03-01", "每周一练"], strict=True))  # fmt: skip
            book.active.append([(good | row).get(h) for h in header])
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def command(path, *options, kind="teams") -> dict:
    out = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("import_ledger", kind, str(path), *options, stdout=out)
    printed = json.loads(out.getvalue())
    assert printed["read"] == sum(printed[name] for name in COUNTS[1:])
    return printed


def groups_file(path, names, leader):
    """A ledger of groups of these names with one leader, founded in 2023."""
    book = openpyxl.Workbook()
    book.active.append(["小组名称", "所属街镇", "所属社区", "召集人", "成立时间", "联系电话"])
    for name in names:
        book.active.append([name, "甲街", "甲一", leader, "2023-05-05", "13900139000"])
    book.save(path)
    return path


def numbers(printed: dict) -> tuple:
    return tuple(printed[name] for name in COUNTS)


OTHER = {"团队名称": "绿苑舞蹈队", "成立时间": "2011-06-01", "负责人": "李四", "联系电话": "13900139000"}


# ---- one key is nobody's identity ---------------------------------------------------------------------------


def test_a_row_of_which_only_the_number_agrees_is_held_unless_it_is_ticked(cast, ledger):
    command(ledger({}, {}))
    path = ledger(OTHER, {"负责人": "王五"})
    assert numbers(command(path)) == (2, 0, 1, 0, 0, 1)
    assert set(Organization.objects.values_list("name", "leader_name")) == {
        ("第1合唱队", "张三"), ("第2合唱队", "王五"),
    }  # fmt: skip
    assert numbers(command(path, "--apply-held")) == (2, 0, 1, 1, 0, 0)
    assert Organization.objects.get(filing_no="A-2020-0001").name == "绿苑舞蹈队"


@pytest.mark.parametrize(
    "changed",
    [
        {"团队名称": "新名字队"},  # the founding date agrees
        {"成立时间": "2011-06-01", "负责人": "李四"},  # the name agrees
        {"团队名称": "上海市长宁区第1 合唱队", "成立时间": "2011-06-01"},  # so it does once it is normalised
    ],
)
def test_a_second_mark_that_agrees_is_enough(cast, ledger, changed):
    command(ledger({}))
    assert numbers(command(ledger(changed))) == (1, 0, 1, 0, 0, 0)


def test_a_founding_date_that_is_not_there_is_no_agreement(cast, ledger):
    """Neither is a column that the ledger lacks; then the leader and the telephone decide."""
    command(ledger({}))
    short = [h for h in FULL if h != "成立时间"]
    assert numbers(command(ledger(OTHER, header=short))) == (1, 0, 0, 0, 0, 1)
    assert numbers(command(ledger(OTHER | {"成立时间": None}))) == (1, 0, 0, 0, 0, 1)
    assert numbers(command(ledger(OTHER | {"负责人": "张三"}, header=short))) == (1, 0, 1, 0, 0, 0)


def test_a_group_of_one_name_in_one_committee_founded_by_others_is_held(cast, ledger, make_org, tmp_path):
    make_org(
        "读书会", tier="group", established_on="2015-01-01", leader_name="张三", contact_phone="13800138000"
    )
    groups_file(tmp_path / "groups.xlsx", ["读书会"], "李四")
    printed = command(tmp_path / "groups.xlsx", kind="groups")
    assert (printed["held"], printed["updated"]) == (1, 0)
    job = upload(cast, tmp_path / "groups.xlsx", "groups")
    assert job.result["preview"]["groups"] == {"held": 1}
    confirmed(job, apply_held=True)
    assert Organization.objects.get().leader_name == "李四"


def test_doubts_say_what_contradicts():
    team = Marks("合唱队", None, "张三", "13800138000")
    assert number_doubt(Marks("舞蹈队", None, "李四"), team) == "编号相同，名称和负责人都不同"
    assert number_doubt(Marks("舞蹈队", None, "李四", "138****8000"), team) == ""
    assert number_doubt(Marks("舞蹈队"), team) == "" and name_doubt(team, team) == ""
    assert {
        bare_name(n)
        for n in ("长宁益家中心", "上海市长宁区益家中心", "（上海）长宁益家中心", "上海长宁益家中心（民非）")
    } == {"益家中心"}


def test_an_activity_of_one_organisations_number_and_anothers_name_is_a_fault(cast, make_org, tmp_path):
    make_org("合唱队", filing_no="A-1")
    make_org("舞蹈队", filing_no="A-2")
    book = openpyxl.Workbook()
    book.active.append(["组织名称", "备案编号", "活动名称", "活动日期"])
    for name, number in (("舞蹈队", "A-1"), ("合唱队", "A-1"), ("合唱队", "A-9"), ("无此名", "A-2")):
        book.active.append([name, number, f"{name}{number}", "2026-03-04"])
    book.save(tmp_path / "a.xlsx")
    printed = command(tmp_path / "a.xlsx", "--good-rows-only", kind="activities")
    assert [(f["row"], f["header"], f["kind"]) for f in printed["faults"]] == [
        (2, "组织名称", "organization_mismatch"), (4, "备案编号", "organization_unknown"),
    ]  # fmt: skip
    assert printed["created"] == 2


# ---- what cannot be known, and what is empty ----------------------------------------------------------------


def test_error_cells_are_faults_and_empty_nothing(cast, ledger):
    command(ledger({}, {}))
    before = list(Organization.objects.order_by("pk").values())
    path = ledger({"联系电话": "#N/A", "参加人数": "=SUM(Z1:Z9)"}, {"所属社区": "#REF!", "类别": "#VALUE!"})
    printed = command(path, "--clear-empty", "--good-rows-only")
    assert [(f["row"], f["header"], f["kind"]) for f in printed["faults"]] == [
        (2, "参加人数", "cell_error"), (2, "联系电话", "cell_error"), (3, "类别", "cell_error"), (3, "所属社区", "cell_error"),
    ]  # fmt: skip
    assert numbers(printed) == (2, 0, 0, 0, 2, 0)
    assert list(Organization.objects.order_by("pk").values()) == before


def test_empty_cells_empty_nothing_unless_it_is_chosen(cast, ledger):
    command(ledger({}, {}))
    path = ledger({"联系电话": None, "备注": "—", "负责人": "李四"}, {"参加人数": None})
    assert numbers(command(path)) == (2, 0, 1, 1, 0, 0)
    kept = Organization.objects.get(filing_no="A-2020-0001")
    assert (kept.contact_phone, kept.remark, kept.leader_name) == ("13800138000", "每周一练", "李四")
    assert numbers(command(path, "--clear-empty")) == (2, 0, 2, 0, 0, 0)
    kept.refresh_from_db()
    assert (kept.contact_phone, kept.remark) == ("", "")
    assert Organization.objects.get(filing_no="A-2020-0002").member_count is None


def test_what_stays_is_checked_together_with_what_comes(cast, ledger):
    """The members that the empty cell keeps are fewer than the party members that come."""
    command(ledger({}))
    printed = command(ledger({"参加人数": None, "其中党员数": 21}))
    assert [f["kind"] for f in printed["faults"]] == ["party_members_over_members"]


def test_fields_to_be_emptied_are_chosen_one_by_one(cast, ledger):
    confirmed(upload(cast, ledger({})))
    job = upload(cast, ledger({"联系电话": None, "备注": None}))
    assert job.result["preview"]["emptied"] == [["contact_phone", "联系电话", 1], ["remark", "备注", 1]]
    assert job.result["counts"]["unchanged"] == 1
    confirmed(job, clear={"remark"})
    team = Organization.objects.get()
    assert (team.contact_phone, team.remark) == ("13800138000", "")


def test_an_activity_whose_cell_is_empty_stays_a_major_one(cast, make_org, tmp_path):
    make_org("合唱队")

    def write(*row):
        book = openpyxl.Workbook()
        book.active.append(["组织名称", "活动名称", "活动日期", "活动地点", "是否重大活动"])
        book.active.append(["合唱队", "邻里节", "2026-03-04", *row])
        book.save(tmp_path / "a.xlsx")
        return command(tmp_path / "a.xlsx", kind="activities")

    assert write("广场", "是")["created"] == 1
    assert write(None, None)["unchanged"] == 1
    assert write("公园", "否")["updated"] == 1


# ---- jurisdiction first -------------------------------------------------------------------------------------


def told(job) -> bytes:
    """All that a person is told of an import, but for its own number."""
    cells = ("row", "column", "header", "kind", "value", "reason", "allowed")
    faults = list(ImportFault.objects.filter(job=job).order_by("pk").values_list(*cells))
    cells = ("row", "group", "name", "why", "cells", "lost")
    rows = list(ImportRow.objects.filter(job=job).order_by("pk").values_list(*cells))
    result = {k: v for k, v in job.result.items() if k != "context"}
    return json.dumps([faults, rows, result, job.message], ensure_ascii=False, sort_keys=True).encode()


THERE = {"所属街镇": "乙街镇", "所属社区": "乙一居委会", "备案编号": "B-1", "团队名称": "乙一队"}


@pytest.mark.parametrize("tier", ["team", "registered", "group"])
def test_a_row_of_another_area_is_one_neutral_fault_whatever_stands_there(cast, ledger, make_org, tier):
    cast.officer = cast.street
    path = ledger(THERE | {"联系电话": "139****9000"})
    nowhere = told(upload(cast, path))
    make_org(
        "乙一队", tier=tier, community=cast.yi1, filing_no="B-1", contact_phone="13900139000", member_count=2
    )
    job = upload(cast, path)
    assert told(job) == nowhere
    (fault,) = ImportFault.objects.filter(job=job)
    assert (fault.kind, fault.header, fault.allowed) == ("out_of_area", "所属街镇", "")


@pytest.mark.parametrize("tier", ["team", "registered"])
def test_a_number_that_somebody_elsewhere_bears_is_refused_without_telling_who(cast, ledger, make_org, tier):
    """Numbers are unique everywhere, so this much has to be told: that it cannot be used here."""
    cast.officer = cast.street
    make_org("乙一队", tier=tier, community=cast.yi1, filing_no="B-1", established_on="2020-03-01")
    job = upload(cast, ledger({"备案编号": "B-1", "备注": None}, {}))
    (fault,) = ImportFault.objects.filter(job=job)
    assert (fault.row, fault.header, fault.kind, fault.value, fault.reason, fault.allowed) == (
        2, "备案编号", "out_of_area", "B-1", register_import.ELSEWHERE, "",
    )  # fmt: skip
    assert "乙" not in told(job).decode() and job.result["counts"]["created"] == 1


def test_a_code_elsewhere_is_told_like_a_number_elsewhere(cast, make_org, tmp_path):
    cast.officer = cast.street
    theirs = make_org("乙一中心", tier="registered", community=cast.yi1)
    book = openpyxl.Workbook()
    book.active.append(["社会组织名称", "统一社会信用代码", "所属街镇", "登记状态"])
    book.active.append(["甲一中心", theirs.credit_code, "甲街", "正常"])
    book.save(tmp_path / "r.xlsx")
    job = upload(cast, tmp_path / "r.xlsx", "registered")
    assert [(f.kind, f.reason) for f in ImportFault.objects.filter(job=job)] == [
        ("out_of_area", register_import.ELSEWHERE)
    ]


def test_hints_name_places_of_the_area_only(cast, ledger):
    cast.officer = cast.street
    job = upload(cast, ledger({"所属社区": "乙一"}, {"所属街镇": "乙街镇"}))
    assert "乙街" not in "".join(f.reason + f.allowed for f in ImportFault.objects.filter(job=job))


def test_an_activity_of_an_organisation_elsewhere_is_as_unknown_as_of_none(cast, make_org, tmp_path):
    cast.officer = cast.street
    book = openpyxl.Workbook()
    book.active.append(["组织名称", "备案编号", "活动名称", "活动日期"])
    book.active.append(["乙一队", None, "邻里节", "2026-03-04"])
    book.active.append(["乙一队", "B-1", "邻里节", "2026-03-04"])
    book.save(tmp_path / "a.xlsx")
    nowhere = told(upload(cast, tmp_path / "a.xlsx", "activities"))
    make_org("乙一队", community=cast.yi1, filing_no="B-1")
    assert told(upload(cast, tmp_path / "a.xlsx", "activities")) == nowhere


# ---- what nobody foresaw ------------------------------------------------------------------------------------


def test_a_character_that_no_database_takes_is_a_fault_of_its_cell(cast, ledger, tmp_path):
    path = ledger({"联系电话": "NUL"}, {"所属社区": "NUL"})
    content = openpyxl_part(path).replace("NUL", "十_x0000_二")
    path = with_part(path, tmp_path / "nul.xlsx", "xl/worksheets/sheet1.xml", content.encode())
    job = upload(cast, path)
    assert job.state == JobState.WAITING
    assert list(ImportFault.objects.filter(job=job).order_by("row").values_list("row", "kind", "value")) == [
        (2, "phone", "十二"), (3, "community_unknown", "十二"),
    ]  # fmt: skip


def openpyxl_part(path) -> str:
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("stored", ["甲\x00队", ValueError("odd")])
def test_what_nobody_foresaw_in_a_row_is_told_once_with_the_row(cast, ledger, monkeypatch, stored):
    def odd(name):
        if name == "第2合唱队":
            if isinstance(stored, Exception):
                raise stored
            return stored
        return name

    monkeypatch.setattr(register_import.search, "normalise", odd)
    job = upload(cast, ledger({}, {}, {}))
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.message.startswith("第 3 行无法处理") and str(job.pk) in job.message


# ---- the pages ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_faults_are_shown_before_the_copy_is_made_and_without_it(cast, sign_in, ledger, monkeypatch):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr("orgs.actions.imports.marked.mark", broken)
    client = sign_in(cast.officer)
    url = send(client, ledger({}, {"参加人数": 3}))["Location"]
    job = Job.objects.get(kind=imports.KIND)
    assert job.state == JobState.WAITING and job.result["kinds"] == {"members_below_minimum": 1}
    page = client.get(url).content.decode()
    assert (
        "人数低于备案要求" in page
        and "重新生成标注副本" in page
        and client.get(f"{url}marked/").status_code == 404
    )
    monkeypatch.undo()
    client.post(f"{url}mark/")
    assert client.get(f"{url}marked/")["Content-Type"].endswith("sheet")
    assert client.post(f"{url}mark/", follow=True).status_code == 200
    assert Job.objects.filter(kind=imports.MARKED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_killed_marking_is_taken_up_again_and_takes_nothing_away(cast, sign_in, ledger, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(source, target, *rest):
        target.write_text("half")
        raise Killed

    monkeypatch.setattr("orgs.actions.imports.marked.mark", killed)
    client = sign_in(cast.officer)
    with contextlib.suppress(Killed):
        send(client, ledger({}, {"参加人数": 3}))
    source, copy = Job.objects.get(kind=imports.KIND), Job.objects.get(kind=imports.MARKED)
    assert (source.state, copy.state) == (JobState.WAITING, JobState.RUNNING)
    monkeypatch.undo()
    Job.objects.filter(pk=copy.pk).update(heartbeat_at=timezone.now() - timezone.timedelta(minutes=5))
    assert requeue_stalled() == 1
    copy.refresh_from_db()
    assert copy.state == JobState.DONE and copy.file
    assert Job.objects.get(pk=source.pk).state == JobState.WAITING


@pytest.mark.django_db(transaction=True)
def test_preview_is_folded_summed_up_by_field_and_paged(cast, sign_in, ledger):
    client = sign_in(cast.officer)
    rows = [{} for _ in range(230)]
    url = send(client, ledger(*rows))["Location"]
    client.post(f"{url}confirm/", {"rows": "all"})
    assert Organization.objects.count() == 230
    changed = [{"联系电话": "13900139009"} | ({"备注": f"说明{n}"} if n < 12 else {}) for n in range(219)]
    held = [OTHER | {"团队名称": f"别{n}队"} for n in range(11)]
    url = send(client, ledger(*changed, *held))["Location"]
    page = client.get(url).content.decode()
    assert re.findall(r">(\w+ \d+)</a>", page) == ["改联系电话 219", "改备注 12"]
    assert page.count("<tr>") < 40 and "查看全部 219 行" in page and "查看全部 11 行" in page
    assert "备案事项不同：11 行" in page and "改名 11 行" in page and 'name="held"' not in page
    listed, following = [], f"{url}?group=changed"
    while following:
        page = client.get(following).content.decode()
        listed += re.findall(r'data-label="行">(\d+)<', page)
        following = (re.search(r'rel="next" href="([^"]+)"', page) or ["", ""])[1].replace("&amp;", "&")
        following = following and f"{url}{following}"
    assert listed == [str(n) for n in range(2, 221)]
    assert client.get(f"{url}?group=changed&field=remark").content.decode().count('data-label="行"') == 12
    assert "编号相同，名称和成立日期都不同" in client.get(f"{url}?group=filed").content.decode()
    client.post(f"{url}confirm/", {"rows": "all"})
    assert Organization.objects.filter(contact_phone="13900139009", leader_name="张三").count() == 219
    job = Job.objects.filter(kind=imports.KIND).first()
    assert (job.result["counts"]["held"], "11 行没有更新" in job.message) == (11, True)


@pytest.mark.django_db(transaction=True)
def test_emptied_cells_are_applied_once_they_are_ticked_and_filed_facts_not_even_then(cast, sign_in, ledger):
    client = sign_in(cast.officer)
    client.post(f"{send(client, ledger({}, {}))['Location']}confirm/", {"rows": "all"})
    url = send(client, ledger(OTHER, {"备注": None}))["Location"]
    assert "清空“备注”" in client.get(url).content.decode()
    assert "每周一练" in client.get(f"{url}?group=emptied&field=remark").content.decode()
    client.post(f"{url}confirm/", {"rows": "all", "held": "apply", "clear": ["remark", "leader_name"]})
    assert set(Organization.objects.values_list("name", "remark", "leader_name")) == {
        ("第1合唱队", "每周一练", "张三"), ("第2合唱队", "", "张三"),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_held_rows_are_ticked_one_by_one(cast, sign_in, make_org, tmp_path):
    client, names = sign_in(cast.officer), [f"读书会{n}" for n in range(3)]
    for name in names:
        make_org(name, tier="group", established_on="2015-01-01", leader_name="张三")
    url = send(client, groups_file(tmp_path / "groups.xlsx", names, "李四"), kind="groups")["Location"]
    assert "已选 0 行" in client.get(url).content.decode()
    client.post(f"{url}choose/", {"listed": [2, 3, 4], "row": [2, 4]})
    client.post(f"{url}choose/", {"listed": [2], "row": []})
    assert client.get(f"{url}?group=held").content.decode().count(" checked") == 1
    assert "已选 1 行" in client.get(url).content.decode()
    client.post(f"{url}confirm/", {"rows": "all"})
    leaders = Organization.objects.order_by("name").values_list("leader_name", flat=True)
    assert list(leaders) == ["张三", "张三", "李四"]
    answer = client.post(f"{url}choose/", {"listed": [2], "row": [2]}, follow=True)
    assert "已经确认或取消过了" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_finished_import_lists_what_it_wrote_within_the_area(cast, sign_in, ledger, make_org):
    make_org("别的队")
    client = sign_in(cast.street)
    url = send(client, ledger({}, {}))["Location"]
    client.post(f"{url}confirm/", {"rows": "all"})
    address = re.search(r'href="([^"]+)">查看写入的记录', client.get(url).content.decode())[1]
    page = client.get(address).content.decode()
    assert 'data-count="2"' in page and "第1合唱队" in page and "别的队" not in page and "teams.xlsx" in page
    moved = Organization.objects.get(name="第2合唱队")
    Organization.objects.filter(pk=moved.pk).update(street=cast.yi, community=cast.yi1)
    assert 'data-count="1"' in client.get(address).content.decode()
    assert 'data-count="0"' in sign_in(cast.officer).get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_wrong_kind_of_ledger_is_offered_as_the_right_one_and_alarms_nobody(cast, sign_in, ledger):
    client = sign_in(cast.officer)
    url = send(client, ledger({}), kind="groups")["Location"]
    page = client.get(url).content.decode()
    assert "改按团队备案名册核对" in page and "表头缺少必需的栏目：小组名称" in page
    job = Job.objects.get(kind=imports.KIND)
    assert job.state == JobState.WAITING and not from_jobs(cast.sysadmin, None)
    with pytest.raises(ValidationError, match="还没有核对"):
        jobs.confirm(job=job, good_only=True)
    assert client.post(f"{url}recheck/", follow=True).status_code == 200
    job.refresh_from_db()
    assert (job.result["counts"]["created"], job.title) == (1, "导入团队备案名册：teams.xlsx")
    assert client.post(f"{url}recheck/").status_code == 404
    client.post(f"{url}confirm/", {"rows": "all"})
    assert Organization.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_no_ledger_is_told_to_its_owner_and_alarms_nobody(cast, sign_in, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["一", "二"])
    book.save(tmp_path / "x.xlsx")
    url = send(sign_in(cast.officer), tmp_path / "x.xlsx")["Location"]
    assert "没有找到" in sign_in(cast.officer).get(url).content.decode()
    assert Job.objects.get().state == JobState.FAILED and not from_jobs(cast.sysadmin, None)


def test_rows_are_stored_once_for_each_run(cast, ledger):
    confirmed(upload(cast, ledger({})))
    job = upload(cast, ledger({"联系电话": "13900139000"}, {}))
    job = confirmed(job)
    assert list(ImportRow.objects.filter(job=job).values_list("group", "row")) == [("changed", 2), ("new", 3)]
    assert run_import(job.pk) is None and LEDGERS

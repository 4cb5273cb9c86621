"""Several sheets, columns, telephones and words of ledgers, from the workbook to the register."""

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.choices import JobState
from orgs.actions.imports import job as jobs
from orgs.models import ImportFault, Organization
from orgs.queries.imports import copies
from orgs.tables.ledgers import LEDGERS
from orgs.tasks import run_import, run_marked

pytestmark = pytest.mark.django_db
HEAD = [
    "备案编号",
    "团队名称",
    "街道(镇)",
    "居民委员会",
    "参加人数（人）",
    "负责人（召集人）",
    "联系电话（手机）",
    "状态",
]


@pytest.fixture
def bring(cast, tmp_path):
    """bring(sheet name → rows) → the job after its check."""

    def send(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
        book.save(tmp_path / "book.xlsx")
        file = SimpleUploadedFile("book.xlsx", (tmp_path / "book.xlsx").read_bytes())
        job = jobs.submit(ledger=LEDGERS["teams"], file=file, by=cast.officer)
        run_import(job.pk)
        job.refresh_from_db()
        return job

    return send


def written(job):
    jobs.confirm(job=job, good_only=True)
    run_import(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.message


def team(number, name, community="甲一", **more):
    row = {"备案编号": f"A-2020-{number:04}", "团队名称": name, "街道(镇)": "甲街", "居民委员会": community, "参加人数（人）": 20,
           "负责人（召集人）": "张三", "联系电话（手机）": "13800138000", "状态": "已备案"} | more  # fmt: skip
    return [row[h] for h in HEAD]


def test_one_sheet_per_committee_goes_in_whole_and_faults_name_their_sheet(bring, cast, sign_in):
    job = bring(
        甲一=[HEAD, team(1, "一队"), team(2, "二队")],
        甲二=[["题"], HEAD, team(3, "三队", "甲二"), team(4, "四队", "甲二", **{"联系电话（手机）": "123"}), team(1, "五队", "甲二")],
        汇总=[HEAD, team(1, "一队"), team(2, "二队"), team(3, "三队", "甲二")],
    )  # fmt: skip
    assert job.result["counts"] == {
        "read": 5,
        "created": 3,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
        "held": 0,
    }
    faults = list(ImportFault.objects.filter(job=job).values_list("sheet", "row", "header", "kind", "reason"))
    assert faults == [
        ("甲二", 5, "备案编号", "duplicate_in_file", "与工作表“甲一”第 2 行重复"),
        ("甲二", 4, "联系电话（手机）", "phone", "不是有效的电话号码"),
    ]
    page = sign_in(cast.officer).get(reverse("orgs:import_detail", args=[job.pk])).content.decode()
    assert (
        "读取了 2 张工作表：甲一、甲二。" in page
        and "工作表“汇总”只是重复其他工作表的内容，没有读取。" in page
    )
    written(job)
    assert set(Organization.objects.values_list("name", "community__name")) == {
        ("一队", "甲一居委会"), ("二队", "甲一居委会"), ("三队", "甲二居委会")
    }  # fmt: skip
    copy = copies(job).first()
    run_marked(copy.pk)
    copy.refresh_from_db()
    marked = openpyxl.load_workbook(copy.file.open())
    assert "不是有效的电话号码" in marked["甲二"]["G4"].comment.text and marked["甲一"]["G2"].comment is None


def test_column_that_one_sheet_lacks_leaves_the_records_of_its_rows_alone(bring, cast):
    written(bring(a=[HEAD, team(1, "一队"), team(2, "二队")]))
    short = [h for h in HEAD if h not in ("参加人数（人）", "联系电话（手机）")]
    one = dict(zip(HEAD, team(2, "二队", **{"负责人（召集人）": "李四"}), strict=True))
    job = bring(
        a=[HEAD, team(1, "一队", **{"联系电话（手机）": "13900139000"})], b=[short, [one[h] for h in short]]
    )
    assert job.result["counts"]["updated"] == 2
    written(job)
    assert list(Organization.objects.order_by("name").values_list("leader_name", "contact_phone", "member_count")) == [
        ("张三", "13900139000", 20), ("李四", "13800138000", 20)
    ]  # fmt: skip


def test_landline_is_kept_as_given_and_another_spelling_is_no_change(bring, cast):
    written(bring(a=[HEAD, team(1, "一队", **{"联系电话（手机）": "021 62521234"})]))
    assert Organization.objects.get().contact_phone == "021 62521234"
    for spelling in ("021-62521234", "62521234", "+86 21 6252 1234", "（021）6252-1234"):
        assert (
            bring(a=[HEAD, team(1, "一队", **{"联系电话（手机）": spelling})]).result["counts"]["unchanged"]
            == 1
        )
    assert (
        bring(a=[HEAD, team(1, "一队", **{"联系电话（手机）": "021 62521235"})]).result["counts"]["updated"]
        == 1
    )


def test_number_cell_that_lost_its_digits_is_a_fault_at_the_cell(bring, cast):
    job = bring(a=[HEAD, team(1, "一队", 备案编号=202600010000000012)])
    fault = ImportFault.objects.get(job=job)
    assert (fault.kind, fault.header, fault.row) == ("digits_lost", "备案编号", 2)
    assert "文本" in fault.allowed
    written(bring(a=[HEAD, team(1, "一队", 备案编号=202600010000012)]))
    assert Organization.objects.get().filing_no == "202600010000012"


def test_three_spellings_with_invisible_characters_are_one_team(bring, cast):
    rows = [
        team(1, "合唱队", 备案编号=None),
        team(1, "合\u200b唱队", 备案编号=None),
        team(1, "\ufeff合唱队\u202a", 备案编号=None),
    ]
    job = bring(a=[HEAD, *rows])
    assert job.result["counts"] == {
        "read": 3,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
        "held": 0,
    }
    written(job)
    assert Organization.objects.get().name == "合唱队"

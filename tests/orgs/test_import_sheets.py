"""Several sheets, columns, telephones and words of ledgers, from the workbook to the register."""

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from core.choices import JobState
from core.tables.sheets import Sheet, write_sheet
from orgs.actions.imports import job as jobs
from orgs.actions.imports import run
from orgs.choices import Tier
from orgs.forms import OrganizationForm
from orgs.models import ImportFault, Organization
from orgs.queries.imports import copies
from orgs.tables.ledgers import LEDGERS
from orgs.tables.register import COLUMNS
from orgs.tasks import run_import, run_marked
from tests.conftest import credit_code

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
    one = dict(zip(HEAD, team(2, "二队"), strict=True))
    job = bring(
        a=[HEAD, team(1, "一队", **{"联系电话（手机）": "13900139000"})],
        b=[[*short, "备注"], [*(one[h] for h in short), "周二活动"]],
    )
    assert job.result["counts"]["updated"] == 2
    written(job)
    assert list(Organization.objects.order_by("name").values_list("remark", "contact_phone", "member_count")) == [
        ("", "13900139000", 20), ("周二活动", "13800138000", 20)
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


# ---- founded in a month ------------------------------------------------------------------------------------


FOUNDED = [*HEAD, "成立时间"]


def founded(given, number=1, name="一队"):
    return [*team(number, name), given]


def test_month_of_founding_stays_a_month_from_the_ledger_to_the_export_and_back(
    bring, cast, sign_in, tmp_path
):
    written(bring(a=[FOUNDED, founded("2021年3月"), founded("2020-05-06", 2, "二队")]))
    one = Organization.objects.get(name="一队")
    assert (one.established_on, one.established_precision) == (datetime.date(2021, 3, 1), "month")
    client = sign_in(cast.officer)
    page = client.get(reverse("orgs:detail", args=[one.pk])).content.decode()
    assert "2021-03" in page and "2021-03-01" not in page
    rows = client.get(reverse("orgs:list"), {"cols": "name,established"}).content.decode()
    assert ">2021-03<" in rows and ">2020-05-06<" in rows
    columns = [c for c in COLUMNS if c.key in ("name", "established", "street", "community", "leader")]
    write_sheet(
        Sheet("组织名册", columns, Organization.objects.order_by("pk"), "全部"), tmp_path / "out.xlsx"
    )
    cells = [
        row[-2].value for row in openpyxl.load_workbook(tmp_path / "out.xlsx").active.iter_rows(min_row=4)
    ]
    assert cells[:2] == ["2021-03", datetime.datetime(2020, 5, 6)] or cells[:2] == [
        "2021-03",
        datetime.date(2020, 5, 6),
    ]
    again = bring(a=[FOUNDED, founded("2021-03"), founded("2020年5月", 2, "二队")])
    assert again.result["counts"]["unchanged"] == 2  # a month takes no day away
    again = bring(a=[FOUNDED, founded("2021-03-09")])
    assert again.result["counts"]["held"] == 1  # the day of a filed team is not a ledger's to change
    call_command("import_ledger", "teams", again.file.path, stdout=io.StringIO())
    one.refresh_from_db()
    assert (one.established_on, one.established_precision) == (datetime.date(2021, 3, 9), "day")


def test_form_of_a_record_founded_in_a_month_shows_and_keeps_the_month(make_org, cast):
    month = {"established_on": datetime.date(2021, 3, 1), "established_precision": "month"}
    one = make_org(tier=Tier.GROUP, **month)
    form = OrganizationForm(instance=one, user=cast.officer, tier=one.tier)
    assert form["established_on"].value() == "2021-03" and 'value="2021-03"' in str(form["established_on"])
    data = {
        n: v if isinstance(v := form[n].value(), list) else "" if v is None else str(v) for n in form.fields
    }

    def sent(**more):
        one.refresh_from_db()
        return OrganizationForm(data | more, instance=one, user=cast.officer, tier=one.tier)

    kept = sent(remark="补充", category="culture", activity_content="合唱")
    assert kept.is_valid(), kept.errors
    assert (kept.instance.established_on, kept.instance.established_precision) == (
        datetime.date(2021, 3, 1),
        "month",
    )
    exact = sent(established_on="2021-03-01", category="culture", activity_content="合唱")
    assert exact.is_valid() and exact.instance.established_precision == "day"


def test_harmless_words_go_in_and_certificates_end_where_they_say(cast, tmp_path):
    head = [
        "机构名称",
        "统一信用代码",
        "组织形式",
        "街道(镇)",
        "居（村）委会",
        "登记状态",
        "注册资金（元）",
        "证书有效期",
        "联系电话",
        "成立年月",
    ]
    rows = [
        ["甲区乐龄服务中心", credit_code(1), "民办非企业单位（法人）", "甲街街道办", "甲一居民区", "正常", "30,000元整",
         "2019-10-11 至 2029-10-10", "暂无", "2015.6"],
        ["甲区棋社", credit_code(2), "社团", "甲街", "第1甲", "正常", 50000, "长期", "021 62521234", "2015-06-01"],
    ]  # fmt: skip
    rows[1][4] = "甲2居"
    book = openpyxl.Workbook()
    for row in (head, rows[0], rows[1], ["（以下空白）"], ["共 2 个社会组织"]):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    faults = []
    outcome = run.run(
        LEDGERS["registered"], tmp_path / "r.xlsx", by=cast.officer, write=True, keep=run.keep_in_list(faults)
    )
    assert faults == [] and outcome.created == 2
    found = Organization.objects.order_by("pk").values_list(
        "legal_form", "registered_capital", "certificate_expires_on", "contact_phone", "community__name"
    )
    assert list(found) == [
        ("service_agency", 3, datetime.date(2029, 10, 10), "", "甲一居委会"),
        ("association", 5, None, "021 62521234", "甲二居委会"),
    ]

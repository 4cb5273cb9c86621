"""Ledgers in through the browser's requests: who may, what each step shows, and what stays hidden."""

import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.choices import JobState
from core.models import Job
from orgs.models import Organization
from tests.orgs.test_imports import SAMPLES, district, teams_file  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/orgs/import/"


def send(client, path, kind="teams"):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(LIST, {"ledger": kind, "file": file})


def test_import_from_upload_to_undo(cast, sign_in, teams_file):  # noqa: F811
    client = sign_in(cast.officer)
    url = send(client, teams_file({}, {"参加人数": 3}))["Location"]
    page = client.get(url).content.decode()
    assert "人数低于备案要求" in page and "只导入正确的行" in page and "全部导入" not in page
    assert client.get(f"{url}marked/")["Content-Type"].endswith("sheet")
    client.post(f"{url}confirm/", {"rows": "good"})
    assert Organization.objects.count() == 1
    page = client.get(url).content.decode()
    act = re.search(r'href="(/acts/[^"]+)">撤销这次导入', page)[1]
    assert "删除 1 条当时新增的" in client.get(act).content.decode()
    assert Organization.objects.count() == 1
    assert "已撤销" in client.post(act, follow=True).content.decode()
    page = client.get(url).content.decode()
    assert "撤销这次导入。" in page and ">撤销这次导入<" not in page
    assert "（已撤销）" in client.get(LIST).content.decode()
    assert not Organization.objects.exists()


def test_rows_with_faults_cannot_be_forced_in(cast, sign_in, teams_file):  # noqa: F811
    client = sign_in(cast.officer)
    url = send(client, teams_file({}, {"参加人数": 3}))["Location"]
    answer = client.post(f"{url}confirm/", {"rows": "all"}, follow=True)
    assert "还有问题没有改正" in answer.content.decode()
    assert not Organization.objects.exists()


def test_cancelled_import_writes_nothing_and_cannot_be_confirmed(cast, sign_in, teams_file):  # noqa: F811
    client = sign_in(cast.officer)
    url = send(client, teams_file({}))["Location"]
    client.post(f"{url}cancel/")
    client.post(f"{url}confirm/", {"rows": "all"})
    assert Job.objects.get().state == JobState.CANCELLED
    assert not Organization.objects.exists()


def test_refused_file_is_told_at_the_form(cast, sign_in, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text("名称,日期")
    answer = send(sign_in(cast.officer), path)
    assert answer.status_code == 200 and "不是 Excel 工作簿" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("part", ["", "marked/", "mark/", "choose/", "recheck/", "confirm/", "cancel/"])
def test_somebody_elses_import_does_not_exist(cast, sign_in, teams_file, part):  # noqa: F811
    url = send(sign_in(cast.officer), teams_file({}, {"参加人数": 3}))["Location"]
    other = sign_in(cast.street)
    assert (other.get if part in ("", "marked/") else other.post)(url + part).status_code == 404


@pytest.mark.parametrize("person", ["leader", "sysadmin", "auditor", "assessor", "department"])
def test_who_may_not_import_is_told_why(cast, sign_in, person):
    answer = sign_in(getattr(cast, person)).get(LIST)
    assert answer.status_code == 403 and "不能导入名册" in answer.content.decode()


@pytest.mark.parametrize("kind", ["registered", "teams", "groups", "activities"])
def test_template_has_drop_downs_of_the_persons_area_and_is_a_ledger(cast, sign_in, kind, tmp_path):
    answer = sign_in(cast.street).get(f"{LIST}template/{kind}/")
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    book = openpyxl.load_workbook(path)
    rules = book.worksheets[0].data_validations.dataValidation
    assert rules and all(rule.formula1.startswith("选项!") for rule in rules)
    words = {cell.value for row in book["选项"] for cell in row}
    assert "乙一居委会" not in words and (kind == "activities" or "甲一居委会" in words)
    assert "没有数据（0 行）" in send_and_read(sign_in(cast.street), path, kind)


def send_and_read(client, path, kind) -> str:
    return client.get(send(client, path, kind)["Location"]).content.decode()


def test_exported_register_imports_again_without_a_change(cast, sign_in, make_org, tmp_path):
    for number in range(3):
        make_org(
            f"合唱队{number}甲", filing_no=f"A-2020-{number}", contact_phone="13800138000", member_count=20
        )
    client = sign_in(cast.officer)
    path = tmp_path / "export.xlsx"
    job_url = client.post("/orgs/?tier=team", {"do": "export"})["Location"]
    path.write_bytes(b"".join(client.get(f"{job_url}file/").streaming_content))
    job = Job.objects.get(pk=send(client, path)["Location"].split("/")[-2])
    assert job.result["kinds"] == {}
    assert job.result["counts"] == {
        "read": 3,
        "created": 0,
        "updated": 0,
        "unchanged": 3,
        "rejected": 0,
        "held": 0,
    }


def test_faults_of_one_kind_are_listed_on_their_own_page(cast, sign_in, teams_file):  # noqa: F811
    client = sign_in(cast.officer)
    url = send(client, teams_file(*[{"参加人数": 3}] * 12))["Location"]
    assert "查看全部 12 处" in client.get(url).content.decode()
    page = client.get(f"{url}?kind=members_below_minimum").content.decode()
    assert page.count("备案团队不少于 10 人") == 12
    assert client.get(f"{url}?kind=nonsense&after=x").status_code == 200

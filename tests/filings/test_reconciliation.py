"""Our teams against the export of a municipal system: what is found, who sees it, what is decided and remembered."""

import datetime
import itertools
import time
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from core import jobs, undo
from core.choices import JobState
from core.jobs.tasks import requeue_stalled
from core.models import Job
from filings.actions.reconcile import link
from filings.actions.reconcile import run as running
from filings.choices_reconcile import Decision, Kind
from filings.demo.reconciliation import plant
from filings.models import Difference, Line, Link, Reconciliation, Source
from filings.queries import reconciliation as queries
from filings.queries.layouts import guess
from orgs.actions import duplicates
from orgs.models import DuplicatePair, Organization, StatusChange
from tests.core.test_ledger_guard import with_part

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/filings/reconcile/"
HEADERS = [
    "系统编号", "群团名称", "备案号", "所属街道(镇)", "所属居(村)委", "团队类别", "成立日期", "活动内容", "活动场所", "人数",
    "中共党员人数", "负责人姓名", "手机", "上报人",
]  # fmt: skip
FIELDS = [
    "number", "name", "filing_no", "street", "community", "category", "established_on", "activity_content", "activity_place",
    "member_count", "party_member_count", "leader_name", "contact_phone",
]  # fmt: skip
COLUMNS = dict(zip(FIELDS, HEADERS, strict=False))
DAY = datetime.date(2019, 5, 6)
serial = itertools.count(1)


@pytest.fixture
def filing(sources, cast):
    source = sources["filing"]
    return running.set_columns(source=source, columns=COLUMNS, headers=HEADERS, run=None, by=cast.officer)


@pytest.fixture
def make_team(make_org):
    """make_team("合唱队") → a team with everything that the export holds, and its row there."""

    def make(name=None, community=None, **fields):
        number = next(serial)
        known = {
            "municipal_no": f"SH{number:06}", "filing_no": f"310105001-2020-{number:04}", "contact_phone": f"1380013{number:04}",
            "established_on": DAY, "activity_content": "合唱", "activity_place": "活动室", "party_member_count": 3,
        }  # fmt: skip
        return make_org(name or f"团队{number}", community=community, **(known | fields))

    return make


def row_of(team, **changed) -> dict:
    row = {
        "number": team.municipal_no, "name": team.name, "filing_no": team.filing_no, "street": team.street.name,
        "community": team.community.name, "category": "文体活动", "established_on": "2019年5月6日",
        "activity_content": team.activity_content, "activity_place": team.activity_place, "member_count": team.member_count,
        "party_member_count": team.party_member_count, "leader_name": team.leader_name,
        "contact_phone": int(team.contact_phone) if team.contact_phone else "",
    }  # fmt: skip
    return row | changed


def workbook(rows, headers=HEADERS, fields=FIELDS, title=True) -> SimpleUploadedFile:
    import io  # noqa: PLC0415

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("团队清单")
    if title:
        sheet.append(["社区群众活动团队清单"])
        sheet.append(["导出时间：2026-11-20"])
    sheet.append(headers)
    for row in rows:
        sheet.append([row.get(f, "") for f in fields])
    target = io.BytesIO()
    book.save(target)
    return SimpleUploadedFile("团队清单.xlsx", target.getvalue())


@pytest.fixture
def reconcile(sources, sign_in):
    """reconcile(person, rows) → the run, done."""

    def send(person, rows, kind="filing", **how) -> Reconciliation:
        data = {"source": sources[kind].pk, "file": workbook(rows, **how)}
        answer = sign_in(person).post(f"{BASE}new/", data)
        assert answer.status_code == 302, answer.content.decode()
        return Reconciliation.objects.select_related("job").get(pk=int(answer["Location"].split("/")[-2]))

    return send


def counts(run) -> tuple:
    return run.rows, run.same, run.differing, run.theirs, run.ours, run.outside


def differences(run) -> list[tuple]:
    return list(Difference.objects.filter(line__run=run).values_list("line__name", "field").order_by("pk"))


def decide(client, run, action, **chosen) -> Job:
    """Choose, preview, confirm: as a person does on the list."""
    url = client.post(f"{BASE}differences/?run={run.pk}", {"do": "bulk", "action": action, **chosen})[
        "Location"
    ]
    client.post(url, {"step": "preview", "reason": "按市备案系统核对（2026-11-23）"})
    job = Job.objects.get(pk=int(url.split("/")[-3]))
    client.post(url, {"step": "confirm", "at": job.result["at"]})
    job.refresh_from_db()
    return job


# ---- columns ------------------------------------------------------------------------------------------------


def test_first_export_asks_for_its_columns_once_and_offers_them_by_their_words(
    cast, sign_in, reconcile, make_team, sources
):
    team, client = make_team(), sign_in(cast.street)
    run = reconcile(cast.street, [row_of(team)])
    assert run.job.state == JobState.WAITING and "请先设置栏目对应" in run.job.message
    assert "设置栏目对应" in client.get(f"{BASE}{run.pk}/").content.decode()
    url = f"{BASE}sources/{sources['filing'].pk}/?run={run.pk}"
    offered = client.get(url).context["form"]
    assert {name: f.initial for name, f in offered.fields.items() if f.initial} == COLUMNS
    assert client.post(url, COLUMNS)["Location"] == f"{BASE}{run.pk}/"
    run = Reconciliation.objects.get(pk=run.pk)
    assert run.job.state == JobState.DONE and counts(run) == (1, 1, 0, 0, 0, 0)
    second = reconcile(cast.street, [row_of(team)])
    assert second.job.state == JobState.DONE
    changes = queries.changes_of(Source.objects.get(kind="filing"))
    assert changes[0]["who"] == "甲街经办" and ("负责人", None, "负责人姓名") in changes[0]["changes"]


def test_export_without_a_header_that_was_set_asks_again(cast, filing, reconcile, make_team):
    run = reconcile(cast.street, [row_of(make_team())], headers=["编号", *HEADERS[1:]])
    assert run.job.state == JobState.WAITING and "没有“系统编号”这些栏目" in run.job.message


def test_one_column_cannot_be_two_fields(cast, sign_in, filing):
    answer = sign_in(cast.street).post(f"{BASE}sources/{filing.pk}/", COLUMNS | {"leader_name": "人数"})
    assert "“人数”已对应“参加人数”" in answer.content.decode()


def test_headers_are_guessed_by_synonyms_and_likeness():
    found = guess(
        "volunteer",
        ["服务队编号", "服务队名称", "所在街镇", "志愿者总人数", "队长姓名", "队长联系电话", "星级"],
    )
    assert found == {
        "number": "服务队编号", "name": "服务队名称", "street": "所在街镇", "member_count": "志愿者总人数",
        "leader_name": "队长姓名", "contact_phone": "队长联系电话",
    }  # fmt: skip


# ---- what is found ------------------------------------------------------------------------------------------


def test_the_four_lists(cast, filing, reconcile, make_team):
    same, other, ours = make_team("合唱队"), make_team("太极队"), make_team("书画社")
    rows = [
        row_of(same, name="合 唱 队", number=f" {same.municipal_no.lower()} ".replace("s", "Ｓ")),
        row_of(other, member_count="25人", leader_name="李四"),
        row_of(ours, number="SH999999", name="舞蹈队", filing_no="X-1", contact_phone=13900139000),
    ]
    run = reconcile(cast.street, rows)
    assert counts(run) == (3, 1, 1, 1, 1, 0)
    assert differences(run) == [("太极队", "member_count"), ("太极队", "leader_name")]
    assert dict(Line.objects.filter(run=run).values_list("kind", "name")) == {
        Kind.SAME: "合 唱 队", Kind.DIFFER: "太极队", Kind.THEIRS: "舞蹈队", Kind.OURS: "书画社",
    }  # fmt: skip
    assert run.job.file == "" and "不一致 1（2 处）" in run.job.message


def test_team_is_found_by_filing_number_then_by_name_and_its_number_is_offered(
    cast, filing, reconcile, make_team
):
    make_team("合唱队", municipal_no=None, filing_no="A-1")
    make_team("太极队", municipal_no=None, filing_no=None)
    make_team("书画社", municipal_no=None, filing_no=None)
    rows = [
        {"number": "SH1", "name": "老年合唱队", "filing_no": "a-1", "street": "甲街", "community": "甲一"},
        {
            "number": "SH2",
            "name": "太极队（总队）".replace("（总队）", ""),
            "street": "甲街街道",
            "community": "甲一居委会",
        },
        {"number": "SH3", "name": "甲街街道书画社", "street": "甲街街道", "community": "甲一居委会"},
    ]
    run = reconcile(cast.street, rows)
    assert counts(run) == (3, 0, 3, 0, 0, 0)
    assert differences(run) == [
        ("老年合唱队", "number"), ("老年合唱队", "name"), ("太极队", "number"), ("甲街街道书画社", "number"),
        ("甲街街道书画社", "name"),
    ]  # fmt: skip
    assert not Organization.objects.exclude(municipal_no=None).exists()


def test_ambiguous_names_are_said_and_not_guessed(cast, filing, reconcile, make_team):
    make_team("合唱队", municipal_no=None, filing_no=None)
    make_team("合唱队", cast.jia2, municipal_no=None, filing_no=None)
    run = reconcile(cast.street, [{"number": "SH1", "name": "合唱队", "street": "甲街街道"}])
    assert counts(run) == (1, 0, 0, 1, 2, 0)
    assert Line.objects.get(kind=Kind.THEIRS).note == "本系统有 2 个名称相同的团队，请人工关联。"


def test_a_number_that_stands_twice_is_said(cast, filing, reconcile, make_team):
    team = make_team()
    run = reconcile(cast.street, [row_of(team), row_of(team)])
    assert counts(run) == (2, 1, 0, 1, 0, 0)
    assert "编号与第 4 行重复" in Line.objects.get(kind=Kind.THEIRS).note


def test_a_street_compares_only_its_own_and_rows_of_others_are_not_kept(cast, filing, reconcile, make_team):
    mine, theirs = make_team("合唱队"), make_team("太极队", cast.yi1)
    run = reconcile(cast.street, [row_of(mine), row_of(theirs), row_of(theirs, street="远方街道")])
    assert counts(run) == (3, 1, 0, 0, 0, 2)
    assert "2 行不在管辖范围，没有保留（乙街镇 1、远方街道 1）" in run.job.message
    assert not Line.objects.filter(name="太极队").exists()
    whole = reconcile(cast.officer, [row_of(mine), row_of(theirs)])
    assert counts(whole) == (2, 2, 0, 0, 0, 0)


def test_what_their_system_leaves_empty_is_no_difference_and_a_phone_is_compared_in_full(
    cast, filing, reconcile, make_team
):
    a, b, c = make_team("甲队"), make_team("乙队"), make_team("丙队")
    rows = [
        row_of(a, activity_place="", contact_phone=""),
        row_of(b, contact_phone=b.contact_phone[:-1] + "x"),
        row_of(c, contact_phone=f"{c.contact_phone[:3]}****{c.contact_phone[-4:]}"),
    ]
    run = reconcile(cast.street, rows)
    assert differences(run) == [("乙队", "contact_phone")]
    rows[1] = row_of(b, contact_phone=f"{b.contact_phone[:5]}9{b.contact_phone[6:]}")
    found = Difference.objects.get(line__run=reconcile(cast.street, rows))
    assert found.theirs != found.ours and found.theirs_words == found.ours_words
    assert b.contact_phone not in found.ours_words


def planted(cast, count=3000):
    """So many teams by bulk, a row of the export for each, and 40 differences: ten each of four fields."""
    teams = [
        Organization(
            tier="team", status="filed", name=f"第{n}合唱队", name_key=f"第{n}合唱队", sort_key=f"{n:05}", category="culture",
            street=cast.jia, community=cast.jia1 if n % 2 else cast.jia2, member_count=20, party_member_count=3,
            leader_name="张三", contact_phone=f"138{n:08}", municipal_no=f"SH{n:06}", filing_no=f"A-{n:05}",
            established_on=DAY, activity_content="合唱", activity_place="活动室",
        )
        for n in range(count)
    ]  # fmt: skip
    rows = [row_of(team) for team in Organization.objects.bulk_create(teams)]
    changes = [
        ("member_count", 33),
        ("leader_name", "李四"),
        ("activity_place", "广场"),
        ("contact_phone", 13911112222),
    ]
    for n in range(40):
        field, value = changes[n % 4]
        rows[n * 70][field] = value
    return rows


def test_3000_teams_with_40_planted_differences(cast, filing, reconcile, capsys):
    rows = planted(cast)
    begun = time.monotonic()
    run = reconcile(cast.street, rows)
    took = time.monotonic() - begun
    with capsys.disabled():
        print(f"\n3,000 teams reconciled in {took:.1f} s")
    assert took < 60
    assert counts(run) == (3000, 2960, 40, 0, 0, 0) and run.differences == 40
    found = Difference.objects.filter(line__run=run).values_list("field", flat=True)
    assert sorted(found) == sorted(["member_count", "leader_name", "activity_place", "contact_phone"] * 10)
    assert run.same + run.differing + run.theirs + run.ours == Line.objects.filter(run=run).count() == 3000


# ---- decisions ----------------------------------------------------------------------------------------------


def test_second_run_after_adopting_everything_shows_no_difference(cast, sign_in, filing, reconcile):
    rows, client = planted(cast, 300 * 10), sign_in(cast.street)
    run = reconcile(cast.street, rows)
    page = client.get(f"{BASE}differences/?run={run.pk}").content.decode()
    assert "采用市系统值" in page and "李四" in page and "13911112222" not in page
    job = decide(client, run, "adopt", all="1")
    assert job.state == JobState.DONE and job.result["changed"] == 40, job.message
    team = Organization.objects.get(municipal_no="SH000070")
    assert team.leader_name == "李四" and team.version == 2
    assert team.events.last().pgh_context.metadata["reason"] == "按市备案系统核对（2026-11-23）"
    again = reconcile(cast.street, rows)
    assert counts(again) == (3000, 3000, 0, 0, 0, 0) and again.differences == 0
    assert "市系统核对差异" in client.get(f"/acts/{job.result['context']}/").content.decode()
    undo.undo(job.result["context"], cast.street)
    team.refresh_from_db()
    assert team.leader_name == "张三"
    assert set(Difference.objects.values_list("decision", flat=True)) == {Decision.OPEN}


def test_one_value_by_its_button_keeps_the_other(cast, sign_in, filing, reconcile, make_team):
    team, client = make_team(), sign_in(cast.street)
    run = reconcile(cast.street, [row_of(team, member_count=30, leader_name="李四")])
    members, leader = Difference.objects.filter(line__run=run).order_by("pk")
    page = client.post(f"{BASE}differences/?run={run.pk}", {"do": "bulk", "adopt": members.pk}, follow=True)
    assert "已采用市系统值" in page.content.decode()
    client.post(f"{BASE}lines/{leader.line_id}/", {"keep": leader.pk})
    team.refresh_from_db()
    assert (team.member_count, team.leader_name) == (30, "张三")
    assert queries.decisions(run) == {"open": 0, "adopted": 1, "kept": 1}
    assert "按市备案系统核对（" in team.events.last().pgh_context.metadata["reason"]


def test_number_of_the_system_is_adopted_and_then_known(cast, sign_in, filing, reconcile, make_team):
    team = make_team("合唱队", municipal_no=None)
    row = row_of(team, number="SH777")
    run = reconcile(cast.street, [row])
    decide(sign_in(cast.street), run, "adopt", all="1")
    team.refresh_from_db()
    assert team.municipal_no == "SH777"
    assert counts(reconcile(cast.street, [row | {"name": "红歌队", "filing_no": ""}])) == (1, 0, 1, 0, 0, 0)


def test_kept_value_is_remembered_until_a_value_changes(cast, sign_in, filing, reconcile, make_team):
    team = make_team()
    rows = [row_of(team, leader_name="李四")]
    run = reconcile(cast.street, rows)
    assert decide(sign_in(cast.street), run, "keep", all="1").result["changed"] == 1
    second = reconcile(cast.street, rows)
    assert counts(second) == (1, 1, 0, 0, 0, 0) and second.differences == 0
    assert Difference.objects.get(line__run=second).decision == Decision.KEPT
    third = reconcile(cast.street, [row_of(team, leader_name="王五")])
    assert third.differences == 1
    assert reconcile(cast.street, rows).differences == 0
    Organization.objects.filter(pk=team.pk).update(leader_name="赵六")
    assert reconcile(cast.street, rows).differences == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("member_count", 6, "备案团队至少 10 人。"),
        ("party_member_count", 21, "党员数（21）不能多于参加人数（20）。"),
        ("established_on", "2019年13月1日", "不是有效的日期"),
        ("contact_phone", "12345", "不是有效的电话号码"),
        ("category", "太空类", "不在可填内容之内"),
        ("community", "月球居委会", "甲街街道没有这个居委"),
    ],
)
def test_value_that_is_not_valid_is_refused_with_a_sentence(
    cast, sign_in, filing, reconcile, make_team, field, value, sentence
):
    team = make_team()
    run = reconcile(cast.street, [row_of(team, **{field: value})])
    found = Difference.objects.get(line__run=run)
    page = sign_in(cast.street).get(f"{BASE}differences/?run={run.pk}").content.decode()
    assert ('name="adopt"' in page) == (found.fault == "") and found.fault in page
    answer = sign_in(cast.street).post(f"{BASE}lines/{found.line_id}/", {"adopt": found.pk}, follow=True)
    assert "市系统的值不能采用：" in answer.content.decode() and sentence in answer.content.decode()
    team.refresh_from_db()
    assert team.version == 1


def test_number_of_another_team_is_refused(cast, sign_in, filing, reconcile, make_team):
    make_team("乙队", cast.yi1, municipal_no="SH500", filing_no=None)
    team = make_team("甲队", municipal_no=None)
    run = reconcile(cast.street, [row_of(team, number="SH500")])
    found = Difference.objects.get(line__run=run, field="number")
    answer = sign_in(cast.street).post(f"{BASE}lines/{found.line_id}/", {"adopt": found.pk}, follow=True)
    assert "这个编号已属于另一个团队" in answer.content.decode()


def test_what_somebody_changed_meanwhile_is_said_and_left(cast, sign_in, filing, reconcile, make_team):
    a, b = make_team("甲队"), make_team("乙队")
    run = reconcile(cast.street, [row_of(a, leader_name="李四"), row_of(b, leader_name="李四")])
    Organization.objects.filter(pk=a.pk).update(leader_name="王五")
    client = sign_in(cast.street)
    url = client.post(f"{BASE}differences/?run={run.pk}", {"do": "bulk", "action": "adopt", "all": "1"})[
        "Location"
    ]
    page = client.post(url, {"step": "preview", "reason": "核对"}, follow=True).content.decode()
    assert "核对以后本系统的值又有修改" in page and "甲队" in page


def test_team_that_left_the_area_is_not_touched(cast, sign_in, filing, reconcile, make_team):
    team = make_team()
    run = reconcile(cast.street, [row_of(team, leader_name="李四")])
    Organization.objects.filter(pk=team.pk).update(street=cast.yi, community=cast.yi1)
    found = Difference.objects.get(line__run=run)
    answer = sign_in(cast.street).post(f"{BASE}lines/{found.line_id}/", {"adopt": found.pk}, follow=True)
    assert "不在您的管辖范围" in answer.content.decode()
    team.refresh_from_db()
    assert team.leader_name == "张三"


# ---- only one side has it -----------------------------------------------------------------------------------


def test_row_under_another_name_is_linked_by_hand_and_then_known(cast, sign_in, filing, reconcile, make_team):
    team, client = make_team("夕阳红合唱队", municipal_no=None, filing_no=None), sign_in(cast.street)
    row = {
        "number": "SH8",
        "name": "春之声",
        "street": "甲街街道",
        "community": "甲一居委会",
        "leader_name": "张三",
    }
    run = reconcile(cast.street, [row])
    line = Line.objects.get(run=run, kind=Kind.THEIRS)
    assert "夕阳红合唱队" in client.get(f"{BASE}lines/{line.pk}/?team=xyhhcd").content.decode()
    client.post(f"{BASE}lines/{line.pk}/", {"link": team.pk})
    team.refresh_from_db()
    assert team.municipal_no == "SH8"
    second = reconcile(cast.street, [row])
    assert counts(second) == (1, 0, 1, 0, 0, 0) and differences(second) == [("春之声", "name")]
    other = make_team("别的队", municipal_no=None)
    answer = client.post(f"{BASE}lines/{line.pk}/", {"link": other.pk}, follow=True)
    assert "已经关联过团队" in answer.content.decode()


def test_row_cannot_be_linked_with_a_team_of_another_street(cast, sign_in, filing, reconcile, make_team):
    other = make_team("乙街合唱队", cast.yi1, municipal_no=None)
    run = reconcile(cast.street, [{"number": "SH8", "name": "春之声", "street": "甲街", "community": "甲一"}])
    url = f"{BASE}lines/{Line.objects.get(run=run).pk}/"
    client = sign_in(cast.street)
    assert "乙街合唱队" not in client.get(f"{url}?team=乙街合唱队").content.decode().replace(
        'value="乙街合唱队"', ""
    )
    assert client.post(url, {"link": other.pk}).status_code == 404
    assert not Link.objects.exists()


def test_no_reason_given_names_the_system_in_the_history(cast, sign_in, filing, reconcile, make_team):
    team, client = make_team(), sign_in(cast.street)
    run = reconcile(cast.street, [row_of(team, leader_name="李四")])
    url = client.post(f"{BASE}differences/?run={run.pk}", {"do": "bulk", "action": "adopt", "all": "1"})[
        "Location"
    ]
    client.post(url, {"step": "preview", "reason": ""})
    job = Job.objects.get(pk=int(url.split("/")[-3]))
    client.post(url, {"step": "confirm", "at": job.result["at"]})
    said = team.events.last().pgh_context.metadata
    assert said["reason"].startswith("按市备案系统核对（") and said["words"] == "采用市系统值"


def test_rows_are_recorded_as_teams_after_a_preview_that_says_which_cannot_be(
    cast, sign_in, filing, reconcile, make_team
):
    client = sign_in(cast.street)
    good = {
        "number": "SH91", "name": "剪纸社", "street": "甲街街道", "community": "甲二居委会", "leader_name": "钱七",
        "member_count": 15, "contact_phone": 13812345678, "category": "文体活动类", "established_on": "2020.3.1",
    }  # fmt: skip
    small, nowhere = (
        {"number": "SH92", "name": "小小队", "member_count": 4},
        {"number": "SH93", "name": "无居委队", "community": ""},
    )
    rows = [good, good | small, good | nowhere]
    run = reconcile(cast.street, rows)
    url = client.post(
        f"{BASE}lines/?run={run.pk}&kind=theirs", {"do": "bulk", "action": "record", "all": "1"}
    )["Location"]
    page = client.post(url, {"step": "preview", "reason": "补录"}, follow=True).content.decode()
    assert "备案团队至少 10 人" in page and "没有写明居委" in page
    job = Job.objects.get(pk=int(url.split("/")[-3]))
    client.post(url, {"step": "confirm", "at": job.result["at"]})
    team = Organization.objects.get()
    assert (team.name, team.municipal_no, team.tier, team.status) == ("剪纸社", "SH91", "team", "filed")
    assert (team.contact_phone, team.established_on) == ("13812345678", datetime.date(2020, 3, 1))
    assert counts(reconcile(cast.street, rows)) == (3, 1, 0, 2, 0, 0)
    job.refresh_from_db()
    undo.undo(job.result["context"], cast.street)
    assert not Organization.objects.exists() and not Link.objects.exists()


def test_only_ours_leave_in_the_layout_of_their_system(
    cast, sign_in, filing, reconcile, make_team, read_xlsx
):
    team = make_team("=合唱队")
    run = reconcile(cast.street, [{"number": "SH1", "name": "别的", "street": "甲街", "community": "甲一"}])
    head, row = read_xlsx(sign_in(cast.street).get(f"{BASE}{run.pk}/ours.xlsx"))
    assert head == HEADERS
    found = dict(zip(head, row, strict=True))
    assert (
        found["群团名称"] == "=合唱队"
        and found["所属居(村)委"] == "甲一居委会"
        and found["团队类别"] == "文体活动类"
    )
    assert found["成立日期"] == datetime.datetime(2019, 5, 6) and found["人数"] == 20
    assert found["手机"] is None and found["上报人"] is None and found["系统编号"] == team.municipal_no


def test_volunteer_system_has_its_own_columns_and_numbers(cast, sign_in, sources, reconcile, make_team):
    fields = ["number", "name", "street", "member_count", "leader_name", "contact_phone"]
    headers = ["服务队编号", "服务队名称", "所属街镇", "志愿者人数", "队长", "联系电话"]
    columns = dict(zip(fields, headers, strict=True))
    running.set_columns(
        source=sources["volunteer"], columns=columns, headers=headers, run=None, by=cast.officer
    )
    team = make_team("护绿队", municipal_no="SH1")
    row = row_of(team, number="ZY-01", member_count=28)
    how = {"kind": "volunteer", "headers": headers, "fields": fields, "title": False}
    run = reconcile(cast.street, [row], **how)
    assert differences(run) == [("护绿队", "number"), ("护绿队", "member_count")]
    decide(sign_in(cast.street), run, "adopt", all="1")
    team.refresh_from_db()
    assert (team.municipal_no, team.member_count) == ("SH1", 28)
    assert counts(reconcile(cast.street, [row | {"name": "绿色卫士"}], **how)) == (1, 0, 1, 0, 0, 0)


def test_teams_like_the_row_are_offered_first_and_those_that_are_matched_are_not(
    cast, sign_in, filing, reconcile, make_team
):
    known = make_team("甲队")
    make_team("乙队", municipal_no=None)
    make_team("丙队", municipal_no=None, leader_name="钱七")
    row = {
        "number": "SH8",
        "name": "春之声",
        "street": "甲街街道",
        "community": "甲一居委会",
        "leader_name": "钱七",
    }
    reconcile(cast.street, [row_of(known), row])
    line = Line.objects.get(kind=Kind.THEIRS)
    offered = sign_in(cast.street).get(f"{BASE}lines/{line.pk}/").context["candidates"]
    assert [team.name for team in offered] == ["丙队", "乙队"]


def test_duplicates_that_were_reconciled_can_still_be_merged(cast, sign_in, filing, reconcile, make_team):
    a, b = make_team("合唱队"), make_team("合唱队", municipal_no=None, filing_no=None)
    run = reconcile(cast.street, [row_of(a, leader_name="李四")])
    pair = DuplicatePair.objects.create(a=a, b=b, score=90, reasons=["name"])
    kept = duplicates.merge(pair, keep=a, take=set(), versions={}, by=cast.street)
    assert kept.pk == a.pk and Line.objects.filter(run=run, kind=Kind.OURS).get().organization_id is None
    page = sign_in(cast.street).get(f"{BASE}lines/?run={run.pk}&kind=ours")
    assert page.status_code == 200
    for line in Line.objects.filter(run=run):
        assert sign_in(cast.street).get(f"{BASE}lines/{line.pk}/").status_code == 200


def test_status_with_an_open_request_waits_for_its_decision(cast, sign_in, filing, reconcile, make_team):
    team = make_team()
    Organization.objects.filter(pk=team.pk).update(status="cancelled")
    run = reconcile(cast.street, [row_of(team)])
    found = Difference.objects.get(line__run=run)
    assert (found.field, found.theirs_words, found.ours_words) == ("status", "已备案", "已注销")
    with_request = StatusChange(
        organization=team, status="filed", status_before="cancelled", entered_by=cast.committee, hands=[cast.committee.pk],
        effective_on=DAY, reason="恢复",
    )  # fmt: skip
    with_request.save()
    url = f"{BASE}lines/{found.line_id}/"
    page = sign_in(cast.street).post(url, {"adopt": found.pk}, follow=True).content.decode()
    assert "有一件没办完的备案或状态变更申请" in page
    with_request.delete()
    sign_in(cast.street).post(url, {"adopt": found.pk})
    team.refresh_from_db()
    assert team.status == "filed"


def test_open_differences_count_the_newest_run_of_each_system_and_street(cast, filing, reconcile, make_team):
    team, other = make_team(), make_team(community=cast.yi1)
    reconcile(cast.street, [row_of(team, leader_name="李四", member_count=25)])
    reconcile(cast.street, [row_of(team, leader_name="李四")])
    reconcile(cast.other_street, [row_of(other, leader_name="李四", member_count=25)])
    assert [queries.open_differences(p) for p in (cast.street, cast.other_street, cast.officer)] == [1, 2, 3]
    reconcile(cast.officer, [row_of(team, leader_name="李四"), row_of(other)])
    assert queries.open_differences(cast.officer) == 1
    reconcile(cast.street, [row_of(team)])
    assert queries.open_differences(cast.officer) == 0


def test_what_is_undecided_stands_in_the_to_do_list_of_its_street(
    cast, sign_in, filing, reconcile, make_team
):
    team = make_team()
    reconcile(cast.street, [row_of(team, leader_name="李四", member_count=25)])
    run = reconcile(cast.street, [row_of(team, leader_name="李四")])
    (entry,) = queries.to_see_to(cast.street, DAY)
    assert (entry.count, entry.url) == (1, f"{BASE}differences/?run={run.pk}&decision=open")
    page = sign_in(cast.street).get(entry.url).content.decode()
    assert 'data-count="1"' in page and "不一致的栏目" in sign_in(cast.street).get("/").content.decode()
    assert [
        queries.to_see_to(p, DAY) for p in (cast.other_street, cast.officer, cast.leader, cast.committee)
    ] == [[]] * 4
    decide(sign_in(cast.street), run, "keep", all="1")
    assert queries.to_see_to(cast.street, DAY) == []


def test_demo_shows_all_four_lists_each_decision_and_an_export_that_waits(cast, sources, make_team):
    User.objects.create_user(
        "street", "Demo-2026", role="street_officer", street=cast.jia, must_change_password=False
    )
    for _ in range(50):
        make_team(municipal_no=None)
    assert plant(datetime.date.today())[1] > 0
    waiting, run = Reconciliation.objects.all()
    assert all([run.same, run.differing, run.theirs, run.ours])
    assert set(Difference.objects.values_list("decision", flat=True)) == set(Decision.values)
    assert waiting.job.state == JobState.WAITING


# ---- who may, and how it runs -------------------------------------------------------------------------------


def addresses(run) -> list[str]:
    line = Line.objects.filter(run=run).first()
    found = Difference.objects.filter(line__run=run).first()
    return [
        f"{BASE}{run.pk}/",
        f"{BASE}lines/{line.pk}/",
        f"{BASE}differences/{found.pk}/",
        f"{BASE}{run.pk}/ours.xlsx",
    ]


def test_another_street_does_not_know_of_a_run_and_the_district_does(
    cast, sign_in, filing, reconcile, make_team
):
    run = reconcile(cast.street, [row_of(make_team(), leader_name="李四")])
    found = Difference.objects.get()
    for url in addresses(run):
        assert sign_in(cast.other_street).get(url).status_code == 404
        assert sign_in(cast.officer).get(url).status_code == 200
    other = sign_in(cast.other_street)
    assert other.post(f"{BASE}lines/{found.line_id}/", {"adopt": found.pk}).status_code == 404
    assert other.post(f"{BASE}differences/", {"adopt": found.pk}).status_code == 404
    assert "团队清单" not in other.get(BASE).content.decode()
    found.refresh_from_db()
    assert found.decision == Decision.OPEN


@pytest.mark.parametrize("person", ["committee", "department", "assessor", "sysadmin", "auditor"])
def test_who_may_not_reconcile_is_told_why(cast, sign_in, filing, person):
    client = sign_in(getattr(cast, person))
    for url in (BASE, f"{BASE}new/", f"{BASE}lines/", f"{BASE}differences/", f"{BASE}sources/{filing.pk}/"):
        assert client.get(url).status_code == 403


def test_the_leader_reads_and_decides_nothing(cast, sign_in, filing, reconcile, make_team):
    run = reconcile(cast.street, [row_of(make_team(), leader_name="李四")])
    client, found = sign_in(cast.leader), Difference.objects.get()
    page = client.get(f"{BASE}differences/?run={run.pk}").content.decode()
    assert "李四" in page and 'name="adopt"' not in page
    assert client.post(f"{BASE}differences/", {"adopt": found.pk}).status_code == 403
    assert client.post(f"{BASE}lines/{found.line_id}/", {"keep": found.pk}).status_code == 403
    assert client.get(f"{BASE}new/").status_code == 403


@pytest.mark.parametrize(("path", "queries_"), [("", 6), ("lines/", 9), ("differences/", 9)])
def test_lists_take_the_same_statements_for_any_number_of_rows(
    cast, sign_in, filing, reconcile, make_team, django_assert_num_queries, path, queries_
):
    client, rows = sign_in(cast.street), []
    for _ in range(3):
        rows.append(row_of(make_team(), leader_name="李四"))
        run = reconcile(cast.street, rows)
        query = f"?run={run.pk}" if path else ""
        client.get(f"{BASE}{path}{query}")
        with django_assert_num_queries(queries_):
            client.get(f"{BASE}{path}{query}")


def test_a_worker_that_died_leaves_nothing_and_the_next_does_it_once(
    cast, filing, reconcile, make_team, monkeypatch
):
    rows = [row_of(make_team(), leader_name="李四"), row_of(make_team())]
    real = jobs.settle

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "send", lambda task, pk: True)
    run = reconcile(cast.street, rows)
    monkeypatch.setattr(jobs, "settle", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(run.pk, running.work)
    assert not Line.objects.exists()
    monkeypatch.setattr(jobs, "settle", real)
    Job.objects.filter(pk=run.pk).update(heartbeat_at=run.job.created_at - datetime.timedelta(hours=1))
    requeue_stalled()
    jobs.run(run.pk, running.work)
    jobs.run(run.pk, running.work)  # a second delivery
    run.refresh_from_db()
    assert counts(run) == (2, 1, 1, 0, 0, 0) and Line.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("a.xlsx", b"x,y", "不是 Excel 工作簿"), ("b.xlsx", b"", "文件是空的")],
)
def test_file_that_is_no_workbook_is_refused_at_the_form(cast, sign_in, sources, name, content, sentence):
    data = {"source": sources["filing"].pk, "file": SimpleUploadedFile(name, content)}
    assert sentence in sign_in(cast.street).post(f"{BASE}new/", data).content.decode()
    assert not Job.objects.exists()


# ---- found by an attack -------------------------------------------------------------------------------------


def test_a_number_of_another_street_does_not_tell_its_team(cast, sign_in, filing, reconcile, make_team):
    there = make_team("乙街秘密队", community=cast.yi1)
    link.remember(filing, "X9001", there, cast.other_street)
    run = reconcile(
        cast.street,
        [{"number": "X9001", "name": "随便写的", "street": "甲街街道", "community": "甲一居委会"}],
    )
    for url in (
        f"{BASE}lines/?run={run.pk}&kind=theirs",
        f"{BASE}lines/?run={run.pk}&kind=theirs&cols=became",
    ):
        page = sign_in(cast.street).get(url).content.decode()
        assert "乙街秘密队" not in page
    assert queries.handled(Line.objects.filter(run=run), cast.street).get().became == "辖区外的团队"
    assert queries.handled(Line.objects.filter(run=run), cast.officer).get().became == "乙街秘密队"


@pytest.mark.parametrize("same", ["number", "filing_no"])
def test_two_rows_of_one_number_do_not_stop_the_others(cast, filing, reconcile, same):
    good = {
        "street": "甲街街道", "community": "甲二居委会", "leader_name": "钱七", "member_count": 15, "category": "文体活动类",
        "established_on": "2020.3.1", "contact_phone": 13812345678,
    }  # fmt: skip
    rows = [good | {"name": f"剪纸{n}社", "number": f"SH{n}", "filing_no": f"甲-{n}"} for n in range(3)]
    rows[1][same] = rows[0][same]
    run = reconcile(cast.street, rows)
    lines = Line.objects.filter(run=run).select_related("run__source")
    refused = link.record_refusals(lines, cast.street)
    assert list(refused.values()) == ["市系统导出中还有一行用同一个编号，请逐个核对。"]
    link.record([x.pk for x in lines if x.pk not in refused], by=cast.street, reason="补录")
    assert Organization.objects.count() == 2


def test_who_changes_the_columns_of_all_streets_is_asked(cast, sign_in, filing):
    client, url = sign_in(cast.street), f"{BASE}sources/{filing.pk}/"
    other = {name: header for name, header in COLUMNS.items() if name != "member_count"}
    page = client.post(url, other).content.decode()
    assert "改动对所有街镇生效" in page and "现在的对应由" in page
    assert Source.objects.get(pk=filing.pk).columns == COLUMNS
    assert client.post(url, COLUMNS).status_code == 302  # nothing changes
    assert client.post(url, other | {"agree": "on"}).status_code == 302
    assert Source.objects.get(pk=filing.pk).columns == other


def test_a_sheet_without_headers_makes_no_data_the_name_of_a_column(cast, sources, reconcile):
    """Names of columns are seen by every street; a row of somebody's data is none."""
    row = ["张三", "13812345678", "甲一合唱队", "甲街街道"]
    run = reconcile(cast.street, [], headers=row)
    assert run.job.state == JobState.FAILED and "没有找到表头" in run.job.message
    assert "13812345678" not in str(run.job.result) + str(Source.objects.values_list("headers", "columns"))


# ---- what identifies a team, and what cannot be read --------------------------------------------------------


def test_a_number_with_another_name_and_founding_date_is_nobodys_until_somebody_links_it(
    cast, filing, reconcile, make_team, sign_in
):
    team, other = make_team("合唱队"), make_team("太极队")
    slipped = row_of(team) | {
        "name": "绿苑舞蹈队",
        "established_on": "2011-03-04",
        "leader_name": "王五",
        "filing_no": "",
    }
    run = reconcile(cast.street, [slipped, row_of(other)])
    assert counts(run) == (2, 1, 0, 1, 1, 0)
    found = Line.objects.get(run=run, kind=Kind.THEIRS)
    assert "编号相同，名称和成立日期都不同" in found.note and not differences(run)
    answer = sign_in(cast.street).post(f"{BASE}lines/{found.pk}/", {"link": team.pk}, follow=True)
    assert answer.status_code == 200 and Link.objects.get().organization == team
    run = reconcile(cast.street, [slipped, row_of(other)])
    assert counts(run)[:3] == (2, 1, 1) and ("绿苑舞蹈队", "name") in differences(run)


def test_error_cells_are_told_and_identify_and_empty_nothing(cast, filing, reconcile, make_team):
    teams = [make_team("合唱队"), make_team("太极队")]
    rows = [
        row_of(team) | {"number": "#N/A", "contact_phone": "#REF!", "member_count": "=SUM(Z1:Z9)"}
        for team in teams
    ]
    run = reconcile(cast.street, rows)
    assert counts(run) == (2, 0, 2, 0, 0, 0)
    assert not Line.objects.filter(run=run, note__contains="重复").exists()
    told = Difference.objects.filter(line__run=run)
    assert set(told.values_list("field", flat=True)) == {"number", "contact_phone", "member_count"}
    assert not told.filter(fault="").exists()


def test_a_character_that_no_database_takes_breaks_no_reconciliation(
    cast, filing, sources, sign_in, make_team, tmp_path
):
    team = make_team("合唱队")
    (tmp_path / "a.xlsx").write_bytes(
        workbook([row_of(team) | {"contact_phone": "NULX", "community": "NULX"}]).read()
    )
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        part = book.read("xl/worksheets/sheet1.xml").decode().replace("NULX", "1_x0000_2")
    with_part(tmp_path / "a.xlsx", tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", part.encode())
    file = SimpleUploadedFile("b.xlsx", (tmp_path / "b.xlsx").read_bytes())
    answer = sign_in(cast.street).post(f"{BASE}new/", {"source": sources["filing"].pk, "file": file})
    run = Reconciliation.objects.get(pk=int(answer["Location"].split("/")[-2]))
    assert run.job.state == JobState.DONE
    assert {"contact_phone", "place"} <= set(
        Difference.objects.filter(line__run=run).values_list("field", flat=True)
    )


def test_what_nobody_foresaw_in_a_row_is_told_once_with_the_row(
    cast, filing, reconcile, make_team, monkeypatch
):
    def odd(name):
        if name == "太极队":
            raise ValueError(name)
        return name

    teams = [make_team("合唱队"), make_team("太极队")]
    monkeypatch.setattr("filings.actions.reconcile.matching.name_key", odd)
    run = reconcile(cast.street, [row_of(team) for team in teams])
    assert (run.job.state, run.job.attempts) == (JobState.FAILED, 1)
    assert run.job.message.startswith("第 5 行无法处理") and not Line.objects.filter(run=run).exists()

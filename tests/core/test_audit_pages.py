"""What the audit administrator finds, and that nobody else does."""

import ast
import datetime
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from pghistory.models import Context

from core import audit, jobs
from core.audit import seals, words
from core.audit.views import EventList
from core.choices import AuditKind
from core.history import event_models
from core.jobs import exports
from core.models import AuditEvent
from orgs.actions import register
from orgs.actions.status import FLOW, ask
from orgs.choices import Tier

pytestmark = pytest.mark.django_db
LIST, CHANGES, VERIFY = "/audit/", "/audit/changes/", "/audit/verify/"


def states() -> int:
    """How many states of records the history holds."""
    return sum(model.objects.count() for model in event_models())


def rows(page) -> list[str]:
    """data-id of each row of a list page."""
    return html.fromstring(page.content).xpath("//tr/@data-id")


@pytest.fixture
def auditor(cast, sign_in):
    return sign_in(cast.auditor)


@pytest.fixture
def trail(cast, auditor):
    """Events of two people, of one account that nobody has, and of the machine."""
    return [
        audit.record(AuditKind.EXPORT, user=cast.street, list="组织名册", rows=3),
        audit.record(AuditKind.READ, user=cast.officer, list="组织名册", record=7, purpose="联系组织"),
        audit.record(AuditKind.SIGN_IN_FAILED, username="nobody"),
        audit.record(AuditKind.SEAL, tables={}),
    ]


@pytest.mark.parametrize("url", [LIST, CHANGES, VERIFY, "/audit/1/", "/audit/changes/x/"])
def test_only_the_audit_administrator_comes_in(url, cast, sign_in):
    for name, person in vars(cast).items():
        if hasattr(person, "role") and name != "auditor":
            assert sign_in(person).get(url).status_code == 403, name


def test_the_auditor_has_the_entry_and_no_business_data(cast, auditor, make_org):
    organization = make_org()
    assert 'href="/audit/"' in auditor.get("/").content.decode()
    assert auditor.get("/orgs/").status_code == 403
    assert auditor.get(reverse("orgs:detail", args=[organization.pk])).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "read"}, [1]),
        ({"person": "甲街经办"}, [0]),
        ({"person": "nobody"}, [2]),
        ({"q": "联系组织"}, [1]),
        ({"q": "组织名册", "kind": "export"}, [0]),
        ({"q": "100%"}, []),
        ({"address": "不是地址"}, []),
        ({"kind": "nothing"}, []),
    ],
    ids=str,
)
def test_events_are_found(query, found, trail, auditor):
    assert rows(auditor.get(LIST, query)) == [str(trail[n].pk) for n in found]


def test_events_are_found_by_day_and_address(auditor, cast):
    moments = [datetime.datetime(2026, 11, day, hour, 30) for day, hour in ((1, 23), (2, 0), (2, 23), (3, 0))]
    made = []
    for number, moment in enumerate(map(timezone.make_aware, moments)):
        event = AuditEvent(kind=AuditKind.READ, address=f"10.0.0.{number}")
        AuditEvent._meta.get_field("at").auto_now_add = False
        event.at = moment
        event.save()
        AuditEvent._meta.get_field("at").auto_now_add = True
        made.append(str(event.pk))
    day = {"since": "2026-11-02", "until": "2026-11-02"}
    assert rows(auditor.get(LIST, day)) == [made[2], made[1]]
    assert rows(auditor.get(LIST, {"address": "10.0.0.3"})) == [made[3]]


def test_pages_follow_one_another_newest_first(auditor):
    made = [str(audit.record(AuditKind.READ).pk) for _ in range(60)]
    page = auditor.get(LIST, {"kind": "read", "size": "25"})
    seen = rows(page)
    while following := html.fromstring(page.content).xpath("//a[@rel='next']/@href"):
        page = auditor.get(following[0])
        seen += rows(page)
    assert seen == made[::-1]


def test_looking_at_the_list_leaves_no_event_but_taking_it_away_does(trail, auditor, cast):
    before = AuditEvent.objects.count()
    auditor.get(LIST)
    assert AuditEvent.objects.count() == before
    job = exports.submit(EventList.seen_by(cast.auditor, "kind=export"), by=cast.auditor)
    exports.make(jobs.claim(job.pk), jobs.Progress(job.pk))
    job.refresh_from_db()
    book = openpyxl.load_workbook(job.file.path)
    texts = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert "名册：组织名册；行数：3" in texts
    last = AuditEvent.objects.order_by("-id").first()
    assert (last.kind, last.detail["list"], last.detail["rows"]) == ("export", "审计记录", 1)


def test_a_seal_and_a_verification_are_told_in_words(auditor, make_org, cast):
    make_org()
    seals.seal()
    auditor.post(VERIFY)
    page = auditor.get(LIST).content.decode()
    seal = AuditEvent.objects.get(kind=AuditKind.SEAL)
    assert "社区社会组织：第 1 至 " in auditor.get(f"{LIST}{seal.pk}/").content.decode()
    assert f"审计记录：2；变更历史：{states()}；问题数：0<" in page


@pytest.mark.parametrize("detail", ['["x"]', "5", '{"tables": 5}', '{"tables": {"x": {}}, "faults": "y"}'])
def test_an_event_that_somebody_wrote_into_does_not_blind_the_auditor(detail, auditor, trail):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_auditevent SET detail = %s", [detail])
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER USER")
    for url in (LIST, f"{LIST}{trail[0].pk}/", VERIFY):
        assert auditor.get(url).status_code == 200
    assert "的内容被改动" in auditor.post(VERIFY, follow=True).content.decode()


def test_an_event_is_told_whole(trail, auditor):
    page = auditor.get(f"{LIST}{trail[1].pk}/").content.decode()
    stored = AuditEvent.objects.get(pk=trail[1].pk)
    for text in ("用途", "联系组织", stored.digest, stored.previous):
        assert text in page
    assert auditor.get(f"{LIST}999999/").status_code == 404


@pytest.mark.parametrize("url", [LIST, CHANGES])
def test_lists_take_the_same_statements_for_one_row_and_for_fifty(url, auditor, make_org):
    def statements():
        auditor.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get(url).status_code == 200
        return len(captured)

    make_org()
    few = statements()
    for _ in range(50):
        audit.record(AuditKind.READ)
        make_org()
    assert statements() == few


@pytest.fixture
def edited(make_org, cast):
    organization = make_org(contact_phone="13800001234", remark="旧")
    organization.contact_phone, organization.remark = "13900005678", "新的说明"
    register.edit(organization, version=organization.version, by=cast.street, reason="核对")
    return organization


def context_of(organization) -> Context:
    return organization.events.order_by("-pgh_id").first().pgh_context


@pytest.mark.django_db(transaction=True)
def test_a_change_names_record_and_fields_but_no_value(edited, auditor):
    context = context_of(edited)
    assert rows(auditor.get(CHANGES, {"person": "甲街经办"})) == [str(context.pk)]
    assert rows(auditor.get(CHANGES, {"q": "核对"})) == [str(context.pk)]
    page = auditor.get(f"{CHANGES}{context.pk}/").content.decode()
    for text in ("甲街经办", "修改", "核对", "社区社会组织", f">{edited.name}<", "联系电话", "备注"):
        assert text in page
    for text in ("13900005678", "138", "新的说明"):
        assert text not in page.replace(str(context.pk), "")


@pytest.mark.django_db(transaction=True)
def test_the_changes_of_a_case_can_be_opened_too(make_org, cast, auditor):
    """A case has a field of its own for what was before."""
    case = ask(
        make_org(), by=cast.committee, status="stopped", effective_on=timezone.localdate(), reason="不再活动"
    )
    FLOW.take(case, "approve", by=cast.street, note="同意")
    for context in Context.objects.all():
        assert auditor.get(f"{CHANGES}{context.pk}/").status_code == 200
    page = auditor.get(f"{CHANGES}{context_of(case).pk}/").content.decode()
    assert "状态变更" in page and "不再活动" not in page


@pytest.mark.django_db(transaction=True)
def test_changes_are_paged_by_key(make_org, auditor):
    for _ in range(30):
        make_org()
    first = auditor.get(CHANGES, {"size": "25"})
    following = html.fromstring(first.content).xpath("//a[@rel='next']/@href")[0]
    both = rows(first) + rows(auditor.get(following))
    newest = Context.objects.order_by("-created_at", "-id").values_list("pk", flat=True)
    assert both == [str(pk) for pk in newest]
    assert len(both) == 30


@pytest.mark.parametrize("pk", ["x", "00000000-0000-4000-8000-000000000000"])
def test_a_change_that_is_not_there_is_404(pk, auditor):
    assert auditor.get(f"{CHANGES}{pk}/").status_code == 404


def test_the_button_verifies_and_the_outcome_stays(auditor, cast, make_org):
    assert "还没有核验过" in auditor.get(VERIFY).content.decode()
    make_org()
    seals.seal()
    page = auditor.post(VERIFY, follow=True).content.decode()
    assert "完整" in page
    assert "不完整" not in page
    kept = AuditEvent.objects.filter(kind=AuditKind.VERIFY).get()
    assert (kept.user, kept.detail["history"], kept.detail["total"]) == (cast.auditor, states(), 0)


def test_the_page_names_what_was_tampered_with(trail, auditor):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_auditevent SET username = '他人' WHERE id = %s", [trail[0].pk])
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER USER")
    page = auditor.post(VERIFY, follow=True).content.decode()
    assert "发现 1 处问题" in page
    assert f"第 {trail[0].pk} 号审计记录的内容被改动。" in page
    assert f"第 {trail[0].pk} 号审计记录的内容被改动。" in auditor.get(VERIFY).content.decode()


def test_a_phone_that_was_seen_is_found_by_every_name_of_its_record(auditor, make_org, cast, sign_in):
    organization, other = (
        make_org("晨曦合唱队", tier=Tier.GROUP, contact_phone="13800001234"),
        make_org(contact_phone="13900001234"),
    )
    for one in (organization, other):
        sign_in(cast.street).post(reverse("orgs:phone", args=[one.pk]), {"purpose": "contact", "note": ""})
    organization.name = "夕阳红舞蹈队"
    register.edit(organization, version=organization.version, by=cast.officer, reason="改名")
    event = AuditEvent.objects.get(detail__record=organization.pk)
    for name in ("晨曦合唱队", "晨曦", "夕阳红", "chenxi", "xyhwdd"):
        assert rows(auditor.get(LIST, {"record": name})) == [str(event.pk)], name
    for page in (auditor.get(LIST, {"record": "晨曦"}), auditor.get(f"{LIST}{event.pk}/")):
        text = page.content.decode()
        assert f"晨曦合唱队（社区社会组织第 {organization.pk} 号）" in text  # as it was called then
        assert "组织名册" in text and "查看电话" in text
        assert "记录编号" not in text
    assert rows(auditor.get(LIST, {"record": "没有这个"})) == []


def test_an_older_event_with_a_number_alone_is_told_and_found_by_name(auditor, make_org):
    organization = make_org("百灵鸟队")
    event = audit.record(AuditKind.READ, list="组织名册", record=organization.pk)
    for _ in range(3):
        audit.record(AuditKind.READ, list="组织名册", record=make_org().pk)
    with CaptureQueriesContext(connection) as few:
        assert "百灵鸟队（社区社会组织第" in auditor.get(LIST, {"record": "百灵鸟"}).content.decode()
    with CaptureQueriesContext(connection) as many:
        page = auditor.get(LIST).content.decode()
    assert len([q for q in many if "orgs_organization" in q["sql"]]) <= len(few)
    assert "百灵鸟队" in page and "记录编号" not in page
    assert rows(auditor.get(LIST, {"record": "bailingniao"})) == [str(event.pk)]


def test_the_export_says_the_same_as_the_page(auditor, cast, make_org):
    organization = make_org("百灵鸟队")
    audit.record(AuditKind.READ, list="组织名册", record=organization.pk)
    job = exports.submit(EventList.seen_by(cast.auditor, "kind=read"), by=cast.auditor)
    exports.make(jobs.claim(job.pk), jobs.Progress(job.pk))
    job.refresh_from_db()
    book = openpyxl.load_workbook(job.file.path)
    texts = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert f"对象：百灵鸟队（社区社会组织第 {organization.pk} 号）；名册：组织名册" in texts


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"person": "甲街"}, [0]),
        ({"person": "nobo"}, [2]),
        ({"act": "导出"}, [0]),
        ({"act": "登录失败"}, [2]),
    ],
    ids=str,
)
def test_people_and_acts_are_found_by_a_part_of_their_words(query, found, trail, auditor):
    assert rows(auditor.get(LIST, query)) == [str(trail[n].pk) for n in found]


def test_what_was_denied_is_told_by_the_name_of_the_record(auditor, make_org, cast, sign_in):
    organization = make_org("甲街秘密队")
    assert sign_in(cast.other_street).get(organization.get_absolute_url()).status_code == 404
    text = auditor.get(LIST, {"record": "秘密"}).content.decode()
    assert "甲街秘密队（社区社会组织第" in text
    assert "没有这条记录，或不在管辖范围内" in text


@pytest.mark.django_db(transaction=True)
def test_changes_are_found_by_the_name_of_what_they_touched(make_org, auditor, cast):
    organization = make_org("晨曦合唱队", tier=Tier.GROUP)
    make_org("别的队")
    organization.name = "夕阳红舞蹈队"
    register.edit(organization, version=organization.version, by=cast.street, reason="改名")
    for name in ("晨曦", "夕阳红", "xyhwdd"):
        assert len(rows(auditor.get(CHANGES, {"record": name}))) == 2, name
    assert len(rows(auditor.get(CHANGES, {"record": "晨曦", "person": "甲街"}))) == 1


def test_every_key_that_is_recorded_has_words():
    root, used = Path(settings.BASE_DIR), set()
    for app in ("core", "places", "accounts", "orgs", "filings", "reports"):
        for path in (root / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                    "audit.record",
                    "people.recorded",
                    "recorded",
                    "kept",
                    "people.kept",
                ):
                    used |= {key.arg for key in node.keywords if key.arg}
    taken = {"user", "username", "about", "request", "by"}
    assert used - taken - set(words.WORDS) == set()
    assert {"purpose", "reason", "status", "act"} <= used | {"purpose"}

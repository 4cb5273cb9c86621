"""Activities: entered once on a telephone, read everywhere at once; photos say nothing but the picture."""

import datetime
import io
import re
import struct
import zlib

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image, TiffImagePlugin

from core import undo
from core.files import attachments, photos
from core.files.guard import Refused
from core.jobs import exports
from core.models import Attachment, AuditEvent, KeptFile, Notice
from core.scope import Area
from orgs.actions import dormancy, register
from orgs.actions.imports.run import run
from orgs.actions.targets import snapshot
from orgs.choices import Dormancy, Tier
from orgs.models import Activity, Organization
from orgs.policy import STILL_ACTIVE
from orgs.queries import todo
from orgs.queries.dormancy import false_alarms
from orgs.tables.ledgers import LEDGERS
from orgs.views.activities import ActivityList
from reports.workbook import build, figures
from tests.conftest import PDF, credit_code

pytestmark = pytest.mark.django_db
LIST, NEW = "/orgs/activities/", "/orgs/activities/new/"
GPS = 0x8825


def today():
    return timezone.localdate()


def ago(days: int) -> datetime.date:
    return today() - datetime.timedelta(days=days)


def picture(size=(600, 400), form="JPEG", mode="RGB", name="合影.jpg", **save) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, form, **save)
    return SimpleUploadedFile(name, out.getvalue())


def from_a_telephone(size=(3000, 2000)) -> SimpleUploadedFile:
    """A photo lying on its side, with the place where it was taken, the model of the telephone and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0110] = "Telephone 12"
    degrees = tuple(TiffImagePlugin.IFDRational(n, 1) for n in (31, 13, 10))
    exif[GPS] = {1: "N", 2: degrees, 3: "E", 4: degrees}
    image = Image.new("RGB", size, "white")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(
        out, "JPEG", exif=exif, comment=b"Telephone 12 at home", xmp=b"<x:xmpmeta>Telephone 12</x:xmpmeta>"
    )
    return SimpleUploadedFile("IMG_1.jpg", out.getvalue())


def bomb(width: int, height: int) -> SimpleUploadedFile:
    """A PNG of a few hundred bytes that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )
    return SimpleUploadedFile("截图.png", content)


def entry(organization=None, **more) -> dict:
    data = {"name": "社区演出", "held_on": today().isoformat(), "attendance": 40}
    return data | ({"organization": organization.pk} if organization else {}) | more


@pytest.fixture
def silent(make_org):
    """A team of 甲一 that the night found dormant."""
    organization = make_org("甲一合唱队", last_active_on=ago(400), activity_place="甲一活动室")
    dormancy.mark(today())
    organization.refresh_from_db()
    assert organization.dormancy == Dormancy.DORMANT
    return organization


def state(organization) -> tuple:
    organization.refresh_from_db()
    return organization.last_active_on, organization.dormancy


# ---- entering -----------------------------------------------------------------------------------------------


def test_one_entry_of_a_committee_moves_everything_at_once(silent, cast, sign_in, tmp_path):
    snapshot(today())
    committee, street = sign_in(cast.committee), sign_in(cast.street)
    assert street.get("/").context["held"] == 0
    response = committee.post(NEW, entry(silent, photo=from_a_telephone()), follow=True)
    activity = Activity.objects.get()
    assert response.redirect_chain[-1][0] == activity.get_absolute_url()
    assert f'“甲一合唱队”的活动已登记。<a href="{NEW}">再记一条</a>' in response.content.decode()
    assert (activity.place, activity.attendance, activity.photos, activity.entered_by) == (
        "甲一活动室", 40, 1, cast.committee
    )  # fmt: skip
    assert state(silent) == (today(), Dormancy.ACTIVE)
    assert street.get("/orgs/?dormancy=dormant").context["count"] == 0
    assert [line["title"] for line in todo.lines(cast.street, today())] == []
    home = street.get("/")
    assert home.context["held"] == 1
    assert street.get(home.context["held_url"]).context["count"] == 1
    area = Area("district", cast.district.pk)
    assert figures.dormant(area, today()) == []
    assert [row[-2:] for row in figures.register(area)] == [(today(), "活跃")]
    assert build(night=today(), area=area, run_number=None, path=tmp_path / "b.xlsx").rows["休眠名单"] == 0


def test_the_change_is_one_entry_of_the_timeline_under_the_name_of_who_entered_it(silent, cast):
    register.record_activity(silent, name="演出", held_on=today(), by=cast.committee)
    last = silent.events.order_by("-pgh_id").first()
    assert (last.last_active_on, last.dormancy, last.version) == (today(), "active", silent.version)
    assert silent.events.filter(pgh_context=last.pgh_context).count() == 1
    assert (last.pgh_context.metadata["verb"], last.pgh_context.metadata["username"]) == (
        "activity",
        "甲一居委",
    )


@pytest.mark.parametrize(
    ("days", "judged"), [(0, "active"), (180, "active"), (181, "late"), (240, "late"), (241, "dormant")]
)
def test_an_older_activity_clears_only_as_far_as_the_rule_of_the_night_says(days, judged, silent, cast):
    register.record_activity(silent, name="演出", held_on=ago(days), by=cast.committee)
    assert state(silent) == (ago(days), judged)
    assert dormancy.mark(today()) == (1, 0)


def test_an_activity_before_the_last_one_changes_nothing(make_org, cast):
    organization = make_org(last_active_on=ago(5))
    register.record_activity(organization, name="演出", held_on=ago(9), by=cast.committee)
    assert state(organization) == (ago(5), Dormancy.ACTIVE)
    assert organization.events.count() == 1


def test_deleting_brings_back_both_and_undoing_the_deletion_clears_again(silent, cast):
    activity = register.record_activity(silent, name="演出", held_on=today(), by=cast.committee)
    register.delete_activity(activity, reason="记错了", by=cast.committee)
    assert state(silent) == (ago(400), Dormancy.DORMANT)
    act = Activity.pgh_event_model.objects.get(pgh_label="delete").pgh_context_id
    undo.undo(act, cast.committee)
    assert state(silent) == (today(), Dormancy.ACTIVE)


def test_undoing_the_entry_brings_back_both(silent, cast):
    register.record_activity(silent, name="演出", held_on=today(), by=cast.committee)
    act = Activity.pgh_event_model.objects.get(pgh_label="insert").pgh_context_id
    undo.undo(act, cast.committee)
    assert state(silent) == (ago(400), Dormancy.DORMANT)


def test_an_import_clears_at_once_and_its_undo_brings_back(silent, make_org, cast, tmp_path):
    other = make_org("甲一棋社", tier=Tier.REGISTERED, last_active_on=ago(400), credit_code=credit_code(9001))
    dormancy.mark(today())
    path = tmp_path / "activities.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["组织名称", "活动名称", "活动日期"])
    book.active.append(["甲一合唱队", "排练", today().isoformat()])
    book.active.append(["甲一合唱队", "演出", ago(300).isoformat()])
    book.save(path)
    outcome = run(LEDGERS["activities"], path, by=cast.committee, write=True)
    assert outcome.counts()["created"] == 2, outcome.kinds
    assert state(silent) == (today(), Dormancy.ACTIVE)
    assert state(other) == (ago(400), Dormancy.LATE)
    assert set(Activity.objects.values_list("entered_by__name", "photos")) == {("甲一居委", 0)}
    undo.undo(outcome.context, cast.committee)
    assert state(silent) == (ago(400), Dormancy.DORMANT)


def test_an_import_judges_in_as_many_statements_for_many_as_for_one(
    make_org, cast, django_assert_num_queries
):
    orgs = [make_org(last_active_on=ago(400)) for _ in range(6)]
    rows = Organization.objects.filter(pk__in=[o.pk for o in orgs])
    for some in (rows[:1], rows):
        with django_assert_num_queries(9):
            dormancy.judge(Organization.objects.filter(pk__in=some.values("pk")))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"held_on": "2999-01-01"}, "活动日期不能晚于今天"),
        ({"name": ""}, "活动名称"),
        ({"organization": ""}, "组织"),
    ],
)
def test_a_fault_keeps_what_was_typed_and_asks_for_the_photo_again(change, sentence, silent, cast, sign_in):
    data = entry(silent, place="河滨公园", photo=picture()) | change
    response = sign_in(cast.committee).post(NEW, data)
    page = response.content.decode()
    assert (response.status_code, Activity.objects.count(), Attachment.objects.count()) == (200, 0, 0)
    assert sentence in page
    assert "河滨公园" in page
    assert "请重新选择照片" in page


def test_a_photo_is_kept_while_the_rest_is_put_right(silent, cast, sign_in):
    client = sign_in(cast.committee)
    key = {"form_key": re.search(r'name="form_key" value="([^"]+)"', client.get(NEW).content.decode())[1]}
    page = client.post(NEW, key | entry(silent, name="", photo=picture((1500, 1000)))).content.decode()
    kept = KeptFile.objects.get()
    address = reverse("drafts:picture", args=[kept.key, "photo"])
    assert address in page and "不用再选" in page and "请重新选择" not in page
    assert Image.open(io.BytesIO(client.get(address).content)).size == (480, 320)
    assert sign_in(cast.street).get(address).status_code == 404
    path = kept.file.path
    again = client.post(NEW, key | entry(silent, attendance="-1"))  # and a second mistake
    assert again.status_code == 200 and KeptFile.objects.get().file.path == path
    assert client.post(NEW, key | entry(silent)).status_code == 302
    photo = Attachment.objects.get()
    assert (photo.name, photo.kind, Activity.objects.get().photos) == (kept.name, "image/jpeg", 1)
    assert Image.open(photo.file.open("rb")).size == (1500, 1000)
    assert not KeptFile.objects.exists()


def test_a_photo_chosen_anew_takes_the_place_of_the_one_that_waits(silent, cast, sign_in):
    client = sign_in(cast.committee)
    key = {"form_key": re.search(r'name="form_key" value="([^"]+)"', client.get(NEW).content.decode())[1]}
    for size in ((900, 600), (600, 900)):
        client.post(NEW, key | entry(silent, name="", photo=picture(size)))
    client.post(NEW, key | entry(silent))
    assert Image.open(Attachment.objects.get().file.open("rb")).size == (600, 900)


def test_the_same_activity_twice_is_refused_with_a_sentence(silent, cast, sign_in):
    client = sign_in(cast.committee)
    client.post(NEW, entry(silent))
    assert "这个组织同一天已有同名活动" in client.post(NEW, entry(silent)).content.decode()
    assert Activity.objects.count() == 1


def test_the_form_has_eight_fields_grouped_by_tier_with_the_latest_first(make_org, cast, sign_in):
    quiet = make_org("甲一静静队", last_active_on=None)
    lately = make_org("甲一健身队", last_active_on=ago(3), activity_place="小广场")
    club = make_org("甲一服务社", tier=Tier.REGISTERED)
    make_org("停办队", status="stopped")
    make_org("甲二舞蹈队", community=cast.jia2)
    register.record_activity(lately, name="晨练", held_on=ago(3), by=cast.committee)
    response = sign_in(cast.committee).get(NEW)
    form = response.context["form"]
    assert list(form.fields) == [
        "organization", "name", "photo", "held_on", "place", "attendance", "field", "is_major"
    ]  # fmt: skip
    assert form.fields["organization"].choices == [
        ("", "请选择"),
        ("注册社会组织", [(club.pk, "甲一服务社")]),
        ("群众活动团队", [(lately.pk, "甲一健身队"), (quiet.pk, "甲一静静队")]),
    ]
    page = response.content.decode()
    assert f'<option value="{lately.pk}" data-place="小广场">' in page
    assert '<option value="晨练">' in page
    assert form["held_on"].value() == today()


def test_who_has_many_organisations_looks_for_one_first(make_org, cast, sign_in, monkeypatch):
    monkeypatch.setattr("orgs.views.activities.MOST_OFFERED", 2)
    found = make_org("甲二虹桥书画社", community=cast.jia2)
    for _ in range(3):
        make_org()
    client = sign_in(cast.street)
    assert len(client.get(NEW).context["found"]) == 3
    response = client.get(NEW, {"q": "hongqiao"})
    assert [o.pk for o in response.context["found"]] == [found.pk]
    assert reverse("orgs:add_activity", args=[found.pk]) in response.content.decode()
    assert "没有找到这个组织" in client.get(NEW, {"q": "不存在的"}).content.decode()


def test_the_form_of_one_organisation_knows_its_place_and_its_names(silent, cast, sign_in):
    register.record_activity(silent, name="每周排练", held_on=ago(7), by=cast.committee)
    response = sign_in(cast.committee).get(reverse("orgs:add_activity", args=[silent.pk]))
    assert response.context["form"]["place"].value() == "甲一活动室"
    assert response.context["names"] == ["每周排练"]


def test_still_active_needs_a_photo_and_a_line_and_clears(silent, cast, sign_in):
    client = sign_in(cast.committee)
    url = reverse("orgs:still_active", args=[silent.pk])
    assert url in client.get(silent.get_absolute_url()).content.decode()
    data = {"name": "今天到场查看，12 人在排练", "held_on": today().isoformat()}
    assert "请拍一张现场照片" in client.post(url, data).content.decode()
    assert client.post(url, data | {"photo": picture()}).status_code == 302
    assert Activity.objects.get().name == "确认仍在活动：今天到场查看，12 人在排练"
    assert state(silent) == (today(), Dormancy.ACTIVE)
    assert url not in client.get(silent.get_absolute_url()).content.decode()


# ---- photos -------------------------------------------------------------------------------------------------


def kept() -> bytes:
    with Attachment.objects.get().file.open("rb") as file:
        return file.read()


def test_a_photo_is_kept_upright_small_and_without_what_the_telephone_wrote(silent, cast, sign_in):
    sent = from_a_telephone()
    assert b"Telephone 12" in sent.read()
    sent.seek(0)
    sign_in(cast.committee).post(NEW, entry(silent, photo=sent))
    content = kept()
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("JPEG", (1333, 2000))
    assert (dict(image.getexif()), image.getexif().get_ifd(GPS)) == ({}, {})
    assert not {"exif", "comment", "xmp", "icc_profile"} & set(image.info)
    assert b"Telephone" not in content
    top, bottom = image.getpixel((600, 100)), image.getpixel((600, 1900))
    assert top[2] > 200 > top[0]  # blue was on the left, the left side is up now
    assert min(bottom) > 200


@pytest.mark.parametrize(
    ("photo", "size"),
    [
        (lambda: picture((300, 200)), (300, 200)),
        (lambda: picture((300, 200), "PNG", "RGBA", "图.png"), (300, 200)),
        (lambda: picture((300, 200), "PNG", "P", "图.png"), (300, 200)),
        (lambda: picture((300, 200), "PNG", "L", "图.png"), (300, 200)),
        (lambda: picture((300, 200), "JPEG", "CMYK"), (300, 200)),
        (lambda: picture((300, 200), "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))]), (300, 200)),
        (lambda: picture((4000, 100), "PNG", name="手机改名.jpg"), (2000, 50)),
    ],
    ids=["jpeg", "alpha", "palette", "grey", "cmyk", "two in one", "misnamed and long"],
)  # fmt: skip
def test_every_usual_kind_of_photo_is_taken(photo, size):
    found = photos.cleaned(photo())
    assert Image.open(found).size == size
    assert found.name.endswith(".jpg")


def test_transparent_is_white(db):
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    found = Image.open(photos.cleaned(SimpleUploadedFile("a.png", out.getvalue())))
    assert found.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (lambda: bomb(20_000, 20_000), "的尺寸太大"),
        (lambda: bomb(6_000, 5_000), "的尺寸太大"),
        (lambda: bomb(400, 300), "打不开，可能没有传完或者已经损坏"),
        (lambda: SimpleUploadedFile("a.jpg", picture().read()[:400]), "打不开，可能没有传完或者已经损坏"),
        (lambda: SimpleUploadedFile("a.jpg", b"GIF89a" + b"\0" * 99), "不是 JPG 或 PNG 照片"),
        (lambda: SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>"), "不是 JPG 或 PNG 照片"),
        (lambda: SimpleUploadedFile("a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * (20 * 1024 * 1024)), "超过 20 MB"),
    ],
    ids=["bomb", "large", "broken png", "cut jpeg", "gif", "svg", "heavy"],
)
def test_what_is_no_photo_gets_a_sentence(file, sentence, silent, cast, sign_in):
    with pytest.raises(Refused, match=sentence):
        photos.cleaned(file())
    response = sign_in(cast.committee).post(NEW, entry(silent, photo=file()))
    assert sentence in response.content.decode()
    assert (Activity.objects.count(), Attachment.objects.count()) == (0, 0)


def test_photo_and_thumbnail_lie_in_the_jurisdiction_of_the_activity(silent, cast, sign_in):
    register.record_activity(
        silent, name="演出", held_on=today(), photo=photos.cleaned(picture((1500, 1000))), by=cast.committee
    )
    pk = Attachment.objects.get().pk
    for who, status in [
        ("committee", 200),
        ("street", 200),
        ("officer", 200),
        ("other_street", 404),
        ("auditor", 404),
    ]:
        client = sign_in(getattr(cast, who))
        for name in ("file", "thumbnail"):
            assert client.get(reverse(f"files:{name}", args=[pk])).status_code == status, (who, name)
    response = sign_in(cast.street).get(reverse("files:thumbnail", args=[pk]))
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert Image.open(io.BytesIO(response.content)).size == (480, 320)
    assert AuditEvent.objects.filter(kind="read", user=cast.street).count() == 3


def test_a_file_that_is_no_photo_has_no_thumbnail(silent, cast, sign_in):
    kept = attachments.attach(silent, ContentFile(PDF, name="说明.pdf"), by=cast.committee)
    assert sign_in(cast.committee).get(reverse("files:thumbnail", args=[kept.pk])).status_code == 404


# ---- list and detail ----------------------------------------------------------------------------------------


@pytest.fixture
def held(make_org, cast):
    """One activity in each community, the one of 甲二 major and of a registered organisation."""
    a = make_org("甲一合唱队")
    b = make_org("甲二服务社", tier=Tier.REGISTERED, community=cast.jia2)
    c = make_org("乙一太极队", community=cast.yi1)
    return [
        register.record_activity(a, name="晨练", held_on=ago(9), field="civility", by=cast.committee),
        register.record_activity(b, name="义诊", held_on=ago(5), is_major=True, by=cast.street),
        register.record_activity(c, name="比赛", held_on=ago(1), by=cast.other_street),
    ]


def names(response) -> list[str]:
    rows = dict(Activity.objects.values_list("pk", "name"))
    return [rows[pk] for pk in response.context["ids"]]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("officer", ["比赛", "义诊", "晨练"]),
        ("leader", ["比赛", "义诊", "晨练"]),
        ("street", ["义诊", "晨练"]),
        ("other_street", ["比赛"]),
        ("committee", ["晨练"]),
    ],
)
def test_the_list_shows_the_own_area_the_latest_first(who, seen, held, cast, sign_in):
    client = sign_in(getattr(cast, who))
    assert names(client.get(LIST)) == seen
    for activity in held:
        assert client.get(activity.get_absolute_url()).status_code == (200 if activity.name in seen else 404)


@pytest.mark.parametrize("who", ["department", "assessor", "sysadmin", "secadmin", "auditor"])
def test_who_has_no_business_data_is_refused(who, held, cast, sign_in):
    client = sign_in(getattr(cast, who))
    for url in (LIST, NEW, held[0].get_absolute_url()):
        assert client.get(url).status_code == 403


def test_every_role_sees_the_same_activities_on_page_sheet_search_and_tile(held, capsys):
    call_command("check_scope")
    assert "甲街经办：活动记录 2 条 = 导出 = 查找 = 页签；范围外 1 条均不可见" in capsys.readouterr().out


def test_the_leader_looks_and_does_not_enter(held, cast, sign_in):
    client = sign_in(cast.leader)
    assert NEW not in client.get(LIST).content.decode()
    assert client.get(NEW).status_code == 403
    assert client.post(reverse("orgs:still_active", args=[held[0].organization_id])).status_code == 403


def test_an_organisation_of_another_committee_cannot_be_entered_for(make_org, cast, sign_in):
    beyond = make_org(community=cast.jia2)
    client = sign_in(cast.committee)
    assert client.post(NEW, entry(beyond)).status_code == 200
    for page in ("add_activity", "still_active"):
        assert client.post(reverse(f"orgs:{page}", args=[beyond.pk]), entry()).status_code == 404
    assert Activity.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ({"q": "义诊"}, ["义诊"]),
        ({"q": "hechang"}, ["晨练"]),
        ({"q": "太极"}, ["比赛"]),
        ({"tier": "registered"}, ["义诊"]),
        ({"field": "civility"}, ["晨练"]),
        ({"major": "1"}, ["义诊"]),
        ({"since": 5}, ["比赛", "义诊"]),
        ({"until": 5}, ["义诊", "晨练"]),
        ({"since": 6, "until": 2}, ["义诊"]),
        ({"street": "yi"}, ["比赛"]),
        ({"street": "jia", "community": "jia2"}, ["义诊"]),
        ({"sort": "date"}, ["晨练", "义诊", "比赛"]),
    ],
)
def test_the_list_is_cut_by(query, seen, held, cast, sign_in):
    query = {
        k: ago(v).isoformat()
        if isinstance(v, int)
        else getattr(cast, v).pk
        if k in ("street", "community")
        else v
        for k, v in query.items()
    }
    assert names(sign_in(cast.officer).get(LIST, query)) == seen


def test_the_organisation_in_the_list_leads_to_its_page(held, cast, sign_in):
    page = sign_in(cast.committee).get(LIST).content.decode()
    assert f'<a href="/orgs/{held[0].organization_id}/">甲一合唱队</a>' in page
    assert "/orgs/import/?ledger=activities" in page
    assert reverse("orgs:import_template", args=["activities"]) in page


def test_the_sheet_holds_what_the_list_shows(held, cast, read_xlsx, tmp_path):
    exports.write(ActivityList.seen_by(cast.street, "major=1"), tmp_path / "list.xlsx")
    header, *rows = read_xlsx(tmp_path / "list.xlsx")[2:]
    row = dict(zip(header, rows[0], strict=True))
    assert len(rows) == 1
    assert (row["活动名称"], row["组织"], row["居委"], row["重大活动"], row["照片"], row["录入人"]) == (
        "义诊", "甲二服务社", "甲二居委会", "是", 0, "甲街经办"
    )  # fmt: skip


def test_an_empty_list_says_what_to_do(cast, sign_in):
    page = sign_in(cast.committee).get(LIST).content.decode()
    assert "还没有活动记录" in page and NEW in page
    assert "可以去掉上面的某个条件" in sign_in(cast.committee).get(LIST, {"q": "x"}).content.decode()


LIST_QUERIES, DETAIL_QUERIES, FORM_QUERIES = 7, 6, 6


def test_queries_do_not_grow_with_the_rows(make_org, cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.street)
    for count in (1, 3):
        for _ in range(count):
            last = register.record_activity(
                make_org(), name="演出", held_on=today(), photo=photos.cleaned(picture()), by=cast.committee
            )
        client.get(LIST)
        with django_assert_num_queries(LIST_QUERIES):
            client.get(LIST)
        with django_assert_num_queries(DETAIL_QUERIES):
            client.get(last.get_absolute_url())
        with django_assert_num_queries(FORM_QUERIES):
            client.get(NEW)


def test_the_page_of_an_activity_shows_photo_and_history_and_offers_to_take_it_back(silent, cast, sign_in):
    client = sign_in(cast.committee)
    client.post(NEW, entry(silent, photo=picture()))
    activity = Activity.objects.get()
    page = client.get(activity.get_absolute_url())
    assert [(e["verb"], e["who"]) for e in page.context["timeline"]] == [("登记活动", "甲一居委")]
    assert page.context["timeline"][0]["undo_url"]
    assert reverse("files:thumbnail", args=[Attachment.objects.get().pk]) in page.content.decode()
    response = client.post(
        reverse("orgs:delete_activity", args=[activity.pk]), {"reason": "记错了"}, follow=True
    )
    assert "活动已删除" in response.content.decode()
    assert client.get(reverse("files:file", args=[Attachment.objects.get().pk])).status_code == 404
    undo.undo(Activity.pgh_event_model.objects.get(pgh_label="delete").pgh_context_id, cast.committee)
    assert client.get(reverse("files:file", args=[Attachment.objects.get().pk])).status_code == 200


def test_whoever_falls_silent_is_told_to_the_committee_once(make_org, cast):
    today = datetime.date.today()
    silent = make_org(
        tier="group",
        established_on=today - datetime.timedelta(days=900),
        last_active_on=today - datetime.timedelta(days=150),
    )
    make_org(tier="group", community=cast.yi1, last_active_on=today)
    dormancy.mark(today)
    assert Organization.objects.get(pk=silent.pk).dormancy == "active"
    dormancy.mark(today + datetime.timedelta(days=60))
    assert Organization.objects.get(pk=silent.pk).dormancy == "late"  # past the period, within the grace
    assert not Notice.objects.exists()
    for _ in range(2):
        dormancy.mark(today + datetime.timedelta(days=100))
    told = Notice.objects.get()
    assert (told.user, told.title) == (cast.committee, "有 1 个组织长期没有活动，已列为休眠")


def test_how_often_the_judgement_dormant_was_wrong(cast, make_org, sign_in):
    """Refuted: entered late, or confirmed on the spot; coming back to life afterwards is no false alarm."""
    names = ("迟登记", "已核实", "又活动", "仍休眠")
    late, seen, woken, _ = (make_org(f"甲一{name}队", established_on=ago(900)) for name in names)
    make_org("甲一活跃队", established_on=ago(10))
    dormancy.mark(ago(30))
    dormancy.mark(ago(29))
    with connection.cursor() as cursor:  # those nights were a month ago
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE orgs_organizationevent SET pgh_created_at = pgh_created_at - interval '30 days'"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    for team, name, day in (
        (late, "排练", ago(60)), (seen, f"{STILL_ACTIVE}：到场查看", today()), (woken, "排练", ago(1)),
    ):  # fmt: skip
        register.record_activity(team, name=name, held_on=day, by=cast.committee)
    found = false_alarms(cast.street, today())
    assert (found.judged, found.refuted) == (4, 2)
    assert str(false_alarms(cast.other_street, today())) == "近一年夜间没有判为休眠的。"
    assert false_alarms(cast.street, today() + datetime.timedelta(days=400)).judged == 0
    client = sign_in(cast.street)
    words = "近一年夜间判为休眠 4 次，其中 2 次后来查明仍在活动，误报率 50.0%。"
    assert words in client.get("/orgs/?dormancy=dormant").content.decode()
    assert words not in client.get("/orgs/").content.decode()


def test_a_photo_of_many_scans_is_refused_before_it_is_decoded():
    """Each scan is decoded over the whole picture: 114 bytes cost 60 ms."""
    out = io.BytesIO()
    Image.new("L", (640, 480), "gray").save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    assert photos.cleaned(ContentFile(whole, name="a.jpg")).size
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    with pytest.raises(Refused, match="尺寸太大"):
        photos.cleaned(ContentFile(whole[:-2] + scan * 200 + whole[-2:], name="a.jpg"))


def test_an_entry_is_corrected_and_a_photo_added(cast, make_org, sign_in):
    team, client = make_org(), sign_in(cast.committee)
    old = register.record_activity(team, name="排练", held_on=ago(40), by=cast.committee)
    new = register.record_activity(team, name="演出", held_on=ago(3), by=cast.committee)
    url = reverse("orgs:edit_activity", args=[new.pk])
    page = client.get(url).content.decode()
    assert 'value="演出"' in page and f'value="{ago(3)}"' in page
    data = {
        "name": "演出",
        "held_on": ago(50),
        "place": "广场",
        "attendance": "31",
        "field": "civility",
        "photo": picture(),
    }
    assert client.post(url, data).status_code == 302
    new.refresh_from_db()
    team.refresh_from_db()
    assert (new.held_on, new.attendance, new.photos, attachments.of(new).count()) == (ago(50), 31, 1, 1)
    assert team.last_active_on == old.held_on
    client.post(url, data | {"held_on": today(), "photo": ""})
    team.refresh_from_db()
    assert team.last_active_on == today()
    same = client.post(url, data | {"name": "排练", "held_on": ago(40), "photo": ""})
    assert "同一天已有同名活动" in same.content.decode()


def test_nobody_corrects_an_activity_of_elsewhere(cast, make_org, sign_in):
    activity = register.record_activity(make_org(), name="排练", held_on=ago(4), by=cast.committee)
    url = reverse("orgs:edit_activity", args=[activity.pk])
    assert sign_in(cast.other_street).get(url).status_code == 404
    assert sign_in(cast.leader).get(url).status_code == 403

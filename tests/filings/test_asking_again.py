"""What an author is told before sending, and that what came back was really corrected."""

import datetime
import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from core import history
from core.casework.todo import entries
from core.files import attachments
from core.files.guard import Refused
from core.jobs.bulk import LISTED, choose, preview
from core.models import Job
from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.choices import Kind
from filings.models import Filing
from filings.views.filings import FilingList
from tests.conftest import PDF
from tests.filings.conftest import WHOLE
from tests.steps import take

pytestmark = pytest.mark.django_db
URL = "/filings/new/"


@pytest.fixture
def returned(new_filing, cast):
    case = actions.enter(new_filing(), by=cast.committee)
    case = FLOW.take(case, "review", by=cast.committee, note="属实")
    return FLOW.take(case, "street_return", by=cast.street, returned={"activity_place": "写明门牌号"})


def test_all_that_is_wrong_is_told_at_its_field_in_one_round(cast, sign_in):
    wrong = {
        "member_count": "8",
        "contact_phone": "1381234567",
        "established_on": "",
        "liaison_name": "",
        "name": "",
    }
    answer = sign_in(cast.committee).post(URL, WHOLE | wrong)
    assert set(answer.context["form"].errors) == set(wrong)
    assert "至少 10 人" in str(answer.context["form"].errors["member_count"])
    assert not Filing.objects.exists()


@pytest.mark.parametrize(
    "typed, kept", [("138 1234 5678", "138 1234 5678"), ("０２１-62501234", "021-62501234")]
)
def test_a_telephone_is_kept_as_it_was_given(cast, sign_in, typed, kept):
    assert sign_in(cast.committee).post(URL, WHOLE | {"contact_phone": typed}).status_code == 302
    assert Filing.objects.get().contact_phone == kept


def test_a_draft_may_break_every_condition(cast, sign_in):
    answer = sign_in(cast.committee).post(URL, WHOLE | {"member_count": "8", "keep": "1"})
    assert answer.status_code == 302 and Filing.objects.get().state == "draft"


def test_a_doubtful_name_is_pointed_out_before_it_is_sent_and_sent_when_it_was_read(cast, sign_in):
    call_command("load_dictionaries")
    client, data = sign_in(cast.committee), WHOLE | {"name": "甲一合唱协会"}
    page = client.post(URL, data)
    text = page.content.decode()
    assert (
        page.status_code == 200
        and "提交前请核对" in text
        and "名称含“协会”" in text
        and "已核对，提交备案" in text
    )
    assert client.post(URL, data | {"sure": "0" * 16}).status_code == 200
    assert not Filing.objects.exists()
    assert client.post(URL, data | {"sure": page.context["sure"]}).status_code == 302
    assert Filing.objects.get().state == "committee"


@pytest.mark.parametrize("note", ["", "  "])
def test_what_came_back_is_not_sent_again_unchanged(returned, cast, note):
    with pytest.raises(ValidationError, match="要求补正的“活动地点”还没有改"):
        FLOW.take(returned, "resubmit_street", by=cast.committee, note=note)
    FLOW.correct(returned, by=cast.committee, activity_place="甲路 12 弄 3 号")
    assert FLOW.take(returned, "resubmit_street", by=cast.committee).state == "street"


def test_who_has_nothing_to_correct_says_why(returned, cast, sign_in):
    client, url = sign_in(cast.committee), returned.get_absolute_url()
    page = client.get(url).content.decode()
    assert "补正说明" in page and "需要补正" in page
    assert take(client, url, "resubmit_street", {"note": "活动室没有门牌"}).status_code == 302
    assert FLOW.last_opinion(Filing.objects.get(), "resubmit_street").words == "活动室没有门牌"


def test_the_page_of_a_corrected_case_shows_what_will_be_sent(returned, cast, sign_in):
    FLOW.correct(returned, by=cast.committee, activity_place="甲路 12 弄 3 号")
    page = sign_in(cast.committee).get(returned.get_absolute_url()).content.decode()
    assert (
        "补正后还没有提交" in page
        and "<ins>甲路 12 弄 3 号</ins>" in page
        and "<del>甲一居委活动室</del>" in page
    )
    titles, rows = FLOW.compared(Filing.objects.get())
    assert titles[0] == "上次送审" and [r["label"] for r in rows if r["differs"]] == ["活动地点"]


def test_in_turn_a_returned_case_starts_at_correcting_not_at_sending(returned, cast, sign_in):
    page = sign_in(cast.committee).get(f"{returned.get_absolute_url()}?next=1").content.decode()
    assert page.count("data-start") == 1 and "data-edit data-start" in page


def test_the_to_do_list_says_what_is_to_be_corrected(returned, cast):
    (entry,) = [e for e in entries(cast.committee, returned.entered_at.date()) if e.title == str(returned)]
    assert entry.action == "备案（新备案）：补正“活动地点”后再提交"


def test_who_returns_sees_what_stands_there(new_filing, cast, sign_in):
    case = actions.enter(new_filing(), by=cast.committee)
    page = sign_in(cast.committee).get(case.get_absolute_url()).content.decode()
    assert "现为：甲一居委活动室" in page and "现为：138****5678" in page and "13812345678" not in page


def test_one_act_is_one_line_of_the_history(new_filing, cast):
    case = actions.enter(new_filing(), by=cast.committee)
    case = FLOW.take(case, "review", by=cast.committee, note="属实")
    assert [line["verb"] for line in history.timeline(case)] == ["初审通过", "提交备案"]


def test_each_kind_is_granted_in_its_own_words_and_many_of_one_kind_at_once(filed, new_filing, cast):
    team = filed().organization
    change = actions.begin(Kind.CHANGE, team)
    change.reason, change.member_count = "人数变化", 30
    cases = [
        actions.enter(c, by=cast.committee)
        for c in (change, new_filing(name="甲一舞蹈队"), new_filing(name="甲一书画社"))
    ]
    for case in cases:
        FLOW.take(case, "review", by=cast.committee, note="属实")
    offered = [
        o.step.label for o in FLOW.offers(Filing.objects.get(pk=change.pk), cast.street) if not o.reasons
    ]
    assert offered == ["准予变更", "退回补正", "不予备案"]
    view = FilingList.seen_by(cast.street, "")
    job = choose(view, "approve", [c.pk for c in cases], by=cast.street)
    action = next(a for a in view.offered() if a.key == "approve")
    form = action.form({"reason": "符合备案条件。"}, user=cast.street)
    form.data = type("Data", (dict,), {"getlist": lambda self, name: [self[name]]})(form.data)
    assert form.is_valid()
    preview(job, form)
    assert job.result["change"] == 2 <= LISTED and set(job.result["named"]) == {"甲一舞蹈队", "甲一书画社"}
    (left,) = job.result["excluded"]
    assert left["reason"] == "备案（变更），现在是“待街镇审核”"


def test_an_archive_of_very_many_members_is_no_document(new_filing, cast):
    """Listing a hundred thousand members takes seconds of a web thread."""
    case, out = actions.enter(new_filing(), by=cast.committee, send=False), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
        for number in range(2_100):
            archive.writestr(f"x{number}", "")
    with pytest.raises(Refused):
        FLOW.attach(case, SimpleUploadedFile("预案.docx", out.getvalue()), by=cast.committee)


def test_whose_job_it_is_not_sees_no_name_of_a_file(cast, sign_in):
    job = Job.objects.create(
        kind="filings.reconcile", title="核对：张三的名单.xlsx", owner=cast.street, state="running"
    )
    for url in ("/jobs/", f"/jobs/{job.pk}/"):
        page = sign_in(cast.sysadmin).get(url).content.decode()
        assert "核对" in page and "张三" not in page
    assert "张三的名单" in sign_in(cast.street).get("/jobs/").content.decode()


def test_what_came_back_is_corrected_and_sent_in_one_act(returned, cast, sign_in):
    client, url = sign_in(cast.committee), reverse("filings:filing_edit", args=[returned.pk])
    page = client.get(url).content.decode()
    assert "补正后提交审核" in page and "先保存，不提交" in page
    unchanged = client.post(url, {"activity_place": returned.activity_place})
    assert "还没有改" in str(unchanged.context["form"].non_field_errors())
    answer = client.post(url, {"activity_place": "甲路 12 弄 3 号"}, follow=True)
    case = Filing.objects.get()
    assert (case.state, case.activity_place) == ("street", "甲路 12 弄 3 号")
    assert "已提交，现在是“待街镇审核”。" in answer.content.decode()


def test_who_leaves_it_as_it_is_explains_on_the_same_form(returned, cast, sign_in):
    client, url = sign_in(cast.committee), reverse("filings:filing_edit", args=[returned.pk])
    sent = {"activity_place": returned.activity_place, "explained": "活动室没有门牌"}
    assert client.post(url, sent).status_code == 302
    case = Filing.objects.get()
    assert (case.state, FLOW.last_opinion(case, "resubmit_street").words) == ("street", "活动室没有门牌")


def test_a_file_that_was_asked_for_goes_along(new_filing, cast, sign_in):
    case = actions.enter(new_filing(), by=cast.committee)
    case = FLOW.take(case, "committee_return", by=cast.committee, returned={"files": "附活动照片"})
    client, url = sign_in(cast.committee), reverse("filings:filing_edit", args=[case.pk])
    page = client.get(url).content.decode()
    assert "附活动照片" in page and "multipart/form-data" in page
    wrong = client.post(url, {"files": SimpleUploadedFile("a.exe", b"MZ" + b"0" * 200)})
    assert "不是可以上传的类型" in str(wrong.context["form"].errors)
    sent = client.post(url, {"files": SimpleUploadedFile("照片.pdf", PDF)})
    assert sent.url.endswith("#step-review")
    case = Filing.objects.get()
    assert (case.state, [f.name for f in attachments.of(case)]) == ("committee", ["照片.pdf"])


def test_a_draft_with_gaps_is_gone_on_with_in_pieces_and_sent_whole(cast, sign_in):
    client = sign_in(cast.committee)
    client.post(reverse("filings:new"), {"name": "甲一太极拳队", "keep": "1"})
    case = Filing.objects.get()
    url = reverse("filings:filing_edit", args=[case.pk])
    answer = client.post(url, {"name": "甲一太极拳队", "leader_name": "李四", "keep": "1"}, follow=True)
    assert "已保存，还没有提交" in answer.content.decode()
    case.refresh_from_db()
    assert (case.state, case.leader_name, case.activity_place) == ("draft", "李四", "")
    gaps = client.post(url, {"name": "甲一太极拳队", "leader_name": "李四"})
    assert {"activity_place", "member_count", "contact_phone"} <= set(gaps.context["form"].errors)
    assert Filing.objects.get().state == "draft"


def test_what_was_sent_says_whose_turn_it_is_with_the_step_in_view(new_filing, cast, sign_in):
    client = sign_in(cast.committee)
    answer = client.post(reverse("filings:new"), WHOLE)
    case = Filing.objects.get()
    assert answer.url == f"{case.get_absolute_url()}#step-review"
    page = client.get(case.get_absolute_url()).content.decode()
    assert "还需要您办理：初审通过" in page and 'id="step-review"' in page
    street = sign_in(cast.street)
    answer = street.post(
        reverse("filings:new"), WHOLE | {"name": "甲一晨曦队", "community": cast.jia1.pk}, follow=True
    )
    assert "已提交，现在是“待居委初审”。" in answer.content.decode()


def test_a_committee_of_seventeen_finds_them_without_a_search(
    make_org, cast, sign_in, django_assert_num_queries
):
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=n) for n in range(17)]
    teams = [make_org(f"甲一第{n}队", last_active_on=day) for n, day in enumerate(days)]
    make_org("乙一的队", community=cast.yi1)
    client = sign_in(cast.committee)
    for url in (reverse("filings:start"), reverse("filings:event_start")):
        found = [o.name for o, _ in client.get(url).context["found"]]
        assert found == [t.name for t in reversed(teams)]
        with django_assert_num_queries(3):
            client.get(url)

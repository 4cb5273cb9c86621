"""The register's settings: what a rehearsal tells comes true when the rule runs; dictionaries; dated readings of the target."""

import datetime
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from lxml import html

from core.scope import Area
from core.settings import parameters
from core.words import trimmed
from orgs.actions import dormancy, targets
from orgs.actions import terms as term_actions
from orgs.choices import Dormancy, Status, TermKind, Tier
from orgs.models import Organization, TargetPolicy, Term
from orgs.policy import DORMANCY_DAYS, TEAM_MIN_MEMBERS, VERIFY_HOURS
from orgs.queries import rehearsal, terms
from orgs.queries import targets as read

pytestmark = pytest.mark.django_db
TARGET, TERMS = "/settings/target/", "/settings/terms/"
PERIOD, GRACE = DORMANCY_DAYS[Tier.TEAM]


def ahead(days: int = 9) -> datetime.date:
    return datetime.date.today() + datetime.timedelta(days=days)


def figures(found) -> dict[str, str]:
    return {figure.label: figure.words for figure in found.figures}


@pytest.fixture
def silent(make_org, cast):
    """Teams silent for so many days on the day ahead(), over both streets; others that no team rule concerns."""
    for days, community in (
        (30, cast.jia1), (70, cast.jia1), (100, cast.jia2), (130, cast.yi1), (170, cast.jia1), (200, cast.yi1), (300, cast.jia1),
    ):  # fmt: skip
        make_org(community=community, last_active_on=ahead() - datetime.timedelta(days=days))
    make_org(last_active_on=ahead() - datetime.timedelta(days=100), status=Status.STOPPED)
    make_org(tier=Tier.GROUP, last_active_on=ahead() - datetime.timedelta(days=100))
    make_org(last_active_on=None, established_on=ahead() - datetime.timedelta(days=125))
    make_org(last_active_on=None, established_on=None)


def states() -> dict[int, str]:
    return dict(Organization.objects.values_list("pk", "dormancy"))


@pytest.mark.parametrize("declared", [PERIOD, GRACE], ids=["period", "grace"])
@pytest.mark.parametrize("new", [1, 60, 90, 120, 250, 400])
def test_a_rehearsed_dormancy_period_comes_true_when_the_night_runs(declared, new, silent, cast):
    dormancy.mark(ahead())
    before = states()
    told = rehearsal.parameter(declared, Decimal(new), ahead(), cast.officer)
    assert states() == before, "a rehearsal keeps nothing"
    parameters.publish(
        declared, value=Decimal(new), effective_from=ahead(), legal_basis="试行", by=cast.officer
    )
    _, changed = dormancy.mark(ahead())
    after = states()
    moved = [after[pk] for pk in before if before[pk] != after[pk]]
    assert told.changed == changed == len(moved)
    worse = [(before[pk], after[pk]) for pk in before if before[pk] != after[pk]]
    assert figures(told) == {
        "转为迟报": f"{worse.count(('active', 'late'))} 个",
        "转为休眠": f"{moved.count('dormant')} 个",
        "由休眠改为迟报": f"{worse.count(('dormant', 'late'))} 个",
        "恢复活跃": f"{moved.count('active')} 个",
        "居委会核实约需": f"{trimmed(Decimal('0.5') * (worse.count(('active', 'late')) + moved.count('dormant')))} 小时",
    }
    named = {int(n.url.split("/")[2]): Dormancy.values[Dormancy.labels.index(n.after)] for n in told.named}
    assert named == {pk: after[pk] for pk in before if before[pk] != after[pk]}


def test_a_rehearsal_tells_streets_and_hours(silent, cast):
    told = rehearsal.parameter(PERIOD, Decimal(90), ahead(), cast.officer)
    # 现行 180+60：200 天迟报，300 天休眠。90+60：100、130、125 天迟报，170、200 天休眠，300 天不变。
    assert told.heads == ["街镇", "转为迟报", "转为休眠", "由休眠改为迟报", "恢复活跃", "核实工时（小时）"]
    assert told.rows == [
        ["甲街街道", 2, 1, 0, 0, Decimal("1.5")],
        ["乙街镇", 1, 1, 0, 0, Decimal("1.0")],
        ["合计", 3, 2, 0, 0, Decimal("2.5")],
    ]
    assert (told.changed, len(told.named), told.unnamed) == (5, 5, 0)
    assert "180 天 → 90 天" in told.sentence


def test_a_rehearsal_counts_by_the_values_of_its_day(silent, cast):
    """A value that comes into force before belongs to the old rule, one that comes later does not."""
    parameters.publish(PERIOD, value=Decimal(90), effective_from=ahead(5), legal_basis="甲", by=cast.officer)
    assert rehearsal.parameter(PERIOD, Decimal(90), ahead(), cast.officer).changed == 0
    assert rehearsal.parameter(PERIOD, Decimal(90), ahead(4), cast.officer).changed > 0


def test_the_hours_follow_their_own_parameter(silent, cast):
    parameters.publish(VERIFY_HOURS, value=2, effective_from=ahead(0), legal_basis="甲", by=cast.officer)
    told = rehearsal.parameter(PERIOD, Decimal(90), ahead(), cast.officer)
    assert figures(told)["居委会核实约需"] == "10 小时"


def test_the_page_names_who_would_change_and_links_them(silent, cast, sign_in):
    data = {"value": "90", "effective_from": ahead().isoformat(), "legal_basis": "试行"}
    page = sign_in(cast.officer).post(f"/settings/parameters/{PERIOD.key}/", data)
    links = html.fromstring(page.content).xpath("//section[@id='rehearsal']//a/@href")
    assert len(links) == 5
    assert sign_in(cast.officer).get(links[0]).status_code == 200


def test_a_rehearsal_stays_within_the_jurisdiction(silent, cast):
    told = rehearsal.parameter(PERIOD, Decimal(90), ahead(), cast.other_street)
    assert [row[0] for row in told.rows] == ["乙街镇", "合计"]
    assert {n.place for n in told.named} == {"乙街镇乙一居委会"}


@pytest.mark.parametrize(
    ("new", "moved", "below"), [(15, 2, 3), (8, 1, 0), (10, 0, 1)], ids=["higher", "lower", "same"]
)
def test_the_rehearsed_minimum_of_members_counts_filed_teams(new, moved, below, make_org, cast):
    for members in (8, 10, 14, 15, 40):
        make_org(member_count=members)
    make_org(member_count=12, status=Status.STOPPED)
    make_org(member_count=12, tier=Tier.GROUP)
    make_org(member_count=None)
    told = rehearsal.parameter(TEAM_MIN_MEMBERS, new, ahead(), cast.officer)
    assert (told.changed, len(told.named)) == (moved, moved)
    assert figures(told)["届时人数不足的共"] == f"{below} 个"
    assert figures(told)["没有填人数"] == "1 个"
    teams = Organization.objects.filter(tier=Tier.TEAM, status=Status.FILED)
    assert teams.filter(member_count__lt=new).count() == below


def test_a_number_that_decides_nothing_by_itself_has_no_rehearsal_and_may_be_published(cast, sign_in):
    data = {"value": "1.0", "effective_from": ahead().isoformat(), "legal_basis": "试行"}
    page = sign_in(cast.officer).post(f"/settings/parameters/{VERIFY_HOURS.key}/", data).content.decode()
    assert "没有可以预先推算的名单" in page
    assert 'name="rehearsed"' in page


# ---- the reading of the target


@pytest.fixture
def twenty(make_org, cast):
    for _ in range(11):
        make_org()
    make_org(tier=Tier.REGISTERED)
    make_org(tier=Tier.GROUP)
    make_org(tier=Tier.GROUP, community=cast.jia2)
    make_org(community=cast.yi1)


def reading(**change) -> dict:
    return {
        "minimum": "1", "counted_registered": ["normal"], "counted_team": ["filed"], "counting_basis": "试行口径",
        "effective_from": ahead().isoformat(), "legal_basis": "长民〔2027〕1号",
    } | change  # fmt: skip


def seal_on(response) -> str:
    [token] = html.fromstring(response.content).xpath("//input[@name='rehearsed']/@value")
    return token


def publish(client, data):
    return client.post(TARGET, data | {"rehearsed": seal_on(client.post(TARGET, data))})


@pytest.mark.parametrize(
    ("minimum", "counted"),
    [
        (Decimal(12), {"registered": ["normal"], "team": ["filed"], "group": []}),
        (Decimal(1), {"registered": ["normal"], "team": ["filed"], "group": []}),
        (Decimal("0.5"), {"registered": [], "team": [], "group": ["normal"]}),
        (Decimal(14), {"registered": ["normal"], "team": ["filed", "stopped"], "group": ["normal"]}),
    ],
)
def test_a_rehearsed_reading_comes_true_in_the_snapshot(minimum, counted, twenty, cast):
    targets.snapshot(ahead(8), ahead(8))
    before = read.totals(read.rows(Area("all"), ahead(8)))
    told = rehearsal.target(minimum, counted, ahead(), cast.officer)
    targets.set_policy(
        minimum=minimum, counted=counted, counting_basis="试行", legal_basis="试行", effective_from=ahead(), by=cast.officer
    )  # fmt: skip
    targets.snapshot(ahead(), ahead())
    after = read.totals(read.rows(Area("all"), ahead()))
    assert told.rows[-1] == ["合计", 3, before.average, after.average, before.below, after.below]
    was = {r.community.name: r.total < r.policy.minimum for r in read.rows(Area("all"), ahead(8))}
    will = {r.community.name: r.total < r.policy.minimum for r in read.rows(Area("all"), ahead())}
    assert {n.name for n in told.named} == {name for name in was if was[name] != will[name]}


def test_past_snapshots_keep_the_reading_of_their_night(twenty, cast, sign_in):
    today = ahead(0)
    yesterday = ahead(-1)
    targets.snapshot(yesterday, yesterday)
    kept = [(r.policy_id, r.total) for r in read.rows(Area("all"), yesterday)]
    publish(sign_in(cast.officer), reading(effective_from=today.isoformat()))
    targets.snapshot(today, today)
    targets.snapshot(yesterday, today)
    assert [(r.policy_id, r.total) for r in read.rows(Area("all"), yesterday)] == kept
    assert [r.total for r in read.rows(Area("all"), today)] == [12, 0, 1]


def test_a_reading_is_rehearsed_then_published_and_has_no_effect_before_its_day(twenty, cast, sign_in):
    client = sign_in(cast.officer)
    targets.snapshot(ahead(0), ahead(0))
    standing = read.policy_on(ahead(0))
    first = client.post(TARGET, reading())
    assert TargetPolicy.objects.count() == 1
    assert "将低于目标的居委" in first.content.decode()
    assert client.post(TARGET, reading() | {"rehearsed": seal_on(first)}).status_code == 302
    assert read.policy_on(ahead(8)) == standing
    rule = read.policy_on(ahead())
    assert (rule.minimum, rule.entered_by, rule.counted) == (
        Decimal(1), cast.officer, {"registered": ["normal"], "team": ["filed"], "group": []}
    )  # fmt: skip
    page = client.get(TARGET).content.decode()
    assert f"将于 {ahead()} 生效" in page
    assert "系统首次设定" in page


def test_a_changed_reading_is_rehearsed_again(twenty, cast, sign_in):
    client = sign_in(cast.officer)
    token = seal_on(client.post(TARGET, reading()))
    page = client.post(TARGET, reading(counted_group=["normal"]) | {"rehearsed": token}).content.decode()
    assert "内容在预演之后改动过" in page
    assert TargetPolicy.objects.count() == 0


def test_a_reading_may_be_withdrawn_until_its_day(cast, sign_in):
    client = sign_in(cast.officer)
    publish(client, reading())
    url = reverse("org_settings:withdraw_target", args=[TargetPolicy.objects.get().pk])
    assert sign_in(cast.leader).post(url).status_code == 403
    page = client.post(url, follow=True).content.decode()
    assert "生效前撤回" in page
    assert TargetPolicy.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"effective_from": "2020-01-01"}, "生效日期不能早于今天"),
        ({"counted_registered": [], "counted_team": []}, "至少要计入一个层级的一种状态"),
        ({"minimum": "-1"}, "不能小于 0"),
        ({"expires_on": "2020-01-01"}, "不能早于生效日期"),
        ({"counting_basis": ""}, "请填写"),
    ],
)
def test_a_senseless_reading_is_refused_in_a_sentence(change, sentence, cast, sign_in):
    page = sign_in(cast.officer).post(TARGET, reading(**change)).content.decode()
    assert sentence in page
    assert 'name="rehearsed"' not in page


def test_the_old_address_leads_to_the_new_page(cast, sign_in):
    assert sign_in(cast.officer).get("/orgs/targets/settings/").headers["Location"] == TARGET


# ---- the dictionaries


def entry(**change) -> dict:
    return {
        "kind": "category", "label": "邻里互助类", "valid_from": ahead(0).isoformat(), "legal_basis": "长民〔2027〕2号",
    } | change  # fmt: skip


def test_a_new_entry_is_there_at_once_in_every_process(cast, sign_in, django_capture_on_commit_callbacks):
    terms.categories()  # what another process remembers
    with django_capture_on_commit_callbacks(execute=True):
        assert sign_in(cast.officer).post(TERMS, entry()).status_code == 302
    term = Term.objects.get(label="邻里互助类")
    assert terms.categories()[term.code] == "邻里互助类"
    assert (term.code, "邻里互助类") in terms.choices(TermKind.CATEGORY)
    form = sign_in(cast.street).get(reverse("orgs:create") + "?tier=team").content.decode()
    assert "邻里互助类" in form
    assert term.entered_by == cast.officer


def test_an_entry_of_the_future_cannot_be_chosen_yet_and_may_be_withdrawn(
    cast, sign_in, django_capture_on_commit_callbacks
):
    client = sign_in(cast.officer)
    client.post(TERMS, entry(valid_from=ahead().isoformat()))
    term = Term.objects.get(label="邻里互助类")
    assert term.label not in dict(terms.choices(TermKind.CATEGORY)).values()
    assert term.label not in terms.categories().values()
    assert term.label in dict(terms.choices(TermKind.CATEGORY, ahead())).values()
    assert f"将于 {ahead()} 启用" in client.get(TERMS).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("org_settings:withdraw_term", args=[term.pk]))
    assert not Term.objects.filter(label="邻里互助类").exists()
    assert "启用前撤回" in client.get(TERMS).content.decode()
    assert cache.get("terms:category") is None


def test_a_stopped_entry_leaves_the_choices_after_its_last_day_and_stays_readable(cast, make_org, sign_in):
    client = sign_in(cast.officer)
    make_org(category="culture")
    term = Term.objects.get(kind="category", code="culture")
    url = reverse("org_settings:term", args=[term.pk])
    assert "1 个组织不变" in client.get(url).content.decode()
    client.post(url, {"valid_to": ahead(3).isoformat(), "legal_basis": "长民〔2027〕3号"})
    assert "culture" in dict(terms.choices(TermKind.CATEGORY, ahead(3)))
    assert "culture" not in dict(terms.choices(TermKind.CATEGORY, ahead(4)))
    assert terms.categories()["culture"] == "文体活动类"
    assert "区民政" in client.get(url).content.decode()
    assert "culture" not in dict(terms.choices(TermKind.CATEGORY, ahead(4)))
    assert "culture" in dict(terms.choices(TermKind.CATEGORY, ahead(4), held=["culture"]))
    client.post(reverse("org_settings:resume_term", args=[term.pk]))
    assert "culture" in dict(terms.choices(TermKind.CATEGORY, ahead(4)))


def test_an_entry_in_use_is_not_withdrawn_and_a_stopped_one_not_resumed(cast, sign_in):
    client, term = sign_in(cast.officer), Term.objects.get(kind="category", code="culture")
    page = client.post(reverse("org_settings:withdraw_term", args=[term.pk]), follow=True).content.decode()
    assert "已经启用，不能撤回" in page
    Term.objects.filter(pk=term.pk).update(valid_to=ahead(-2))
    page = client.post(reverse("org_settings:resume_term", args=[term.pk]), follow=True).content.decode()
    assert "已停用的，请新增一项" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"label": "文体活动类"}, "字典中已有这个名称"),
        ({"valid_from": "2020-01-01"}, "启用日期不能早于今天"),
        ({"kind": "colour"}, "选择"),
        ({"legal_basis": ""}, "请填写"),
    ],
)
def test_a_senseless_entry_is_refused_in_a_sentence(change, sentence, cast, sign_in):
    before = Term.objects.count()
    assert sentence in sign_in(cast.officer).post(TERMS, entry(**change)).content.decode()
    assert Term.objects.count() == before


@pytest.mark.parametrize("who", ["leader", "sysadmin", "street"])
def test_only_the_district_officer_changes_the_dictionaries(who, cast, sign_in):
    client, term = sign_in(getattr(cast, who)), Term.objects.first()
    for name in ("term", "resume_term", "withdraw_term"):
        assert client.post(reverse(f"org_settings:{name}", args=[term.pk])).status_code == 403
    assert client.post(TERMS, entry()).status_code == 403


def test_codes_of_new_entries_never_collide(cast):
    made = [
        term_actions.add(
            kind="field", label=f"领域{n}", valid_from=ahead(), legal_basis="甲", by=cast.officer
        )
        for n in range(3)
    ]
    assert len({term.code for term in made}) == 3
    assert [term.order for term in made] == sorted(term.order for term in made)
    made[0].delete()
    assert term_actions.add(
        kind="field", label="再来", valid_from=ahead(), legal_basis="甲", by=cast.officer
    ).code not in {t.code for t in made[1:]}


def test_a_record_keeps_an_entry_out_of_use_when_it_is_edited(cast, make_org, sign_in):
    organization = make_org(tier="group", category="culture")
    Term.objects.filter(code="culture").update(valid_to=ahead(-2))
    client = sign_in(cast.officer)
    assert "文体活动类" in client.get(reverse("orgs:edit", args=[organization.pk])).content.decode()
    new = html.fromstring(client.get(reverse("orgs:create") + "?tier=team").content)
    offered = new.xpath("//select[@name='category']/option/text()")
    assert "公益慈善类" in offered
    assert "文体活动类" not in offered

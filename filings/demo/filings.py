"""Filings of one street in every state and of every kind, made by the same actions as real ones."""

import datetime
import random

from accounts.choices import Role
from accounts.models import User
from core.settings import workdays
from filings import policy
from filings.actions.filing import FLOW, begin, enter
from filings.choices import FilingState, Kind
from filings.models import Filing
from orgs.choices import Status, Tier
from orgs.models import Organization
from places.models import Community

STREET = "华阳路街道"
WAITING = 32  # filings on which the demo's street officer is asked
KINDS = [  # name, category, service field, what they do
    ("合唱队", "culture", "civility", "合唱排练，节日慰问演出"),
    ("太极拳队", "culture", "civility", "晨练太极拳，公益教学"),
    ("楼道美化志愿队", "affairs", "management", "楼道清理、绿植养护"),
    ("银发互助队", "living", "supply", "结对探访独居老人"),
    ("便民修理队", "living", "supply", "每月一次小家电、雨伞修理"),
    ("助学结对队", "charity", "supply", "课后辅导、图书漂流"),
    ("平安巡逻队", "affairs", "safety", "早晚高峰护校，夜间巡逻"),
    ("编织社", "culture", "civility", "绒线编织，义卖捐助"),
]
SURNAMES, GIVEN = (
    "王李张刘陈杨黄周吴徐孙马朱胡林",
    ["秀英", "建国", "佩珍", "志强", "美华", "国平", "玉兰", "德明", "慧敏", "根宝"],
)
PATHS = {  # what was done after it was sent; the last state is what the demo shows
    FilingState.COMMITTEE_RETURNED: ["committee_return"],
    FilingState.STREET_RETURNED: ["review", "street_return"],
    FilingState.REFUSED: ["review", "refuse"],
    FilingState.WITHDRAWN: ["withdraw"],
    FilingState.STREET: ["review"],
    FilingState.COMMITTEE: [],
}
SAID = {
    "review": "情况属实，同意上报街镇审核。", "approve": "符合备案条件，准予备案。", "withdraw": "活动场地有变，稍后重新申请。",
    "refuse": "与已备案的团队成员基本相同，不予重复备案。", "recommend": "活动规范、条件成熟，同意转报登记。",
    "committee_return": "", "street_return": "", "register": "符合登记条件，准予登记。",
}  # fmt: skip


def plant(today: datetime.date) -> tuple[str, int]:
    """(what was made, how many); none where the demo accounts do not exist."""
    chance = random.Random(2021)
    street = User.objects.filter(username="street").first()
    committee = User.objects.filter(username="committee").first()
    if not street or not committee:
        return "备案", 0
    people = {c: staff(c) for c in Community.objects.filter(street=street.street_id).open_on(today)}
    people[committee.community] = committee
    made = 0
    for number, state in enumerate(PATHS):
        made += go(fresh(committee.community, number, chance, today), committee, PATHS[state], street)
    for number, community in enumerate(people):  # waits for the street, and some for their committees
        person = people[community]
        steps = PATHS[FilingState.STREET] if number % 5 else PATHS[FilingState.COMMITTEE]
        made += go(fresh(community, number + 7, chance, today), person, steps, street)
    made += known(people, street, today)
    done = Filing.objects.filter(kind=Kind.CHANGE, state=FilingState.STREET).order_by("-pk").first()
    if done:
        FLOW.take(done, "approve_change", by=street, note=policy.FILING.step("approve_change").phrase)
    draft(fresh(committee.community, 30, chance, today), committee)
    late = Filing.objects.filter(state=FilingState.STREET).order_by("pk")[:2].values("pk")
    Filing.objects.filter(pk__in=late).update(due_on=workdays.add(today, -2))
    return "备案", made + 1


def staff(community: Community) -> User:
    """Somebody of a committee; nobody can sign in as them."""
    found = User.objects.filter(username=f"jw{community.code}").first()
    if found:
        return found
    name = SURNAMES[community.pk % len(SURNAMES)] + GIVEN[community.pk % len(GIVEN)]
    return User.objects.create_user(
        f"jw{community.code}",
        name=name,
        role=Role.COMMITTEE_MEMBER,
        community=community,
        must_change_password=False,
    )


def fresh(community: Community, number: int, chance: random.Random, today: datetime.date) -> Filing:
    """The whole form of a new team."""
    kind, category, field, content = KINDS[number % len(KINDS)]
    members = chance.randint(11, 46)
    short = community.name.removesuffix("居委会")
    return Filing(
        kind=Kind.NEW, street=community.street, community=community, name=f"{short}{'春夏秋冬晨夕'[number % 6]}{kind}",
        category=category, service_fields=[field], established_on=today - datetime.timedelta(days=chance.randint(100, 2500)),
        activity_place=f"{short}居民区活动室", activity_content=content, activity_time="每周二、四上午 9 点",
        weekly_sessions=2, member_count=members, party_member_count=members // 5,
        leader_name=SURNAMES[number % 15] + GIVEN[number % 10], leader_gender="female" if number % 2 else "male",
        leader_age=chance.randint(48, 78), leader_political_status="party" if number % 3 else "masses",
        leader_address=f"{STREET}{short}{number + 1}号{chance.randint(1, 6)}02室", leader_employer="已退休",
        contact_phone=f"139{chance.randint(10**7, 10**8 - 1)}", liaison_assignment="assigned",
        liaison_name=SURNAMES[(number + 4) % 15] + GIVEN[(number + 3) % 10], liaison_gender="male", liaison_age=41,
        liaison_post=f"{short}居民区党总支委员", party_branch=f"{short}居民区党总支",
        liaison_phone=f"137{chance.randint(10**7, 10**8 - 1)}",
    )  # fmt: skip


def go(filing: Filing, by: User, steps: list[str], street: User) -> int:
    """Enter a filing and take its steps; those of the street by the demo's officer."""
    case = enter(filing, by=by)
    for verb in steps:
        step = FLOW.workflow.step(verb)
        person = (
            by if by.role in step.roles and (step.own or Role.STREET_OFFICER not in step.roles) else street
        )
        returned = (
            {"activity_place": "请写明门牌号", "weekly_sessions": "与活动时间不一致，请核对"}
            if step.returns
            else None
        )
        case = FLOW.take(case, verb, by=person, note=SAID[verb], returned=returned)
    return 1


def known(people: dict, street: User, today: datetime.date) -> int:
    """Changes, cancellations, reviews and promotions of organisations that the register holds, until enough wait."""
    suiting = {
        Kind.CHANGE: (Tier.TEAM, Status.FILED), Kind.CANCEL: (Tier.TEAM, Status.STOPPED),
        Kind.REVIEW: (Tier.TEAM, Status.FILED), Kind.PROMOTE: (Tier.GROUP, Status.NORMAL),
        Kind.REGISTER: (Tier.TEAM, Status.FILED), Kind.CORRECT: (Tier.TEAM, Status.FILED),
    }  # fmt: skip
    made, free = 0, Organization.objects.filter(street=street.street_id, filings=None, member_count__gte=10)
    turns = [kind for _ in range(12) for kind in suiting]
    for number, kind in enumerate(turns):
        if Filing.objects.filter(state=FilingState.STREET).count() >= WAITING:
            break
        tier, status = suiting[kind]
        organization = free.filter(tier=tier, status=status).select_related("street", "community").first()
        if organization is None or organization.community not in people:
            continue
        filing = begin(kind, organization, year=today.year if kind == Kind.REVIEW else None)
        complete(filing, number, today)
        steps = {Kind.REGISTER: ["review", "recommend"], Kind.CORRECT: []}.get(kind, ["review"])
        made += go(filing, people[organization.community], steps, street)
    return made


def complete(filing: Filing, number: int, today: datetime.date) -> None:
    """What a ledger leaves out and the form asks for; of a correction only what was wrong."""
    if filing.kind == Kind.CORRECT:
        filing.reason = "台账录入时把负责人的名字写错，以备案表原件为准。"
        filing.leader_name = f"{filing.leader_name[:1] or '顾'}{GIVEN[number % len(GIVEN)]}珍"
        return
    filing.reason = (
        "负责人换届，活动地点调整到新的睦邻点。" if filing.kind == Kind.CHANGE else "本年度正常开展活动。"
    )
    filing.effective_on, filing.property_note = today - datetime.timedelta(days=20), "账目结清，器材移交居委"
    filing.established_on = filing.established_on or today - datetime.timedelta(days=900)
    filing.activity_place = filing.activity_place or "居民区活动室"
    filing.activity_content = filing.activity_content or "文体活动"
    filing.activity_time, filing.weekly_sessions = (
        filing.activity_time or "每周三下午",
        filing.weekly_sessions or 1,
    )
    filing.contact_phone = filing.contact_phone or f"136000{number:05d}"
    filing.leader_name = "顾美珍" if filing.kind == Kind.CHANGE else filing.leader_name or "顾美珍"
    filing.liaison_assignment = filing.liaison_assignment or "unassigned"
    if filing.liaison_assignment == "assigned" and not filing.liaison_name:
        filing.liaison_name = "周志强"


def draft(filing: Filing, by: User) -> None:
    filing.activity_time = filing.leader_age = None
    filing.activity_time = ""
    enter(filing, by=by, send=False)

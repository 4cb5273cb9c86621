"""What a new value would change on its first day, told before it is published. Reads only; nothing is kept.

The same expressions that the night runs decide here, so that the numbers come true when no record changes meanwhile.
"""

import datetime
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, F, Q, Value
from django.urls import reverse
from django.utils import timezone

from core.policy import Declared
from core.settings.parameters import value
from core.settings.rehearsal import MOST_NAMED, Figure, Named, Rehearsal
from core.words import trimmed
from orgs import policy
from orgs.choices import Dormancy, Status, Tier
from orgs.models import Organization
from orgs.queries import targets
from orgs.queries.dormancy import false_alarms, judged
from orgs.queries.register import counted_by, counted_statuses
from places.models import Community, Street

EASED = "eased"  # dormant before, only late by the new rule: nobody has to verify it again
NIGHTLY = "每晚判定，生效日当晚起用。只列管辖范围内的组织；生效前登记的新活动会改变结果。"


def parameter(declared: Declared, new: Decimal, on: datetime.date, user) -> Rehearsal | None:
    """What a new value of one of `policy.PARAMETERS` changes; None for what decides nothing by itself."""
    for tier, pair in policy.DORMANCY_DAYS.items():
        if declared in pair:
            return dormancy(tier, pair, declared, Decimal(new), on, user)
    return team_minimum(int(new), on, user) if declared == policy.TEAM_MIN_MEMBERS else None


def dormancy(tier: Tier, pair, declared: Declared, new: Decimal, on: datetime.date, user) -> Rehearsal:
    """Who would become late or dormant, or wake up, judged on the first day by both rules."""
    old = [value(p, on) for p in pair]
    changed = [new if p == declared else v for p, v in zip(pair, old, strict=True)]
    moved = (
        Organization.objects.visible_to(user)
        .filter(tier=tier)
        .annotate(before=judged(on, *old), after=judged(on, *changed))
        .exclude(before=F("after"))
    )
    counts = moved.order_by().values_list("street", "before", "after").annotate(n=Count("pk"))
    by_street: dict[int, Counter] = defaultdict(Counter)
    for street, before, after, n in counts:
        by_street[street][EASED if (before, after) == (Dormancy.DORMANT, Dormancy.LATE) else after] += n
    total = sum(by_street.values(), Counter())
    hours = value(policy.VERIFY_HOURS, on)
    order = (Dormancy.LATE, Dormancy.DORMANT, EASED, Dormancy.ACTIVE)

    def cells(counter: Counter) -> list:
        asked = counter[Dormancy.LATE] + counter[Dormancy.DORMANT]
        return [*(counter[state] for state in order), asked * hours]

    words = f"{declared.name} {shown_days(old[pair.index(declared)])} → {shown_days(new)}"
    return Rehearsal(
        sentence=f"{on} 按新规定判定，有 {total.total()} 个{tier.label}与现行规定不同（{words}）。",
        figures=[
            Figure("转为迟报", f"{total[Dormancy.LATE]} 个", "warn"),
            Figure("转为休眠", f"{total[Dormancy.DORMANT]} 个", "late"),
            Figure("由休眠改为迟报", f"{total[EASED]} 个", "ok"),
            Figure("恢复活跃", f"{total[Dormancy.ACTIVE]} 个", "ok"),
            Figure("居委会核实约需", f"{trimmed(cells(total)[-1])} 小时"),
        ],
        heads=["街镇", "转为迟报", "转为休眠", "由休眠改为迟报", "恢复活跃", "核实工时（小时）"],
        rows=per_street(user, by_street, cells),
        named=named(moved, dormancy_words),
        changed=total.total(),
        note=f"{NIGHTLY}{tier.label}{false_alarms(user, timezone.localdate(), [tier])}",
    )


def dormancy_words(row: dict) -> tuple[str, str]:
    last = row["last_active_on"]
    before = f"{Dormancy(row['before']).label}（{f'最近活动 {last}' if last else '没有活动记录'}）"
    return before, Dormancy(row["after"]).label


def shown_days(days: Decimal) -> str:
    return f"{int(days)} 天"


def team_minimum(new: int, on: datetime.date, user) -> Rehearsal:
    """Filed teams that would fall below the number of members, or no longer be below it. It unfiles nobody by itself."""
    old = int(value(policy.TEAM_MIN_MEMBERS, on))
    teams = Organization.objects.visible_to(user).filter(tier=Tier.TEAM, status=Status.FILED)
    low, high = sorted((old, new))
    falls = new > old
    moved = teams.filter(member_count__gte=low, member_count__lt=high).annotate(
        before=Value("够" if falls else "不足"), after=Value("不足" if falls else "够")
    )
    by_street: dict[int, Counter] = defaultdict(Counter)
    for street, all_below, n in (
        teams.order_by()
        .values_list("street")
        .annotate(
            below=Count("pk", filter=Q(member_count__lt=new)),
            moved=Count("pk", filter=Q(member_count__gte=low, member_count__lt=high)),
        )
    ):
        if all_below or n:
            by_street[street] = Counter(below=all_below, moved=n)
    total = sum(by_street.values(), Counter())
    what = "将低于新的要求" if falls else "不再低于要求"
    return Rehearsal(
        sentence=f"备案团队最低人数 {old} 人 → {new} 人：{total['moved']} 个已备案团队{what}。",
        figures=[
            Figure(what, f"{total['moved']} 个", "warn" if falls else "ok"),
            Figure("届时人数不足的共", f"{total['below']} 个", "late" if total["below"] else "ok"),
            Figure("没有填人数", f"{teams.filter(member_count__isnull=True).count()} 个"),
        ],
        heads=["街镇", what, "届时人数不足"],
        rows=per_street(user, by_street, lambda counter: [counter["moved"], counter["below"]]),
        named=named(moved, lambda row: (f"{row['member_count']} 人，{row['before']}", row["after"])),
        changed=total["moved"],
        note="只影响以后的登记、升级和导入；已备案的团队不会自动改变状态。",
    )


def per_street(user, by_street: dict[int, Counter], cells) -> list[list]:
    """Streets with a change in official order, and the total."""
    if not by_street:
        return []
    streets = Street.objects.visible_to(user).filter(pk__in=by_street).order_by("district__code", "order")
    rows = [[street.name, *cells(by_street[street.pk])] for street in streets.distinct()]
    return [*rows, ["合计", *cells(sum(by_street.values(), Counter()))]]


def named(moved, words) -> list[Named]:
    """The first of the organisations, street by street. words: row → (before, after)."""
    found = moved.order_by("street__district__code", "street__order", "sort_key", "pk").values(
        "pk", "name", "street__name", "community__name", "before", "after", "member_count", "last_active_on"
    )
    return [
        Named(
            row["name"],
            reverse("orgs:detail", args=[row["pk"]]),
            f"{row['street__name']}{row['community__name'] or ''}",
            *words(row),
        )
        for row in found[:MOST_NAMED]
    ]


def target(minimum: Decimal, counted: dict[str, list[str]], on: datetime.date, user) -> Rehearsal:
    """Communities that would fall below the target or reach it, and the average before and after."""
    standing = targets.policy_on(on)
    old_minimum = standing.minimum if standing else Decimal(policy.MINIMUM_FIRST)
    before, after = tally(user, counted_statuses(on)), tally(user, counted)
    communities = list(
        Community.objects.visible_to(user)
        .open_on(on)
        .select_related("street")
        .order_by("street__district__code", "street__order", "code")
        .distinct()
    )
    by_street: dict[int, Counter] = defaultdict(Counter)
    moved = []
    for community in communities:
        was, will = before[community.pk], after[community.pk]
        row = by_street[community.street_id]
        row.update(n=1, was=was, will=will, below_was=was < old_minimum, below_will=will < minimum)
        if (was < old_minimum) != (will < minimum):
            moved.append((community, was, will, will < minimum))
    total = sum(by_street.values(), Counter())
    falling = sum(falls for *_, falls in moved)
    return Rehearsal(
        sentence=(
            f"按现在的名册，{on} 起平均数 {average(total, 'was')} → {average(total, 'will')}"
            f"（目标 {trimmed(old_minimum)} → {trimmed(minimum)}）。"
        ),
        figures=[
            Figure("将低于目标的居委", f"{falling} 个", "late" if falling else "ok"),
            Figure("将达到目标的居委", f"{len(moved) - falling} 个", "ok"),
            Figure("低于目标的居委共", f"{total['below_was']} → {total['below_will']} 个"),
            Figure("计入的组织", f"{total['was']} → {total['will']} 个"),
        ],
        heads=["街镇", "居委", "平均数（现行）", "平均数（新）", "低于目标（现行）", "低于目标（新）"],
        rows=per_street(user, by_street, target_cells),
        named=[
            Named(
                community.name,
                f"{reverse('orgs:list')}?street={community.street_id}&community={community.pk}",
                community.street.name,
                f"{was} 个，{'达标' if falls else '低于目标'}",
                f"{will} 个，{'低于目标' if falls else '达标'}",
            )
            for community, was, will, falls in moved[:MOST_NAMED]
        ],
        changed=len(moved),
        note="以前各晚的快照保留当时的口径，不会改变。",
    )  # fmt: skip


def tally(user, reading: dict[str, list[str]]) -> Counter:
    """Community → organisations that a reading counts, as the register stands."""
    rows = counted_by(Organization.objects.visible_to(user), reading).filter(community__isnull=False)
    return Counter(dict(rows.order_by().values_list("community").annotate(n=Count("pk"))))


def average(counter: Counter, key: str) -> Decimal:
    if not counter["n"]:
        return Decimal("0.00")
    return (Decimal(counter[key]) / counter["n"]).quantize(Decimal("0.01"), ROUND_HALF_UP)


def target_cells(counter: Counter) -> list:
    return [
        counter["n"],
        average(counter, "was"),
        average(counter, "will"),
        counter["below_was"],
        counter["below_will"],
    ]

"""Writes of the map: loading the official list, and adjustments that keep history."""

import csv
import datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.dated import is_open
from core.history import told
from places.choices import ChangeKind, PlaceVerb, StreetKind
from places.models import Community, CommunityChange, District, PlaceAlias, Street
from places.queries import names

CSV = Path(__file__).parent / "changning_communities.csv"


@transaction.atomic
def load_map() -> tuple[int, int]:
    """Load 长宁区, its streets in official order (that of their codes) and communities; (streets, communities) added.

    What the bureau changed since is left alone: only codes that were never seen are added.
    """
    district, _ = District.objects.get_or_create(code="310105", defaults={"name": "长宁区"})
    rows = list(csv.DictReader(CSV.open(encoding="utf-8-sig")))
    names = {row["street_code"]: row["street"] for row in rows}
    streets, added = {}, 0
    for order, (code, name) in enumerate(sorted(names.items()), 1):
        kind = StreetKind.TOWN if name.endswith("镇") else StreetKind.STREET
        streets[code], new = Street.objects.get_or_create(
            code=code, defaults={"district": district, "name": name, "kind": kind, "order": order}
        )
        added += new
    known = set(Community.objects.values_list("code", flat=True))
    fresh = [
        Community(street=streets[row["street_code"]], code=row["community_code"], name=row["community"])
        for row in rows
        if row["community_code"] not in known
    ]
    Community.objects.bulk_create(fresh)
    return added, len(fresh)


def standing_refusal(community: Community, on: datetime.date) -> str:
    """Why a community cannot be adjusted on a day, as a sentence; empty when it can."""
    if community.closed_on:
        return f"“{community}”已定于 {community.closed_on} 撤销，不能再次调整。"
    if not is_open(community, on):
        return f"“{community}”到 {community.opened_on} 才设立，请核对生效日期。"
    return ""


@transaction.atomic
def adjust(
    *,
    kind: str,
    before: list[Community],
    after: list[dict],
    on: datetime.date,
    legal_basis: str,
    note: str = "",
    by,
) -> CommunityChange:
    """Split, merge, rename, open or close communities on a date, also a coming one: until that day nothing changes.

    after: new communities as {"code", "name", "street"}. The old ones are closed, never deleted; their organisations
    stay with them until officers move them, and the page that closes them lists how many there are.
    """
    if kind in (ChangeKind.SPLIT, ChangeKind.RENAME) and len(before) != 1:
        raise ValidationError("拆分、更名每次只能选一个居委。")
    if kind == ChangeKind.MERGE and len(before) < 2:
        raise ValidationError("合并至少要选两个居委。")
    if kind == ChangeKind.SPLIT and len(after) < 2:
        raise ValidationError("拆分后至少要有两个居委。")
    if kind in (ChangeKind.MERGE, ChangeKind.RENAME, ChangeKind.NEW) and len(after) != 1:
        raise ValidationError("合并、更名、新设之后应有且只有一个居委。")
    if refusal := next((words for c in before if (words := standing_refusal(c, on))), ""):
        raise ValidationError(refusal)
    change = CommunityChange.objects.create(
        kind=kind, effective_on=on, legal_basis=legal_basis, note=note, recorded_by=str(by)
    )
    Community.objects.filter(pk__in=[c.pk for c in before]).update(closed_on=on)
    made = []
    for row in after:
        community = Community(opened_on=on, **row)
        community.full_clean()
        community.save()
        made.append(community)
    change.before.set(before)
    change.after.set(made)
    return change


@transaction.atomic
def add_alias(*, name: str, street: Street, community: Community | None = None, by) -> PlaceAlias:
    """Agree on what a committee, or a street itself, is also called. Raises ValidationError where another place has the name."""
    if community and community.street_id != street.pk:
        raise ValidationError({"community": "这个居委不属于这个街镇。"})
    alias = PlaceAlias(name=name, street=street, community=community, recorded_by=str(by))
    alias.clean_fields()
    spoken = names.without_place(alias.name, street.name) if community else alias.name
    alias.key = (names.community_key if community else names.street_key)(spoken)
    if not alias.key:
        raise ValidationError({"name": "请填写台账里的写法。"})
    for official in _namesakes(alias):
        raise ValidationError({"name": f"“{official}”就叫这个名称，不能作别名。"})
    with told(PlaceVerb.ALIAS, by, str(alias)):
        alias.full_clean()
        alias.save()
    return alias


def _namesakes(alias: PlaceAlias) -> list:
    """Places whose official name an alias would hide."""
    if alias.community:
        others = Community.objects.filter(street=alias.street).open_on(timezone.localdate())
        return [c for c in others if names.community_key(c.name) == alias.key]
    return [s for s in Street.objects.all() if names.street_key(s.name) == alias.key]


@transaction.atomic
def remove_alias(*, alias: PlaceAlias, by) -> None:
    with told(PlaceVerb.NO_ALIAS, by, str(alias)):
        alias.delete()

"""Finding records that may be one organisation, saying that they are not, and making one of two."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core import undo
from core.history import told
from orgs import policy
from orgs.actions import register
from orgs.choices import PairState, Verb
from orgs.models import Activity, DuplicatePair, MergedOrganization, Organization
from orgs.queries import matching
from orgs.queries.duplicates import PLACE, choosable
from places.models import Street

MARGIN = datetime.timedelta(hours=1)  # what was saved while the last run was reading
MOST_ALIKE = 20  # a name that so many of a street share says nothing
MOST_PHONES = 6  # nor does the telephone of a committee's office

CANDIDATES = "\nUNION\n".join(
    f"SELECT n.id AS n, k.id AS k FROM duplicate_key n JOIN duplicate_key k ON {rule} "
    "WHERE n.fresh AND n.id <> k.id AND (n.id < k.id OR NOT k.fresh)"
    for rule in matching.RULES
)
STORE = f"""
INSERT INTO orgs_duplicatepair AS p (a_id, b_id, score, reasons, state, found_at, note)
SELECT least(n.id, k.id), greatest(n.id, k.id), {matching.SCORE}, {matching.REASONS}, 'open', %s, ''
FROM duplicate_found f JOIN duplicate_key n ON n.id = f.n JOIN duplicate_key k ON k.id = f.k
ON CONFLICT (a_id, b_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons
    WHERE p.state = 'open' AND (p.score, p.reasons) IS DISTINCT FROM (excluded.score, excluded.reasons)
"""
# What looked alike and does not any more, and what is left of records that are gone.
SWEEP = """
DELETE FROM orgs_duplicatepair p WHERE
    NOT EXISTS (SELECT 1 FROM duplicate_key k WHERE k.id = p.a_id) OR NOT EXISTS (SELECT 1 FROM duplicate_key k WHERE k.id = p.b_id)
    OR p.state = 'open' AND EXISTS (SELECT 1 FROM duplicate_key k WHERE k.id IN (p.a_id, p.b_id) AND k.fresh)
    AND NOT EXISTS (SELECT 1 FROM duplicate_found f WHERE least(f.n, f.k) = p.a_id AND greatest(f.n, f.k) = p.b_id)
"""


class Refused(Exception):
    """Why two records cannot be merged, as a sentence for the person."""


# ---- at night -----------------------------------------------------------------------------------------------


def find(since: datetime.datetime | None = None) -> tuple[int, int]:
    """Compare what was saved since a moment (None: everything) with the whole register; (records read, pairs added or changed)."""
    with transaction.atomic(), told(Verb.NIGHTLY, None, "查找重复"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        read = _stage(cursor, since - MARGIN if since else None)
        cursor.execute("DROP TABLE IF EXISTS duplicate_found")
        cursor.execute(f"CREATE TEMP TABLE duplicate_found ON COMMIT DROP AS {CANDIDATES}")
        cursor.execute(SWEEP)
        cursor.execute(STORE, [timezone.now()])
        return read, cursor.rowcount


def _stage(cursor, since) -> int:
    """The keys of every record as `duplicate_key`; how many of them are fresh."""
    columns = ", ".join(
        f"{name} {'bigint' if name.endswith('id') else 'text'}" for name in matching.STREET_COLUMNS
    )
    cursor.execute("DROP TABLE IF EXISTS duplicate_street, duplicate_key")
    cursor.execute(f"CREATE TEMP TABLE duplicate_street ({columns}) ON COMMIT DROP")
    streets = list(matching.street_rows(Street.objects.select_related("district")))
    with cursor.cursor.copy("COPY duplicate_street FROM STDIN") as copy:
        for row in streets:
            copy.write_row(row)
    keys = matching.KEYS.format(source="orgs_organization", streets="duplicate_street")
    cursor.execute(
        f"CREATE TEMP TABLE duplicate_key ON COMMIT DROP AS SELECT k.*, %(since)s::timestamptz IS NULL "
        f"OR k.updated_at >= %(since)s::timestamptz AS fresh FROM ({keys}) k",
        {"brackets": matching.BRACKETS, "since": since},
    )
    for key, most in (
        ("full_name", MOST_ALIKE),
        ("short", MOST_ALIKE),
        ("sound", MOST_ALIKE),
        ("phone", MOST_PHONES),
    ):
        cursor.execute(
            f"UPDATE duplicate_key d SET {key} = '' FROM (SELECT street_id, {key} FROM duplicate_key WHERE {key} <> '' "
            f"GROUP BY 1, 2 HAVING count(*) > %s) c WHERE c.street_id = d.street_id AND c.{key} = d.{key}",
            [most],
        )
    cursor.execute("CREATE INDEX ON duplicate_key (id)")
    cursor.execute("ANALYZE duplicate_key")
    cursor.execute("SELECT count(*) FROM duplicate_key WHERE fresh")
    return cursor.fetchone()[0]


# ---- by a person --------------------------------------------------------------------------------------------


@transaction.atomic
def not_duplicate(pair: DuplicatePair, *, by, note: str = "") -> None:
    """Remembered: the night does not propose this pair again."""
    with told(Verb.DISTINCT, by, note):
        DuplicatePair.objects.filter(pk=pair.pk, state=PairState.OPEN).update(
            state=PairState.DISTINCT, decided_by=by, decided_at=timezone.now(), note=note
        )


@transaction.atomic
def create(organization: Organization, *, unlike: list[Organization], by) -> Organization:
    """Enter a record of which the person said that it is none of those that it looks like; that is remembered."""
    with told(Verb.CREATE, by):
        register.create(organization, by=by)
        _remember(organization, unlike, by, "新增时确认不是重复")
    return organization


def _remember(organization: Organization, others: list[Organization], by, note: str) -> None:
    _say_distinct(
        DuplicatePair(
            a_id=min(organization.pk, other.pk), b_id=max(organization.pk, other.pk), state=PairState.DISTINCT,
            decided_by=by, decided_at=timezone.now(), note=note,
        )
        for other in others
    )  # fmt: skip


def _say_distinct(pairs) -> None:
    """Store pairs that are none, also where the night had proposed them."""
    DuplicatePair.objects.bulk_create(
        pairs,
        update_conflicts=True,
        unique_fields=["a", "b"],
        update_fields=["state", "decided_by", "decided_at", "note"],
    )


def merge(
    pair: DuplicatePair, *, keep: Organization, take: set[str], versions: dict[int, int], by, note: str = ""
) -> Organization:
    """Make one record of two; the one that stays.

    take: names of `choosable` fields whose value comes from the record that goes; versions: pk → the version that the person saw.
    Raises `Refused` with a sentence and writes nothing.
    """
    try:
        with transaction.atomic():
            return _merge(pair, keep.pk, take & set(choosable()), versions, by, note)
    except ValidationError as error:
        raise Refused("合并后的内容有问题：" + "；".join(error.messages) + "。请改选后再合并。") from error
    except IntegrityError as error:
        raise Refused(
            "两个组织有同一年度、同一事项的记录（例如都有没办完的备案），请先办完或撤回其中一件，再合并。"
        ) from error


def _merge(pair, keep: int, take: set[str], versions: dict[int, int], by, note: str) -> Organization:
    pks = {pair.a_id, pair.b_id}
    rows = {o.pk: o for o in Organization.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    if set(rows) != pks or keep not in pks or not DuplicatePair.objects.filter(pk=pair.pk).exists():
        raise Refused("这一对已经有人处理过，其中一个组织已被合并或删除。请返回列表查看。")
    if refusal := next((words for o in rows.values() if (words := policy.entry_refusal(o.tier, by))), None):
        raise Refused(refusal)
    if any(rows[pk].version != version for pk, version in versions.items() if pk in rows):
        raise Refused("您打开这一页以后，有人修改过其中一个组织。请重新核对后再合并。")
    kept, gone = rows[keep], rows[(pks - {keep}).pop()]
    reason = f"“{gone.name}”并入“{kept.name}”" + (f"：{note}" if note else "")
    with told(Verb.MERGE, by, reason):
        _move(gone, kept)
        _settle_pairs(gone, kept)
        Organization.objects.filter(pk=gone.pk).delete()
        for name in take:
            for column in ("street_id", "community_id") if name == PLACE else (name,):
                setattr(kept, column, getattr(gone, column))
        days = [d for d in (kept.last_active_on, gone.last_active_on) if d]
        kept.last_active_on = max(days, default=None)
        kept.version += 1
        register.fill_keys(kept)
        kept.validate_constraints()
        kept.save()
        MergedOrganization.objects.create(old=gone.pk, name=gone.name, kept=kept)
    return kept


def _move(gone: Organization, kept: Organization) -> None:
    """What hangs on the record that goes, hangs on the one that stays. What history could not bring back is not moved at all."""
    theirs = Activity.objects.filter(organization=gone)
    same = Activity.objects.filter(organization=kept, held_on=OuterRef("held_on"), name=OuterRef("name"))
    theirs.filter(Exists(same)).delete()
    for relation in Organization._meta.related_objects:
        column = relation.field
        if not getattr(column, "db_constraint", False):
            continue  # history keeps its own rows
        rows = relation.related_model._base_manager.filter(**{column.name: gone})
        if undo.knows(relation.related_model):
            rows.update(**{column.name: kept})
        elif rows.exists():
            raise Refused(
                f"“{gone.name}”还有{relation.related_model._meta.verbose_name}，不能合并。请先处理后再合并。"
            )


def _settle_pairs(gone: Organization, kept: Organization) -> None:
    """What was said of the record that goes, holds for the one that stays; its open pairs go."""
    for pair in DuplicatePair.objects.filter(a=gone) | DuplicatePair.objects.filter(b=gone):
        other = pair.b_id if pair.a_id == gone.pk else pair.a_id
        if pair.state == PairState.DISTINCT and other != kept.pk:
            _say_distinct(
                [
                    DuplicatePair(
                        a_id=min(kept.pk, other), b_id=max(kept.pk, other), state=pair.state, score=pair.score,
                        reasons=pair.reasons, decided_by_id=pair.decided_by_id, decided_at=pair.decided_at, note=pair.note,
                    )
                ]
            )  # fmt: skip
        pair.delete()

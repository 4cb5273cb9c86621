"""Whether the chain of events is whole, and if not, which rows were changed, removed or inserted.

One statement recomputes every digest and compares every link. What cannot be found: whoever may switch triggers off, and
writes a row, every digest after it and the end of the chain anew, leaves a chain that is whole in itself. Against that,
compare with the last digest that was noted outside of the database (`Chain.head`, printed at every verification).
"""

from dataclasses import dataclass, field

from django.db import connection

from core.audit.canon import DIGEST

NAMED = 1_000  # so many faulty rows are looked at one by one

# The end of the chain is read as one more row, which must continue the last event.
FAULTS = f"""
WITH linked AS (
    SELECT e.id, e.previous, e.digest, {DIGEST.format(row="e")} AS computed, false AS is_head FROM core_auditevent e
    UNION ALL SELECT last + 1, digest, '', '', true FROM core_audithead WHERE id = 1
), chain AS (
    SELECT *, coalesce(lag(id) OVER w, 0) AS before_id, coalesce(lag(digest) OVER w, '') AS before
    FROM linked WINDOW w AS (ORDER BY is_head, id)
)
SELECT id, previous, digest = computed, is_head, before_id, before, count(*) OVER () FROM chain
WHERE digest <> computed OR previous <> before ORDER BY is_head DESC, id DESC LIMIT {NAMED}
"""


@dataclass
class Fault:
    """A row that does not fit: `own` tells whether its own digest holds, `before` is the digest of the row above it."""

    id: int
    previous: str
    own: bool
    is_head: bool
    before_id: int
    before: str


@dataclass
class Chain:
    events: int = 0
    last: int = 0
    head: str = ""
    total: int = 0  # faulty rows, of which at most NAMED were looked at
    changed: list[int] = field(default_factory=list)
    removed: list[tuple[int, int]] = field(default_factory=list)
    inserted: list[int] = field(default_factory=list)
    headless: bool = False

    def sentences(self) -> list[str]:
        found = [(pk, f"第 {pk} 号审计记录的内容被改动。") for pk in self.changed]
        found += [(pk, f"第 {pk} 号审计记录是后来插入的。") for pk in self.inserted]
        for low, high in self.removed:
            which = f"第 {low} 号" if low == high else f"第 {low} 至 {high} 号"
            found.append((low, f"{which}审计记录被删除。"))
        words = [sentence for _, sentence in sorted(found)]
        if self.headless:
            words.append("审计链的末端记录被删除，无法判断最后几条是否缺失。")
        if self.total > NAMED:
            words.append(f"不符之处共 {self.total} 处，以上只列出最后的 {NAMED} 处。")
        return words


def check() -> Chain:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM core_auditevent), h.last, h.digest FROM (SELECT 1) AS one "
            "LEFT JOIN core_audithead h ON h.id = 1"
        )
        events, last, head = cursor.fetchone()
        chain = Chain(events=events, last=last or 0, head=head or "", headless=last is None and events > 0)
        cursor.execute(FAULTS)
        rows = cursor.fetchall()
    if rows:
        chain.total = rows[0][-1]
        _name(chain, [Fault(*row[:-1]) for row in rows])
    return chain


def _name(chain: Chain, faults: list[Fault]) -> None:
    """Tell what happened to each faulty row; `faults` come from the end of the chain backwards."""
    owners = _owners({fault.previous for fault in faults})
    inserted: set[int] = set()
    for fault in faults:
        # A sound row follows an event further up: everything between the two was put in later.
        sound = fault.is_head or (fault.own and fault.id not in inserted)
        owner = owners.get(fault.previous)
        if sound and fault.previous != fault.before and owner is not None and owner < fault.before_id:
            inserted |= set(_ids_between(owner, fault.id if not fault.is_head else fault.before_id + 1))
    changed = {f.id for f in faults if not f.own and not f.is_head} - inserted
    for fault in faults:
        if fault.id in inserted and not fault.is_head:
            continue
        if fault.previous == fault.before or owners.get(fault.previous, fault.id) < fault.id:
            continue  # its link holds, or holds once the inserted rows are thought away
        if fault.id - fault.before_id > 1:
            chain.removed.append((fault.before_id + 1, fault.id - 1))
        elif fault.own or fault.is_head:
            changed.add(fault.before_id)  # with a digest that was made to fit
    chain.inserted, chain.changed = sorted(inserted), sorted(changed - inserted - {0})


def _owners(digests: set[str]) -> dict[str, int]:
    """digest → id of the event that has it; the beginning of the chain has none and counts as 0."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, id FROM core_auditevent WHERE digest = ANY(%s)", [list(digests)])
        return {"": 0} | dict(cursor.fetchall())


def _ids_between(low: int, high: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM core_auditevent WHERE id > %s AND id < %s ORDER BY id LIMIT %s",
            [low, high, NAMED],
        )
        return [pk for (pk,) in cursor.fetchall()]

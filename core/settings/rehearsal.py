"""Before a value is published, the page shows what it would change; then exactly those values may be published.

The page that showed them carries a seal over subject, values and person. A value that was changed afterwards, or a
rehearsal that is old, does not fit its seal and is rehearsed again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder

SALT = "rehearsal"
VALID = 30 * 60  # seconds
MOST_NAMED = 200


@dataclass(frozen=True)
class Figure:
    """One number in words. state: "late", "warn", "ok" or "info"."""

    label: str
    words: str
    state: str = "info"


@dataclass(frozen=True)
class Named:
    """One record that would change, with its page."""

    name: str
    url: str
    place: str
    before: str
    after: str


@dataclass
class Rehearsal:
    """What a new value would do on its first day, as the records stand now.

    rows: per 街镇, in the order of `heads`, the last one the total; `named`: the first of `changed` records.
    """

    sentence: str
    figures: Sequence[Figure] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence] = ()
    named: list[Named] = field(default_factory=list)
    changed: int = 0
    note: str = ""

    @property
    def table(self) -> list[list[tuple]]:
        """The rows with each cell's head, which a phone shows beside it."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]

    @property
    def unnamed(self) -> int:
        return self.changed - len(self.named)


def canonical(subject: str, values: dict, user) -> str:
    """One text for the same values, whatever way they were typed: 60 and 60.00 are the same."""
    plain = {k: format(v.normalize(), "f") if isinstance(v, Decimal) else v for k, v in values.items()}
    return json.dumps([subject, user.pk, plain], cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)


def seal(subject: str, values: dict, user) -> str:
    return signing.dumps(canonical(subject, values, user), salt=SALT)


def fault(token: str, subject: str, values: dict, user) -> str:
    """Why these values may not be published under this seal; empty when they may."""
    try:
        sealed = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.SignatureExpired:
        return "预演已过 30 分钟，名册可能有变。请看下面新的预演，再发布。"
    except signing.BadSignature:
        return "发布前须先预演。请看下面的预演，再发布。"
    if sealed != canonical(subject, values, user):
        return "内容在预演之后改动过。请看下面新的预演，再发布。"
    return ""

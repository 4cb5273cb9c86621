"""The contents of a case as its decider reads them, line by line."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.utils.crypto import salted_hmac

from core.dates import of_record
from core.history import in_words
from core.words import mask_phone, shown

FILES = "files"  # stands for the attachments among the fields of a case


class Fact(NamedTuple):
    """One line of a case as the decider sees it. mark: tells apart what masked words hide."""

    field: str
    label: str
    words: str
    mark: str = ""


def label_of(case, name: str) -> str:
    return "附件" if name == FILES else str(case._meta.get_field(name).verbose_name)


def facts_of(record, names: Sequence[str], words: dict[str, Callable] | None = None) -> list[Fact]:
    """Fields of a record as a person reads them; what the model names in `personal` is masked, and marked."""
    found, personal, part_dates = [], getattr(record, "personal", ()), getattr(record, "part_dates", ())
    for name in names:
        own = record._meta.get_field(name)
        stored = of_record(record, name) if name in part_dates else getattr(record, own.attname)
        if name in personal:
            mark = salted_hmac("core.casework.workflow.fact", str(stored)).hexdigest()[:16] if stored else ""
            found.append(Fact(name, str(own.verbose_name), mask_phone(stored) or "—", mark))
        else:
            said = words[name](record) if words and name in words else in_words(own, stored)
            found.append(Fact(name, str(own.verbose_name), shown(said)))
    return found

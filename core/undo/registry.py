"""Which models can go back, and what of them counts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db import models

from core.registry import Entries


@dataclass(frozen=True)
class Undoable:
    """kept: fields that neither count as somebody's change nor go back; quiet: fields that follow from other records: they
    count as nobody's change, and go back where nothing moved them since; settled, after: see `register`.
    """

    model: type[models.Model]
    kept: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()
    after: Callable | None = None
    settled: Callable[[str, str, str], str] | None = None

    @property
    def key(self) -> str:
        return self.model._meta.label_lower

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def events(self) -> type[models.Model]:
        return self.model.pgh_event_model

    @cached_property
    def told(self) -> list[models.Field]:
        """Fields that the history keeps."""
        kept = {f.name for f in self.events._meta.concrete_fields}
        return [f for f in self.model._meta.concrete_fields if f.name in kept and not f.generated]

    @cached_property
    def untold(self) -> list[models.Field]:
        """Fields that the history leaves out: a row that comes back gets their defaults until `after` makes them again."""
        return [f for f in self.model._meta.concrete_fields if f not in self.told and not f.generated]

    @cached_property
    def loud(self) -> list[models.Field]:
        """Fields whose change is somebody's change."""
        silent = self.kept | self.quiet
        return [
            f for f in self.told
            if f.name not in silent and not f.primary_key and not self.stamped(f) and f.name != "version"
        ]  # fmt: skip

    @staticmethod
    def stamped(field: models.Field) -> bool:
        return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


_registered: dict[type[models.Model], Undoable] = Entries("undo of")


def register(
    model, *, kept=(), quiet=(), after: Callable | None = None, settled: Callable | None = None
) -> None:
    """Let a tracked model take part in undoing. Parents are registered before their children.

    after(cursor, table, events): called once everything is back, where `table` names the temporary table of this model's rows
    (id, first, last, prior, kind "restore" | "remove" | "back", why: NULL when the row was put back), `events` its history.
    settled(now, before, then): SQL condition over a row as it is, as it was before the act and as the act left it, that nobody
    may put back what was changed since, not even one by one.
    A field named `version` counts up and `auto_now` fields are stamped, as with any other save.
    """
    _registered.add(model, Undoable(model, frozenset(kept), frozenset(quiet), after, settled))


def registered() -> list[Undoable]:
    return list(_registered.values())


def knows(model) -> bool:
    return model in _registered


def unregistered() -> list[type[models.Model]]:
    """Tracked models that cannot go back."""
    tracked = {m.pgh_tracked_model for m in apps.get_models() if getattr(m, "pgh_tracked_model", None)}
    return sorted(tracked - set(_registered), key=lambda m: m._meta.label)

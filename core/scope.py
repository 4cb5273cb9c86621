"""Jurisdiction: an area that a person answers for, and the one place where rows are cut to it."""

from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Area:
    """Where a person's jurisdiction lies.

    kind: "all" (every district of the installation), "district", "street", "community" or "none" (no business data);
    pk: primary key of that district, street or community, None for "all" and "none".
    """

    kind: str
    pk: int | None = None
    label: str = ""


NOWHERE = Area("none", label="无业务数据权限")


def through(path: str, model: type[models.Model]) -> dict:
    """The `scope_path` of what hangs on another record: its lookups behind the name of the foreign key."""
    return {kind: f"{path}__{lookup}" for kind, lookup in model.scope_path.items()}


class GrantedQuerySet(models.QuerySet):
    """Rows that lie in no place, such as accounts: seen whole by whoever holds one of the model's grants `seen_with`."""

    def visible_to(self, user):
        return self.all() if any(user.may(grant) for grant in self.model.seen_with) else self.none()


class ScopedQuerySet(models.QuerySet):
    """Rows of a model that declares `scope_path = {"district": …, "street": …, "community": …}`, lookups to each place.

    A record of two places has a pair of lookups for each: it is seen by whoever sees both.
    """

    def visible_to(self, user):
        """The rows in the user's jurisdiction; what is not in here does not exist for that user (404)."""
        return self.in_area(user.area)

    def in_area(self, area: Area):
        if area.kind == "all":
            return self.all()
        paths = self.model.scope_path.get(area.kind)
        paths = (paths,) if isinstance(paths, str) else paths
        return self.filter(**{path: area.pk for path in paths}) if paths else self.none()

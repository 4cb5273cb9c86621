"""The map: districts, streets and communities, with the history of splits and merges."""

import pghistory
from django.db import models
from django.db.models import F, Q

from core.models import Entered
from core.scope import ScopedQuerySet
from places.choices import ChangeKind, StreetKind


class District(models.Model):
    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "pk", "street": "streets", "community": "streets__communities"}

    class Meta:
        verbose_name = "区"
        ordering = ["code"]

    def __str__(self):
        return self.name


class Street(models.Model):
    """A 街道 or 镇; `order` is the official order, never the alphabet."""

    district = models.ForeignKey(District, models.PROTECT, verbose_name="区", related_name="streets")
    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("种类", max_length=8, choices=StreetKind, default=StreetKind.STREET)
    order = models.PositiveSmallIntegerField("官方次序", default=0)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "district", "street": "pk", "community": "communities"}

    class Meta:
        verbose_name = "街镇"
        ordering = ["district", "order", "code"]

    def __str__(self):
        return self.name


class Community(models.Model):
    """A residents' committee area. It is never deleted: a split or merge closes it on a date."""

    street = models.ForeignKey(Street, models.PROTECT, verbose_name="街镇", related_name="communities")
    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    opened_on = models.DateField("设立日期", null=True, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "street__district", "street": "street", "community": "pk"}

    class Meta:
        verbose_name = "居委"
        ordering = ["street__order", "code"]
        constraints = [
            models.UniqueConstraint(
                "street",
                "name",
                condition=Q(closed_on__isnull=True),
                name="community_name_once_in_street",
                violation_error_message="本街镇已有同名居委",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                name="community_dates_in_order",
                violation_error_message="撤销日期不能早于设立日期",
            ),
        ]

    def __str__(self):
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PlaceAlias(Entered):
    """What a street or a committee is also called in ledgers, agreed by who looks after it. community: empty for the street itself.

    key: how the name is compared (`places.queries.names`). Names that follow by rule need no row.
    """

    street = models.ForeignKey(Street, models.CASCADE, verbose_name="街镇", related_name="aliases")
    community = models.ForeignKey(
        Community, models.CASCADE, verbose_name="居委", related_name="aliases", null=True, blank=True
    )
    name = models.CharField("别名", max_length=60)
    key = models.CharField(max_length=60, editable=False)
    recorded_by = models.CharField("登记人", max_length=150, editable=False)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "street__district", "street": "street", "community": "community"}

    class Meta:
        verbose_name = "地名别名"
        ordering = ["street__order", "name"]
        constraints = [
            models.UniqueConstraint(
                "street",
                "key",
                condition=Q(community__isnull=False),
                name="alias_once_in_street",
                violation_error_message="本街镇已有这个别名",
            ),
            models.UniqueConstraint(
                "key",
                condition=Q(community__isnull=True),
                name="street_alias_once",
                violation_error_message="已有街镇用这个别名",
            ),
        ]

    def __str__(self):
        return f"{self.name} → {self.community or self.street}"


class CommunityChange(models.Model):
    """One split, merge, renaming, opening or closing, with its document."""

    kind = models.CharField("种类", max_length=8, choices=ChangeKind)
    effective_on = models.DateField("生效日期")
    before = models.ManyToManyField(Community, verbose_name="调整前", related_name="changes_from", blank=True)
    after = models.ManyToManyField(Community, verbose_name="调整后", related_name="changes_to", blank=True)
    legal_basis = models.CharField("依据", max_length=300)
    note = models.TextField("说明", blank=True)
    recorded_by = models.CharField("经办人", max_length=150)
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "居委调整"
        ordering = ["-effective_on", "-id"]

    def __str__(self):
        return f"{self.effective_on} {self.get_kind_display()}"

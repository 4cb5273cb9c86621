"""Our teams against the export of a municipal system: what was compared, what differed, what was decided."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.models import Job
from core.scope import ScopedQuerySet, through
from filings.choices_reconcile import Decision, Kind, SourceKind
from orgs.models import Organization
from places.models import Community, District, Street


def states() -> tuple:
    """Every state of a record is kept; made anew for each model, to which the trackers bind themselves."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()


@pghistory.track(*states())
class Source(models.Model):
    """A system of the municipality that exports workbooks, and how its columns are called there.

    columns: our field → the header of its column; headers: all headers of the last export in their order, for what goes back.
    """

    kind = models.CharField("种类", max_length=10, choices=SourceKind, unique=True)
    name = models.CharField("名称", max_length=60)
    columns = models.JSONField("栏目对应", default=dict, blank=True)
    headers = models.JSONField("导出表的栏目", default=list, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="设置人", related_name="+"
    )  # fmt: skip
    updated_at = models.DateTimeField("设置时间", null=True, blank=True)

    class Meta:
        verbose_name = "市系统"
        ordering = ["pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("filings:columns", args=[self.pk])


class Reconciliation(models.Model):
    """One comparison of an export with the teams of its sender's area. It is the page of its job.

    same + differing + theirs + outside = rows; same + differing + ours = our teams.
    """

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="reconciliation")
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="市系统", related_name="runs")
    file_name = models.CharField("文件", max_length=200)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name="区")
    street = models.ForeignKey(Street, models.PROTECT, null=True, blank=True, verbose_name="街镇")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, verbose_name="居委")
    area = models.CharField("范围", max_length=80)
    rows = models.PositiveIntegerField("导出表行数", default=0)
    same = models.PositiveIntegerField("一致", default=0)
    differing = models.PositiveIntegerField("不一致", default=0)
    theirs = models.PositiveIntegerField("仅市系统有", default=0)
    ours = models.PositiveIntegerField("仅本系统有", default=0)
    outside = models.PositiveIntegerField("不在管辖范围", default=0)
    differences = models.PositiveIntegerField("差异数", default=0)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "district", "street": "street", "community": "community"}

    class Meta:
        verbose_name = "市系统核对"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.source.name} {self.file_name}"

    def get_absolute_url(self):
        return reverse("filings:reconciliation", args=[self.pk])


class Line(models.Model):
    """A row of their export within the area, or one of our teams that it does not have. Made by the machine, never edited.

    key: their number, else name and place; theirs: field → value as our register would hold it; faults: field → why their
    value cannot be taken; organization: kept without a constraint, so that a merge or an undo of the register is not held up.
    """

    run = models.ForeignKey(Reconciliation, models.CASCADE, related_name="lines")
    kind = models.CharField("核对结果", max_length=8, choices=Kind)
    row = models.PositiveIntegerField("导出表第几行", null=True, blank=True)
    key = models.CharField("市系统编号", max_length=250, blank=True)
    name = models.CharField("团队名称", max_length=200)
    sort_key = models.CharField(max_length=120, editable=False)
    street = models.ForeignKey(Street, models.PROTECT, null=True, blank=True, verbose_name="街镇")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, verbose_name="居委")
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, db_constraint=False, verbose_name="本系统的团队", related_name="+"
    )  # fmt: skip
    theirs = models.JSONField("市系统的内容", default=dict)
    faults = models.JSONField("不能采用的内容", default=dict)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {"district": "run__district", "street": "run__street", "community": "run__community"}

    class Meta:
        verbose_name = "核对的团队"
        ordering = ["sort_key", "pk"]
        indexes = [models.Index("run", "kind", "sort_key", "id", name="line_run_kind")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("filings:line", args=[self.pk])


@pghistory.track(*states(), exclude=["theirs", "ours", "theirs_words", "ours_words", "fault"])
class Difference(models.Model):
    """One field in which a team differs, and whose value stays. Values to compare and to write; words for people, phones masked."""

    line = models.ForeignKey(Line, models.CASCADE, verbose_name="团队", related_name="differences")
    field = models.CharField("栏目", max_length=40)
    theirs = models.JSONField("市系统的值", null=True)
    ours = models.JSONField("本系统的值", null=True)
    theirs_words = models.CharField("市系统值", max_length=400)
    ours_words = models.CharField("本系统值", max_length=400)
    fault = models.CharField("不能采用的原因", max_length=200, blank=True)
    decision = models.CharField("处理", max_length=8, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="处理人", related_name="+"
    )  # fmt: skip
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {
        "district": "line__run__district",
        "street": "line__run__street",
        "community": "line__run__community",
    }

    class Meta:
        verbose_name = "市系统核对差异"
        ordering = ["line__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                "line", "field", name="difference_once", violation_error_message="这个栏目已经列出"
            ),
            models.CheckConstraint(
                name="difference_decided_pair",
                condition=Q(decision=Decision.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(decision=Decision.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False),
                violation_error_message="处理人和处理时间必须同时填写",
            ),
        ]

    def __str__(self):
        return str(self.line)

    def get_absolute_url(self):
        return self.line.get_absolute_url()


@pghistory.track(*states())
class Link(models.Model):
    """Said by a person: what this system calls `key` is this organisation. The next comparison knows it."""

    source = models.ForeignKey(Source, models.PROTECT, verbose_name="市系统", related_name="links")
    key = models.CharField("市系统编号", max_length=250)
    organization = models.ForeignKey(
        Organization, models.CASCADE, verbose_name="团队", related_name="municipal_links"
    )
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="关联人", related_name="+"
    )
    linked_at = models.DateTimeField("关联时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = through("organization", Organization)

    class Meta:
        verbose_name = "市系统记录的关联"
        constraints = [
            models.UniqueConstraint(
                "source", "key", name="link_key_once", violation_error_message="市系统的这条记录已关联另一个团队"
            ),
            models.UniqueConstraint(
                "source",
                "organization",
                name="link_organization_once",
                violation_error_message="这个团队已关联市系统的另一条记录",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.organization} {self.key}"

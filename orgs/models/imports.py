"""What was wrong with an uploaded ledger, and what its rows do to the register."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.models import Job
from orgs.choices import RowGroup


class ImportFault(models.Model):
    """One fault of one cell of an uploaded ledger. Rows and columns as the sheet shows them, counted from 1."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="faults")
    sheet = models.CharField("工作表", max_length=60)
    row = models.PositiveIntegerField("行")
    column = models.PositiveIntegerField("列")
    header = models.CharField("栏目", max_length=60)
    kind = models.CharField("种类", max_length=40)
    value = models.CharField("填写内容", max_length=500, blank=True)
    reason = models.CharField("原因", max_length=300)
    allowed = models.CharField("可填内容", max_length=500, blank=True)

    class Meta:
        verbose_name = "导入问题"
        ordering = ["kind", "row", "column"]
        indexes = [models.Index("job", "kind", "row", name="fault_job_kind")]

    def __str__(self):
        return f"第 {self.row} 行 {self.header}：{self.reason}"


class ImportRow(models.Model):
    """A row of an uploaded ledger that adds or changes a record, is held, or leaves empty what the record has.

    Words only, as they were shown: cells [[header, before, after]], lost [[header, value]]; phones are masked.
    fields, emptied: names of the fields in them. target: id of the record, empty for a new one. chosen: somebody confirmed that
    a row that is held means this record.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField("行")
    group = models.CharField("分组", max_length=8, choices=RowGroup)
    name = models.CharField("名称", max_length=200)
    target = models.BigIntegerField(null=True)
    why = models.CharField("原因", max_length=60, blank=True)
    fields = ArrayField(models.CharField(max_length=40), default=list)
    cells = models.JSONField(default=list)
    emptied = ArrayField(models.CharField(max_length=40), default=list)
    lost = models.JSONField(default=list)
    chosen = models.BooleanField("已确认", default=False)

    class Meta:
        verbose_name = "导入的行"
        ordering = ["row"]
        indexes = [models.Index("job", "group", "row", name="import_row_group")]

    def __str__(self):
        return f"第 {self.row} 行 {self.name}"

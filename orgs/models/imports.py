"""What was wrong with an uploaded ledger."""

from django.db import models

from core.models import Job


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

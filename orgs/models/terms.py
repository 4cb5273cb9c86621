"""The dated dictionaries."""

from django.db import models

from orgs.choices import TermKind


class Term(models.Model):
    """An entry of a dated dictionary: the four categories, the five service fields."""

    kind = models.CharField("字典", max_length=10, choices=TermKind)
    code = models.CharField("代码", max_length=20)
    label = models.CharField("名称", max_length=40)
    order = models.PositiveSmallIntegerField("次序", default=0)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    legal_basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = "字典项"
        ordering = ["kind", "order"]
        constraints = [
            models.UniqueConstraint(
                "kind", "code", name="term_code_once", violation_error_message="字典中已有这个代码"
            )
        ]

    def __str__(self):
        return self.label

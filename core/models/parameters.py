"""Numbers that the policy or the bureau sets, each from a date on."""

from django.db import models


class Parameter(models.Model):
    """One value of a number that the policy or the bureau sets, from a date on. Named in an app's `policy.PARAMETERS`."""

    key = models.CharField("参数", max_length=80)
    value = models.DecimalField("值", max_digits=12, decimal_places=2)
    effective_from = models.DateField("生效日期")
    legal_basis = models.CharField("依据", max_length=300)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "参数"
        ordering = ["key", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                "key",
                "effective_from",
                name="parameter_one_a_day",
                violation_error_message="同一生效日期只能有一个值",
            )
        ]

    def __str__(self):
        return f"{self.key} = {self.value}（{self.effective_from} 起）"

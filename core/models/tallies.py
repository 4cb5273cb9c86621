"""How often an address asked for what anybody may ask: rows of the database, which a broken cache does not forget."""

from django.db import models


class Tally(models.Model):
    """Count of one kind of request from one address within one minute; deleted after a day."""

    what = models.CharField("种类", max_length=40)
    address = models.CharField("地址", max_length=50)
    minute = models.DateTimeField("时间")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "访问计数"
        constraints = [
            models.UniqueConstraint(
                "what", "address", "minute", name="tally_once", violation_error_message="已有这一分钟的计数"
            )
        ]

    def __str__(self):
        return f"{self.what} {self.address} {self.minute}"

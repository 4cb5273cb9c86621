"""Numbers that are given out one after the other."""

from django.db import models

from places.models import Street


class FilingSerial(models.Model):
    """The last filing number that a street gave out in a year."""

    street = models.ForeignKey(Street, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("最后序号", default=0)

    class Meta:
        verbose_name = "备案编号序号"
        constraints = [models.UniqueConstraint("street", "year", name="filing_serial_once")]

    def __str__(self):
        return f"{self.street_id} {self.year} {self.last}"

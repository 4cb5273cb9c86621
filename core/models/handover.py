"""Who took over what, when a person left a post."""

from django.conf import settings
from django.db import models
from django.urls import reverse


class Handover(models.Model):
    """What one person had not finished, handed to another on a day. The rows are append-only.

    items: [{kind, title, plain, key, url}]; title: as the two of them know it; plain: without the name of any record, for
    administrators; key: of a case, “app.model:pk”, so that what is decided on it later is told to whoever has it now.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="移交人", related_name="+"
    )
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="接手人", related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("移交时间", auto_now_add=True)
    reason = models.CharField("原因", max_length=200)
    items = models.JSONField("移交清单", default=list)

    class Meta:
        verbose_name = "移交记录"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.person} 移交给 {self.successor}"

    def get_absolute_url(self):
        return reverse("accounts:handover", args=[self.pk])

    def told(self, user) -> list[dict]:
        """Its items in the words that this person may read."""
        known = user.pk in (self.person_id, self.successor_id)
        return [item | {"words": item["title" if known else "plain"]} for item in self.items]

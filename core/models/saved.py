"""A list as somebody likes to see it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and what others shared with the circle that one belongs to."""
        circle = user.circle
        shared = Q(shared_kind=circle.kind, shared_pk=circle.pk) if circle else Q(pk__in=[])
        return self.filter(Q(owner=user) | shared)


class SavedView(models.Model):
    """Filters, columns and sort of a list under a name. Holds no rows: whoever opens it sees their own jurisdiction.

    shared_kind, shared_pk: the circle (core.scope.Area) that it is shared with; both empty while it is private.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="所有人", related_name="saved_views"
    )
    list = models.CharField("名册", max_length=80, help_text="url_name of the list")
    name = models.CharField("名称", max_length=40)
    query = models.TextField("条件", blank=True)
    shared_kind = models.CharField("共享范围", max_length=12, blank=True)
    shared_pk = models.BigIntegerField("共享给", null=True, blank=True)
    created_at = models.DateTimeField("保存时间", auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = "视图"
        ordering = ["name"]
        indexes = [models.Index("list", "shared_kind", "shared_pk", name="saved_view_shared")]
        constraints = [
            models.UniqueConstraint(
                "owner",
                "list",
                "name",
                name="saved_view_name_once",
                violation_error_message="您已有同名的视图，请换一个名称",
            ),
            models.CheckConstraint(
                name="saved_view_shared_with_somebody",
                condition=Q(shared_kind="", shared_pk__isnull=True)
                | (~Q(shared_kind="") & Q(shared_pk__isnull=False)),
                violation_error_message="共享的视图必须指明共享给谁",
            ),
        ]

    def __str__(self):
        return self.name


class Subscription(models.Model):
    """A person wants to hear each morning what came into a saved view and what left it, within that person's area.

    ids: rows that the view had for this person under its conditions of then, `query`, when it was last looked at, `as_of`.
    """

    view = models.ForeignKey(SavedView, models.CASCADE, verbose_name="视图", related_name="subscriptions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="订阅人", related_name="+"
    )
    ids = ArrayField(models.BigIntegerField(), verbose_name="上次的记录", default=list, blank=True)
    query = models.TextField("上次的条件", blank=True)
    as_of = models.DateTimeField("上次核对")

    class Meta:
        verbose_name = "视图订阅"
        constraints = [
            models.UniqueConstraint(
                "view", "user", name="subscription_once", violation_error_message="已经订阅过这个视图"
            )
        ]

    def __str__(self):
        return f"{self.user} ← {self.view}"

"""A case: a record that goes from hand to hand by the rows of a workflow."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, Q

from core.models.entered import Entered


class Case(Entered):
    """What every case has. A concrete one adds `state` (with its choices), its subject, its fields and its `scope_path`.

    side: the role whose people entered it, who may correct and withdraw it, wherever its author works now;
    hands: everybody who entered, changed or sent it, none of whom may decide on it;
    frozen: what was sent for decision, [[field, label, words, mark]]; later edits do not touch it;
    before: what it was compared with then, {"title": …, "facts": [[field, label, words, mark]]};
    returned: field → what is to be corrected, while the case is with its author; only these fields are open then;
    due_on: last day of whoever has it now; days_left: working days kept for the decider while the clock is stopped, negative
    when it was late already; in_time: whether it was decided within its deadline;
    said: the step that led here, as its row of the history keeps it: {n, verb, label, user, who, words}.
    """

    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="录入人", related_name="+", editable=False
    )
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name="提交人",
        related_name="+",
        editable=False,
    )
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name="办结人",
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField("办结时间", null=True, editable=False)
    side = models.CharField("填报方", max_length=20, default="", editable=False)
    in_time = models.BooleanField("按时办结", null=True, editable=False)
    said = models.JSONField("本步意见", default=dict, editable=False)
    due_on = models.DateField("办理期限", null=True, editable=False)
    days_left = models.SmallIntegerField("暂停时剩余工作日", null=True, editable=False)
    returned = models.JSONField("退回补正", default=dict, editable=False)
    frozen = models.JSONField("送审内容", default=list, editable=False, encoder=DjangoJSONEncoder)
    before = models.JSONField("对照内容", default=dict, editable=False, encoder=DjangoJSONEncoder)
    hands = ArrayField(models.BigIntegerField(), verbose_name="经手填报的人", default=list, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_four_eyes",
                condition=Q(decided_by__isnull=True)
                | ~Q(hands__contains=Func(F("decided_by"), template="ARRAY[%(expressions)s]")),
                violation_error_message="录入、修改、提交的人不能办结",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_decided_pair",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                violation_error_message="办结人和办结时间必须同时填写",
            ),
        ]

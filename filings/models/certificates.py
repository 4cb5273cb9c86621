"""What a filed team shows to others, and what its code says of it."""

import secrets

import pghistory
from django.conf import settings
from django.db import models

from core.scope import ScopedQuerySet, through
from filings.choices import Paper
from filings.models.filings import Filing
from orgs.models import Organization

CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that looks like another one on paper
CODE_LENGTH, CODE_GROUP = 16, 4


def new_code() -> str:
    """A code that cannot be guessed: 78 bits."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Certificate(models.Model):
    """A 备案证明: the facts of the filing that it rests on, under a code that cannot be guessed."""

    filing = models.OneToOneField(Filing, models.PROTECT, verbose_name="备案", related_name="certificate")
    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="团队", related_name="certificates"
    )
    code = models.CharField("查验码", max_length=24, unique=True, default=new_code)
    issued_on = models.DateField("发证日期")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发证人", related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    scope_path = through("filing", Filing)

    class Meta:
        verbose_name = "备案证明"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.filing.name}（{self.filing.filing_no}）"

    @property
    def printed_code(self) -> str:
        """The code as it is read from paper: ABCD-EFGH-…"""
        return "-".join(self.code[n : n + CODE_GROUP] for n in range(0, len(self.code), CODE_GROUP))


class PaperShown(models.Model):
    """That a paper of a decided filing was opened for the first time since: whoever has it on the screen can print or keep it."""

    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="备案", related_name="papers_shown")
    paper = models.CharField("文书", max_length=12, choices=Paper)
    shown_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="打开的人", related_name="+"
    )
    shown_at = models.DateTimeField("打开时间", auto_now_add=True)

    class Meta:
        verbose_name = "文书打开记录"
        ordering = ["id"]

    def __str__(self):
        return f"{self.filing}：{self.get_paper_display()}"

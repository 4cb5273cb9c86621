"""Files that hang on a record."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Attachment(models.Model):
    """One file of one record. Whoever may see the record may fetch it, nobody else; its address is no secret.

    `file` lies outside the web root under a name of our own; `name` is what the sender called it;
    `kind` is the media type that the contents showed, never what the sender said. One that was removed stays: what was sent
    for decision with it can still be read.
    """

    record_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    record_id = models.PositiveBigIntegerField()
    record = GenericForeignKey("record_type", "record_id")
    file = models.FileField("文件", upload_to="attachments/%Y/%m/", max_length=300)
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    digest = models.CharField("SHA-256", max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    added_at = models.DateTimeField("上传时间", auto_now_add=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="移除人", related_name="+"
    )
    removed_at = models.DateTimeField("移除时间", null=True)

    class Meta:
        verbose_name = "附件"
        ordering = ["id"]
        indexes = [models.Index("record_type", "record_id", name="attachment_record")]

    def __str__(self):
        return self.name

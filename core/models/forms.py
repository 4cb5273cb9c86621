"""What a person typed and has not sent yet, and what was sent already: nothing is lost, nothing is kept twice."""

from django.conf import settings
from django.db import models


class Draft(models.Model):
    """The unsent contents of one form. `key` is the form's own: it was given out when the form was drawn.

    origin: the key of the form that was on the screen when the session ended, whose contents this draft goes on with.
    """

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    path = models.CharField("页面", max_length=300)
    title = models.CharField("表单", max_length=200, blank=True)
    fields = models.JSONField("内容", default=dict)
    origin = models.UUIDField(null=True, editable=False)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "草稿"
        ordering = ["-saved_at"]
        indexes = [models.Index("user", "path", name="draft_user_path")]

    @property
    def titled(self) -> str:
        """Its title, with the name that was typed."""
        name = (self.fields.get("name") or [""])[0]
        return f"{self.title}：{name}" if name and name not in self.title else self.title

    def __str__(self):
        return f"{self.title or self.path}（{self.saved_at:%Y-%m-%d %H:%M}）"


class Submission(models.Model):
    """A form that was carried out. A second sending of the same form finds this row and shows the first result."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField("内容校验", max_length=64, default="")
    url = models.CharField("结果", max_length=500, blank=True)
    sent_at = models.DateTimeField("提交时间", auto_now_add=True)

    class Meta:
        verbose_name = "已提交的表单"

    def __str__(self):
        return f"{self.key}"


class KeptFile(models.Model):
    """A file of a form that came back with something to correct: the browser would not send it a second time by itself."""

    key = models.UUIDField()
    field = models.CharField("栏目", max_length=60)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    file = models.FileField("文件", upload_to="unsent/%Y/%m/", max_length=300)
    name = models.CharField("文件名", max_length=200)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "未提交的文件"
        constraints = [models.UniqueConstraint("key", "field", name="kept_file_once")]

    def __str__(self):
        return self.name

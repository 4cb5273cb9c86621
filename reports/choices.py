from django.db.models import TextChoices


class RunState(TextChoices):
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class Step(TextChoices):
    """The nightly chain in its order."""

    SNAPSHOT = "snapshot", "达标快照"
    DORMANCY = "dormancy", "休眠判定"
    WORKBOOK = "workbook", "领导报表"
    DUPLICATES = "duplicates", "查找重复"
    AUDIT = "audit", "审计核验与封存"
    DIGEST = "digest", "待办提醒"

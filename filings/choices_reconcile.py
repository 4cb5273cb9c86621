"""The words of a reconciliation with the systems of the municipality."""

from django.db.models import TextChoices


class SourceKind(TextChoices):
    FILING = "filing", "市备案系统"
    VOLUNTEER = "volunteer", "志愿服务网"


class Kind(TextChoices):
    """The four lists."""

    DIFFER = "differ", "不一致"
    THEIRS = "theirs", "仅市系统有"
    OURS = "ours", "仅本系统有"
    SAME = "same", "一致"


class Decision(TextChoices):
    OPEN = "open", "待处理"
    ADOPTED = "adopted", "采用市系统值"
    KEPT = "kept", "保留本系统值"


class ReconcileVerb(TextChoices):
    """What was done, as the timeline names it."""

    COLUMNS = "reconcile_columns", "设置栏目对应"
    ADOPT = "reconcile_adopt", "采用市系统值"
    KEEP = "reconcile_keep", "保留本系统值"
    LINK = "reconcile_link", "关联市系统记录"
    RECORD = "reconcile_record", "按市系统补录"

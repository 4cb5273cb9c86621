from django.db.models import TextChoices


class StreetKind(TextChoices):
    STREET = "street", "街道"
    TOWN = "town", "镇"


class ChangeKind(TextChoices):
    SPLIT = "split", "拆分"
    MERGE = "merge", "合并"
    RENAME = "rename", "更名"
    NEW = "new", "新设"
    CLOSE = "close", "撤销"


class PlaceVerb(TextChoices):
    """What was done to the map, as the history names it."""

    ALIAS = "alias", "登记别名"
    NO_ALIAS = "no_alias", "删除别名"

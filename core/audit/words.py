"""What an event tells, in officers' words."""

from core.history import event_models
from core.words import shown

# Keys of `detail`, as `record(kind, …, key=value)` gives them. A key without words is shown as it is.
WORDS = {
    "list": "名册",
    "title": "名称",
    "rows": "行数",
    "filters": "筛选",
    "record": "记录编号",
    "field": "栏目",
    "purpose": "用途",
    "note": "说明",
    "job": "任务编号",
    "date": "日期",
    "digest": "校验和",
    "status": "结果代码",
    "reason": "原因",
    "locked": "当时账号已锁定",
    "tables": "封存范围",
    "events": "审计记录",
    "history": "变更历史",
    "last": "最后一条",
    "head": "最后一条的校验值",
    "seconds": "用时（秒）",
    "total": "问题数",
    "faults": "问题",
}


LONG = {"head", "digest", "last", "seconds"}  # not in one line
ORDER = {key: place for place, key in enumerate(WORDS)}  # the database keeps keys in an order of its own


def facts(detail: dict) -> list[tuple[str, list[str]]]:
    """[(label, lines)] of everything that an event tells, whatever somebody may have written into it."""
    if not isinstance(detail, dict):
        return [("内容", [str(detail)])]
    told = sorted(detail.items(), key=lambda pair: ORDER.get(pair[0], len(ORDER)))
    return [(WORDS.get(key, key), lines(key, value)) for key, value in told if value not in ("", None, [])]


def lines(key: str, value) -> list[str]:
    if key == "tables":
        names = {m._meta.db_table: m.pgh_tracked_model._meta.verbose_name for m in event_models()}
        try:
            return [
                f"{names.get(table, table)}：第 {part['from']} 至 {part['to']} 号，{part['rows']} 条，分 {len(part['blocks'])} 段"
                for table, part in value.items()
            ]
        except (AttributeError, KeyError, TypeError):
            return [str(value)]
    return [str(one) for one in value] if isinstance(value, list) else [shown(value)]


def summary(detail: dict, most: int = 80) -> str | None:
    """One line for a list, cut at so many characters."""
    short = {k: v for k, v in detail.items() if k not in LONG} if isinstance(detail, dict) else detail
    text = "；".join(f"{label}：{'，'.join(found)}" for label, found in facts(short))
    return (text if len(text) <= most else text[: most - 1] + "…") or None

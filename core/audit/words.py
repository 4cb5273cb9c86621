"""What an event tells, in officers' words."""

from core.audit import names
from core.history import event_models
from core.words import shown

# Keys of `detail`, as `record(kind, …, key=value)` gives them, in the order in which they are told.
WORDS = {
    "act": "事项",
    "name": "对象",
    "list": "名册",
    "title": "名称",
    "rows": "行数",
    "count": "件数",
    "filters": "筛选",
    "scope": "范围",
    "record": "记录编号",
    "field": "栏目",
    "fields": "栏目",
    "before": "变更前",
    "after": "变更后",
    "role": "角色",
    "successor": "接手人",
    "purpose": "用途",
    "note": "说明",
    "attachment": "附件",
    "job": "任务编号",
    "date": "日期",
    "digest": "校验和",
    "status": "结果",
    "reason": "原因",
    "minutes": "时段（分钟）",
    "most": "上限",
    "told": "已通知",
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
UNTOLD = {"model"}  # says of which kind `record` is
NUMBERS = {"record", "job"}  # they name something, they count nothing
STATUS = {403: "没有权限", 404: "没有这条记录，或不在管辖范围内", 429: "过于频繁"}
LONG = {"head", "digest", "last", "seconds"}  # not in one line
ORDER = {key: place for place, key in enumerate(WORDS)}  # the database keeps keys in an order of its own


def facts(detail: dict, known: dict | None = None) -> list[tuple[str, list[str]]]:
    """[(label, lines)] of everything that an event tells, whatever somebody may have written into it.

    known: names of records that older events tell by number only (`names.unnamed`).
    """
    if not isinstance(detail, dict):
        return [("内容", [str(detail)])]
    told = with_name(detail, known or {})
    told = sorted(told.items(), key=lambda pair: ORDER.get(pair[0], len(ORDER)))
    return [
        (WORDS.get(key, key), lines(key, value))
        for key, value in told
        if key not in UNTOLD and value not in ("", None, [])
    ]


def with_name(detail: dict, known: dict) -> dict:
    """The record by its name; the number stays beside it for whoever has to look it up."""
    if not isinstance(detail.get("record"), int | str):
        return detail
    model = names.model_of(detail)
    name = detail.get("name") or known.get((model._meta.label_lower, detail["record"]) if model else None)
    if not name:
        return detail
    kind = model._meta.verbose_name if model else "记录"
    return {k: v for k, v in detail.items() if k != "record"} | {
        "name": f"{name}（{kind}第 {detail['record']} 号）"
    }


def lines(key: str, value) -> list[str]:
    if key == "tables":
        titles = {m._meta.db_table: m.pgh_tracked_model._meta.verbose_name for m in event_models()}
        try:
            return [
                f"{titles.get(table, table)}：第 {part['from']} 至 {part['to']} 号，{part['rows']} 条，分 {len(part['blocks'])} 段"
                for table, part in value.items()
            ]
        except (AttributeError, KeyError, TypeError):
            return [str(value)]
    if key in NUMBERS:
        return [f"第 {value} 号"]
    if key == "status":
        return [STATUS.get(value, shown(value)) if isinstance(value, int) else str(value)]
    return [str(one) for one in value] if isinstance(value, list) else [shown(value)]


def summary(detail: dict, known: dict | None = None, most: int = 80) -> str | None:
    """One line for a list, cut at so many characters."""
    short = {k: v for k, v in detail.items() if k not in LONG} if isinstance(detail, dict) else detail
    text = "；".join(f"{label}：{'，'.join(found)}" for label, found in facts(short, known))
    return (text if len(text) <= most else text[: most - 1] + "…") or None

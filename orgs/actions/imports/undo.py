"""Take a whole import back, as any other act, and say it in the words of its ledger."""

from dataclasses import dataclass, field

from core import undo as acts


@dataclass
class Undone:
    removed: int = 0
    restored: int = 0
    left: list[dict] = field(default_factory=list)
    left_total: int = 0


def undo(*, context: str, job: int, file_name: str, by) -> Undone:
    """context: id of the history context under which the import wrote. Raises `core.undo.Refused`."""
    done = acts.undo(context, by, reason=f"撤销导入 {file_name}", job=job)
    left = [{key: row[key] for key in ("id", "name", "why")} for part in done.parts for row in part.left]
    return Undone(
        removed=sum(part.removed for part in done.parts),
        restored=sum(part.restored for part in done.parts),
        left=left,
        left_total=done.left_total,
    )

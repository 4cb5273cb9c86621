"""Identify a process beyond its number, which the system gives out again."""

from pathlib import Path


def stat_fields(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the state on (state is first, start time is the 20th), None when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None


def started_at(pid: int) -> str | None:
    """Start time in clock ticks since boot: with the pid it names a process uniquely until the next boot."""
    fields = stat_fields(pid)
    return fields[19] if fields else None


def running(pid: int) -> bool:
    """A zombie is dead: in a container without init nobody reaps it, and kill(pid, 0) still answers."""
    fields = stat_fields(pid)
    return fields is not None and fields[0] not in "ZX"

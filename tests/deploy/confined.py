"""python confined.py DROP-IN COMMAND …: the command under what a unit forbids with seccomp, where no systemd runs.

Applied are SystemCallFilter, MemoryDenyWriteExecute and NoNewPrivileges; what systemd does with mounts is not.
"""

import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REFUSE, ALLOW = 0x00050000 | 1, 0x7FFF0000  # EPERM, as SystemCallErrorNumber says
NO_NEW_PRIVILEGES, DENY_WRITE_EXECUTE = 38, 65


def available() -> bool:
    return bool(shutil.which("systemd-analyze") and ctypes.util.find_library("seccomp"))


def groups() -> dict[str, set[str]]:
    """The names behind each @group, as systemd knows them."""
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True, check=True
    )
    found, current = {}, set()
    for line in re.sub(r"\x1b\[[0-9;]*m", "", told.stdout).splitlines():
        word = line.split("#")[0].strip()
        if line.startswith("@"):
            current = found.setdefault(word, set())
        elif word:
            current.add(word)
    return found


def names(group: str, known: dict[str, set[str]]) -> set[str]:
    return set().union(*(names(one, known) if one.startswith("@") else {one} for one in known[group]))


def allowed(drop_in: str) -> set[str]:
    """The calls that a unit's SystemCallFilter lines leave."""
    known, left = groups(), set()
    for line in re.findall(r"^SystemCallFilter=(.+)$", drop_in, re.M):
        meant = set().union(*(names(group, known) for group in line.lstrip("~").split()))
        left = left - meant if line.startswith("~") else left | meant
    return left


def confine(drop_in: str) -> None:
    libc, seccomp = ctypes.CDLL(None, use_errno=True), ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
    seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
    rules = seccomp.seccomp_init(REFUSE)
    for name in sorted(allowed(drop_in)):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            seccomp.seccomp_rule_add(rules, ALLOW, number, 0)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if "MemoryDenyWriteExecute=yes" in drop_in:
        libc.prctl(DENY_WRITE_EXECUTE, 1, 0, 0, 0)  # kernels before 6.3 do not know it
    if seccomp.seccomp_load(rules):
        sys.exit("the filter could not be loaded")


if __name__ == "__main__":
    confine(Path(sys.argv[1]).read_text())
    os.execvp(sys.argv[2], sys.argv[2:])

"""Who uses the embedded services of a data folder: the last one to leave switches the light off.

Each user holds a shared lock on one file, which the kernel drops even after kill -9. Whoever can turn its own lock into an
exclusive one is alone. A newcomer takes the shared lock before it looks whether the services run, so it waits while the
last user is stopping them.
"""

import fcntl
import os
from pathlib import Path


class Lease:
    def __init__(self, data: Path):
        self.path = data / "embedded.users"
        self.fd: int | None = None
        self.owner = 0

    def take(self) -> None:
        """Idempotent within a process; a forked child shares its parent's lease and takes none."""
        if self.fd is not None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_SH)
        self.fd, self.owner = fd, os.getpid()

    def alone(self) -> bool:
        """True when no other process holds it; newcomers then wait until `leave`."""
        if self.fd is None or self.owner != os.getpid():
            return False
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def leave(self) -> None:
        if self.fd is not None and self.owner == os.getpid():
            os.close(self.fd)
            self.fd = None

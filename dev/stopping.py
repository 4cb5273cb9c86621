"""Being asked to stop, told in a way that is safe whatever a signal interrupts.

A handler runs between any two instructions of the main thread, perhaps while that one holds the lock of an Event. Here Python's
own C code writes one byte into a pipe, and whoever waits looks at the pipe.
"""

import os
import select
import signal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping:
    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def listen(self) -> None:
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)

    def close_ears(self) -> None:
        """From now on the signals do nothing."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)

    def is_set(self) -> bool:
        return self.wait(0)

    def wait(self, seconds: float) -> bool:
        """True as soon as somebody asked, False after `seconds`. The byte stays in the pipe: once asked is asked for good."""
        return bool(select.select([self._read], [], [], seconds)[0])

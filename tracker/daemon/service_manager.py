"""What the daemon tells the service manager that started it: ready, alive, stopping."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

MICROSECONDS = 1_000_000
# Between two words of a start; the manager's own patience is for a start that says nothing.
NEXT_WORD_SECONDS = 600


class ServiceManager:
    """Speaks the protocol of sd_notify(3); without systemd every word is spoken to nobody.

    `watchdog_seconds` is how long the manager waits for a sign of life, None if it does not.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        # "@" stands for the NUL byte with which a name in the abstract namespace begins.
        self._address = f"\0{address[1:]}" if address and address[0] == "@" else address
        self.watchdog_seconds = watchdog_seconds

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """Return the manager that the environment names."""
        watchdog = environ.get("WATCHDOG_USEC", "")
        seconds = int(watchdog) / MICROSECONDS if watchdog.isascii() and watchdog.isdigit() else 0
        return cls(environ.get("NOTIFY_SOCKET") or None, seconds or None)

    def begins(self, text: str) -> None:
        """Say how far the start is; it may go on as long as such a word comes now and then."""
        microseconds = NEXT_WORD_SECONDS * MICROSECONDS
        self._say(_status(text), f"EXTEND_TIMEOUT_USEC={microseconds}")

    def ready(self) -> None:
        """Say that the files are read and the plan is being made."""
        self._say(_status("looks at what is due"), "READY=1")

    def alive(self) -> None:
        """Say that the loop works; call it only when it has just written something down."""
        if self.watchdog_seconds is not None:
            self._say("WATCHDOG=1")

    def wait_for(self, seconds: float) -> None:
        """Ask for another patience, for work that takes its time."""
        if self.watchdog_seconds is not None:
            self._say(f"WATCHDOG_USEC={int(seconds * MICROSECONDS)}", "WATCHDOG=1")

    def status(self, text: str) -> None:
        """Say in one line how things are; `systemctl status` shows it."""
        self._say(_status(text))

    def stopping(self) -> None:
        """Say that the work in hand is being finished."""
        self._say("STOPPING=1")

    def _say(self, *words: str) -> None:
        if self._address is None:
            return
        # A manager that does not listen must not keep a mail back.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(0)
            line.sendto("\n".join(words).encode(), self._address)


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())}"

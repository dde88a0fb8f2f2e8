"""A mail into a Maildir, which any mail reader opens."""

import itertools
import os
import secrets
import socket
from datetime import datetime
from pathlib import Path

from tracker.delivery.outcome import Outcome, outcome
from tracker.errors import ConfigError
from tracker.failpoints import here

_FOLDERS = ("tmp", "new", "cur")


class MaildirTransport:
    """Delivers into one Maildir; names sort in the order of sending.

    A file is whole before it shows: written and synced in `tmp`, then renamed into `new`
    (https://cr.yp.to/proto/maildir.html). `durable=False` leaves the syncing out, for a replay
    whose mails are no promise.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        self._count = itertools.count()
        # A process number comes back after a restart; a rename would then replace a mail.
        self._token = secrets.token_hex(4)
        # "/" and ":" have a meaning of their own in these names.
        self._host = socket.gethostname().replace("/", "-").replace(":", "-")
        self._make()

    async def deliver(
        self,
        raw: bytes,
        *,
        sender: str,  # noqa: ARG002 -- both transports are called alike
        recipient: str,  # noqa: ARG002 -- both transports are called alike
        at: datetime | None = None,
    ) -> Outcome:
        """Store a mail as it is, with the line ends of a file.

        `at` gives the name and the file their time; left out, it is the file system's own. What
        the disk refuses is temporary.
        """
        tmp = self.path / "tmp" / f"{secrets.token_hex(8)}.{os.getpid()}.{self._host}"
        try:
            name = self._store(tmp, raw.replace(b"\r\n", b"\n"), at)
        except OSError as refused:
            tmp.unlink(missing_ok=True)
            return outcome("temporary", None, f"{self.path}: {refused.strerror}")
        return outcome("sent", None, f"stored as new/{name}")

    async def close(self) -> None:
        """Nothing stays open between mails."""

    def _make(self) -> None:
        try:
            for folder in (self.path, *(self.path / name for name in _FOLDERS)):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as refused:
            raise ConfigError(
                f"The Maildir {self.path} cannot be made: {refused.strerror}."
                " Check `transport` in config.toml and who owns the folder."
            ) from None

    def _store(self, tmp: Path, raw: bytes, at: datetime | None) -> str:
        descriptor = os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            if at is not None:
                file.flush()
                os.utime(file.fileno(), (at.timestamp(), at.timestamp()))
            if self._durable:
                file.flush()
                os.fsync(file.fileno())
        name = self._name(tmp, at)
        here("not-in-maildir")
        tmp.rename(self.path / "new" / name)
        if self._durable:
            _sync_folder(self.path / "new")
        here("in-maildir")
        return name

    def _name(self, tmp: Path, at: datetime | None) -> str:
        nanoseconds = tmp.stat().st_mtime_ns if at is None else int(at.timestamp()) * 10**9
        seconds, rest = divmod(nanoseconds, 10**9)
        unique = f"M{rest // 1000:06d}Q{next(self._count):06d}P{os.getpid()}R{self._token}"
        return f"{seconds:010d}.{unique}.{self._host}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

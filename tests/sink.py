"""A mail server that is none of ours: Postfix's smtp-sink on loopback, and what it was given."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ORDINARY = "nobody"  # what listens on a socket need not be root
_PATIENCE_SECONDS = 20.0


def program() -> str | None:
    """Return where smtp-sink is, None if Postfix is not installed."""
    return shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Sink:
    """Each mail that was taken is one file in `folder`, written once its final dot has come."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def begun(self) -> int:
        """Return how many mails it has taken, or is about to take."""
        return len(os.listdir(self.folder))  # noqa: PTH208 -- asked every few milliseconds

    def mails(self) -> list[bytes]:
        """Return every mail that was taken, with the line ends of mail, without its envelope."""
        return [_message(path.read_bytes()) for path in sorted(self.folder.iterdir())]


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    """Let smtp-sink listen on a free port, as an ordinary user, until the end."""
    found = program()
    assert found is not None
    folder.mkdir()
    user = []
    if os.getuid() == 0:
        shutil.chown(folder, ORDINARY)
        _open_the_way(folder)
        user = ["-u", ORDINARY]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    place = f"127.0.0.1:{port}"
    process = subprocess.Popen([found, *user, "-d", f"{folder}/mail.", place, "100"])  # noqa: S603
    try:
        _wait_for(port)
        yield Sink(folder, port)
    finally:
        process.kill()
        process.wait()


def _open_the_way(folder: Path) -> None:
    for parent in folder.parents:
        if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)


def _wait_for(port: int) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)  # noqa: TID251 -- another process does the work here
        else:
            return
    raise TimeoutError("smtp-sink does not listen")


def _message(dumped: bytes) -> bytes:
    """Take off what smtp-sink puts before a mail and after it."""
    lines = dumped.split(b"\n")
    start = next(n for n, line in enumerate(lines) if line.startswith(b"Received: ")) + 1
    while lines[start].startswith(b"\t"):
        start += 1
    return b"\r\n".join(lines[start:-2]) + b"\r\n"

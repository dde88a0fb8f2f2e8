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
_TRIES = 5


def program() -> str | None:
    """Return where smtp-sink is, None if Postfix is not installed."""
    return shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Sink:
    """Each mail that was taken is one file in `folder`, written once its final dot has come."""

    def __init__(self, folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.port = port
        self._process = process

    def begun(self) -> int:
        """Return how many mails it has taken, or is about to take."""
        assert self._process.poll() is None, "smtp-sink has ended"
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
    port, process = _listening(["-d", f"{folder}/mail."], [found, *user])
    try:
        yield Sink(folder, port, process)
    finally:
        process.kill()
        process.wait()


def _listening(options: list[str], program: list[str]) -> tuple[int, "subprocess.Popen[bytes]"]:
    """Start it on a free port, on another if somebody else is there first."""
    for number in range(_TRIES):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        name = f"sink-{os.getpid()}-{number}.example.org"
        process = subprocess.Popen(  # noqa: S603 -- our own arguments
            [*program, "-h", name, *options, f"127.0.0.1:{port}", "100"]
        )
        if _greets(port, name, process):
            return port, process
        process.kill()
        process.wait()
    raise TimeoutError("smtp-sink does not listen")


def _open_the_way(folder: Path) -> None:
    for parent in folder.parents:
        if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)


def _greets(port: int, name: str, process: "subprocess.Popen[bytes]") -> bool:
    """Wait until it listens, and say whether it is the one who does."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as caller:
                return name.encode() in caller.recv(1000)
        except OSError:
            time.sleep(0.02)  # noqa: TID251 -- another process does the work here
    return False


def _message(dumped: bytes) -> bytes:
    """Take off what smtp-sink puts before a mail and after it."""
    lines = dumped.split(b"\n")
    start = next(n for n, line in enumerate(lines) if line.startswith(b"Received: ")) + 1
    while lines[start].startswith(b"\t"):
        start += 1
    return b"\r\n".join(lines[start:-2]) + b"\r\n"

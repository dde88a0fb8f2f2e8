"""Parts of mails from an organisation's templates, made by a program of their own."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tracker.compose.cell import MOST_SECONDS
from tracker.compose.parts import LONGEST_INLINED, BrokenTemplate
from tracker.programs import same_cache, same_paths

START_SECONDS = 20.0
# The program ends itself after a second of computing; this is for one that cannot compute at all.
ANSWER_SECONDS = 20.0
LONGEST_ANSWER = 8 * LONGEST_INLINED  # JSON writes some signs as six or twelve
_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from tracker.compose.cell import main
main(json.loads(sys.argv[2]))
"""


class Apart:
    """Asks the program for one part after another, and starts it anew when a template ended it.

    A template that did is not tried again until a file in its folder changes: `version` tells
    one state of the folder from another.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = [str(folder.absolute()) for folder in folders]
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], int | None] = lambda: None
        self._given_up: dict[str, tuple[object, BrokenTemplate]] = {}

    def part(self, name: str, values: Mapping[str, Any], version: object) -> str | BrokenTemplate:
        """Render a template with plain data; what it gives is whole, or a problem."""
        answer = self._ask({"name": name, "values": values}, version)
        return answer if isinstance(answer, BrokenTemplate) else str(answer["made"])

    def problem(self, name: str, version: object) -> BrokenTemplate | None:
        """Compile one template and say what is wrong with it."""
        answer = self._ask({"name": name}, version)
        return answer if isinstance(answer, BrokenTemplate) else None

    def _ask(self, request: dict[str, Any], version: object) -> dict[str, Any] | BrokenTemplate:
        name = request["name"]
        then, why = self._given_up.get(name, (None, None))
        if why is not None and then == version:
            return why
        try:
            answer = _said(self._running(), json.dumps(request).encode() + b"\n", ANSWER_SECONDS)
        except (OSError, ValueError) as trouble:
            return self._ended(name, version, trouble)
        if "broken" in answer:
            return BrokenTemplate(*answer["broken"])
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._let_go()
        if self._process is None:
            self._process = _started(self._folders)
            self._end = weakref.finalize(self, _end, self._process)
        return self._process

    def _let_go(self) -> int:
        """End the program and return its exit code."""
        code = self._end()
        self._process = None
        return int(code or 0)

    def _ended(self, name: str, version: object, trouble: Exception) -> BrokenTemplate:
        """Say why there is no answer; what the template is to blame for is not tried again."""
        if self._process is None:
            return BrokenTemplate(name, 1, f"cannot be rendered: {_words(trouble)}")
        code = self._let_go()
        if isinstance(trouble, TimeoutError):
            return BrokenTemplate(name, 1, "took too long: the machine is busy")
        broken = BrokenTemplate(name, 1, _why(code))
        self._given_up[name] = (version, broken)
        return broken


def _words(trouble: Exception) -> str:
    return (isinstance(trouble, OSError) and trouble.strerror) or type(trouble).__name__


def _why(code: int) -> str:
    if code == -signal.SIGPROF:
        return f"takes more than {MOST_SECONDS:g} second of computing"
    return f"ended the program that renders it ({code})"


def _started(folders: list[str]) -> subprocess.Popen[bytes]:
    """Start the program without our environment and wait until it is ready."""
    process = subprocess.Popen(  # noqa: S603 -- our own Python
        [
            *(sys.executable, "-I", "-X", "utf8", *same_cache(), "-c", _PROGRAM),
            *(json.dumps(same_paths()), json.dumps(folders)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for pipe in (process.stdin, process.stdout):
        os.set_blocking(pipe.fileno(), False)
    try:
        _said(process, b"", START_SECONDS)
    except BaseException:
        _end(process)
        raise
    return process


def _said(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> dict[str, Any]:
    """Write a request, wait for the line that answers it, and read that.

    Raise TimeoutError where none comes in time, another OSError where the program has ended.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    reading, writing = process.stdout.fileno(), process.stdin.fileno()
    end, answer = time.monotonic() + seconds, bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        if request:
            selector.register(writing, selectors.EVENT_WRITE)
        while not answer.endswith(b"\n"):
            ready = {key.fd for key, _ in selector.select(max(0.0, end - time.monotonic()))}
            if not ready:
                raise TimeoutError
            if writing in ready:
                request = request[os.write(writing, request) :]
                if not request:
                    selector.unregister(writing)
            if reading in ready:
                answer += _read(reading, len(answer))
    return dict(json.loads(answer))


def _read(reading: int, already: int) -> bytes:
    more = os.read(reading, 1 << 16)
    if not more or already + len(more) > LONGEST_ANSWER:
        raise BrokenPipeError
    return more


def _end(process: subprocess.Popen[bytes]) -> int:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    return process.wait()

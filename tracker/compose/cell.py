"""The program that renders an organisation's templates: no secrets, little memory and time.

Jinja's sandbox keeps a template from Python, but not from a hundred nested loops. What runs here
can do no worse than end this program. One request a line, one answer a line, both JSON.
"""

import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from tracker.compose.parts import BrokenTemplate, Parts

MOST_MEMORY = 256 * 1024 * 1024
MOST_SECONDS = 1.0  # of computing, for a part of a mail that takes five thousandths


def main(folders: list[str]) -> None:
    """Answer until nobody asks any more."""
    _limit()
    parts = Parts(*map(Path, folders))
    _say({})  # ready: from now on time counts
    for line in sys.stdin:
        # Left alone, the signal ends the program, whatever it is doing.
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        answer = _answer(parts, json.loads(line))
        signal.setitimer(signal.ITIMER_PROF, 0)
        _say(answer)


def _limit() -> None:
    # Whoever stops the tracker stops the whole group; what is in hand is still to be finished.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _answer(parts: Parts, request: dict[str, Any]) -> dict[str, Any]:
    name, values = request["name"], request.get("values")
    made = parts.problem(name) if values is None else parts.part(name, values)
    if isinstance(made, BrokenTemplate):
        return {"broken": [made.file, made.line, made.message]}
    return {"made": made}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()

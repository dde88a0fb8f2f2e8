"""A real daemon killed again and again while it mails a real server, and what came of it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders import COUNCIL, NEW_YORK, VIENNA
from tests.sink import Sink, sink
from tracker.failpoints import VARIABLE
from tracker.store import Store

ROOT = Path(__file__).parent.parent
# Its clock starts where it is told to, so that no life of the daemon sees the time go back.
PROGRAM = """
import sys, time
from datetime import UTC, datetime, timedelta
from tracker.cli import main

begun = time.monotonic()
start = datetime(2010, 6, 22, 5, tzinfo=UTC) + timedelta(seconds=int(sys.argv.pop(1)))
main(sys.argv[1:], clock=lambda: start + timedelta(seconds=time.monotonic() - begun))
"""
FIRST_MAILS = 3600  # an hour after the files came, everybody is to hear of them
A_LIFE = 30  # of the daemon's clock, from one start to the next
PLACES = (
    "uncommitted", "committed", "unrecovered", "unconnected", "answer-unwritten", "connecting",
    "connected", "greeted", "sender-taken", "recipient-taken", "text-wanted", "taken",
)  # fmt: skip
_PATIENCE_SECONDS = 60.0
_CONFIG = """
workdays = "vienna"
database = "sqlite:///tracker.db"
[mail]
from = "tracker@example.org"
transport = "smtp://127.0.0.1:{port}"
"""
_READER = """
[[coordinator]]
id = "{name}"
name = "Desk {name}"
email = "{name}@example.org"
timezone = "Europe/Vienna"
digest = "weekly"
"""
_LETTER = """
title = "Send a mission"
dated = 2010-06-22
coordinators = [{names}]
workdays = "vienna"
[[ask]]
id = "mission"
text = "Send a mission"
[[meeting]]
forum = "council"
date = 2010-06-24
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one database's mails, and of those who were to hear."""

    kills: int
    mails: int
    copies: int  # second copies, and more
    ambiguous: int  # tries of which nobody knows whether the server took the mail
    most_copies: int  # of one mail, the first one among them
    lost: tuple[str, ...]
    unlike: int  # what arrived in other bytes than were written down
    too_many: int  # mails with more copies than 1 + their own ambiguous tries


def killed(home: Path, *, readers: int, kills: int, seed: int) -> Fate:
    """Kill a daemon so often, then let it finish; fewer times if there is nothing left to send."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    with sink() as server:
        _write_files(home, server.port, readers)
        done = 0
        _plan(home)
        while done < kills and server.begun() < readers - 4:
            _one_life(home, FIRST_MAILS + A_LIFE * done, server, chance)
            done += 1
        _finish(home, FIRST_MAILS + A_LIFE * done, server, readers)
        return _fate(home, server.mails(), readers, done)


def _plan(home: Path) -> None:
    """Let the daemon find the files, an hour before anybody hears of them."""
    end = time.monotonic() + _PATIENCE_SECONDS
    with Store.open("sqlite:///tracker.db", base=home) as store, _started(home, 0):
        while not store.lines():
            assert time.monotonic() < end, "the daemon does not plan"
            time.sleep(0.05)  # noqa: TID251 -- another process does the work here


def _one_life(home: Path, at: int, server: Sink, chance: random.Random) -> None:
    """Start the daemon and kill it: from outside, or at a place and time of its own."""
    if chance.random() < 1 / 3:
        place = f"{chance.choice(PLACES)}:{chance.randint(1, 12)}"
        _live(home, at, server, until=server.begun() + 8, wait=0.0, place=place)
    elif chance.random() < 1 / 4:
        _live(home, at, server, until=0, wait=chance.uniform(0.1, 2.0))
    else:
        _live(home, at, server, until=server.begun() + chance.randint(1, 5),
              wait=chance.uniform(0.0, 0.03))  # fmt: skip


def _live(home: Path, at: int, server: Sink, *, until: int, wait: float, place: str = "") -> None:
    """Let the daemon live until so many mails have begun to arrive and a moment longer."""
    with _started(home, at, place) as process:
        end = time.monotonic() + _PATIENCE_SECONDS
        while server.begun() < until and process.poll() is None and time.monotonic() < end:
            time.sleep(0.001)  # noqa: TID251 -- another process does the work here
        time.sleep(wait)  # noqa: TID251 -- likewise


def _finish(home: Path, at: int, server: Sink, readers: int) -> None:
    """Let it live until nothing is under way any more, then tell it to stop."""
    with _started(home, at) as process, Store.open("sqlite:///tracker.db", base=home) as store:
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end and not _all_is_done(store, readers):
            assert process.poll() is None, "the daemon ended by itself"
            time.sleep(0.2)  # noqa: TID251 -- likewise
        process.terminate()  # which ends one that does not listen yet by itself
        assert process.wait(timeout=_PATIENCE_SECONDS) in {0, -signal.SIGTERM}


def _all_is_done(store: Store, readers: int) -> bool:
    mails = store.mails()
    ended = all(mail.state in {"sent", "failed", "expired"} for mail in mails)
    return ended and len({mail.coordinator for mail in mails}) == readers


@contextmanager
def _started(home: Path, at: int, place: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """Start the daemon, and kill it in the end, whatever comes."""
    config = str(home / "config.toml")
    with (
        (home / "log").open("ab") as log,
        subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-c", PROGRAM, str(at), "--config", config, "run"],
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(ROOT), VARIABLE: place},
            stderr=log,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _fate(home: Path, arrived: list[bytes], readers: int, kills: int) -> Fate:
    with Store.open("sqlite:///tracker.db", base=home) as store:
        mails = store.mails()
        silent = {mail.id: _silent(store, mail.id) for mail in mails}
    copies = Counter(arrived)
    written = {mail.raw for mail in mails}
    heard = {mail.coordinator for mail in mails if copies[mail.raw] and mail.state == "sent"}
    mute = {mail.coordinator for mail in mails if not copies[mail.raw]}
    return Fate(
        kills=kills,
        mails=len(mails),
        copies=sum(copies.values()) - len(copies),
        ambiguous=sum(silent.values()),
        most_copies=max(copies.values()),
        lost=tuple(sorted((set(_names(readers)) - heard) | mute)),
        unlike=sum(1 for raw in arrived if raw not in written),
        too_many=sum(copies[mail.raw] > 1 + silent[mail.id] for mail in mails),
    )


def _silent(store: Store, mail: int) -> int:
    return sum(one.outcome == "unknown" for one in store.attempts(mail))


def _names(readers: int) -> list[str]:
    return [f"desk-{n:03d}" for n in range(readers)]


def _write_files(home: Path, port: int, readers: int) -> None:
    names = _names(readers)
    people: Iterable[str] = (_READER.format(name=name) for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    (home / "config.toml").write_text(_CONFIG.format(port=port) + "".join(people))
    for name, text in {
        "letter": _LETTER.format(names=quoted),
        "forums/council": COUNCIL,
        "workdays/vienna": VIENNA,
        "workdays/new-york": NEW_YORK,
    }.items():
        path = home / "campaigns" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

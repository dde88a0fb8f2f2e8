"""Daemons as real processes on one database, a mail server that counts, and kills."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.builders import COUNCIL, LETTER, VIENNA
from tests.databases import asked

ROOT = Path(__file__).parent.parent
LEAD_SECONDS = 2.0  # from when all daemons are up to the morning at which all is due
LEASE_SECONDS = 8.0
# All processes have one clock: it stands just before 06:00 UTC of 23 June 2010 until somebody
# writes down when that moment is.
PROGRAM = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tracker.cli import main
from tracker.daemon import heartbeat
from tracker.store import leases

morning, lease = Path(sys.argv[1]), float(sys.argv[2])
leases.LASTS = leases.MAIL_LASTS = timedelta(seconds=lease)
heartbeat.EVERY_SECONDS = lease / 8
six = datetime(2010, 6, 23, 6, tzinfo=UTC)


def clock():
    passed = time.time() - float(morning.read_text()) if morning.exists() else -LEAD
    return six + timedelta(seconds=passed)


main(sys.argv[3:], clock=clock)
"""
CONFIG = """
workdays  = "vienna"
database  = "{database}"
campaigns = "{campaigns}"
[mail]
transport = "smtp://127.0.0.1:{port}"
"""
READER = """
[[coordinator]]
id       = "reader-{number}"
name     = "Reader {number}"
email    = "reader-{number}@example.org"
timezone = "Europe/Vienna"
digest   = "never"
"""


class Counting:
    """What a mail server got, in order; it takes its time over each mail."""

    def __init__(self, pause: float) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.first_at = self.last_at = 0.0
        self._pause = pause

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append((envelope.rcpt_tos[0], envelope.content))
        self.last_at = time.monotonic()
        self.first_at = self.first_at or self.last_at
        await asyncio.sleep(self._pause)
        return "250 taken"

    def copies(self) -> dict[str, list[bytes]]:
        """Return what each reader got."""
        found: dict[str, list[bytes]] = {}
        for to, raw in self.mails:
            found.setdefault(to, []).append(raw)
        return found


@contextmanager
def counting_server(pause: float = 0.0) -> Iterator[tuple[Counting, int]]:
    """Open a mail server on loopback."""
    counting, loop = Counting(pause), asyncio.new_event_loop()
    opening = loop.create_server(lambda: SMTP(counting, loop=loop), "127.0.0.1", 0)
    server = loop.run_until_complete(opening)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield counting, server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@dataclass
class Fleet:
    """Several daemons, each with a config.toml of its own, on one database and one folder."""

    home: Path
    url: str
    port: int
    readers: int
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        campaigns = self.home / "campaigns"
        for name in ("forums", "workdays"):
            (campaigns / name).mkdir(parents=True)
        (campaigns / "forums" / "council.toml").write_text(COUNCIL)
        (campaigns / "workdays" / "vienna.toml").write_text(VIENNA)
        ids = ", ".join(f'"reader-{number}"' for number in range(self.readers))
        (campaigns / "letter.toml").write_text(LETTER.replace('"vienna"', ids))
        people = "".join(READER.format(number=number) for number in range(self.readers))
        settings = CONFIG.format(database=self.url, campaigns=campaigns, port=self.port)
        (self.home / "config.toml").write_text(settings + people)

    def set_out(self, daemons: int) -> None:
        """Start daemons; all mail is due soon after the last of them is up."""
        for _ in range(daemons):
            self.one_more()
        up = wait_until(lambda: self.said().count("started as process") == daemons, seconds=180)
        assert up, self.said()
        later = self.home / "later"
        later.write_text(str(time.time() + LEAD_SECONDS))
        later.rename(self.home / "morning")

    def one_more(self) -> subprocess.Popen[str]:
        """Start one more daemon."""
        number = len(self.processes)
        log = (self.home / f"daemon-{number}.log").open("w")
        words = (self.home / "morning", str(LEASE_SECONDS))
        process = subprocess.Popen(  # noqa: S603 -- our own program
            [
                sys.executable,
                "-c",
                PROGRAM.replace("LEAD", str(LEAD_SECONDS)),
                *words,
                "--config",
                self.home / "config.toml",
                "run",
            ],
            cwd=self.home,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=log,
            text=True,
        )
        log.close()
        self.processes.append(process)
        return process

    def has_sent_all(self) -> bool:
        """Say whether the outbox has every mail as sent."""
        time.sleep(0.2)  # noqa: TID251 -- other processes do the work here
        found = asked(self.url, "SELECT count(*) FROM mail WHERE state = 'sent'")
        return found == [(self.readers,)]

    def is_up(self) -> bool:
        """Say whether all that run listen: one that is told to stop before that ends at once."""
        return all(
            "started as process" in (self.home / f"daemon-{number}.log").read_text()
            for number, one in enumerate(self.processes)
            if one.poll() is None
        )

    def kill(self, which: subprocess.Popen[str]) -> None:
        """End a daemon as a power cut would."""
        which.send_signal(signal.SIGKILL)
        which.wait()

    def stop(self) -> list[int]:
        """Tell those that run to stop, and return how they ended."""
        running = [one for one in self.processes if one.poll() is None]
        for one in running:
            one.send_signal(signal.SIGTERM)
        try:
            return [one.wait(timeout=60) for one in running]
        finally:
            for one in running:
                with suppress(ProcessLookupError):
                    one.kill()

    def said(self) -> str:
        """Return all that the daemons logged."""
        return "\n".join(one.read_text() for one in sorted(self.home.glob("daemon-*.log")))


def wait_until(what: Callable[[], bool], *, seconds: float) -> bool:
    """Look again and again until something is so, or patience ends."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)  # noqa: TID251 -- other processes do the work here
    return True


@dataclass(frozen=True)
class Tally:
    """What came of one run."""

    readers: int
    lost: int
    copies: int  # beyond the first of each mail
    differing: int  # copies that are not the same bytes
    seconds: float

    @property
    def per_second(self) -> float:
        """Return how many mails left in a second."""
        return self.readers / self.seconds


def tally(fleet: Fleet, counting: Counting) -> Tally:
    """Count what arrived."""
    got = counting.copies()
    return Tally(
        readers=fleet.readers,
        lost=fleet.readers - len(got),
        copies=sum(len(mails) - 1 for mails in got.values()),
        differing=sum(len(set(mails)) - 1 for mails in got.values()),
        seconds=counting.last_at - counting.first_at,
    )


def a_morning(
    fleet: Fleet, counting: Counting, *, daemons: int, kills: int, dice: random.Random
) -> Tally:
    """Let a fleet send its mails, and kill daemons while it does; each is replaced at once."""
    fleet.set_out(daemons)
    try:
        for _ in range(kills):
            wanted = dice.randrange(1, fleet.readers * 3 // 4)
            assert wait_until(lambda: len(counting.mails) >= wanted, seconds=180), fleet.said()  # noqa: B023 -- asked at once
            running = [one for one in fleet.processes if one.poll() is None]
            fleet.kill(dice.choice(running))
            fleet.one_more()
        # What was in a killed one's hands has to be found and ended, too.
        everything = wait_until(fleet.has_sent_all, seconds=600)
        assert everything, f"{len(counting.copies())} of {fleet.readers}\n{fleet.said()}"
        # The others may have sent all before the last that was put in a place was up.
        assert wait_until(fleet.is_up, seconds=60), fleet.said()
    finally:
        ended = fleet.stop()
    assert set(ended) == {0}, fleet.said()
    return tally(fleet, counting)


def outcomes(rows: list[tuple[object, ...]]) -> Counter[object]:
    """Count rows by their first column."""
    return Counter(row[0] for row in rows)

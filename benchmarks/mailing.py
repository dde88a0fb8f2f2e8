"""Personal mails of 15 kB to Debian's smtp-sink: ours, the plain path, ready bytes, smtp-source.

Ours writes each reader's mail from the lines that are due, makes its bytes, has them on the disk
with the mail's state before a connection is used, and writes down what became of it. The plain
path makes the same mails the way that needs no thought and keeps nothing. This process has one
processor and the sink has the others, where there is more than one.
"""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep  # noqa: TID251 -- another process does the work here

sys.path.insert(0, str(Path(__file__).parent.parent))

from aiosmtplib import SMTP
from composing import PlainPath
from corpus import ROOT
from rows import Row, times

from tracker.app.engine import Engine
from tracker.app.in_force import InForce
from tracker.app.replay import SimulatedClock
from tracker.app.sending import Ground
from tracker.compose import Composed, Composer, Envelope
from tracker.content import MailContent
from tracker.delivery import Outcome, open_transport
from tracker.loading.world import read_world
from tracker.store import MailRecord, Store

HANDS = 4
DEADLINES = 8
SENDER = "tracker@example.org"
EVENING, MORNING = (datetime(2031, 3, day, hour, tzinfo=UTC) for day, hour in ((3, 20), (4, 7)))
LEAST_PLAIN, LEAST_READY = 4.0, 0.3
_AGAIN = (
    "UPDATE line SET state = 'queued', mail_id = NULL, settled_at = NULL WHERE mail_id NOT NULL",
    "DELETE FROM attempt",
    "DELETE FROM mail",
)


def mail_rows(mails: int, rounds: int) -> Iterator[Row]:
    """Measure, and return the rows."""
    found, size = asyncio.run(_measured(mails, rounds))
    ours, plain, ready, source = found
    each = f"{mails} mails of {size:,} bytes a round"
    yield Row(f"EmailMessage and aiosmtplib, 4 connections, no outbox; {each}", plain, "mails/s")
    yield Row("ready bytes by bare aiosmtplib, 4 connections", ready, "mails/s")
    yield Row("smtp-source, 4 connections", source, "mails/s", "stated limit")
    for beside, others, least in (
        ("plain", plain, LEAST_PLAIN),
        ("ready bytes", ready, LEAST_READY),
    ):
        ratio = times(ours, others)
        what = "compose, fsynced outbox, delivery"
        yield Row(what, ours, "mails/s", beside, ratio, f"at least {least}", ratio >= least)


async def _measured(mails: int, rounds: int) -> tuple[list[list[float]], int]:
    with TemporaryDirectory() as folder, _alone_on_a_processor(), _sink() as port:
        async with _office(Path(folder), mails, port) as office:
            await office.ours()
            found: list[list[float]] = [[], [], [], []]
            for _ in range(rounds):
                contenders = (office.ours, office.plain, office.ready, office.source)
                for act, taken in zip(contenders, found, strict=True):
                    office.again()
                    begun = perf_counter()
                    await act()
                    taken.append(mails / (perf_counter() - begun))
    return found, round(median(map(len, office.raw)))


class _Remembering(Composer):
    """Ours, that remembers what it was given and made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, None)
        self.made: dict[str, tuple[MailContent, Envelope, bytes]] = {}

    def compose(self, content: MailContent, envelope: Envelope) -> Composed:
        """Make the bytes of a mail."""
        made = super().compose(content, envelope)
        self.made[envelope.to_address] = (content, envelope, made.raw)
        return made


class _Office:
    """Everything that sends the same mails."""

    def __init__(self, engine: Engine, ground: Ground, database: Path, port: int) -> None:
        self.engine = engine
        self.ground = ground
        self.port = port
        self._database = database
        self._composer = engine.sending.composer
        self._plain = PlainPath()

    @property
    def made(self) -> list[tuple[MailContent, Envelope, bytes]]:
        """Return the mails that ours has made."""
        assert isinstance(self._composer, _Remembering)
        return list(self._composer.made.values())

    @property
    def raw(self) -> list[bytes]:
        """Return their bytes."""
        return [raw for _, _, raw in self.made]

    def again(self) -> None:
        """Let everything be due again."""
        with closing(sqlite3.connect(self._database)) as file, file:
            for act in _AGAIN:
                file.execute(act)

    async def ours(self) -> None:
        """Write, compose, keep and deliver."""
        sent = await self.engine.sending.send_due(self.ground)
        assert {one.outcome.state for one in sent} == {"sent"}, sent

    async def plain(self) -> None:
        """Make the bytes as one writes it first, and send them."""
        await self._all([lambda one=one: self._plain.compose(*one[:2]) for one in self.made])

    async def ready(self) -> None:
        """Send bytes that are there."""
        await self._all([lambda one=one: one[2] for one in self.made])

    async def _all(self, makers: list[Callable[[], bytes]]) -> None:
        left = iter(makers)

        async def hand() -> None:
            async with SMTP(hostname="127.0.0.1", port=self.port, start_tls=False) as client:
                for make in left:
                    await client.sendmail(SENDER, ["reader@example.org"], make())

        await asyncio.gather(*(hand() for _ in range(HANDS)))

    async def source(self) -> None:
        """Let Postfix's own client send as many of the same size."""
        size, place = str(len(self.raw[0])), f"127.0.0.1:{self.port}"
        words = ("-d", "-s", str(HANDS), "-m", str(len(self.made)), "-l", size)
        program = await asyncio.create_subprocess_exec(_postfix("smtp-source"), *words, place)
        assert await program.wait() == 0


@asynccontextmanager
async def _office(home: Path, mails: int, port: int) -> AsyncIterator[_Office]:
    fill(home, [f"desk-{number}" for number in range(mails)])
    clock = SimulatedClock(EVENING)
    transport = open_transport(f"smtp://127.0.0.1:{port}", base=home, secret=lambda: None)

    async def deliver(record: MailRecord, address: str) -> Outcome:
        return await transport.deliver(record.raw, sender=SENDER, recipient=address)

    with Store.open("sqlite:///tracker.db", base=home) as store:
        composer = _Remembering(ROOT / "templates")
        engine = Engine(store, composer, deliver=deliver, clock=clock, replayed=False)
        yield _Office(engine, at_morning(engine, home, clock), home / "tracker.db", port)
        await transport.close()


def at_morning(engine: Engine, home: Path, clock: SimulatedClock) -> Ground:
    """Turn the clock to the morning on which each reader's mail is due, and plan."""
    reading = read_world(home / "config.toml", now=clock())
    assert reading.world is not None, reading.problems
    engine.put_in_force(InForce.of(reading.world))
    engine.refresh()
    with closing(sqlite3.connect(home / "tracker.db")) as file, file:
        file.execute("UPDATE line SET state = 'sent' WHERE key LIKE '%/accepted/%'")
    clock.at = MORNING
    return engine.ground(engine.refresh())


def fill(home: Path, desks: Sequence[str]) -> None:
    """Make a folder with one campaign, of which each of these readers gets a mail of 15 kB."""
    (home / "campaigns" / "workdays").mkdir(parents=True)
    shutil.copy(ROOT / "campaigns/workdays/vienna.toml", home / "campaigns/workdays/vienna.toml")
    head = (
        f'workdays = "vienna"\n[mail]\nfrom = "Tracker <{SENDER}>"\ntransport = "maildir:mails"\n'
    )
    people = "".join(
        f'[[coordinator]]\nid = "{one}"\nname = "The {one}"\nemail = "{one}@example.org"\n'
        'timezone = "Europe/Vienna"\ndigest = "never"\n'
        for one in desks
    )
    (home / "config.toml").write_text(head + people, encoding="utf-8")
    ids = ", ".join(f'"{one}"' for one in desks)
    steps = "".join(
        f'[[deadline]]\nid = "step-{number}"\nfor = "campaign"\ndue = 2031-03-05\n'
        f'what = "Call the embassies of region {number} about the relief convoy"\n'
        for number in range(DEADLINES)
    )
    text = f'title = "Open the border"\ndated = 2031-02-20\ncoordinators = [{ids}]\n{steps}'
    (home / "campaigns" / "convoy.toml").write_text(text, encoding="utf-8")


@contextmanager
def _sink() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    sink = subprocess.Popen([_postfix("smtp-sink"), *user, f"127.0.0.1:{port}", "100"])
    with suppress(OSError):
        os.sched_setaffinity(sink.pid, {max(range(os.cpu_count() or 1))})
    try:
        _wait_for(port)
        yield port
    finally:
        sink.kill()
        sink.wait()


@contextmanager
def _alone_on_a_processor() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _wait_for(port: int) -> None:
    for _ in range(1000):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        sleep(0.01)
    raise TimeoutError("smtp-sink does not listen")


def _postfix(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, f"{name} is part of Debian's postfix"
    return found


if __name__ == "__main__":
    for row in mail_rows(200, 5):
        print(row)

"""A daemon that dies at a named place, and a world in which everything else goes on."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA
from tests.house import COMPOSER
from tests.post_office import HOST, PostOffice, trusting
from tracker.app.engine import Engine
from tracker.app.replay import SimulatedClock
from tracker.daemon.bell import Bell
from tracker.daemon.serving import started
from tracker.daemon.turns import Daemon
from tracker.delivery import Outcome
from tracker.delivery.maildir import MaildirTransport
from tracker.delivery.patience import Patience
from tracker.delivery.smtp import SmtpTransport
from tracker.delivery.spec import SmtpSettings
from tracker.failpoints import reaching
from tracker.store import MailRecord, Store

SHORT = Patience(connect=5.0, envelope=5.0, text=5.0, goodbye=5.0)
MOST_CRASHES = 12  # a daemon that never gets through is a fault of its own
Letters = Counter[tuple[str, bytes]]
Answer = Callable[[str, int], str | None]  # what a recipient's n-th try is told; None: taken


class Crash(SystemExit):
    """The end of the process: it leaves the event loop at once, past every `except Exception`."""


class Server(PostOffice):
    """Answers by recipient and by try, so that a crash does not change what it says."""

    def __init__(self, answers: Mapping[str, Answer], *, guarded: bool = False) -> None:
        offers = ("SIZE 1000000", "8BITMIME", *(("STARTTLS", "AUTH PLAIN") if guarded else ()))
        super().__init__({}, offers)
        self.guarded = guarded
        self.letters: Letters = Counter()
        self._answers = answers
        self._tries: Counter[tuple[str, str]] = Counter()

    def new_settings(self) -> SmtpSettings:
        return self.settings("starttls", "us") if self.guarded else self.settings()

    def _told(self, phase: str) -> str:
        whom = ""
        if phase == "RCPT":
            whom = self.commands[-1].partition("<")[2].partition(">")[0]
        if phase == "dot":
            raw = self.mails[-1]
            whom = str(message_from_bytes(raw, policy=policy.default)["To"].addresses[0].addr_spec)
            self.letters[whom, raw] += 1
        self._tries[phase, whom] += 1
        answer = self._answers.get(phase)
        told = answer(whom, self._tries[phase, whom]) if answer else None
        return told or super()._told(phase)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await super()._serve(reader, writer)
        finally:
            writer.transport.abort()  # a dead client says no goodbye

    def hang_up(self) -> None:
        for talk in self._talks:
            talk.cancel()
        self._talks.clear()


class Desk:
    """A daemon on a folder; `dies` says at which place, the n-th that it comes to, it dies."""

    def __init__(self, home: Path, server: Server | None, at: datetime) -> None:
        self.home, self.server, self.clock = home, server, SimulatedClock(at)
        self.places: list[str] = []
        self.dies: int | None = None
        self.crashes = 0
        self._runs = self._ringing = False
        self.daemon: Daemon | None = None
        self.store: Store | None = None
        self._transport: SmtpTransport | MaildirTransport
        for name, text in {
            "campaigns/forums/council": COUNCIL,
            "campaigns/workdays/vienna": VIENNA,
            "campaigns/workdays/new-york": NEW_YORK,
            "config": CONFIG,
        }.items():
            self.write(name, text)

    def write(self, name: str, text: str | None) -> None:
        path = self.home / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)

    def turn_at(self, moment: datetime) -> None:
        """Look twice, plan and send at a moment; whoever dies is started again at once."""
        self.clock.at = moment
        for _ in range(2):
            while not self._is_turned():
                assert self.crashes < MOST_CRASHES, f"it dies again and again: {self.places}"

    def run(self, *, ringing: bool = False) -> None:
        """Run as a service does until somebody stops it; `ringing` has it turn without a pause."""
        self._runs, self._ringing = True, ringing
        assert self._is_turned()
        self.end()

    def stop(self, **grace: float) -> None:
        """Tell it to stop, from within."""
        assert self.daemon is not None
        if grace:
            self.daemon.engine.sending.hands.stop(**grace)
        self.daemon.stop()

    def retry_by_hand(self) -> None:
        """Ask for every mail again that failed."""
        with Store.open("sqlite:///tracker.db", base=self.home) as store:
            for mail in store.mails(states={"failed"}):
                store.retry(mail.id, self.clock())

    def end(self) -> None:
        if self.store is not None:
            self.store.close()
        self.daemon = self.store = None

    def _is_turned(self) -> bool:
        try:
            with reaching(self._reached):
                asyncio.run(self._turn())
        except Crash:
            self.crashes += 1
            self.end()
            return False
        return True

    def _reached(self, place: str) -> None:
        self.places.append(place)
        if len(self.places) == self.dies:
            raise Crash(9)

    async def _turn(self) -> None:
        if self.server is None:
            self._transport = MaildirTransport(self.home / "outbox", durable=False)
            await self._turned()
            return
        listening = await asyncio.start_server(self.server.serve, HOST, 0)
        self.server.port = listening.sockets[0].getsockname()[1]
        secret = "open sesame" if self.server.guarded else None
        self._transport = SmtpTransport(
            self.server.new_settings(), secret, trust=trusting(), patience=SHORT
        )
        try:
            await self._turned()
            await self._transport.close()
        finally:
            for idle in self._transport._idle:
                idle._let_go()
            listening.close()
            self.server.hang_up()

    async def _turned(self) -> None:
        if self.daemon is None:
            self.daemon = self._started()
        if not self._runs:
            await self.daemon.turn()
            return
        ringing = asyncio.create_task(self._ring()) if self._ringing else None
        await self.daemon.run()
        if ringing is not None:
            ringing.cancel()

    async def _ring(self) -> None:
        assert self.daemon is not None
        while True:
            self.daemon.bell.ring()
            await asyncio.sleep(0.001)

    def _started(self) -> Daemon:
        self.store = Store.open("sqlite:///tracker.db", base=self.home)
        engine = Engine(
            self.store, COMPOSER, deliver=self._deliver, clock=self.clock, replayed=False
        )
        return started(engine, self.home / "config.toml", self.home / "campaigns", Bell())

    async def _deliver(self, record: MailRecord, address: str) -> Outcome:
        return await self._transport.deliver(
            record.raw, sender="tracker@example.org", recipient=address
        )

    # -- what came of it -----------------------------------------------------------------------

    def letters(self) -> Letters:
        """Return who got which bytes, how often."""
        if self.server is not None:
            return self.server.letters
        stored = (path.read_bytes() for path in (self.home / "outbox" / "new").iterdir())
        return Counter((str(message_from_bytes(raw)["To"]), raw) for raw in stored)

    def ends(self) -> dict[str, object]:
        """Return how every line and every mail ended."""
        with Store.open("sqlite:///tracker.db", base=self.home) as store:
            lines = {f"line {one.occurrence.key}": one.state for one in store.lines()}
            mails = {
                f"mail {one.message_id}": (one.state, one.coordinator, one.subject, one.keys)
                for one in store.mails()
            }
        return {**lines, **mails, "letters": set(self.letters())}

    def silent_tries(self) -> dict[bytes, int]:
        """Return, by a mail's bytes, how many tries left open whether it was taken."""
        with Store.open("sqlite:///tracker.db", base=self.home) as store:
            return {
                mail.raw: sum(one.outcome == "unknown" for one in store.attempts(mail.id))
                for mail in store.mails()
            }


def blank_database(folder: Path) -> Path:
    """Make a database with nothing in it, once: copying it takes a tenth of the time."""
    with suppress(FileExistsError):
        folder.mkdir(parents=True)
    Store.open("sqlite:///tracker.db", base=folder).close()
    return folder / "tracker.db"


def with_database(home: Path, blank: Path) -> Path:
    """Put a copy of the blank database into a new home."""
    home.mkdir(parents=True)
    shutil.copy(blank, home / "tracker.db")
    return home

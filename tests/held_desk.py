"""A daemon on a machine whose clock, disk and database may fail it; it is turned by hand."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Self

from tests.a_machine import AMachine
from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA, at
from tests.house import TEMPLATES
from tracker.app.engine import Engine
from tracker.app.holding import BelievedClock, Holding, Witness, last_seen
from tracker.app.holding.witness import file_in
from tracker.compose import Composer
from tracker.daemon.bell import Bell
from tracker.daemon.serving import begun, started
from tracker.daemon.turns import Daemon
from tracker.delivery import Outcome
from tracker.store import MailRecord, Store

LETTER = """
title = "Send a mission"
dated = 2027-06-22
coordinators = ["vienna", "new-york"]
workdays = "vienna"
[[ask]]
id = "mission"
text = "Send a mission"
[[meeting]]
forum = "council"
date = 2027-06-24
[[deadline]]
id = "calls"
what = "Call the embassies"
due = "2027-06-23 at 12:00"
remind = ["1 day before", "on the day"]
[[follow-up]]
id = "ask-berlin"
what = "Ask Berlin"
for = "campaign"
due = "2027-06-25"
repeat = "every 7 days"
"""
SQLITE = "sqlite:///tracker.db"
TUESDAY = at("2027-06-22 05:00")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def a_home(folder: Path) -> Path:
    """Lay out the files of one organisation."""
    for name in ("forums", "workdays"):
        (folder / "campaigns" / name).mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    (folder / "campaigns" / "letter.toml").write_text(LETTER)
    (folder / "campaigns" / "forums" / "council.toml").write_text(COUNCIL)
    (folder / "campaigns" / "workdays" / "vienna.toml").write_text(VIENNA)
    (folder / "campaigns" / "workdays" / "new-york.toml").write_text(NEW_YORK)
    return folder


class HeldDesk:
    """The daemon of one home, with what left it."""

    def __init__(self, home: Path, machine: AMachine, *, url: str = SQLITE) -> None:
        self.home = home
        self.url = url
        self.computer = machine
        self.sent: list[tuple[str, MailRecord]] = []
        self.on_delivery: Callable[[], None] = lambda: None
        self.on_waiting: Callable[[], None] = lambda: None

    async def start(self) -> Self:
        """Start the daemon, as the service manager would."""
        self.store = Store.open(self.url, base=self.home)
        machine = self.computer.machine
        self.clock = BelievedClock(self.computer.wall, machine, last_seen(self.store))
        holding = Holding(self.store, self.clock, machine, witness=self._witness())
        self.holding = await begun(holding, self.on_waiting, look_seconds=0)
        engine = Engine(
            self.store,
            Composer(TEMPLATES, None),
            deliver=self._deliver,
            clock=self.clock,
            replayed=False,
        )
        engine.sending.hands.may_leave = self.holding.may_leave
        engine.sending.hands.note_try = self.holding.note_try
        files = (self.home / "config.toml", self.home / "campaigns")
        self.daemon: Daemon = started(engine, *files, Bell())
        return self

    def _witness(self) -> Witness | None:
        remembers = file_in({}, self.home)
        is_shared, machine = self.store.is_shared, self.computer.machine
        return Witness(self.store, machine.id, remembers) if is_shared else None

    def stop(self) -> None:
        """Stop it."""
        self.store.close()

    async def _deliver(self, record: MailRecord, address: str) -> Outcome:
        self.sent.append((address, record))
        self.on_delivery()
        await asyncio.sleep(0)  # other hands get on meanwhile
        return Outcome("sent", 250, "taken")

    async def turn(self) -> list[MailRecord]:
        """Turn once; return what left."""
        before = len(self.sent)
        await self.daemon.turn()
        return [record for _, record in self.sent[before:]]

    async def live(self, for_: timedelta, step: timedelta = 3 * HOUR) -> list[MailRecord]:
        """Let time pass by in steps, with a turn after each; return what left."""
        left, over = await self.turn(), timedelta()
        while over < for_:
            part = min(step, for_ - over)
            self.computer.pass_by(part)
            over += part
            left += await self.turn()
        return left

    @property
    def held(self) -> set[str]:
        return {one.cause for one in self.store.holds()}

    def lines(self) -> dict[str, tuple[str, str]]:
        """Return what became of each line but digests, by key, with its recipient."""
        return {
            line.occurrence.key: (line.occurrence.to, line.state)
            for line in self.store.lines()
            if line.occurrence.kind != "digest"
        }

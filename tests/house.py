"""A tracker with a clock to turn and an inbox to look into."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from tracker.app.engine import Engine
from tracker.app.replay import SimulatedClock, first_moment
from tracker.app.sending import Sent
from tracker.campaign import World
from tracker.compose import Composer
from tracker.delivery import Outcome
from tracker.store import MailRecord, Store

TEMPLATES = Path(__file__).parent.parent / "templates"
COMPOSER = Composer(TEMPLATES, None)
T = TypeVar("T")


class House:
    """One tracker in memory (or on a file); `mails` is all that left, in order."""

    def __init__(
        self,
        world: World,
        *,
        replayed: bool = True,
        opened: datetime | None = None,
        database: Path | None = None,
        composer: Composer = COMPOSER,
    ) -> None:
        self.clock = SimulatedClock(opened or first_moment(world))
        self.store = self.open_store(f"sqlite:///{database}" if database else "sqlite://")
        self.mails: list[Sent] = []
        self.letters: list[tuple[str, bytes]] = []
        self.outcomes: list[Outcome] = []
        self.composer = composer
        self.replayed = replayed
        self.looked_at: datetime | None = None
        self.restart(world)

    def open_store(self, url: str) -> Store:
        return Store.open(url, base=Path())

    def restart(self, world: World, *, before: World | None = None) -> None:
        """Start the tracker anew on the same database, as after a crash.

        `before` are the files that were in force, where others were saved while it was down.
        """
        self.looked_at = None
        self.engine = Engine(
            self.store,
            self.composer,
            deliver=self._deliver,
            clock=self.clock,
            replayed=self.replayed,
        )
        self.engine.take(world, before=before)

    async def _deliver(self, record: MailRecord, address: str) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome("sent", 250, "taken")
        if outcome.state in {"sent", "unknown"}:
            self.letters.append((address, record.raw))
        return outcome

    def turn_to(self, moment: datetime) -> list[Sent]:
        """Turn the clock to a moment, stopping wherever there is something to do."""
        before = len(self.mails)
        while self.clock.at <= moment:
            if self.looked_at != self.clock.at:
                self.wake()
            following = self.engine.next_moment(self.clock.at)
            if following is None or following > moment:
                break
            self.clock.at = following
        self.clock.at = max(self.clock.at, moment)
        return self.mails[before:]

    def jump_to(self, moment: datetime) -> list[Sent]:
        """Turn the clock in one go, as a machine that was asleep, and wake once."""
        self.clock.at = moment
        return self.wake()

    def wake(self) -> list[Sent]:
        """Look, plan and send once at the present moment."""
        self.looked_at = self.clock.at
        planned = self.engine.refresh()
        sent = self.run(self.engine.send_due(planned))
        self.mails.extend(sent)
        return sent

    def run(self, sending: Coroutine[Any, Any, T]) -> T:
        """Run what sends mail to its end."""
        return asyncio.run(sending)

    def edit(self, world: World) -> None:
        """Put other files in the folder."""
        self.looked_at = None
        self.engine.take(world)

    def inbox(self, address: str) -> list[EmailMessage]:
        """Read the mails that arrived at an address, in order."""
        return [
            message_from_bytes(raw, policy=policy.default)
            for to, raw in self.letters
            if to == address
        ]


def lines_of(mails: list[Sent], **wanted: object) -> list[tuple[str, str, str, str | None]]:
    """List (moment, reader, item, lead or kind) of the lines whose fields are as wanted."""
    return [
        (
            mail.at.strftime("%Y-%m-%d %H:%M"),
            mail.record.coordinator,
            line.item,
            line.lead or str(line.kind),
        )
        for mail in mails
        for line in mail.written.lines
        if all(getattr(line, name) == value for name, value in wanted.items())
    ]

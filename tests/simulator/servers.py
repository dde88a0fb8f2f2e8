"""A mail server with moods, and what it knows: which copies of which mail it really took.

A mood concerns everybody for a while (the server is down, wants another password), one reader's
box for good or for a while (unknown, full, greylisted), or one try (the answer is lost).
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulator.draws import Draws
from tracker.delivery.outcome import Outcome, outcome
from tracker.store import MailRecord

MINUTE = 60.0
WEATHER = (
    *("down", "closing", "silent", "login refused", "no protection", "paced"),
    *("refuses all",) * 3,
)
BOXES = ("open", "open", "open", "unknown", "full", "greylists")
LUCK = (
    *("takes",) * 10,
    "takes slowly",
    "takes, says nothing",
    "takes, says nonsense",
    "takes, then says 451",
    "takes too late",
    "loses the text",
    "hangs at the envelope",
    "451 to the text",
    "554 to the text",
    "closes before the text",
    "421 to the recipient",
    "our own fault",
)
SILENT = ("takes, says nothing", "loses the text")
IN_WEATHER = {
    "down": outcome("relay", None, "no connection"),
    "closing": outcome("relay", 421, "closing"),
    "login refused": outcome("relay", 535, "login refused", cause="access"),
    "no protection": outcome("relay", None, "no STARTTLS", cause="protection"),
    "refuses all": outcome("permanent", 550, "5.7.1 you are blocked"),
}
ANSWERS = {
    "takes": outcome("sent", 250, "taken"),
    "takes slowly": outcome("sent", 250, "taken"),
    "takes, says nothing": outcome("unknown", None, "no answer after the text was sent"),
    "takes too late": outcome("unknown", None, "no answer after the text was sent"),
    "loses the text": outcome("unknown", None, "no answer after the text was sent"),
    "takes, says nonsense": outcome("unknown", None, "an answer that is none: 999"),
    "takes, then says 451": outcome("temporary", 451, "later, although it was taken"),
    "hangs at the envelope": outcome("relay", None, "no answer to MAIL"),
    "451 to the text": outcome("temporary", 451, "4.3.0 not now"),
    "554 to the text": outcome("permanent", 554, "5.6.0 such words are not taken"),
    "closes before the text": outcome("relay", None, "no answer to DATA", suspect=True),
    "421 to the recipient": outcome("relay", 421, "4.3.2 not this one", suspect=True),
}
WAITS = {
    "takes, says nothing": 10 * MINUTE,
    "takes too late": 10 * MINUTE,
    "loses the text": 10 * MINUTE,
    "hangs at the envelope": 5 * MINUTE,
}
GREYLISTED_FOR = timedelta(minutes=15)
FULL_FOR = timedelta(hours=2)
PACE = 2


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which the server is in one mood towards everybody."""

    kind: str
    begins: datetime
    ends: datetime


@dataclass(slots=True)
class Known:
    """What the server knows of one mail: its copies, each with the moment and the bytes."""

    copies: list[tuple[datetime, bytes]] = field(default_factory=list)
    tries: int = 0


class Server:
    """Takes mail, or does not, as its draws say; healthy for ever from `healed_at` on."""

    def __init__(
        self, draws: Draws, clock: Callable[[], datetime], began: datetime, healed_at: datetime
    ) -> None:
        self.draws = draws
        self.clock = clock
        self.healed_at = healed_at
        self.known: defaultdict[str, Known] = defaultdict(Known)
        self.ambiguous: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.tally: Counter[str] = Counter()
        self.first_tried: dict[str, datetime] = {}
        self.connections = 0
        self.spells = [self._spell(number, began) for number in range(draws.whole(0, 2, "spells"))]
        self._taken_at: list[datetime] = []
        self._copied: set[str] = set()

    async def deliver(self, record: MailRecord, address: str) -> Outcome:
        """Be a transport: take the bytes or not, and say so or not."""
        self.connections += 1
        name = record.message_id
        self.known[name].tries += 1
        self.first_tried.setdefault(address, self.clock())
        answer = await self._answer(record, address)
        self.refusals[name] += answer.state == "permanent"
        return answer

    def copied(self) -> set[str]:
        """Return the mails of which another copy was taken since this was last asked."""
        copied, self._copied = self._copied, set()
        return copied

    async def _answer(self, record: MailRecord, address: str) -> Outcome:
        return (
            self._weather()
            or self._box(address)
            or await self._luck(record, self.known[record.message_id].tries)
        )

    def _spell(self, number: int, began: datetime) -> Spell:
        begins = began + timedelta(minutes=self.draws.whole(0, 1000, "spell", number, "begins"))
        lasts = timedelta(minutes=self.draws.one_of((5, 50, 200), "spell", number, "lasts"))
        return Spell(self.draws.one_of(WEATHER, "spell", number), begins, begins + lasts)

    @property
    def healthy(self) -> bool:
        """Say whether nothing can go wrong any more."""
        return self.clock() >= self.healed_at

    def _mood(self) -> str | None:
        now = self.clock()
        those = (one.kind for one in self.spells if one.begins <= now < one.ends)
        return None if self.healthy else next(those, None)

    def _weather(self) -> Outcome | None:
        mood = self._mood()
        if mood is None:
            return None
        self.tally[f"server: {mood}"] += 1
        if mood == "paced":
            recent = [at for at in self._taken_at if self.clock() - at < timedelta(hours=1)]
            return outcome("temporary", 451, "slow down") if len(recent) >= PACE else None
        return IN_WEATHER.get(mood)

    def _box(self, address: str) -> Outcome | None:
        first, now = self.first_tried[address], self.clock()
        box = self.draws.one_of(BOXES, "box", address)
        self.tally[f"box: {box}"] += 1
        match box:
            case "unknown":
                return outcome("permanent", 550, f"5.1.1 {address} is unknown")
            case "full" if now < first + FULL_FOR and not self.healthy:
                return outcome("temporary", 452, "4.2.2 the box is full")
            case "greylists" if now < first + GREYLISTED_FOR and not self.healthy:
                return outcome("temporary", 450, "4.7.1 come again later")
            case _:
                return None

    async def _luck(self, record: MailRecord, tries: int) -> Outcome:
        name = record.message_id
        kinds = ("takes",) if self.healthy else SILENT if self._mood() == "silent" else LUCK
        luck = self.draws.one_of(kinds, "luck", name, tries)
        self.tally[f"luck: {luck}"] += 1
        if luck == "takes slowly":
            await asyncio.sleep(4 * MINUTE)
        if luck == "our own fault":
            raise RuntimeError("a fault of ours in the transport")
        if luck.startswith("takes"):
            self.known[name].copies.append((self.clock(), record.raw))
            self._taken_at.append(self.clock())
            self._copied.add(name)
        return await self._said(luck, name)

    async def _said(self, luck: str, name: str) -> Outcome:
        await asyncio.sleep(WAITS.get(luck, 0.0))
        answer = ANSWERS[luck]
        if answer.state == "unknown" or luck == "takes, then says 451":
            self.ambiguous[name] += 1
        return answer

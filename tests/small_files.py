"""A small set of files with few parameters, and the dates that anybody can work out from them.

Written from the contract alone: no planning, no comparison, no digest is asked here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.builders import a_world
from tracker.campaign import World

VIENNA = ZoneInfo("Europe/Vienna")
ZONES = {
    "vienna": VIENNA,
    "new-york": ZoneInfo("America/New_York"),
    "lord-howe": ZoneInfo("Australia/Lord_Howe"),
}
DIGESTS = {"vienna": "weekdays", "new-york": "weekly", "lord-howe": "never"}
DAY = timedelta(days=1)
DEPUTIES = {"vienna": "new-york", "lord-howe": "vienna"}
Days = tuple[date, date]  # the first and the last
WEEKENDS_ONLY = 'name = "Vienna"\ntimezone = "Europe/Vienna"\n'


class Item(NamedTuple):
    """What a date is of: a step, or the meeting itself, at one of a campaign's meetings.

    `place` is the number of a meeting that the file names (which keeps it when it is aimed at
    another session), the session where it is followed or put off to, None for the whole campaign.
    """

    campaign: str
    step: str
    place: int | date | None


@dataclass(frozen=True, slots=True)
class Step:
    """A deadline: so many days or working days before the meeting, or a day of its own."""

    count: int = 1
    unit: str = "working day"
    clock: str | None = None
    own: date | None = None
    early: bool = False  # a lead in the small hours

    @property
    def due(self) -> str:
        day = f"{self.own}" if self.own else f"{self.count} {self.unit}{self._s} before meeting"
        return day + (f" at {self.clock}" if self.clock else "")

    @property
    def _s(self) -> str:
        return "" if self.count == 1 else "s"

    def before(self, day: date) -> date:
        """Count back from a day, which is not counted itself."""
        if self.unit == "day":
            return day - self.count * DAY
        left = self.count
        while left:
            day -= DAY
            left -= day.weekday() < 5
        return day

    def text(self, name: str, title: str) -> str:
        lines = [
            "[[deadline]]",
            f'id = "{name}"',
            f'what = "{title} {name}"',
            f'due = "{self.due}"',
        ]
        lines += ['for = "campaign"'] if name in WHOLE else []
        lines += ['remind = ["2 days before at 04:00", "on the day"]'] if self.early else []
        return "\n".join(lines) + "\n"


# By what they are called, steps are for the whole campaign or for each meeting.
WHOLE = {"paper", "filing"}


class Fact(NamedTuple):
    """What was logged: `done` of an item, `met`, or `deferred` to another session."""

    kind: str
    on: date
    known: datetime
    step: str = ""
    session: date | None = None
    to: date | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One campaign; without `aims` it follows the forum until a day."""

    title: str
    dated: date
    coordinators: tuple[str, ...]
    aims: tuple[date, ...] = ()
    until: date | None = None
    steps: dict[str, Step] = field(default_factory=dict)
    chases: bool = False
    closed: date | None = None
    paused: Days | None = None
    facts: tuple[Fact, ...] = ()

    @property
    def sessions(self) -> tuple[date, ...]:
        """The sessions named one by one: those of the file, then those put off to."""
        return (*self.aims, *(one.to for one in self.facts if one.to and one.to not in self.aims))

    def names(self, session: date) -> bool:
        """Say whether the file speaks of a session."""
        facts = any(session in {one.session, one.to} for one in self.facts)
        return session in self.aims or facts

    def added_at(self, session: date) -> datetime | None:
        if session in self.aims or self.until:
            return None
        return min((one.known for one in self.facts if one.to == session), default=None)

    @property
    def met(self) -> bool:
        return any(one.kind == "met" for one in self.facts)

    def text(self) -> str:
        names = ", ".join(f'"{one}"' for one in self.coordinators)
        closed = f"closed = {self.closed}\n" if self.closed else ""
        paused = f'paused = "{_span(self.paused)}"\n' if self.paused else ""
        parts = [
            f'title = "{self.title}"\ndated = {self.dated}\ncoordinators = [{names}]\n',
            f"{closed}{paused}",
            '[[ask]]\nid = "mission"\ntext = "Send a mission"\n',
        ]
        parts += [f'[[meeting]]\nforum = "council"\ndate = {one}\n' for one in self.aims]
        if self.until:
            parts += [
                f'[[meeting]]\nforum = "council"\nsessions = "every"\nuntil = "{self.until}"\n'
            ]
        parts += [step.text(name, self.title) for name, step in self.steps.items()]
        if self.chases:
            parts += [
                (
                    f'[[follow-up]]\nid = "chase"\nwhat = "{self.title} chase"\n'
                    'due = "1 working day after meeting"\nrepeat = "every 3 days, 2 more times"\n'
                )
            ]
        return "\n".join([*parts, *map(_logged, self.facts)])


def _logged(fact: Fact) -> str:
    lines = ["[[log]]", f"on = {fact.on}"]
    if fact.kind == "done":
        lines += ['fact = "done"', f'item = "{fact.step}"']
        lines += [f"meeting = {fact.session}"] if fact.session else []
    else:
        lines += ['fact = "outcome"', 'ask = "mission"', f'result = "{fact.kind}"']
        lines += [f"meeting = {fact.session or chr(34) + 'none' + chr(34)}"]
        lines += [f"to = {fact.to}"] if fact.to else []
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Files:
    """All that the files say: a forum that meets on Thursdays at 10:00, and the letters."""

    first: date  # the first Thursday
    letters: dict[str, Letter]
    moved: dict[date, tuple[date, str]] = field(default_factory=dict)
    cancelled: frozenset[date] = frozenset()
    extra: frozenset[date] = frozenset()
    away: dict[str, Days] = field(default_factory=dict)

    def config(self) -> str:
        """Write config.toml: each coordinator, their deputy, and when they are away."""
        text = 'workdays = "vienna"\n'
        for one, zone in ZONES.items():
            text += (
                f'[[coordinator]]\nid = "{one}"\nname = "{one} desk"\n'
                f'email = "{one}@example.org"\ntimezone = "{zone}"\ndigest = "{DIGESTS[one]}"\n'
            )
            text += f'deputy = "{DEPUTIES[one]}"\n' if one in DEPUTIES else ""
            text += f'away = ["{_span(self.away[one])}"]\n' if one in self.away else ""
        return text

    def world(self) -> World:
        moved = ", ".join(
            f'{{ from = {was}, to = "{now} at {clock}" }}'
            for was, (now, clock) in self.moved.items()
        )
        cancelled = ", ".join(f"{{ on = {one} }}" for one in sorted(self.cancelled))
        extra = ", ".join(f'"{one} at 15:00"' for one in sorted(self.extra))
        council = (
            'name = "Council"\ntimezone = "Europe/Vienna"\nsessions = "Thursday at 10:00"\n'
            f"moved = [{moved}]\ncancelled = [{cancelled}]\nextra = [{extra}]\n"
        )
        return a_world(
            *(one.text() for one in self.letters.values()),
            config=self.config(),
            forums={"council": council},
            workdays={"vienna": WEEKENDS_ONLY},
        )

    def with_letter(self, name: str, **changes: object) -> "Files":
        letters = self.letters | {name: replace(self.letters[name], **changes)}  # type: ignore[arg-type]
        return replace(self, letters=letters)

    @property
    def thursdays(self) -> tuple[date, ...]:
        return _thursdays(self.first)

    @property
    def days_taken(self) -> set[date]:
        """The days on which the forum has a session, moved ones on both their days."""
        return {*self.thursdays, *self.extra, *(now for now, _ in self.moved.values())}

    # -- who reads -------------------------------------------------------------------------------

    def stands_in(self, reader: str, day: date) -> str:
        """Return who reads what is for a reader on a day: a free deputy while they are away."""
        seen = {reader}
        one = reader
        while one in self.away and self.away[one][0] <= day <= self.away[one][1]:
            deputy = DEPUTIES.get(one)
            if deputy is None or deputy in seen:
                return reader
            one = deputy
            seen.add(one)
        return one

    def paused(self, name: str, moment: datetime) -> bool:
        pause = self.letters[name].paused
        return pause is not None and pause[0] <= moment.astimezone(VIENNA).date() <= pause[1]

    def resumed(
        self, name: str, moment: datetime, morning: Callable[[datetime], datetime]
    ) -> datetime:
        """Return the moment itself, or the morning after the letter's pause."""
        pause = self.letters[name].paused
        if pause is None or not self.paused(name, moment):
            return moment
        return morning(_utc(pause[1] + DAY, time()))

    # -- what is true ----------------------------------------------------------------------------

    def sits(self, session: date) -> tuple[date, time] | None:
        """Say when a session sits, known by its first date; None if it does not."""
        if session in self.cancelled:
            return None
        if session in self.moved:
            day, clock = self.moved[session]
            return day, time.fromisoformat(clock)
        if session in self.extra:
            return session, time(15)
        return (session, time(10)) if session in self.thursdays else None

    def sessions(self, name: str) -> tuple[date, ...]:
        letter = self.letters[name]
        if letter.until is None:
            return letter.sessions
        return tuple(sorted({*self.thursdays, *self.extra}))

    def place(self, name: str, session: date) -> int | date | None:
        """Return which of a letter's meetings a session is."""
        if session not in self.sessions(name):
            return None
        aims = self.letters[name].aims
        return aims.index(session) if session in aims else session

    def session(self, item: Item) -> date | None:
        aims = self.letters[item.campaign].aims
        return aims[item.place] if isinstance(item.place, int) else item.place

    def truth(self, item: Item) -> datetime | None:
        """Return the moment that holds now; None where none does."""
        letter = self.letters[item.campaign]
        if item.step == "meeting":
            session = self.session(item)
            there = session is not None and session in self.sessions(item.campaign)
            sits = self.sits(session) if there and session else None
            return _utc(*sits) if sits else None
        step = letter.steps.get(item.step)
        if step is None:
            return None
        if step.own:
            return _utc(step.own, _clock(step))
        day = self._meeting_day(item)
        return _utc(step.before(day), _clock(step)) if day else None

    def _meeting_day(self, item: Item) -> date | None:
        if item.step in WHOLE:
            held = [self.sits(one) for one in self.sessions(item.campaign)]
            return min((one[0] for one in held if one), default=None)
        session = self.session(item)
        if session is None or session not in self.sessions(item.campaign):
            return None
        sits = self.sits(session)
        return sits[0] if sits else None

    def needs_no_date(self, item: Item, now: datetime) -> bool:
        """Say whether an item is settled, or its campaign closed."""
        letter = self.letters[item.campaign]
        if letter.closed and _utc(letter.closed, time()) <= now:
            return True
        if letter.met and (item.step not in WHOLE or item.step not in letter.steps):
            return True
        session = self.session(item)
        if any(
            one.kind == "done" and one.step == item.step and one.session in {None, session}
            for one in letter.facts
        ):
            return True
        added = letter.added_at(session) if session else None
        truth = self.truth(item)
        return item.step != "meeting" and added is not None and truth is not None and truth < added

    def items(self) -> list[Item]:
        """List everything that has a date or could have one."""
        found: list[Item] = []
        for name, letter in self.letters.items():
            places = [self.place(name, one) for one in self.sessions(name)]
            found += [Item(name, "meeting", one) for one in places]
            for step in letter.steps:
                found += [Item(name, step, one) for one in ([None] if step in WHOLE else places)]
        return found


@cache
def _thursdays(first: date) -> tuple[date, ...]:
    return tuple(first + n * 7 * DAY for n in range(4))


def _span(days: Days) -> str:
    return f"{days[0]} to {days[1]}"


def _utc(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, VIENNA).astimezone(UTC)


def _clock(step: Step) -> time:
    return time.fromisoformat(step.clock) if step.clock else time(18)

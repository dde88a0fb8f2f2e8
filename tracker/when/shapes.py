"""What phrases are once they are read; `str()` writes each in its normal form.

Places (`offset`, `length`) say where the words stood; two phrases that mean the same are equal
wherever and however they were written.
"""

from datetime import time

from msgspec import Struct

from tracker.dates import MONTHS, WEEKDAYS
from tracker.when.words import FORWARD, Ordinal, Relation, Roll, Side, Unit, counted


class Date(Struct, frozen=True, eq=False):
    """A day of the calendar; without a `year` the campaign's opening decides it.

    `weekday` (Monday = 0) is only ever checked.
    """

    day: int
    month: int
    year: int | None = None
    weekday: int | None = None
    offset: int = 0
    length: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Date) and (self.day, self.month, self.year, self.weekday) == (
            other.day,
            other.month,
            other.year,
            other.weekday,
        )

    def __hash__(self) -> int:
        return hash((self.day, self.month, self.year, self.weekday))

    def __str__(self) -> str:
        weekday = "" if self.weekday is None else f"{WEEKDAYS[self.weekday]} "
        year = "" if self.year is None else f" {self.year:04}"
        return f"{weekday}{self.day} {MONTHS[self.month - 1]}{year}"


class Anchor(Struct, frozen=True, eq=False):
    """A day that the campaign knows by name: meeting, delivery, or the id of another step."""

    name: str
    offset: int = 0
    length: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Anchor) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name


class Month(Struct, frozen=True):
    """A month of a year."""

    month: int
    year: int

    def __str__(self) -> str:
        return f"{MONTHS[self.month - 1]} {self.year:04}"


class DayOf(Struct, frozen=True):
    """The day of an anchor itself."""

    base: Anchor

    def __str__(self) -> str:
        return f"day of {self.base}"


class Pick(Struct, frozen=True):
    """The first, …, last weekday in a month, or before or after a day."""

    ordinal: Ordinal
    weekday: int
    relation: Relation
    base: Month | Anchor | Date

    def __str__(self) -> str:
        return f"{self.ordinal} {WEEKDAYS[self.weekday]} {self.relation} {self.base}"


class Offset(Struct, frozen=True):
    """A count of days, weeks or working days before or after a day, which is not counted."""

    count: int
    unit: Unit
    side: Side
    base: Anchor | Date | Pick

    def __str__(self) -> str:
        return f"{counted(self.count, self.unit)} {self.side} {self.base}"


class When(Struct, frozen=True, eq=False):
    """A day, perhaps rolled to a working day, perhaps with a time and the zone of that time.

    >>> str(When(DayOf(Anchor("meeting")), clock=time(8)))
    'day of meeting at 08:00'
    """

    day: DayOf | Offset | Pick | Date
    roll: Roll | None = None
    clock: time | None = None
    zone: str | None = None
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, When) and (self.day, self.roll, self.clock, self.zone) == (
            other.day,
            other.roll,
            other.clock,
            other.zone,
        )

    def __hash__(self) -> int:
        return hash((self.day, self.roll, self.clock, self.zone))

    def __str__(self) -> str:
        roll = f" or {self.roll} working day" if self.roll else ""
        return f"{self.day}{roll}{_at(self.clock)}" + (f" {self.zone}" if self.zone else "")

    @property
    def anchor(self) -> Anchor | None:
        """Return the one anchor that the phrase counts from, if it names one."""
        base: object = self.day
        while isinstance(base, (DayOf, Offset, Pick)):
            base = base.base
        return base if isinstance(base, Anchor) else None

    @property
    def anchors(self) -> tuple[str, ...]:
        """Return the names of the anchors used, in lower case and without "the"."""
        return (self.anchor.name,) if self.anchor else ()

    @property
    def anchor_place(self) -> tuple[int, int]:
        """Return where the anchor's name stands; the whole phrase if there is none."""
        if self.anchor:
            return (self.anchor.offset, self.anchor.length)
        return (0, len(self.text))

    @property
    def counts_back(self) -> bool:
        """Say whether an anchor of several days counts from its first day, not from its last."""
        day = self.day.base if isinstance(self.day, Offset) else self.day
        if isinstance(day, Pick):
            return day.relation not in FORWARD
        return not (isinstance(self.day, Offset) and self.day.side is Side.AFTER)


class Lead(Struct, frozen=True):
    """How long before a moment to remind of it; a count of 0 is the day itself."""

    count: int
    unit: Unit = Unit.DAY
    clock: time | None = None

    def __str__(self) -> str:
        day = f"{counted(self.count, self.unit)} before" if self.count else "on the day"
        return day + _at(self.clock)


class Repeat(Struct, frozen=True):
    """How often to ask again; without `more` until it is settled."""

    count: int
    unit: Unit
    more: int | None = None

    def __str__(self) -> str:
        more = "" if self.more is None else f", {self.more} more time{'s' * (self.more != 1)}"
        return f"every {counted(self.count, self.unit)}{more}"


class Span(Struct, frozen=True):
    """From a day to a day, both included; either may borrow the other's year."""

    first: Date
    last: Date

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


class Weekly(Struct, frozen=True):
    """Sessions on one or more weekdays of each week."""

    weekdays: tuple[int, ...]

    def __str__(self) -> str:
        return " and ".join(WEEKDAYS[weekday] for weekday in self.weekdays)


class Monthly(Struct, frozen=True):
    """Sessions on one weekday of each month."""

    ordinal: Ordinal
    weekday: int

    def __str__(self) -> str:
        return f"{self.ordinal} {WEEKDAYS[self.weekday]} of the month"


class EveryWeeks(Struct, frozen=True):
    """Sessions every so many weeks, the first on a given day; none before it."""

    count: int
    first: Date

    def __str__(self) -> str:
        assert self.first.weekday is not None
        day = Date(self.first.day, self.first.month, self.first.year)
        return (
            f"every {counted(self.count, Unit.WEEK)} on {WEEKDAYS[self.first.weekday]} from {day}"
        )


class Sessions(Struct, frozen=True):
    """When a forum meets, and at what time if that is known."""

    rule: Weekly | Monthly | EveryWeeks
    clock: time | None = None

    def __str__(self) -> str:
        return f"{self.rule}{_at(self.clock)}"


def _at(clock: time | None) -> str:
    if clock is None:
        return ""
    # Only a TOML date-time can bring seconds, and they are kept.
    return f" at {clock:%H:%M:%S}" if clock.second else f" at {clock:%H:%M}"

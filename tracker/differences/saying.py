"""How values of a file are said in a difference: two ways to write one thing say the same."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tracker.dates import show_day
from tracker.when import Date, DayOf, Lead, Offset, Pick, Span, When, fixed_day, span_days

LONGEST = 90
Said = Mapping[str, str]
Days = DayOf | Offset | Pick | Date


def said_when(when: When | None, opened: date | None) -> str:
    """Say a date phrase, each date in it with its weekday and year.

    >>> from tracker.when import parse_when
    >>> said_when(parse_when("24 June at 10:00"), date(2010, 6, 22))
    'Thursday 24 June 2010, 10:00'
    >>> said_when(parse_when("2 days before the meeting"), None)
    '2 days before meeting'
    """
    if when is None:
        return ""
    day = _dated(when.day, opened)
    if not isinstance(when.day, Date) or when.clock is None or when.roll is not None:
        return str(replace(when, day=day))
    place = f" {when.zone}" if when.zone else ""
    return f"{day}, {when.clock:%H:%M}{place}"


def said_span(span: Span | None, opened: date | None) -> str:
    """Say a span by its first and last day."""
    if span is None:
        return ""
    first, last = span_days(span, opened)
    return show_days(first, last)


def said_day_or_span(day: When | Span | None, opened: date | None) -> str:
    """Say a day, or from which to which."""
    return said_span(day, opened) if isinstance(day, Span) else said_when(day, opened)


def show_days(first: date, last: date) -> str:
    """Say one day, or the first and the last of several."""
    return show_day(first) if first == last else f"{show_day(first)} to {show_day(last)}"


def said_duration(lasts: timedelta | None) -> str:
    """Say a length of time in hours, or in minutes.

    >>> said_duration(timedelta(hours=3)), said_duration(timedelta(minutes=90))
    ('3 hours', '90 minutes')
    """
    if lasts is None:
        return ""
    minutes = int(lasts.total_seconds()) // 60
    count, unit = (minutes // 60, "hour") if minutes and minutes % 60 == 0 else (minutes, "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def said_leads(leads: tuple[Lead, ...] | None) -> str:
    """Say how long before a moment it is reminded of; nothing where the file leaves it out."""
    return "" if leads is None else joined(leads) or "none"


def one_line(text: str | None) -> str:
    """Put a text on one line: where its lines break is a matter of form."""
    return " ".join((text or "").split())


def short(text: str) -> str:
    """Put a text on one line, cut where it is long."""
    line = one_line(text)
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"


def content(*said: object) -> str:
    """Return a short digest of all that is said of a thing, for comparing it with another."""
    return blake2b(repr(said).encode("utf-8", "replace"), digest_size=8).hexdigest()


def joined(values: Iterable[object]) -> str:
    """Say values in an order that does not depend on the file's.

    >>> joined(["b", "a"])
    'a, b'
    """
    return ", ".join(sorted(str(value) for value in values))


class Change(Struct, frozen=True):
    """One key whose value is another; an empty text stands for a key left out."""

    key: str
    was: str
    becomes: str

    @property
    def act(self) -> Literal["added", "removed", "changed"]:
        """Say whether the key is new, gone or another."""
        if not self.was:
            return "added"
        return "changed" if self.becomes else "removed"

    def said(self, label: str, *, quiet: bool = False) -> str:
        """Say what became of a key; a quiet one only that it did.

        >>> Change("holder", "A", "B").said("holder"), Change("note", "A", "").said("note")
        ('holder A → B', 'no note any more: was A')
        """
        if quiet:
            done = {"added": "added", "removed": "taken out", "changed": "changed"}
            return f"{label} {done[self.act]}"
        if not self.becomes:
            return f"no {label} any more: was {short(self.was)}"
        before = f"{short(self.was)} → " if self.was else ""
        return f"{label} {before}{short(self.becomes)}"


def changes(old: Said, new: Said) -> Iterator[Change]:
    """Yield the keys that are said in another way, in the order of the later version."""
    for key in dict.fromkeys((*new, *old)):
        was, becomes = old.get(key, ""), new.get(key, "")
        if was != becomes:
            yield Change(key, was, becomes)


def _dated(day: Days, opened: date | None) -> Days:
    match day:
        case Date():
            return _full(day, opened)
        case Offset(base=Date() as base) | Pick(base=Date() as base):
            return replace(day, base=_full(base, opened))
        case Offset(base=Pick(base=Date() as base) as pick):
            return replace(day, base=replace(pick, base=_full(base, opened)))
        case _:
            return day


def _full(day: Date, opened: date | None) -> Date:
    if day.year is None and opened is None:
        return day  # a playbook's: each campaign decides the year
    found = fixed_day(When(day), opened)
    return Date(found.day, found.month, found.year, found.weekday())

"""Nights, mornings and digests of the readers of a small set of files.

Written from the contract alone, as tests/naive_reader.py is.
"""

from datetime import UTC, date, datetime, time, timedelta

from tests.small_files import DAY, DIGESTS, VIENNA, ZONES, Files, Step
from tracker.occurrence import LineKind, Occurrence

TIME_TO_ACT = timedelta(hours=2)


def local(moment: datetime, reader: str) -> datetime:
    return moment.astimezone(ZONES[reader])


def asleep(moment: datetime, reader: str) -> bool:
    return local(moment, reader).hour < 6


def morning(day: date, reader: str) -> datetime:
    return datetime.combine(day, time(8), ZONES[reader]).astimezone(UTC)


def next_morning(moment: datetime, reader: str) -> datetime:
    today = local(moment, reader).date()
    at = morning(today, reader)
    return at if at > moment else morning(today + DAY, reader)


def next_digest(moment: datetime, reader: str, files: Files) -> datetime | None:
    """Return the first digest morning after a moment on which nobody stands in."""
    if DIGESTS[reader] == "never":
        return None
    days = range(5) if DIGESTS[reader] == "weekdays" else range(1)
    day = local(moment, reader).date()
    while (
        day.weekday() not in days
        or morning(day, reader) <= moment
        or files.stands_in(reader, day) != reader
    ):
        day += DAY
    return morning(day, reader)


def own_moment(line: Occurrence, files: Files) -> datetime:
    """Return when a line leaves to its owner, or would if nobody read it instead."""
    assert line.due is not None
    assert line.campaign is not None
    if line.to == line.owner or line.kind == LineKind.CORRECTION:
        return line.due
    at = _overdue_at(line) if line.kind == LineKind.OVERDUE else _reminded_at(line)
    return files.resumed(line.campaign, at, lambda moment: next_morning(moment, line.owner))


def _overdue_at(line: Occurrence) -> datetime:
    """Return the owner's first morning after a deadline, from the next working day on."""
    assert line.states is not None
    day = line.states.astimezone(VIENNA).date() + DAY
    while day.weekday() >= 5:
        day += DAY
    at = morning(day, line.owner)
    return at if at > line.states else next_morning(line.states, line.owner)


def _reminded_at(line: Occurrence) -> datetime:
    """Return the moment of a lead, at least two hours before the end of what it reminds of."""
    assert line.states is not None
    lead, _, clock = (line.lead or "").partition(" at ")
    day = line.states.astimezone(VIENNA).date()
    if lead != "on the day":
        count, unit = lead.removesuffix(" before").split(" ", 1)
        day = Step(count=int(count), unit=unit.removesuffix("s")).before(day)
    hour = datetime.combine(day, time.fromisoformat(clock), VIENNA) if clock else None
    at = hour.astimezone(UTC) if hour else morning(day, line.owner)
    limit = line.states - TIME_TO_ACT
    if at <= limit:
        return at
    last = local(limit, line.owner).date()
    by = morning(last, line.owner)
    return by if by <= limit else morning(last - DAY, line.owner)

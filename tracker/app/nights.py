"""What waits for the end of a reader's night, or of a campaign's pause."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tracker.digest import is_late
from tracker.events import Frame
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Reader, Readers
from tracker.planning.ground import held_by_pause


def night_over(reader: Reader, lines: list[Occurrence], now: datetime) -> datetime | None:
    """Return when a reader's night ends, if these lines are late anyway and can wait for it.

    Between 00:00 and 06:00 of the reader's own time only what is due at that very moment, or
    would be over by morning, is worth waking somebody for; a correction only if one of its dates
    comes before the morning.
    """
    morning = reader.first_after(now)
    waits = all(
        (is_late(one, now) or one.kind == LineKind.CORRECTION) and not over_by(morning, one)
        for one in lines
    )
    return morning if reader.asleep(now) and waits else None


def morning_after(reader: Reader, at: datetime) -> datetime | None:
    """Return when the night ends in which a moment lies, None by day."""
    return reader.first_after(at) if reader.asleep(at) else None


def apart_from_paused(
    lines: Iterable[Occurrence], readers: Readers, frames: Mapping[str, Frame], now: datetime
) -> tuple[list[Occurrence], list[datetime]]:
    """Return the lines that may leave, and when the pauses end that others wait for.

    A line that comes due in a pause is planned for its end; one that was due before and could not
    leave, or that an edit dates back, waits for it as well.
    """
    free: list[Occurrence] = []
    ends: list[datetime] = []
    for one in lines:
        home = None if one.kind == LineKind.NOTICE else frames.get(one.campaign or "")
        due = one.due or now
        end = held_by_pause(due, readers[one.to], home, now=now) if home is not None else None
        if end is None:
            free.append(one)
        else:
            ends.append(end)
    return free, ends


def over_by(morning: datetime, one: Occurrence) -> bool:
    """Say whether a line is useless by morning; one that the next of its kind replaces is not."""
    if one.kind == LineKind.CORRECTION:
        return any(date is not None and date <= morning for date in (one.was, one.states))
    ends = one.kind in {LineKind.REMINDER, LineKind.OVERDUE}
    return ends and one.expires is not None and one.expires <= morning

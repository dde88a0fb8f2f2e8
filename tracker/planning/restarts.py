"""The word that the tracker was down, as one line for each reader who had something to come."""

from collections.abc import Iterator
from datetime import date

from tracker.dates import show_day_short
from tracker.events import History, Outage
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.reader import Reader, Readers

ITEM = "restart"
# No id can hold a colon, so no campaign's keys begin like these.
PREFIX = f"{ITEM}:"


def key_of_outage(outage: Outage) -> str:
    """Return the key of the line that tells a reader of an outage."""
    return f"{PREFIX}{outage.until:%Y-%m-%dT%H:%M:%SZ}/{outage.reader}"


def restart_notices(history: History, readers: Readers) -> Iterator[Occurrence]:
    """Yield one notice for each outage in which something of its reader's was late or expired.

    It leaves with what is late. By night nobody is woken for it.
    """
    for outage in history.outages:
        if not outage.late and not outage.expired:
            continue
        for reader in readers.known((outage.reader,)):
            yield Occurrence(
                key=key_of_outage(outage),
                kind=LineKind.NOTICE,
                campaign=None,
                item=ITEM,
                owner=reader.id,
                to=reader.id,
                due=reader.by_day(outage.until),
                expires=None,
                what=_what(outage, reader),
                why="something was due to you while the tracker was down",
            )


def _what(outage: Outage, reader: Reader) -> str:
    """Say it so shortly that it fits a subject; the mail itself gives the years."""
    counts = ((len(outage.late), "late"), (len(outage.expired), "expired"))
    said = ", ".join(f"{number} {word}" for number, word in counts if number)
    first, last = (at.astimezone(reader.zone) for at in (outage.since, outage.until))
    if first.date() == last.date():
        return f"Down {_short(last.date())} from {first:%H:%M} to {last:%H:%M}: {said}"
    return f"Down from {_short(first.date())} to {_short(last.date())}: {said}"


def _short(day: date) -> str:
    return show_day_short(day).rsplit(" ", 1)[0]

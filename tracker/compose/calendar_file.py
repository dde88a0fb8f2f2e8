"""A meeting as a calendar file (RFC 5545): published, so that no program asks for an answer."""

from datetime import UTC, date, datetime
from email.headerregistry import Address
from functools import lru_cache
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress

from tracker.compose.clean import clean
from tracker.content import Invitation

LONGEST_LINE = 500
MOST_LINES = 60
_NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)


def calendar_file(one: Invitation, origin: Address, host: str, *, stamp: datetime) -> bytes:
    """Return the file's bytes; `origin` is the mail's own sender and `stamp` the mail's moment."""
    before, after = _around_the_stamp(one, str(origin.addr_spec), origin.display_name, host)
    return before + f"{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}".encode() + after


# The library takes about 1 ms for a file, and one meeting goes to several readers and mornings.
@lru_cache(maxsize=256)
def _around_the_stamp(one: Invitation, address: str, name: str, host: str) -> tuple[bytes, bytes]:
    """Return a file's bytes before and after the moment at which its mail is made."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Campaign tracker//EN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(one, _organizer(address, name), f"{one.seed}@{host}"))
    before, mark, after = calendar.to_ical().partition(b"\r\nDTSTAMP:")
    stamp = f"{_NOT_YET:%Y%m%dT%H%M%SZ}".encode()
    assert after.startswith(stamp)
    return before + mark, after.removeprefix(stamp)


def _event(one: Invitation, organizer: vCalAddress, uid: str) -> Event:
    event = Event()
    event.add("uid", clean(uid))
    event.add("dtstamp", _NOT_YET)
    event.add("sequence", one.sequence)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("dtstart", _in_utc(one.start))
    event.add("dtend", _in_utc(one.end))
    event.add("summary", clean(one.summary))
    if one.place:
        event.add("location", clean(one.place))
    if one.about:
        said = [clean(line, longest=LONGEST_LINE) for line in one.about[:MOST_LINES]]
        event.add("description", "\n".join(said))
    event.add("organizer", organizer)
    event.add("transp", "TRANSPARENT")  # the reader's own hours stay free: the forum meets then
    return event


def _organizer(address: str, name: str) -> vCalAddress:
    """Name the mail's sender: a published file must have one, always the same (RFC 5546 3.2.1)."""
    organizer = vCalAddress(f"mailto:{quote(address, safe='@+!$*')}")
    # Neither sign can be written in a parameter so that every program reads it (RFC 5545 3.2).
    organizer.params["CN"] = clean(name or address).replace('"', "'").replace("\\", "/")
    return organizer


def _in_utc(at: datetime | date) -> datetime | date:
    return at.astimezone(UTC) if isinstance(at, datetime) else at

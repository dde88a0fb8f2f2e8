"""The doctor's look at the machine: Python, the user, the clock, time zones."""

import sqlite3
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from tracker.app.doctor.finding import Finding, failure, ok, warning
from tracker.app.holding.clock import RELEASED_AT
from tracker.compose import Composer
from tracker.compose.probe import python_breaks_headers, strange_headers
from tracker.dates import UnknownZoneError, zone

_BACK = timedelta(minutes=10)
_FAR = timedelta(days=400)
# Vienna's summer: a zone file that is truncated or of another place gives something else.
_KNOWN = datetime(2010, 6, 24, 8, tzinfo=UTC), 10


def machine(
    composer: Composer | None,
    zones: Iterable[str],
    *,
    now: datetime,
    last_seen: datetime | None,
    user: int,
) -> Iterator[Finding]:
    """Look at all that is not the tracker's own; `last_seen` is the database's last moment."""
    yield _versions()
    yield _user(user)
    yield _clock(now, last_seen)
    yield _zones(zones)
    if composer is not None:
        yield _headers(composer)


def _versions() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    return ok("versions", f"Python {python}, SQLite {sqlite3.sqlite_version}")


def _user(user: int) -> Finding:
    if user != 0:
        return ok("user", f"user {user}, who is not root")
    return warning(
        "user",
        "this is root, whom the tracker never needs; modes and owners below are as root sees them",
        "ask as the tracker's own user: sudo -u tracker tracker doctor",
    )


def _clock(now: datetime, last_seen: datetime | None) -> Finding:
    said = f"it is {now:%Y-%m-%d %H:%M} UTC"
    fix = "set the clock: timedatectl set-ntp true"
    if now < RELEASED_AT:
        return failure("clock", f"{said}, before this version was made", fix)
    if last_seen is not None and now < last_seen - _BACK:
        return failure(
            "clock", f"{said}, and the database was written at {last_seen:%Y-%m-%d %H:%M}", fix
        )
    if last_seen is not None and now > last_seen + _FAR:
        long = f"{said}, more than a year after the database was last written"
        return warning("clock", long, f"if that is not so, {fix}")
    return ok("clock", said)


def _zones(zones: Iterable[str]) -> Finding:
    moment, hour = _KNOWN
    again = "pip install --force-reinstall tzdata"
    try:
        names = sorted({str(zone(name)) for name in ("Europe/Vienna", *zones)})
    except UnknownZoneError as unknown:
        return failure("time zones", f"the data of a time zone is missing: {unknown}", again)
    if moment.astimezone(zone("Europe/Vienna")).hour != hour:
        return failure("time zones", "the data of Europe/Vienna is not that of Vienna", again)
    return ok("time zones", f"{len(names)} zones in use, tzdata {version('tzdata')}")


def _headers(composer: Composer) -> Finding:
    strange = strange_headers(composer)
    if strange:
        return failure(
            "mail headers",
            f"a name can write headers of its own: {', '.join(sorted(strange))}",
            "do not run this; report it with the version of Python",
        )
    if python_breaks_headers():
        return ok("mail headers", "this Python lets text end a header; the tracker does not")
    return ok("mail headers", "text that people type stays inside its header")

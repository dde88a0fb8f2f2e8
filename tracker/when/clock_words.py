"""Reads times of the day and the zones they may name."""

import re
from datetime import time

from tracker.dates import UnknownZoneError, zone
from tracker.when.cursor import Cursor, shown
from tracker.when.faults import PhraseError

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_LOOSE = re.compile(r"([0-9]{1,2})(?:[:.h]([0-5][0-9])?)?(am|pm)?")
_NAMED = {"noon": "12:00", "midday": "12:00"}
_HOURS, _HALF = 24, 12
CLOCK_LIKE = ('a time like "09:00"',)


def looks_like_clock(text: str) -> bool:
    """Say whether a word is meant as a time of the day."""
    return re.fullmatch(r"[0-9]{1,2}:[0-9:]+", text) is not None


def read_at(cursor: Cursor) -> time | None:
    """Read "at" and a time, if they come next."""
    return read_clock(cursor) if cursor.accept("at") else None


def read_clock(cursor: Cursor, *, seconds: bool = True) -> time:
    """Read a time of the day, 00:00 to 23:59; seconds only where a TOML date-time brought them."""
    word = cursor.peek()
    found = _CLOCK.fullmatch(word.text)
    if found and (seconds or not found[3]):
        cursor.next()
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    if not word.text:
        raise cursor.unknown(CLOCK_LIKE)
    raise _no_clock(cursor)


def read_zone(cursor: Cursor) -> str | None:
    """Read the name of a time zone, unless the phrase ends or goes on otherwise."""
    word = cursor.peek()
    if not word.text or word.plain in {"or", "at", ","}:
        return None
    try:
        name = zone(word.text).key
    except UnknownZoneError as unknown:
        raise cursor.fault(
            "phrase-zone",
            f'"{shown(word.text)}" is not a time zone',
            fix=unknown.suggestion,
            hint=None if unknown.suggestion else unknown.hint,
        ) from None
    cursor.next()
    return name


def _no_clock(cursor: Cursor) -> PhraseError:
    text = cursor.peek().text
    late = text.startswith("24:00")
    return cursor.fault(
        "phrase-time",
        f'"{shown(text)}" is not a time from 00:00 to 23:59',
        fix=_NAMED.get(cursor.peek().plain) or _loose(cursor.peek().plain),
        hint='write "00:00" of the day after' if late else None,
        expected=CLOCK_LIKE,
    )


def _loose(plain: str) -> str | None:
    """Read what people write for a time, "9", "9.30", "5pm", as a fix to offer."""
    found = _LOOSE.fullmatch(plain.removesuffix(":00") if plain.count(":") > 1 else plain)
    if not found:
        return None
    hour, minute = int(found[1]), found[2] or "00"
    if found[3]:
        if not 1 <= hour <= _HALF:
            return None
        hour = hour % _HALF + (_HALF if found[3] == "pm" else 0)
    return f"{hour:02}:{minute}" if hour < _HOURS else None

"""The kinds of value that people write in files: slugs, lines, phrases, hours, zones.

Each type accepts what TOML gives (text, dates, times) and refuses the rest with a sentence.
A refusal inside a phrase carries its place as `offset` and `length` in the error's context.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Struct
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError, core_schema

from tracker.dates import UnknownZoneError, zone
from tracker.domains import wire_address
from tracker.errors import advice
from tracker.when import (
    Lead,
    PhraseError,
    Repeat,
    Sessions,
    Span,
    When,
    parse_clock,
    parse_duration,
    parse_lead,
    parse_repeat,
    parse_sessions,
    parse_span,
    parse_when,
    when_from,
)

LONGEST_TEXT = 10_000
LONGEST_SHOWN = 60
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_DAYS = re.compile(r"(?P<count>[1-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6]) days?")
# Characters that reorder text without being seen (UAX #9) and zero-width ones that hide in names.
_HIDDEN = frozenset("\u200b\u200e\u200f\u061c\u2060\ufeff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
Parsed = TypeVar("Parsed")


class Reads(Struct, frozen=True):
    """Marks a type in a shape whose values a function of ours reads.

    It is pydantic's `PlainValidator` without the schemas for writing values out, which nobody asks
    for: three for each field, a twentieth of what `tracker check` takes.
    """

    read: Callable[[object], object]

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: object
    ) -> core_schema.PlainValidatorFunctionSchema:
        """Tell pydantic how a value is read."""
        return core_schema.no_info_plain_validator_function(self.read)


def _refuse(
    code: str, message: str, hint: str | None = None, **more: object
) -> PydanticCustomError:
    context = {"code": code, "message": message, "hint": hint, **more}
    return PydanticCustomError("tracker", "{message}", context)


def shown(text: str) -> str:
    """Shorten a typed text for a message."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _from_text(read: Callable[[str], Parsed], example: str) -> Callable[[object], Parsed]:
    """Read text; of anything else say what could be written instead, and would be taken."""

    def reads(value: object) -> Parsed:
        if not isinstance(value, str):
            hint = _instead(value, read, example)
            raise _refuse("text-expected", "this must be text in quotes", hint)
        return read(value)

    return reads


def _instead(value: object, read: Callable[[str], object], example: str) -> str | None:
    """Return the same thing in quotes where that is taken, else what is; of a list nothing."""
    if not isinstance(value, (int, float, date, time)):
        return None
    quoted = shown(str(value).lower() if isinstance(value, bool) else str(value))
    try:
        read(quoted)
    except PydanticCustomError as refused:
        context = refused.context or {}
        said = advice(context.get("suggestion"), context.get("hint"))
        return said or f'write it like "{example}"'
    return f'write "{quoted}"'


def _text(value: str, *, line_breaks: bool) -> str:
    if len(value) > LONGEST_TEXT:
        raise _refuse("text-too-long", f"text may have {LONGEST_TEXT:,} characters at most")
    if not (value.isascii() and value.isprintable()):  # nearly every line passes at once
        _refuse_odd_signs(value, line_breaks=line_breaks)
    if not value.strip():
        raise _refuse("text-empty", "this must not be empty", "write it, or delete the line")
    return value.strip()


def _refuse_odd_signs(value: str, *, line_breaks: bool) -> None:
    for offset, sign in enumerate(value):
        if sign in "\n\r\t" and line_breaks:
            continue
        if sign in "\n\r":
            message, hint = "a line break is not allowed here", "put it on one line"
            raise _refuse("line-break", message, hint, offset=offset)
        if unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Cs"} or sign in _HIDDEN:
            raise _hidden(sign, offset)


def _hidden(sign: str, offset: int) -> PydanticCustomError:
    name = unicodedata.name(sign, "").lower()
    message = f"an invisible character stands here ({name and f'{name}, '}U+{ord(sign):04X})"
    if sign == "\t":
        message = "a tab stands here"
    hint = "delete it and type the text again"
    return _refuse("hidden-character", message, hint, offset=offset, length=1)


def _line(value: str) -> str:
    return _text(value, line_breaks=False)


def _prose(value: str) -> str:
    return _text(value, line_breaks=True)


def slug_of(text: str, without: str = "item") -> str:
    """Make an id out of a sentence: its first words in lower case, joined by hyphens.

    A sentence without a Latin letter or a digit gives the word `without`.

    >>> slug_of("Call the seven embassies!")
    'call-the-seven-embassies'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words[:5])[:60].strip("-") or without


def is_slug(text: str) -> bool:
    """Say whether a text can be an id: small letters, digits and hyphens, at most 64."""
    return _SLUG.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Say whether a text is one plain mail address, at a domain that has a dot."""
    return wire_address(text) is not None and "." in text.rpartition("@")[2]


def _slug(value: str) -> str:
    text = _line(value)
    if not is_slug(text) or text != value:
        raise _refuse(
            "not-a-slug",
            f'"{shown(text)}" is not an id: small letters, digits and hyphens, at most 64',
            f'write "{slug_of(text)}"',
        )
    return text


def _address(value: str) -> str:
    text = _line(value)
    if not is_address(text):
        raise _refuse(
            "not-an-address",
            f'"{shown(text)}" is not one mail address',
            'write one, like "name@example.org"',
        )
    return text


def _zone_name(value: str) -> str:
    text = _line(value)
    try:
        return str(zone(text))
    except UnknownZoneError as unknown:
        hint = None if unknown.suggestion else unknown.hint
        message = f'"{shown(text)}" is not a time zone'
        raise _refuse("unknown-zone", message, hint, suggestion=unknown.suggestion) from None


def _parsed(parse: Callable[[str], Parsed], example: str) -> Callable[[object], Parsed]:
    def read(value: str) -> Parsed:
        _line(value)  # hidden characters and line breaks are named before the phrase is
        try:
            return parse(value)  # as typed: places in it count from the first quote
        except PhraseError as wrong:
            raise _phrase_refused(wrong) from None

    return _from_text(read, example)


def _phrase_refused(wrong: PhraseError) -> PydanticCustomError:
    return _refuse(
        wrong.code,
        wrong.message,
        wrong.hint,
        offset=wrong.column,
        length=wrong.length,
        expected=list(wrong.expected),
        suggestion=wrong.suggestion,
    )


_read_when = _parsed(parse_when, "2 working days before meeting")


def _when(value: object) -> When:
    """Read a TOML date, a TOML date-time or a date phrase."""
    if isinstance(value, When):
        return value
    if isinstance(value, (date, datetime)):
        try:
            return when_from(value)
        except PhraseError as wrong:
            raise _phrase_refused(wrong) from None
    if not isinstance(value, str):
        raise _refuse(
            "date-expected",
            "this must be a date or a date phrase",
            'write it like "2 working days before meeting"',
        )
    return _read_when(value)


def _day_or_span(value: object) -> When | Span:
    """Read a span where the word "to" stands in it, else a day."""
    if isinstance(value, Span):
        return value
    if isinstance(value, str) and " to " in f" {value.lower()} ":
        return _span(value)
    return _when(value)


def _meeting_day(value: object) -> When | Literal["none"]:
    """Read the day of a meeting, or "none"."""
    if isinstance(value, str) and value.strip().lower() == "none":
        return "none"
    return _when(value)


def _days(text: str) -> timedelta:
    found = _DAYS.fullmatch(text.strip())
    if found is None:
        message = f'"{shown(text)}" is not a number of days'
        raise _refuse("days", message, 'write 1 to 366 days, like "14 days"')
    return timedelta(days=int(found["count"]))


def _one_or_more(value: Any) -> Any:  # noqa: ANN401 -- whatever TOML held goes on to the validator
    """Accept one value where a list is wanted: `recess = "1 July to 2 July"`."""
    return value if isinstance(value, (list, tuple, dict)) else [value]


def _kept(kind: type[Parsed], read: Callable[[object], Parsed]) -> Callable[[object], Parsed]:
    return lambda value: value if isinstance(value, kind) else read(value)


_phrase_span = _kept(Span, _parsed(parse_span, "1 July to 2 July 2010"))
_phrase_clock = _kept(time, _parsed(parse_clock, "08:00"))


def _span(value: object) -> Span:
    if isinstance(value, date) and not isinstance(value, datetime):
        return parse_span(value.isoformat())
    return _phrase_span(value)


def _clock(value: object) -> time:
    read = _phrase_clock(value)
    return read.replace(tzinfo=None)


Line = Annotated[str, Reads(_from_text(_line, "…"))]
Prose = Annotated[str, Reads(_from_text(_prose, "…"))]
Slug = Annotated[str, Reads(_from_text(_slug, "vienna"))]
Address = Annotated[str, Reads(_from_text(_address, "name@example.org"))]
ZoneName = Annotated[str, Reads(_from_text(_zone_name, "Europe/Vienna"))]
Phrase = Annotated[When, Reads(_when)]
LeadPhrase = Annotated[Lead, Reads(_kept(Lead, _parsed(parse_lead, "1 working day before")))]
RepeatPhrase = Annotated[Repeat, Reads(_kept(Repeat, _parsed(parse_repeat, "every 7 days")))]
DayOrSpan = Annotated[When | Span, Reads(_day_or_span)]
MeetingDay = Annotated[When | Literal["none"], Reads(_meeting_day)]
SpanPhrase = Annotated[Span, Reads(_span)]
SessionsPhrase = Annotated[
    Sessions, Reads(_kept(Sessions, _parsed(parse_sessions, "Thursday at 10:00")))
]
Clock = Annotated[time, Reads(_clock)]
Days = Annotated[timedelta, Reads(_kept(timedelta, _from_text(_days, "14 days")))]
Duration = Annotated[timedelta, Reads(_kept(timedelta, _parsed(parse_duration, "10 minutes")))]
OneOrMore = BeforeValidator(_one_or_more)

"""`tracker when`: what a date phrase comes to, and why."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import date, datetime, time
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.cli.arguments import Commands, command
from tracker.cli.moments import day_of
from tracker.cli.wrapping import say
from tracker.dates import WorkingDays, show_day, show_day_short
from tracker.errors import expectation
from tracker.when import (
    ANCHORS,
    Context,
    PhraseError,
    Resolved,
    Waiting,
    When,
    anchor_error,
    moment,
    parse_when,
    resolve,
)

PLAIN_WEEK = WorkingDays(name="Monday to Friday", zone=ZoneInfo("UTC"))
_NAME = 8
_GIVEN = ("meeting", "delivery", "decision", "opened")


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "when",
        run_when,
        about="Say what a date phrase comes to, and why. Quotes are not needed; `-` reads one"
        ' phrase a line. Dates are written 2010-06-24 or "Thursday 24 June 2010".',
        examples=(
            (
                "tracker when 2 working days before meeting --meeting 2010-06-24",
                "Tuesday 22 June 2010, two working days before the Permanent Council met",
            ),
            (
                'tracker when "21 June at 12:00 America/New_York" --opened 2010-06-18 --json',
                "the sign-on deadline of the letter to the Security Council, as JSON with its UTC",
            ),
        ),
    )
    parser.add_argument("phrase", nargs="+", metavar="PHRASE", help="the phrase, or - for input")
    for name in _GIVEN:
        parser.add_argument(f"--{name}", metavar="D", help=f"the date of {_HELP[name]}")
    parser.add_argument("--workdays", metavar="NAME", help="the working-day calendar to count on")
    parser.add_argument("--json", action="store_true", help="one object a line")


_HELP = {
    "meeting": "the meeting",
    "delivery": "the delivery",
    "decision": "the decision",
    "opened": "opening, from which a date without a year is looked for",
}


def run_when(args: Namespace) -> int:
    """Answer each phrase; 1 if any cannot be read."""
    show = _show_json if args.json else _show_text
    desk = _Desk(args)
    good = True
    for number, phrase in enumerate(_phrases(args.phrase)):
        if number and not args.json:
            print()
        good = show(phrase, desk) and good
    return 0 if good else 1


class _Desk:
    """What the options say about the days that phrases count from."""

    def __init__(self, args: Namespace) -> None:
        self._args = args
        given = {one: day_of(f"--{one}", text) for one in _GIVEN if (text := getattr(args, one))}
        self._opened = given.get("opened")
        self._anchors = {"opening" if one == "opened" else one: day for one, day in given.items()}
        self._calendar: WorkingDays | None = None

    def answer(self, phrase: str) -> "_Answer":
        """Read and resolve; a name close to an anchor's is taken for a slip, not for a step."""
        when = parse_when(phrase)
        for name in when.anchors:
            if name not in ANCHORS and get_close_matches(name, ANCHORS, n=1, cutoff=0.75):
                raise _slip(anchor_error(when, name, ANCHORS), name)
        days = self.calendar() if _needs_calendar(when) or self._args.workdays else PLAIN_WEEK
        context = Context(workdays=days, opened=self._opened, anchors=self._anchors)
        return _Answer(when, resolve(when, context), days)

    def calendar(self) -> WorkingDays:
        """Return the calendar asked for, else config.toml's, else a plain week."""
        if self._calendar is None:
            self._calendar = _calendar(self._args)
        return self._calendar


def _slip(wrong: PhraseError, name: str) -> PhraseError:
    """Say of a misspelt anchor what is wrong, where there is no file to speak of."""
    return PhraseError(
        wrong.code,
        f'"{name}" is not an anchor',
        column=wrong.column,
        length=wrong.length,
        suggestion=wrong.suggestion,
        expected=wrong.expected,
    )


def _needs_calendar(when: When) -> bool:
    return "working day" in str(when) or (when.clock is not None and when.zone is None)


class _Answer(Struct, frozen=True):
    """A phrase as it was read, what it comes to, and the calendar that it was counted on."""

    when: When
    found: Resolved | Waiting
    days: WorkingDays

    @property
    def at(self) -> datetime | None:
        """Return the moment in UTC where a time is written."""
        if isinstance(self.found, Waiting) or self.found.clock is None:
            return None
        return moment(self.found, default_clock=time(0), home=self.days.zone)


def _phrases(words: list[str]) -> Iterator[str]:
    if words == ["-"]:
        yield from (line for row in sys.stdin or () if (line := row.strip()))
    else:
        yield " ".join(words)


def _calendar(args: Namespace) -> WorkingDays:
    if args.workdays is None and not args.config.exists():
        return PLAIN_WEEK
    # Reading files costs more than all the rest, and most phrases need none.
    from tracker.cli.calendars import named_calendar  # noqa: PLC0415 -- see above

    return named_calendar(args.config, args.workdays)


def _show_json(phrase: str, desk: _Desk) -> bool:
    try:
        answer = desk.answer(phrase)
    except PhraseError as wrong:
        print(json.dumps(_wrong_json(phrase, wrong), ensure_ascii=False))
        return False
    said: dict[str, str | None] = {"phrase": phrase, "date": None, "at": None}
    found = answer.found
    if isinstance(found, Waiting):
        said |= {"why": _why_waiting(found), "waiting": " and ".join(found.missing)}
    else:
        at = answer.at.strftime("%Y-%m-%dT%H:%M:%SZ") if answer.at else None
        said |= {"date": found.day.isoformat(), "at": at, "why": found.why}
    print(json.dumps(said, ensure_ascii=False))
    return True


def _wrong_json(phrase: str, wrong: PhraseError) -> dict[str, str | int | None]:
    return {
        "phrase": phrase,
        "error": wrong.message,
        "column": wrong.column + 1,
        "hint": wrong.suggestion or wrong.hint or _expected(wrong),
    }


def _expected(wrong: PhraseError) -> str | None:
    return expectation(wrong.expected) if wrong.expected else None


def _show_text(phrase: str, desk: _Desk) -> bool:
    try:
        answer = desk.answer(phrase)
    except PhraseError as wrong:
        _say_wrong(phrase, wrong)
        return False
    rows = [("phrase", phrase), ("read as", str(answer.when)), *_found_rows(answer)]
    for name, text in rows:
        say(f"{name:>{_NAME}}: {text}", hang=_NAME + 2)
    return True


def _found_rows(answer: _Answer) -> Iterator[tuple[str, str]]:
    found = answer.found
    if isinstance(found, Waiting):
        yield "date", _why_waiting(found)
        return
    yield "date", show_day(found.day)
    if answer.at is not None:
        place = found.zone or str(answer.days.zone)
        yield "time", f"{found.clock:%H:%M} {place}{_in_utc(answer.at, found.day, place)}"
    yield "why", found.why
    if "working day" in str(answer.when):
        yield "calendar", answer.days.name


def _in_utc(at: datetime, day: date, place: str) -> str:
    if place == "UTC":
        return ""
    other = "" if at.date() == day else f"{show_day_short(at.date())} "
    return f", {other}{at:%H:%M} UTC"


def _why_waiting(found: Waiting) -> str:
    said = [_ASKS.get(name, f"the step {name} has no date here") for name in found.missing]
    return f"no date yet: {' and '.join(said)}"


_ASKS = {
    "meeting": "give the meeting's with --meeting",
    "delivery": "give the delivery's with --delivery",
    "decision": "give the decision's with --decision",
    "opening": "give the day of opening with --opened",
    "letter": "the letter's own date is known only inside a campaign",
    "year": "write the year, or give the day of opening with --opened",
}


def _say_wrong(phrase: str, wrong: PhraseError) -> None:
    say(f"tracker: {wrong.message}", file=sys.stderr)
    print(f"   {phrase}", file=sys.stderr)
    print(f"   {' ' * wrong.column}{'^' * max(wrong.length, 1)}", file=sys.stderr)
    if wrong.expected:
        say(f"   = {expectation(wrong.expected)}", file=sys.stderr)
    if wrong.suggestion:
        say(f'   = did you mean: "{wrong.suggestion}"', file=sys.stderr)
    if wrong.hint:
        say(f"   = {wrong.hint}", file=sys.stderr)

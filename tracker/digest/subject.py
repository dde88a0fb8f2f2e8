"""Subjects that stand alone and first lines that say what to do."""

from collections.abc import Sequence
from datetime import date

from tracker.dates import show_day, show_day_short
from tracker.digest.correcting import changed_dates
from tracker.digest.files import TO_DO as FILES_TO_MEND
from tracker.digest.lines import Saying, meeting_of
from tracker.digest.say import listed, many, relative_day
from tracker.events import PlannedMeeting
from tracker.occurrence import LineKind, Occurrence

# One line of a header: longer ones are folded, and phones show less anyway.
LONGEST = 66
TO_DO = frozenset({LineKind.REMINDER, LineKind.FOLLOW_UP, LineKind.ESCALATION})


def subject(
    kind: str, lines: Sequence[Occurrence], saying: Saying, following: PlannedMeeting | None
) -> str:
    """Say in one line what is at stake: the next meeting, what is to do, what is late.

    A digest with nothing to do names the meeting that is `following`.
    """
    said = _subject(lines, saying) or _quiet(kind, saying, following)
    return shorten(said, LONGEST)


def shorten(text: str, longest: int) -> str:
    """Cut a text at a word.

    >>> shorten("one two three", 9)
    'one ...'
    """
    if len(text) <= longest:
        return text
    return text[: longest - 3].rsplit(" ", 1)[0].rstrip(" ,:;") + " ..."


def _subject(lines: Sequence[Occurrence], saying: Saying) -> str:
    notices = [one for one in lines if one.kind == LineKind.NOTICE]
    ahead = next_meeting(lines, saying)
    counts = _counts(lines)
    changed = changed_dates(lines, saying)
    if changed:
        return f"{changed}; {counts}" if counts else changed
    if ahead is not None:
        return f"{_meeting(ahead, saying)}: {counts or 'on the agenda'}"
    if counts:
        return _capital(f"{counts}: {_first_to_do(lines)}")
    return _noticed(notices) if notices else ""


def _quiet(kind: str, saying: Saying, following: PlannedMeeting | None) -> str:
    if kind != "digest":
        return f"Tracker of {show_day(saying.today)}"
    if following is None:
        return "Nothing due today; no meeting ahead"
    day = show_day_short(following.day).removesuffix(f" {saying.today.year}")
    return f"Nothing due today; next: {following.name}, {day}"


def headline(lines: Sequence[Occurrence], saying: Saying) -> str:
    """Say first what there is to do, before any list."""
    counts = _counts(lines)
    ahead = next_meeting(lines, saying)
    first = changed_dates(lines, saying) or (_meeting(ahead, saying) if ahead else "")
    said = [text for text in (first, _capital(counts)) if text]
    return f"{'. '.join(said)}." if said else _nothing_to_do(lines)


def _nothing_to_do(lines: Sequence[Occurrence]) -> str:
    notices = [one for one in lines if one.kind == LineKind.NOTICE]
    if any(one.item in FILES_TO_MEND for one in notices):
        return f"{_noticed(notices)}."
    if notices:
        return "For your information; there is nothing to do now."
    return "Nothing to do today."


def next_meeting(lines: Sequence[Occurrence], saying: Saying) -> PlannedMeeting | None:
    """Return the next meeting that a reminder in this mail speaks of."""
    found = [
        meeting
        for one in lines
        if one.kind == LineKind.REMINDER
        and (meeting := meeting_of(one, saying)) is not None
        and meeting.start > saying.now
    ]
    return min(found, key=lambda one: one.start, default=None)


def _meeting(meeting: PlannedMeeting, saying: Saying) -> str:
    """Say when a meeting is, as its reader thinks of it, with the hour at the place."""
    day: date = meeting.day
    when = relative_day(day, saying.today)
    when = when.removesuffix(f" {saying.today.year}")
    hour = f" {meeting.start.astimezone(meeting.zone):%H:%M}" if meeting.time_known else ""
    return _capital(f"{when}{hour} {meeting.name}")


def _counts(lines: Sequence[Occurrence]) -> str:
    to_do = sum(one.kind in TO_DO and one.item != "meeting" for one in lines)
    late = sum(one.kind == LineKind.OVERDUE for one in lines)
    said = [many(to_do, "thing") + " to do"] if to_do else []
    said += [f"{late} late"] if late else []
    return ", ".join(said)


def _first_to_do(lines: Sequence[Occurrence]) -> str:
    order = (LineKind.OVERDUE, LineKind.ESCALATION, LineKind.REMINDER, LineKind.FOLLOW_UP)
    for kind in order:
        for one in lines:
            if one.kind == kind and one.item != "meeting":
                return one.what
    return ""


def _noticed(notices: Sequence[Occurrence]) -> str:
    # A file with three errors is one thing to mend.
    said = dict.fromkeys((one.what, one.campaign) for one in _to_do_first(notices))
    first = next(iter(said))[0]
    if any(one.item in FILES_TO_MEND for one in notices):
        return f"{first} ({len(said) - 1} more below)" if len(said) > 1 else first
    more = listed(["another"] * (len(said) - 1), 1)
    return f"{first} and {more}" if more else first


def _to_do_first(notices: Sequence[Occurrence]) -> list[Occurrence]:
    return sorted(notices, key=lambda one: one.item not in FILES_TO_MEND)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Subjects that stand alone and first lines that say what to do."""

from collections.abc import Sequence
from datetime import date

from tracker.dates import show_day, show_day_short
from tracker.digest.correcting import changed_dates
from tracker.digest.files import TO_DO as FILES_TO_MEND
from tracker.digest.lines import Saying, meeting_of
from tracker.digest.say import hour_there, listed, many, relative_day
from tracker.digest.sections import Digest
from tracker.events import MeetingKey, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence

# One line of a header: longer ones are folded, and phones show less anyway.
LONGEST = 66
LONGEST_FIRST = 160  # of what to do first; the line itself says all of it
TO_DO = frozenset({LineKind.REMINDER, LineKind.FOLLOW_UP, LineKind.ESCALATION})
BEFORE_A_MEETING = frozenset({LineKind.REMINDER, LineKind.OVERDUE})


def subject(kind: str, lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    """Say in one line what is at stake: the next meeting, what is to do, what is late.

    A digest with nothing to do names what falls on its day, or the meeting that follows.
    """
    said = _subject(lines, saying) or _quiet(kind, saying, digest)
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
    if any(one.kind == LineKind.CORRECTION for one in lines):
        return _changed(lines, saying, f"; {counts}" if counts else "")
    if ahead is not None:
        rest = counts or "on the agenda"
        said = f"{_meeting(ahead, saying)}: {rest}"
        # Rather no hour, which the mail gives anyway, than no count.
        return said if len(said) <= LONGEST else f"{_meeting(ahead, saying, hour=False)}: {rest}"
    if counts:
        return _capital(f"{counts}: {_first_to_do(lines)}")
    return _noticed(notices) if notices else ""


def _changed(lines: Sequence[Occurrence], saying: Saying, counts: str) -> str:
    """Say the first date that changed; rather cut the hour or the name than a count."""
    said, more = changed_dates(lines, saying)
    room = LONGEST - len(f"{more}{counts}")
    if len(said) > room:
        said, _ = changed_dates(lines, saying, hour=False)
    return f"{shorten(said, room)}{more}{counts}"


def _quiet(kind: str, saying: Saying, digest: Digest | None) -> str:
    if kind != "digest" or digest is None:
        return f"Tracker of {show_day(saying.today)}"
    if digest.today:
        return f"Today: {listed(digest.today, 1)}"
    following = digest.next_meeting
    if following is None:
        return "Nothing due today; no meeting ahead"
    day = show_day_short(following.day).removesuffix(f" {saying.today.year}")
    return f"Nothing due today; next: {following.name}, {day}"


def headline(lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    """Say first what there is to do, before any list."""
    ahead = next_meeting(lines, saying)
    first = "".join(changed_dates(lines, saying))
    first = first or (_meeting(ahead, saying) if ahead else "")
    said = [text for text in (first, _capital(_to_do(lines))) if text]
    return _ended(". ".join(said)) if said else _nothing_to_do(lines, digest)


def _ended(text: str) -> str:
    """End a sentence, unless what it names ends like one: a step may be a question."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _to_do(lines: Sequence[Occurrence]) -> str:
    """Say how much there is to do, and name the one thing or the first."""
    counts, first = _counts(lines), _first_to_do(lines)
    if not first:
        return counts
    several = sum(one.kind in TO_DO | {LineKind.OVERDUE} for one in lines if _is_to_do(one)) > 1
    return f"{counts}{', first' if several else ''}: {shorten(first, LONGEST_FIRST)}"


def _nothing_to_do(lines: Sequence[Occurrence], digest: Digest | None) -> str:
    notices = [one for one in lines if one.kind == LineKind.NOTICE]
    if any(one.item in FILES_TO_MEND for one in notices):
        return _ended(_noticed(notices))
    if notices:
        return "For your information; there is nothing to do now."
    if digest is not None and digest.today:
        return _ended(f"Today: {listed(digest.today, 1)}")
    return "Nothing to do today."


def next_meeting(lines: Sequence[Occurrence], saying: Saying) -> PlannedMeeting | None:
    """Return the next meeting that this mail reminds of, or for which something is late.

    Of two on one day it is the one for which there is something to do.
    """
    busy: set[MeetingKey] = set()
    found: list[PlannedMeeting] = []
    for one in lines:
        meeting = meeting_of(one, saying) if one.kind in BEFORE_A_MEETING else None
        if meeting is not None and meeting.start > saying.now:
            found.append(meeting)
            if _is_to_do(one):
                busy.add(meeting.key)
    return min(found, key=lambda one: (one.day, one.key not in busy, one.start), default=None)


def _meeting(meeting: PlannedMeeting, saying: Saying, *, hour: bool = True) -> str:
    """Say when a meeting is, as its reader thinks of it, with the hour at the place.

    To a reader whose clock shows another one the place is named.
    """
    day: date = meeting.day
    when = relative_day(day, saying.today)
    when = when.removesuffix(f" {saying.today.year}")
    there = hour_there(meeting.start, meeting.zone, saying.reader.zone)
    said = f" {there}" if hour and meeting.time_known else ""
    return _capital(f"{when}{said} {meeting.name}")


def _counts(lines: Sequence[Occurrence]) -> str:
    to_do = sum(one.kind in TO_DO and _is_to_do(one) for one in lines)
    late = sum(one.kind == LineKind.OVERDUE for one in lines)
    said = [many(to_do, "thing") + " to do"] if to_do else []
    said += [f"{late} late"] if late else []
    return ", ".join(said)


def _is_to_do(one: Occurrence) -> bool:
    return one.item != "meeting"


def _first_to_do(lines: Sequence[Occurrence]) -> str:
    order = (LineKind.OVERDUE, LineKind.ESCALATION, LineKind.REMINDER, LineKind.FOLLOW_UP)
    for kind in order:
        for one in lines:
            if one.kind == kind and _is_to_do(one):
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

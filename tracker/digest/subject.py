"""Subjects that stand alone and first lines that say what to do."""

from collections.abc import Iterator, Sequence
from datetime import date

from tracker.dates import show_day, show_day_short
from tracker.digest.accepted import before_tomorrow
from tracker.digest.correcting import changed_dates, first_changed, meetings_moved
from tracker.digest.files import TO_DO as FILES_TO_MEND
from tracker.digest.lines import Saying, meeting_of
from tracker.digest.say import hour_there, listed, many, relative_day
from tracker.digest.sections import Digest, Named
from tracker.digest.settle import instance_of
from tracker.events import MeetingKey, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.files import key_of_word

# One line of a header: longer ones are folded, and phones show less anyway.
LONGEST = 66
LONGEST_NAMED = 78  # with its letter, which phones do not show: whoever sees it has the room
LONGEST_ID = 30
SHORTEST_NAME = 8  # of a file
LONGEST_FIRST = 160  # of what to do first; the line itself says all of it
TO_DO = frozenset({LineKind.REMINDER, LineKind.FOLLOW_UP, LineKind.ESCALATION})
BEFORE_A_MEETING = frozenset({LineKind.REMINDER, LineKind.OVERDUE})


def subject(kind: str, lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    """Say in one line what is at stake: the next meeting, what is to do, what is late.

    A digest with nothing to do names what falls on its day, or the meeting that follows.
    """
    return _subject(lines, saying, digest) or _quiet(kind, lines, saying, digest)


def shorten(text: str, longest: int) -> str:
    """Cut a text at a word, or within one that takes half the room: some scripts have no blanks.

    >>> shorten("one two three", 9), shorten("one twothreefourfive", 14)
    ('one ...', 'one twothr ...')
    """
    if len(text) <= longest:
        return text
    room = max(longest - 3, 0)
    at = text.rfind(" ", 0, room)
    return text[: at if 2 * at >= room else room - 1].rstrip(" ,:;") + " ..."


def _subject(lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    ahead = next_meeting(lines, saying)
    counts = _counts(lines, digest)
    if any(one.kind == LineKind.CORRECTION for one in lines):
        return _changed(lines, saying, f"; {counts}" if counts else "")
    if ahead is not None:
        return _before(ahead, counts or "on the agenda", saying)
    first = _first(lines)
    return _about(counts, _named(first, saying)) if first else ""


def _before(meeting: PlannedMeeting, counts: str, saying: Saying) -> str:
    """Say a meeting and the counts; rather no hour, which the mail gives anyway, than no count.

    A name that is too long even so is cut: neither the day nor a count.
    """
    said = f"{_meeting(meeting, saying)}: {counts}"
    if len(said) <= LONGEST:
        return said
    return f"{shorten(_meeting(meeting, saying, hour=False), LONGEST - len(counts) - 2)}: {counts}"


def _about(said: str, first: Named, more: str = "") -> str:
    """Name the first thing that counts, and its letter, since whoever reads this has several.

    What names its ask needs no other name, nor its meeting where that is not cut off.
    """
    known = first.names_ask or (
        first.names_meeting and len(f"{said}: {first.what}{more}") <= LONGEST
    )
    letter = "" if known else _bracketed(first.letter)
    longest = LONGEST_NAMED if letter else LONGEST
    return f"{said}: {shorten(first.what, longest - len(f'{said}: {letter}{more}'))}{letter}{more}"


def _named(one: Occurrence, saying: Saying) -> Named:
    instance = instance_of(one, saying.instances(one))
    ask = instance.ask if instance else None
    return Named(one.what, one.campaign or "", meeting_of(one, saying), ask)


def _letter(one: Occurrence | None, saying: Saying) -> str:
    """Name the letter of a line whose own words name neither a meeting nor an ask."""
    if one is None or one.item == "meeting":
        return ""
    named = _named(one, saying)
    return "" if named.names_meeting or named.names_ask else _bracketed(named.letter)


def _bracketed(letter: str) -> str:
    return f" ({shorten(letter, LONGEST_ID)})" if letter else ""


def _changed(lines: Sequence[Occurrence], saying: Saying, counts: str) -> str:
    """Say the first date that changed; rather cut the hour or the name than a count."""
    said, more = changed_dates(lines, saying)
    rest = f"{_letter(first_changed(lines), saying)}{more}{counts}"
    room = (LONGEST_NAMED if rest.startswith(" (") else LONGEST) - len(rest)
    if len(said) > room:
        said, _ = changed_dates(lines, saying, hour=False)
    return f"{shorten(said, room)}{rest}"


def _quiet(kind: str, lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    """Say what there is where no line asks for anything: what is to mend, has changed, is late."""
    notices = [one for one in lines if one.kind == LineKind.NOTICE]
    changed = digest.dates if digest and not _to_mend(notices) else ()
    if changed:
        return _changed(changed, saying, "")
    if notices:
        return _noticed_in_short(notices, saying)
    if kind != "digest" or digest is None:
        return f"Tracker of {show_day(saying.today)}"
    return _standing(digest) or _nothing_due(saying, digest)


def _standing(digest: Digest) -> str:
    """Say what falls on the day of a digest, else what its reader is late with."""
    for said, named in (("Today", digest.today), (f"{len(digest.late)} late", digest.late)):
        if named:
            more = f" and {len(named) - 1} more" if said == "Today" and len(named) > 1 else ""
            return _about(said, named[0], more)
    return ""


def _nothing_due(saying: Saying, digest: Digest) -> str:
    following = digest.next_meeting
    if following is None:
        return "Nothing due today; no meeting ahead"
    going = following.start <= saying.now
    said = f"Nothing due today; {'under way' if going else 'next'}: "
    day = show_day_short(following.last_day if going else following.day)
    day = f", {'until ' if going else ''}{day.removesuffix(f' {saying.today.year}')}"
    return f"{said}{shorten(following.name, LONGEST - len(said) - len(day))}{day}"


def headline(lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    """Say first what there is to do, before any list."""
    ahead = next_meeting(lines, saying)
    first = "".join(changed_dates(lines, saying))
    first = first or (_meeting(ahead, saying) if ahead else "")
    if not first and _first(lines) is None:
        return _nothing_to_do(lines, saying, digest)
    moved = meetings_moved(lines, saying)
    said = [text for text in (*moved, first, _capital(_to_do(lines, digest))) if text]
    return " ".join(map(_ended, (". ".join(said), *_wrong(lines, digest))))


def _ended(text: str) -> str:
    """End a sentence, unless what it names ends like one: a step may be a question."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _to_do(lines: Sequence[Occurrence], digest: Digest | None) -> str:
    """Say how much there is to do, and name the one thing or the first."""
    counts, first = _counts(lines, digest), _first(lines)
    if first is None:
        return counts
    several = sum(one.kind in TO_DO | {LineKind.OVERDUE} for one in lines if _is_to_do(one)) > 1
    return f"{counts}{', first' if several else ''}: {shorten(first.what, LONGEST_FIRST)}"


def _nothing_to_do(lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    notices = [one for one in lines if one.kind == LineKind.NOTICE]
    if _to_mend(notices):
        return _ended("".join(_noticed(notices)))
    first = [*(_first_of(digest, saying) if digest else ()), *_soon(notices, saying)]
    if said := [*first, *_wrong(lines, digest)]:
        return " ".join(map(_ended, said))
    if notices:
        return "For your information; there is nothing to do now."
    return "Nothing to do today."


def _first_of(digest: Digest, saying: Saying) -> Iterator[str]:
    """Yield what a digest says first where no line does."""
    if digest.dates:
        yield "".join(changed_dates(digest.dates, saying))
    if digest.today:
        yield f"Today: {listed([one.what for one in digest.today], 1)}"
    elif digest.late:
        first = ", first" if len(digest.late) > 1 else ""
        yield f"{len(digest.late)} late{first}: {shorten(digest.late[0].what, LONGEST_FIRST)}"


def _soon(notices: Sequence[Occurrence], saying: Saying) -> Iterator[str]:
    """Yield what of new campaigns comes before tomorrow morning."""
    new = (one for one in notices if one.item == "accepted")
    if found := [text for one in new for text in before_tomorrow(one, saying)]:
        yield f"Before tomorrow morning: {listed(found, 1)}"


def _wrong(lines: Sequence[Occurrence], digest: Digest | None) -> Iterator[str]:
    """Yield which file is to be mended: by word in this mail, else by what stands in a digest."""
    notices = [one for one in lines if one.kind == LineKind.NOTICE]
    if _to_mend(notices):
        yield "".join(_noticed(notices))
    elif digest and digest.files:
        have = "file has" if len(digest.files) == 1 else "files have"
        yield f"{len(digest.files)} {have} errors: {listed(digest.files, 1)}"


def _to_mend(notices: Sequence[Occurrence]) -> bool:
    return any(one.item in FILES_TO_MEND for one in notices)


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


def _counts(lines: Sequence[Occurrence], digest: Digest | None) -> str:
    """Count what is to do and late, and beside it the dates told in passing that changed."""
    to_do = sum(one.kind in TO_DO and _is_to_do(one) for one in lines)
    late = sum(one.kind == LineKind.OVERDUE for one in lines)
    said = [many(to_do, "thing") + " to do"] if to_do else []
    said += [f"{late} late"] if late else []
    changed = len(digest.dates) if digest else 0
    said += [f"{many(changed, 'date')} changed"] if changed else []
    return ", ".join(said)


def _is_to_do(one: Occurrence) -> bool:
    return one.item != "meeting"


def _first(lines: Sequence[Occurrence]) -> Occurrence | None:
    order = (LineKind.OVERDUE, LineKind.ESCALATION, LineKind.REMINDER, LineKind.FOLLOW_UP)
    for kind in order:
        for one in lines:
            if one.kind == kind and _is_to_do(one):
                return one
    return None


def _noticed(notices: Sequence[Occurrence]) -> tuple[str, str]:
    """Say the first notice, and how many there are besides."""
    # A file with three errors is one thing to mend.
    said = dict.fromkeys((one.what, one.campaign) for one in _to_do_first(notices))
    first, more = next(iter(said))[0], len(said) - 1
    if not more:
        return first, ""
    if _to_mend(notices):
        return first, f" ({more} more below)"
    return first, f" and {'another' if more == 1 else f'{more} more'}"


def _noticed_in_short(notices: Sequence[Occurrence], saying: Saying) -> str:
    """Say it in the room of a subject; rather cut the name of a file than what is said of it."""
    first, more = _noticed(notices)
    room = LONGEST - len(more)
    key = _to_do_first(notices)[0].key
    words = (one for one in saying.history.words if key == key_of_word(one.key, saying.reader.id))
    file = next((one.file for one in words), "")
    if len(first) > room and file.endswith(".toml"):
        left = max(room - len(first) + len(file), SHORTEST_NAME)
        first = first.replace(file, _bare(file, left), 1)
    return f"{shorten(first, room)}{more}"


def _bare(file: str, longest: int) -> str:
    """Name a file without its folder, and cut its name where even that is too long.

    >>> _bare("campaigns/osce.toml", 12), _bare("campaigns/observers.toml", 12)
    ('osce.toml', 'observers...')
    """
    name = file.rpartition("/")[2]
    return name if len(name) <= longest else f"{name[: longest - 3].rstrip('-. ')}..."


def _to_do_first(notices: Sequence[Occurrence]) -> list[Occurrence]:
    return sorted(notices, key=lambda one: one.item not in FILES_TO_MEND)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

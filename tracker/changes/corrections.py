"""Who must hear that a date they were told no longer holds, and by which way."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from tracker.changes.told import ARRIVED, Kept, Telling, Told, last_told, present_topic
from tracker.changes.truth import Truth, truth_of
from tracker.dates import day_in, instant
from tracker.difference import Edit, reasons, says_itself
from tracker.occurrence import LineKind, Occurrence, Topic
from tracker.planning import Plan
from tracker.planning.ground import after_pause, pause_ends
from tracker.planning.keys import key_of

ONE_DAY = timedelta(days=1)


class Verdict(Enum):
    """What becomes of a date that was told."""

    NOTHING = "nothing is sent"
    NEXT_DIGEST = "the reader's next digest says it"
    CORRECTION = "a correction goes"


class Case(Struct, frozen=True, kw_only=True):
    """One date that one reader was told, and what holds now.

    `pending` is a correction to the same date that waits already, `next_digest` the moment of the
    reader's next one.
    """

    told: Told
    topic: Topic
    truth: Truth | None
    closed: bool
    pending: Occurrence | None
    now: datetime
    next_digest: datetime | None = None

    @property
    def settled(self) -> bool:
        """Say whether a fact has settled the item."""
        return self.truth is not None and self.truth.settled

    @property
    def holds(self) -> bool:
        """Say whether the date told is the date that holds."""
        return self.truth is not None and self.truth.states == self.told.states

    @property
    def past(self) -> bool:
        """Say whether neither date lies ahead; what was ahead when it was noticed stays so."""
        return self.pending is None and all(date <= self.now for date in self.dates)

    @property
    def dates(self) -> tuple[datetime, ...]:
        """Return the old and the new date, where there is one."""
        both = (self.told.states, self.truth.states if self.truth else None)
        return tuple(date for date in both if date is not None)

    @property
    def expires(self) -> datetime:
        """Return the end of the day it states: of the later one, where the new date is past."""
        assert self.truth is not None
        zone = self.truth.zone
        return instant(day_in(max(self.dates), zone) + ONE_DAY, time(), zone)

    @property
    def over(self) -> bool:
        """Say whether nothing that is sent now would come in time."""
        return self.expires <= self.now

    @property
    def can_wait(self) -> bool:
        """Say whether the next digest comes before both dates, or was to and leaves late."""
        at = self.next_digest
        return at is not None and all(at <= date for date in self.dates)


Row = tuple[str, Callable[[Case], bool], Verdict]

# The first row that fits decides.
TABLE: tuple[Row, ...] = (
    ("its file is not in force", lambda case: case.truth is None, Verdict.NOTHING),
    ("the campaign is closed", lambda case: case.closed, Verdict.NOTHING),
    ("a fact has settled it", lambda case: case.settled, Verdict.NOTHING),
    ("the date told holds, or holds again", lambda case: case.holds, Verdict.NOTHING),
    ("the day of both dates is over", lambda case: case.over, Verdict.NOTHING),
    (
        "told in passing, and the next digest comes before both dates",
        lambda case: case.told.in_passing and case.can_wait,
        Verdict.NEXT_DIGEST,
    ),
    ("both dates are past", lambda case: case.past, Verdict.NOTHING),
    ("told, and no longer true", lambda _: True, Verdict.CORRECTION),
)


def verdict(case: Case) -> Verdict:
    """Decide by the table."""
    return next(what for _, fits, what in TABLE if fits(case))


class Corrections(Struct, frozen=True, kw_only=True):
    """The corrections that are to be in the outbox, and those that a digest will say."""

    wanted: tuple[Occurrence, ...] = ()
    for_digest: tuple[Occurrence, ...] = ()


def corrections(
    planned: Plan, outbox: Mapping[str, Kept], telling: Telling, *, now: datetime
) -> Corrections:
    """Compare what each reader was told last with what holds now."""
    wanted: dict[tuple[object, ...], Occurrence] = {}
    for_digest: list[Occurrence] = []
    told = last_told(planned, outbox.values(), telling, now=now)
    numbers = _numbers(planned, outbox.values(), telling)
    digests = _next_digests(planned, outbox, now)
    for (reader, topic), one in sorted(told.items(), key=lambda pair: pair[1].at):
        if not telling.readers.known((reader,)) or topic.campaign in planned.gone:
            continue
        key = _key(one, numbers.get((reader, topic), 0) + 1)
        case = _case(one, topic, planned, outbox.get(key), now)
        case = replace(case, next_digest=digests.get(reader))
        match verdict(case):
            case Verdict.CORRECTION:
                line = _line(key, case, planned, telling)
                if not _knows(told.get((line.to, topic)), line):
                    wanted[_same(line)] = _for_both(wanted.get(_same(line)), line)
            case Verdict.NEXT_DIGEST:
                for_digest.append(_line(key, case, planned, telling))
            case Verdict.NOTHING:
                pass
    return Corrections(wanted=tuple(wanted.values()), for_digest=tuple(for_digest))


def said_already(
    one: Occurrence, known: Iterable[Occurrence], planned: Plan, telling: Telling
) -> bool:
    """Say whether a correction tells the date of this reminder, whose own moment is past by then.

    Leads already past are not sent again where a correction goes.
    """
    if one.kind != LineKind.REMINDER or one.due is None:
        return False
    topic = present_topic(one.topic, planned, telling.moves)
    return any(
        correction.owner in {one.owner, one.to}
        and correction.states == one.states
        and correction.due is not None
        and one.due < correction.due
        and present_topic(correction.topic, planned, telling.moves) == topic
        for correction in known
    )


def _knows(told: Told | None, line: Occurrence) -> bool:
    """Say whether a deputy knows already what they would be told in the owner's stead."""
    plainly = told is not None and not told.in_passing and told.states == line.states
    return plainly and line.to != line.owner


def _for_both(one: Occurrence | None, other: Occurrence) -> Occurrence:
    """Choose of two lines that tell a deputy the same the one that counts for the owner, too."""
    return one if one is not None and one.owner != one.to else other


def _case(told: Told, topic: Topic, planned: Plan, kept: Kept | None, now: datetime) -> Case:
    whole = planned.courses.get(topic.campaign or "")
    closed = whole.frame.closed_at if whole else None
    truth = truth_of(topic, planned)
    pending = kept.occurrence if kept is not None and kept.state == "queued" else None
    if pending is not None and (truth is None or pending.states != truth.states):
        pending = None
    return Case(
        told=told,
        topic=topic,
        truth=truth,
        closed=closed is not None and closed <= now,
        pending=pending,
        now=now,
    )


def _next_digests(planned: Plan, outbox: Mapping[str, Kept], now: datetime) -> dict[str, datetime]:
    """Return when each reader's next digest is due; one due by now that has not left is it."""
    found: dict[str, datetime] = {}
    for one in planned.planned:
        if one.kind != LineKind.DIGEST or one.due is None:
            continue
        if one.due > now or one.key not in outbox or outbox[one.key].state == "queued":
            found[one.owner] = min(one.due, found.get(one.owner, one.due))
    return found


def _numbers(
    planned: Plan, outbox: Iterable[Kept], telling: Telling
) -> dict[tuple[str, Topic], int]:
    """Count the corrections that have left, by whom they were for and topic."""
    found: dict[tuple[str, Topic], int] = {}
    for kept in outbox:
        one = kept.occurrence
        if one.kind == LineKind.CORRECTION and kept.state in ARRIVED:
            place = (one.owner, present_topic(one.topic, planned, telling.moves))
            found[place] = found.get(place, 0) + 1
    return found


def _key(told: Told, number: int) -> str:
    """Make the key of a correction: what it is about, the mail that it corrects, its number."""
    topic = told.topic
    about = key_of(topic.campaign, topic.item, topic.ask, forum=topic.forum, session=topic.session)
    return f"{about}/correction/mail-{told.mail}/{number}/{told.reader}"


def _line(key: str, case: Case, planned: Plan, telling: Telling) -> Occurrence:
    told, topic, truth = case.told, case.topic, case.truth
    assert truth is not None
    assert topic.campaign is not None
    home = planned.courses[topic.campaign].frame
    owner = telling.readers[told.reader]
    due = after_pause(_due(case, telling, pause_ends(owner, home)), owner, home)
    reader = telling.readers.standing_in(owner, day_in(due, owner.zone))
    line = Occurrence(
        key=key,
        kind=LineKind.CORRECTION,
        campaign=topic.campaign,
        item=topic.item,
        owner=told.reader,
        to=reader.id,
        due=due,
        expires=case.expires,
        forum=truth.meeting[0] if truth.meeting else topic.forum,
        session=truth.meeting[1] if truth.meeting else topic.session,
        ask=topic.ask,
        whole=topic.session is None,
        states=truth.states,
        what=truth.what or told.what,
        why=truth.why,
        origin=truth.origin,
        was=told.states,
        told_at=told.at,
        told_to=told.through,
    )
    return replace(line, why=_because(line, telling, gone=truth.what is None))


def _because(line: Occurrence, telling: Telling, *, gone: bool) -> str:
    """Say why the date is another: where the plan does not, by the edits since it was told.

    Of what is no longer in the files it says which edit took it out.
    """
    since = [one for one in telling.edits if line.told_at and one.at >= line.told_at]
    if gone:
        took = dict.fromkeys(one.difference.text for one in since if _took_out(one, line))
        return f"{line.why} ({'; '.join(took)})" if took else line.why
    return line.why or "; ".join(reasons(since, line)) or "this is the date in the files now"


def _took_out(edit: Edit, line: Occurrence) -> bool:
    """Say whether an edit was of the meeting, step or playbook, or of an outcome that added it."""
    one = edit.difference
    if line.campaign not in edit.campaigns:
        return False
    match one.thing:
        case "deadline" | "follow-up":
            return one.item == line.item and one.act == "removed"
        case "playbook":
            return line.item != "meeting"
        case "fact":
            return one.name == "outcome"
        case _:
            return says_itself(one, line)


def _due(case: Case, telling: Telling, pause_over: datetime | None) -> datetime:
    """Wait for the next edit, unless one of the dates would come first.

    What waits already keeps its moment; not that of the end of a pause which is gone or shorter.
    """
    settled = case.now + telling.settle
    if case.pending is not None and case.pending.due is not None:
        due = case.pending.due
        return due if due == pause_over else min(due, settled)
    soon = any(case.now < date <= settled for date in case.dates)
    return case.now if soon else settled


def _same(one: Occurrence) -> tuple[object, ...]:
    return (one.to, *one.topic, one.was, one.states)

"""What each coordinator was told: the dates given in mails, the latest of them counting."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, partial

from msgspec import Struct, field

from tracker.changes.moves import Move
from tracker.difference import Edit
from tracker.events import Course, MeetingKey
from tracker.occurrence import LineKind, Occurrence, Topic
from tracker.planning import Instance, Plan, Readers

# A mail without an answer may have arrived, and one in hand may be about to.
ARRIVED = frozenset({"sent", "sending", "unknown"})
_GIVES_A_DATE = frozenset({LineKind.REMINDER, LineKind.OVERDUE, LineKind.CORRECTION})


class Kept(Struct, frozen=True):
    """A line as the outbox has it: its state, the mail that carries it, and when that left."""

    occurrence: Occurrence
    state: str
    mail: int = 0
    at: datetime | None = None


class Told(Struct, frozen=True, kw_only=True):
    """A date that a reader was given, by which mail and when; None says that there is none.

    `in_passing` is a date that stood only in a digest or in an accepted notice. `through` is the
    deputy who read a correction in this reader's stead.
    """

    reader: str
    topic: Topic
    states: datetime | None
    what: str
    mail: int
    at: datetime
    in_passing: bool = False
    through: str | None = None


class Telling(Struct, frozen=True, kw_only=True):
    """What corrections depend on beside the plan and the outbox.

    `passing` are the dates told in passing and `moves` the meetings that each campaign's file has
    moved, both oldest first; `unanswered` says when a mail without an answer may have arrived;
    `edits` say why a date moved. What an edit sets off waits `settle`
    for the next edit; `edited_at` is when the files last changed.
    """

    readers: Readers
    settle: timedelta
    passing: tuple[Told, ...] = ()
    unanswered: Mapping[int, datetime] = field(default_factory=dict)
    moves: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    edited_at: datetime | None = None


def last_told(
    planned: Plan, outbox: Iterable[Kept], telling: Telling, *, now: datetime
) -> dict[tuple[str, Topic], Told]:
    """Return the last date that each reader was given on each topic, by its present name.

    What a digest says in passing never takes the place of what a reminder or a correction said.
    """
    found: dict[tuple[str, Topic], Told] = {}
    called = cache(partial(present_topic, planned=planned, moves=telling.moves))
    said = [*_in_lines(outbox, telling.unanswered, now), *telling.passing]
    for one in sorted(said, key=lambda told: (told.at, not told.in_passing)):
        place = (one.reader, called(one.topic))
        before = found.get(place)
        if before is None or before.in_passing or not one.in_passing:
            found[place] = one
    return found


def _in_lines(
    outbox: Iterable[Kept], unanswered: Mapping[int, datetime], now: datetime
) -> Iterator[Told]:
    for kept in outbox:
        one = kept.occurrence
        if kept.state in ARRIVED and one.kind in _GIVES_A_DATE and one.campaign is not None:
            for reader in _who_is_told(one):
                yield Told(
                    reader=reader,
                    topic=one.topic,
                    states=one.states,
                    what=one.what,
                    mail=kept.mail,
                    at=unanswered.get(kept.mail, kept.at or now),
                    through=one.to if reader != one.to else None,
                )


def _who_is_told(one: Occurrence) -> tuple[str, ...]:
    """Return whoever read a line, and whose correction a deputy read instead of them."""
    deputised = one.kind == LineKind.CORRECTION and one.owner != one.to
    return (one.to, one.owner) if deputised else (one.to,)


def present_topic(topic: Topic, planned: Plan, moves: Mapping[str, tuple[Move, ...]]) -> Topic:
    """Return what a topic is called now: after a move of its meeting, by the new session.

    A step for the whole campaign is one topic, from whichever meeting it counts.
    """
    whole = planned.courses.get(topic.campaign or "")
    if whole is None or topic.session is None:
        return topic
    if any(one.step.scope != "meeting" for one in _of_step(topic, planned)):
        return topic._replace(forum=None, session=None)
    forum, session = _present_key((topic.forum, topic.session), whole, moves.get(whole.id, ()))
    return topic._replace(forum=forum, session=session)


def _of_step(topic: Topic, planned: Plan) -> Iterator[Instance]:
    yield from (
        one for one in planned.instances[topic.campaign or ""] if one.step.id == topic.item
    )


def _present_key(key: MeetingKey, whole: Course, moves: tuple[Move, ...]) -> MeetingKey:
    passed = {key}
    while whole.meeting(key) is None:
        onward = [one.now for one in moves if (one.forum, one.was) == key]
        if not onward or (key[0], onward[-1]) in passed:
            break
        key = (key[0], onward[-1])
        passed.add(key)
    return key

"""How far a campaign has come at one moment: its meetings, its asks, what was settled."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from tracker.campaign import SETTLING, Stance, Target, World
from tracker.events.deferrals import led_to
from tracker.events.facts import Fact
from tracker.events.frame import Frame, frame
from tracker.events.meetings import PlannedMeeting, meetings_of

MeetingKey = tuple[str | None, date]


class Outcome(Struct, frozen=True, kw_only=True):
    """How an ask fared: the fact, the meeting it was at, and the meetings that it leads to.

    Of those a cancelled one comes before the one in its place.
    """

    fact: Fact
    meeting: PlannedMeeting | None
    further: tuple[PlannedMeeting, ...] = ()

    @property
    def next(self) -> MeetingKey | None:
        """Return the meeting at which the ask comes up again, if this names one."""
        held = self.further and not self.further[-1].cancelled
        return self.further[-1].key if held else None

    @property
    def settles(self) -> bool:
        """Say whether this outcome settles the ask."""
        return self.fact.result in SETTLING


class AskCourse(Struct, frozen=True, kw_only=True):
    """One ask with its outcomes so far, oldest first."""

    id: str
    text: str
    outcomes: tuple[Outcome, ...] = ()

    @property
    def latest(self) -> Outcome | None:
        """Return the outcome that holds now."""
        return self.outcomes[-1] if self.outcomes else None

    @property
    def open(self) -> bool:
        """Say whether the ask still waits for an outcome that settles it."""
        return self.latest is None or not self.latest.settles

    @property
    def decision(self) -> date | None:
        """Return the day of an outcome that left the ask open and named no further meeting."""
        latest = self.latest
        return latest.fact.on if latest and self.open and latest.next is None else None

    def open_before(self, moment: datetime) -> bool:
        """Say whether the ask was open when a meeting began, by what is known now."""
        before = [one for one in self.outcomes if _weighs_before(one, moment)]
        return not before or not before[-1].settles


class Course(Struct, frozen=True, kw_only=True):
    """A campaign at one moment; only facts known at `now` are in it."""

    frame: Frame
    facts: tuple[Fact, ...]
    meetings: tuple[PlannedMeeting, ...]
    asks: tuple[AskCourse, ...]
    at_meeting: dict[int, MeetingKey | None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the campaign's id."""
        return self.frame.id

    @property
    def going(self) -> bool:
        """Say whether meetings still matter: an ask is open, or the campaign has none at all."""
        return not self.asks or any(ask.open for ask in self.asks)

    @property
    def delivered(self) -> Fact | None:
        """Return the first delivery, if one is known."""
        return next((fact for fact in self.facts if fact.kind == "delivered"), None)

    def meeting(self, key: MeetingKey) -> PlannedMeeting | None:
        """Find a meeting by forum and original date."""
        return next((one for one in self.meetings if one.key == key), None)

    def asks_at(self, meeting: PlannedMeeting) -> tuple[AskCourse, ...]:
        """Return the asks on the table at a meeting: its own, open when it begins."""
        return tuple(
            ask for ask in self.asks if meeting.concerns(ask.id) and ask.open_before(meeting.start)
        )

    def aims_at(self, meeting: PlannedMeeting) -> bool:
        """Say whether this campaign still aims at a meeting."""
        if meeting.cancelled or not self.going:
            return False
        if meeting.watched or not self.asks:
            return True
        return any(ask.open for ask in self.asks_at(meeting))

    def times_put_off(self, meeting: PlannedMeeting) -> int:
        """Count the earlier meetings that put off an ask which this one has on the table."""
        return max((self._put_off(ask, meeting) for ask in self.asks_at(meeting)), default=0)

    def _put_off(self, ask: AskCourse, meeting: PlannedMeeting) -> int:
        return sum(
            one.fact.result == "deferred"
            and one.meeting is not None
            and one.meeting.start < meeting.start
            for one in ask.outcomes
        )

    def stance(self, target: Target) -> Stance:
        """Return a target's stance by the latest fact that names one, else the file's."""
        told = [f.stance for f in self.facts if f.target == target.id and f.stance]
        return told[-1] if told else target.stance

    def replied(self, target_id: str) -> bool:
        """Say whether a target has replied."""
        return any(f.kind == "reply" and f.target == target_id for f in self.facts)


def course(campaign_id: str, world: World, known: Iterable[Fact], *, now: datetime) -> Course:
    """Work out how far a campaign has come, by the facts known at `now` and no others."""
    home = frame(campaign_id, world)
    facts = tuple(sorted((f for f in known if f.known_at <= now), key=lambda f: (f.at, f.index)))
    planned = meetings_of(home, world, now)
    at_meeting, outcomes, meetings = _resolve(facts, planned, world)
    asks = tuple(
        AskCourse(id=ask.id, text=ask.text, outcomes=tuple(_of(ask.id, outcomes)))
        for ask in home.campaign.ask
    )
    return Course(
        frame=home,
        facts=facts,
        meetings=meetings,
        asks=asks,
        at_meeting=at_meeting,
    )


def _of(ask: str, outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(
        (one for one in outcomes if one.fact.ask == ask),
        key=lambda one: (one.fact.at, one.fact.index),
    )


def _weighs_before(outcome: Outcome, moment: datetime) -> bool:
    if outcome.meeting is not None:
        return outcome.meeting.start < moment
    return outcome.fact.at < moment


def _resolve(
    facts: tuple[Fact, ...], planned: tuple[PlannedMeeting, ...], world: World
) -> tuple[dict[int, MeetingKey | None], list[Outcome], tuple[PlannedMeeting, ...]]:
    """Give each fact its meeting, and add the meetings that deferrals name.

    For one ask and meeting the latest outcome wins: a meeting that only an outcome since
    replaced had added goes again.
    """
    at_meeting: dict[int, MeetingKey | None] = {}
    effective: dict[tuple[str | None, MeetingKey | int], Outcome] = {}
    told: dict[tuple[str, str | None], set[MeetingKey | None]] = {}
    meetings = planned
    for fact in facts:
        if fact.kind not in {"outcome", "readout", "done"}:
            continue
        before = told.setdefault((fact.kind, fact.item), set())
        meeting = meeting_of(fact, meetings, before if fact.kind != "outcome" else ())
        at_meeting[fact.index] = meeting.key if meeting else None
        before.add(at_meeting[fact.index])
        if fact.kind == "outcome":
            place = meeting.key if meeting else fact.index
            effective[fact.ask, place] = _outcome(fact, meeting, planned, world)
            meetings = _with_deferrals(planned, effective.values())
    return at_meeting, list(effective.values()), meetings


def meeting_of(
    fact: Fact,
    meetings: Iterable[PlannedMeeting],
    told: Collection[MeetingKey | None] = (),
) -> PlannedMeeting | None:
    """Find the meeting of a fact: the one it names, else the latest begun when it happened.

    Of two meetings on the day it names it is the one with its ask on the table, then the one of
    which the same has not been `told` yet. `done` without a meeting has none here: which one it
    settles depends on the steps.
    """
    if fact.meeting == "none":
        return None
    held = [one for one in meetings if not one.watched]
    if fact.meeting is not None:
        named = [one for one in (*held, *meetings) if one.session == fact.meeting]
        return min(named, key=lambda one: _fits_worse(one, fact, told), default=None)
    if fact.kind == "done":
        return None
    begun = [
        one
        for one in held
        if fact.begun_by(one.day, one.start)
        and not one.cancelled
        and (fact.ask is None or one.concerns(fact.ask))
    ]
    return max(begun, key=lambda one: one.start, default=None)


def _fits_worse(
    meeting: PlannedMeeting, fact: Fact, told: Collection[MeetingKey | None]
) -> tuple[bool, bool]:
    return (fact.ask is not None and not meeting.concerns(fact.ask), meeting.key in told)


def _outcome(
    fact: Fact, meeting: PlannedMeeting | None, planned: Iterable[PlannedMeeting], world: World
) -> Outcome:
    further = led_to(fact, meeting, planned, world) if fact.result == "deferred" else ()
    return Outcome(fact=fact, meeting=meeting, further=further)


def _with_deferrals(
    planned: tuple[PlannedMeeting, ...], outcomes: Iterable[Outcome]
) -> tuple[PlannedMeeting, ...]:
    found = {one.key: one for one in planned}
    for outcome in sorted(outcomes, key=lambda one: (one.fact.at, one.fact.index)):
        for further in outcome.further:
            found[further.key] = _joined(found.get(further.key), further, outcome)
    return tuple(sorted(found.values(), key=lambda one: (one.start, one.forum or "", one.session)))


def _joined(
    there: PlannedMeeting | None, further: PlannedMeeting, outcome: Outcome
) -> PlannedMeeting:
    """Put a deferred ask on the table of the meeting it was put off to."""
    ask = outcome.fact.ask or ""
    if there is None:
        remind = outcome.meeting.remind if outcome.meeting else None
        return replace(
            further,
            asks=frozenset({ask}),
            remind=remind,
            added_at=outcome.fact.known_at,
            entry=outcome.meeting.entry if outcome.meeting else None,
        )
    if there.asks is None or ask in there.asks:
        return there
    known = outcome.fact.known_at
    added = None if there.added_at is None and not there.watched else known
    if there.added_at is not None:
        added = min(there.added_at, known)
    return replace(there, asks=there.asks | {ask}, added_at=added)

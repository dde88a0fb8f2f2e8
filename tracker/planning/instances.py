"""Each step at each meeting, ask or campaign it is for, with its date and its state."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from tracker.campaign import Deadline, Target, World
from tracker.events import AskCourse, Course, Fact, PlannedMeeting
from tracker.planning.steps import PlannedStep, steps_of
from tracker.when import Context, Resolved, Waiting, moment, resolve

ONE_DAY = timedelta(days=1)


class Instance(Struct, frozen=True, kw_only=True):
    """One step for one meeting, ask or campaign.

    `at` is its moment in UTC (None while waiting): a deadline's end, a follow-up's first date.
    `meeting` is the one it belongs to or counts from. `ends` is when a deadline stops mattering
    because the meeting begins. `targets` are those still silent, longest first.
    """

    step: PlannedStep
    course: Course
    due: Resolved | Waiting
    at: datetime | None
    meeting: PlannedMeeting | None = None
    ask: AskCourse | None = None
    targets: tuple[Target, ...] = ()
    settled: bool = False
    settled_by: Fact | None = None
    ends: datetime | None = None
    since: date | None = None

    @property
    def itself(self) -> tuple[object, ...]:
        """Return all that it is but for the course that it is a part of, ready to be compared."""
        return (
            *(self.step, self.due, self.at, self.meeting, self.ask, self.targets),
            *(self.settled, self.settled_by, self.ends, self.since),
        )

    @property
    def waiting(self) -> tuple[str, ...]:
        """Return the anchors that have no date yet."""
        return self.due.missing if isinstance(self.due, Waiting) else ()

    @property
    def day(self) -> date:
        """Return the date it is due, as the phrase gives it; only where nothing is missing."""
        assert isinstance(self.due, Resolved)
        return self.due.day


class _Anchors(Struct):
    """The days that phrases count from, worked out once for a campaign."""

    course: Course
    world: World
    steps: dict[str, PlannedStep]
    cache: dict[tuple[object, ...], Resolved | Waiting] = field(default_factory=dict)

    def due(
        self, step: PlannedStep, meeting: PlannedMeeting | None, ask: AskCourse | None
    ) -> Resolved | Waiting:
        key = (step.id, meeting.key if meeting else None, ask.id if ask else None)
        if key not in self.cache:
            self.cache[key] = self._resolve(step, meeting, ask)
        return self.cache[key]

    def _resolve(
        self, step: PlannedStep, meeting: PlannedMeeting | None, ask: AskCourse | None
    ) -> Resolved | Waiting:
        home = self.course.frame
        days: dict[str, date] = {"opening": home.opened, "letter": home.dated}
        for name in step.due.anchors:
            day = self._day(name, step, meeting, ask)
            if isinstance(day, Waiting):
                return day
            if day is not None:
                days[name] = day
        return resolve(step.due, Context(workdays=home.workdays, opened=home.opened, anchors=days))

    def _day(
        self,
        name: str,
        step: PlannedStep,
        meeting: PlannedMeeting | None,
        ask: AskCourse | None,
    ) -> date | Waiting | None:
        if name == "meeting" and meeting is not None:
            return meeting.day if step.due.counts_back else meeting.last_day
        if name == "delivery":
            delivered = self.course.delivered
            return delivered.on if delivered else None
        if name == "decision":
            days = [one.decision for one in ([ask] if ask else self.course.asks) if one.decision]
            return min(days, default=None)
        if name in self.steps and name != step.id:
            # A step's day before its roll: a roll applies once, to the result.
            other = self.due(self.steps[name], meeting, ask)
            return other.unrolled if isinstance(other, Resolved) else other
        return None


def instances_of(whole: Course, world: World) -> tuple[Instance, ...]:
    """Return every instance of every step, settled ones too, in the order of the files."""
    steps = {one.id: one for one in steps_of(whole.frame, world)}
    anchors = _Anchors(whole, world, steps)
    found: list[Instance] = []
    for step in steps.values():
        found.extend(_settle(list(_made(step, anchors))))
    return tuple(found)


def _made(step: PlannedStep, anchors: _Anchors) -> Iterator[Instance]:
    whole = anchors.course
    held = tuple(one for one in whole.meetings if not one.watched and not one.cancelled)
    match step.scope:
        case "meeting":
            meetings: tuple[PlannedMeeting | None, ...] = held or (None,)
            for meeting in meetings:
                yield _instance(step, anchors, meeting, None)
        case "each ask":
            for ask in whole.asks:
                mine = tuple(one for one in held if one.concerns(ask.id))
                yield _instance(step, anchors, _first(step, mine, anchors), ask)
        case "campaign" | "each target":
            yield _instance(step, anchors, _first(step, held, anchors), None)


def _first(
    step: PlannedStep, held: tuple[PlannedMeeting, ...], anchors: _Anchors
) -> PlannedMeeting | None:
    """Return the earliest meeting where a step for the whole campaign counts from one."""
    counts = _counts_from_meeting(step, anchors.steps, frozenset())
    return held[0] if held and counts else None


def _counts_from_meeting(
    step: PlannedStep, steps: dict[str, PlannedStep], seen: frozenset[str]
) -> bool:
    return any(
        name == "meeting"
        or (
            name in steps
            and name not in seen
            and _counts_from_meeting(steps[name], steps, seen | {step.id})
        )
        for name in step.due.anchors
    )


def _instance(
    step: PlannedStep, anchors: _Anchors, meeting: PlannedMeeting | None, ask: AskCourse | None
) -> Instance:
    whole = anchors.course
    since = ask.decision if ask and "decision" in step.due.anchors else None
    due = anchors.due(step, meeting, ask)
    at, ends = _moments(due, step, meeting, anchors)
    return Instance(
        step=step,
        course=whole,
        due=due,
        at=at,
        ends=ends,
        meeting=meeting,
        ask=ask,
        targets=_targets(step, whole),
        since=since,
    )


def _targets(step: PlannedStep, whole: Course) -> tuple[Target, ...]:
    targets = whole.frame.campaign.target
    if step.step.target is not None:
        return tuple(one for one in targets if one.id == step.step.target)
    if step.scope != "each target":
        return ()
    silent = [one for one in targets if not _heard(step, whole, one)]
    return tuple(sorted(silent, key=lambda one: last_word(whole, one)))


def _heard(step: PlannedStep, whole: Course, target: Target) -> bool:
    done = any(
        fact.kind == "done" and fact.item == step.id and fact.target in {None, target.id}
        for fact in whole.facts
    )
    return done or (step.step.until == "reply" and whole.replied(target.id))


def last_word(whole: Course, target: Target) -> datetime:
    """Return when a target was last heard of: a fact about it, else the delivery or opening."""
    told = [fact.at for fact in whole.facts if fact.target == target.id and fact.kind != "done"]
    delivered = whole.delivered
    return max(told, default=delivered.at if delivered else whole.frame.opened_at)


def _moments(
    due: Resolved | Waiting, step: PlannedStep, meeting: PlannedMeeting | None, anchors: _Anchors
) -> tuple[datetime | None, datetime | None]:
    """Return the moment of a date, and when a deadline stops mattering."""
    if isinstance(due, Waiting):
        return None, None
    times = anchors.world.config.times
    deadline = isinstance(step.step, Deadline)
    clock = times.deadline if deadline else times.remind_at
    at = moment(due, default_clock=clock, home=anchors.course.frame.workdays.zone)
    if deadline and meeting is not None and at <= meeting.start:
        return at, meeting.start
    return at, None


def _settle(made: list[Instance]) -> list[Instance]:
    """Mark what is settled, in the order things happened.

    `done` without a meeting goes to the earliest that was still open then.
    """
    done: dict[int, Fact] = {}
    for fact in made[0].course.facts if made else ():
        if fact.kind == "done" and fact.item == made[0].step.id and fact.target is None:
            number = _done_at(fact, made, done)
            if number is not None:
                done[number] = fact
    return [_settled(one, done.get(number)) for number, one in enumerate(made)]


def _done_at(fact: Fact, made: list[Instance], done: dict[int, Fact]) -> int | None:
    if made[0].step.scope != "meeting":
        return _done_for_ask(fact, made)
    key = made[0].course.at_meeting.get(fact.index)
    for number, one in enumerate(made):
        if key is not None and one.meeting is not None and one.meeting.key == key:
            return number
        if key is None and number not in done and _still_open(number, made, fact):
            return number
    return None


def _done_for_ask(fact: Fact, made: list[Instance]) -> int | None:
    for number, one in enumerate(made):
        if one.ask is None or fact.ask in {None, one.ask.id}:
            return number
    return None


def _still_open(number: int, made: list[Instance], fact: Fact) -> bool:
    one = made[number]
    if one.ends is not None:
        return one.ends > fact.at
    if isinstance(one.step.step, Deadline) or one.at is None:
        return True
    ended = ended_by(one, made)
    return ended is None or ended > fact.on


def ended_by(one: Instance, others: Iterable[Instance]) -> date | None:
    """Return the day on which a follow-up gives way to the same one of a later meeting.

    Meetings on one day are asked about side by side. What falls due on the very morning of the
    later one's is asked once all the same: a question never put is a chance lost.
    """
    later = [other.day for other in others if other.at is not None and _is_later(other, one)]
    return max(min(later), one.day + ONE_DAY) if later else None


def _is_later(other: Instance, one: Instance) -> bool:
    mine, theirs = one.meeting, other.meeting
    return mine is not None and theirs is not None and theirs.day > mine.day


def _settled(one: Instance, done: Fact | None) -> Instance:
    fact = done or _settled_by(one)
    settled = fact is not None or _all_settled(one)
    return replace(one, settled=True, settled_by=fact) if settled else one


def _settled_by(one: Instance) -> Fact | None:
    facts, until = one.course.facts, one.step.step.until
    if until == "delivered":
        return one.course.delivered
    if until == "readout":
        return next((f for f in facts if f.kind == "readout" and _here(f, one)), None)
    if until == "reply" and one.step.scope != "each target":
        wanted = one.step.step.target
        return next((f for f in facts if f.kind == "reply" and wanted in {None, f.target}), None)
    if until == "done" and one.step.step.target is not None:
        wanted = one.step.step.target
        return next(
            (
                f
                for f in facts
                if f.kind == "done" and f.item == one.step.id and f.target == wanted
            ),
            None,
        )
    return None


def _here(fact: Fact, one: Instance) -> bool:
    return one.meeting is None or one.course.at_meeting.get(fact.index) == one.meeting.key


def _all_settled(one: Instance) -> bool:
    asks = _asks_in_hand(one)
    match one.step.step.until:
        case "outcome":
            return all(_decided(ask, one) or not ask.open for ask in asks)
        case "settled":
            return not any(ask.open for ask in asks)
        case "reply" | "done":
            return one.step.scope == "each target" and not one.targets
        case _:
            return False


def _asks_in_hand(one: Instance) -> tuple[AskCourse, ...]:
    if one.ask is not None:
        return (one.ask,)
    if one.meeting is not None and one.step.scope == "meeting":
        return one.course.asks_at(one.meeting)
    return one.course.asks


def _decided(ask: AskCourse, one: Instance) -> bool:
    if one.meeting is None or one.step.scope != "meeting":
        return ask.latest is not None
    key = one.meeting.key
    return any(o.meeting is not None and o.meeting.key == key for o in ask.outcomes)

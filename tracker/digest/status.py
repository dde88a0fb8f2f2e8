"""How far a campaign has come at one moment, as plain data for `tracker status`."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from tracker.campaign import Deadline, Result, Stance, Target
from tracker.dates import day_in
from tracker.digest.signing import signed_by
from tracker.events import AskCourse, Course, Outcome, PlannedMeeting
from tracker.planning import Instance, Plan, matters, replaced_on
from tracker.planning.instances import last_word
from tracker.planning.wording import fill
from tracker.when import Resolved

MeetingState = Literal["ahead", "under way", "past", "cancelled", "not aimed at"]
StepState = Literal[
    "settled", "overdue", "asking", "ahead", "waiting", "ended", "left out", "already past"
]


class MeetingStatus(Struct, frozen=True, kw_only=True):
    """One meeting: `put_off` counts the earlier ones that put off an ask on its table."""

    name: str
    forum: str | None
    session: date
    day: date
    last_day: date
    start: datetime
    zone: str
    time_known: bool
    state: MeetingState
    put_off: int
    asks: tuple[str, ...]


class StepStatus(Struct, frozen=True, kw_only=True):
    """One step for one meeting, ask or campaign; `settled_on` is when its fact happened."""

    id: str
    kind: Literal["deadline", "follow-up"]
    what: str
    phrase: str
    due: date | None
    at: datetime | None
    state: StepState
    why: str
    session: date | None
    ask: str | None
    targets: tuple[str, ...]
    settled_on: date | None


class TargetStatus(Struct, frozen=True, kw_only=True):
    """One target: `silent_days` counts from the last word, None once there was a reply."""

    id: str
    post: str
    holder: str | None
    state: str | None
    stance: Stance
    replied_on: date | None
    silent_days: int | None


class OutcomeStatus(Struct, frozen=True, kw_only=True):
    """One outcome of an ask: `meeting` is the session it came from, `to` the one it names."""

    on: date
    result: Result
    meeting: date | None
    to: date | None


class AskStatus(Struct, frozen=True, kw_only=True):
    """One ask with the trail of its outcomes, oldest first."""

    id: str
    text: str
    open: bool
    trail: tuple[OutcomeStatus, ...]
    days_since: int | None


class CampaignStatus(Struct, frozen=True, kw_only=True):
    """A whole campaign; days are of its own zone, moments are UTC."""

    campaign: str
    title: str
    zone: str
    opened: date
    closed: date | None
    going: bool
    delivered: date | None
    meetings: tuple[MeetingStatus, ...]
    steps: tuple[StepStatus, ...]
    targets: tuple[TargetStatus, ...]
    asks: tuple[AskStatus, ...]
    signatures: int


def status_of(campaign_id: str, plan: Plan, *, today: date | None = None) -> CampaignStatus:
    """Work out how far a campaign has come at the plan's moment.

    Silence and the days since an outcome are counted up to `today`, else the moment's own day.
    """
    whole = plan.courses[campaign_id]
    instances = plan.instances[campaign_id]
    home = whole.frame
    day = today or day_in(plan.now, home.workdays.zone)
    return CampaignStatus(
        campaign=campaign_id,
        title=home.campaign.title,
        zone=str(home.workdays.zone),
        opened=home.opened,
        closed=home.closed,
        going=whole.going,
        delivered=whole.delivered.on if whole.delivered else None,
        meetings=tuple(_meeting(one, whole, plan.now) for one in whole.meetings),
        steps=tuple(_step(one, instances, plan.now) for one in _timely(instances)),
        targets=tuple(_target(one, whole, day) for one in home.campaign.target),
        asks=tuple(_ask(one, day) for one in whole.asks),
        signatures=signed_by(whole, plan.now),
    )


def _meeting(meeting: PlannedMeeting, whole: Course, now: datetime) -> MeetingStatus:
    return MeetingStatus(
        name=meeting.name,
        forum=meeting.forum,
        session=meeting.session,
        day=meeting.day,
        last_day=meeting.last_day,
        start=meeting.start,
        zone=str(meeting.zone),
        time_known=meeting.time_known,
        state=_meeting_state(meeting, whole, now),
        put_off=whole.times_put_off(meeting),
        asks=tuple(ask.id for ask in whole.asks_at(meeting)),
    )


def _meeting_state(meeting: PlannedMeeting, whole: Course, now: datetime) -> MeetingState:
    if meeting.cancelled:
        return "cancelled"
    if meeting.end <= now:
        return "past"
    if not whole.aims_at(meeting):
        return "not aimed at"
    return "under way" if meeting.start <= now else "ahead"


def _timely(instances: tuple[Instance, ...]) -> list[Instance]:
    """Order steps by their moment, those without one last."""
    return sorted(instances, key=lambda one: (one.at is None, str(one.at), one.step.id))


def _step(one: Instance, instances: tuple[Instance, ...], now: datetime) -> StepStatus:
    deadline = isinstance(one.step.step, Deadline)
    found = one.due if isinstance(one.due, Resolved) else None
    return StepStatus(
        id=one.step.id,
        kind="deadline" if deadline else "follow-up",
        what=fill(one),
        phrase=str(one.step.due),
        due=found.day if found else None,
        at=one.at,
        state=_step_state(one, instances, now),
        why=_why(one),
        session=one.meeting.session if one.meeting else None,
        ask=one.ask.id if one.ask else None,
        targets=tuple(target.id for target in one.targets),
        settled_on=one.settled_by.on if one.settled_by else None,
    )


def _why(one: Instance) -> str:
    if _asks_nobody(one):
        return "no target to ask"
    if isinstance(one.due, Resolved):
        return one.due.why
    return f"waiting for {' and '.join(one.waiting)}"


def _asks_nobody(one: Instance) -> bool:
    return one.step.scope == "each target" and not one.course.frame.campaign.target


def _step_state(one: Instance, instances: tuple[Instance, ...], now: datetime) -> StepState:
    if one.settled:
        return "left out" if _asks_nobody(one) and one.settled_by is None else "settled"
    closed = one.course.frame.closed_at
    if not matters(one) or (closed is not None and closed <= now):
        return "left out"
    if one.at is None or one.at > now:
        return "waiting" if one.at is None else "ahead"
    if isinstance(one.step.step, Deadline):
        return _past_deadline(one, now)
    return "ended" if _replaced(one, instances, now) else "asking"


def _replaced(one: Instance, instances: tuple[Instance, ...], now: datetime) -> bool:
    later = replaced_on(one, instances)
    return later is not None and later <= day_in(now, one.course.frame.workdays.zone)


def _past_deadline(one: Instance, now: datetime) -> StepState:
    assert one.at is not None
    if one.at < one.course.frame.opened_at:
        return "already past"
    return "ended" if one.ends is not None and one.ends <= now else "overdue"


def _target(target: Target, whole: Course, today: date) -> TargetStatus:
    replies = [f.on for f in whole.facts if f.kind == "reply" and f.target == target.id]
    home = whole.frame.workdays.zone
    silent = (today - day_in(last_word(whole, target), home)).days
    return TargetStatus(
        id=target.id,
        post=target.post,
        holder=target.holder,
        state=target.state,
        stance=whole.stance(target),
        replied_on=max(replies, default=None),
        silent_days=None if replies or whole.delivered is None else silent,
    )


def _ask(ask: AskCourse, today: date) -> AskStatus:
    return AskStatus(
        id=ask.id,
        text=ask.text,
        open=ask.open,
        trail=tuple(_outcomes(ask.outcomes)),
        days_since=(today - ask.latest.fact.on).days if ask.latest else None,
    )


def _outcomes(outcomes: tuple[Outcome, ...]) -> Iterator[OutcomeStatus]:
    for one in outcomes:
        assert one.fact.result is not None
        yield OutcomeStatus(
            on=one.fact.on,
            result=one.fact.result,
            meeting=one.meeting.session if one.meeting else None,
            to=one.next[1] if one.next else None,
        )

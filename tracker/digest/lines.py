"""Occurrences said to their reader: one line each, grouped by meeting across campaigns."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from tracker.campaign import World
from tracker.content import CampaignLines, Group, Line
from tracker.dates import day_in, show_day, show_day_short
from tracker.difference import Edit, net_effect, reasons
from tracker.digest.asking import Askings, how_often, times_asked
from tracker.digest.say import (
    days_between,
    how_late,
    letters,
    listed,
    many,
    moment,
    ordinal,
    relative_day,
)
from tracker.digest.settle import RESULT, Settlement, instance_of, settlement
from tracker.events import Course, History, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Instance, Plan, Reader
from tracker.planning.wording import called

WITHOUT_MEETING = "For the campaign as a whole"
NOT_SETTLED = "nobody has settled this"
MOST_IN_FULL = 24  # lines in a mail; HTML of more would be of 40 kB
LATE_AFTER = timedelta(minutes=30)
A_MINUTE = timedelta(minutes=1)
RESULTS = "RESULT is met, partly-met, deferred, not-met, adopted-not-implemented or superseded"


class Saying(Struct, frozen=True):
    """All that is needed to say a line to one reader at one moment.

    `asked` are the follow-up lines that left before, for the campaigns that have to say how often.
    What settles a line is asked for by four parts of a mail, and `found` once.
    """

    reader: Reader
    plan: Plan
    world: World
    now: datetime
    history: History = History()
    asked: Askings = MappingProxyType({})
    found: dict[str, Settlement | None] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the reader's date."""
        return day_in(self.now, self.reader.zone)

    def course(self, one: Occurrence) -> Course:
        """Return the course of a line's campaign."""
        assert one.campaign is not None
        return self.plan.courses[one.campaign]

    def instances(self, one: Occurrence) -> tuple[Instance, ...]:
        """Return the instances of a line's campaign."""
        return self.plan.instances.get(one.campaign or "", ())

    def settlement(self, one: Occurrence) -> Settlement | None:
        """Return what settles a line."""
        if one.key not in self.found:
            self.found[one.key] = settlement(one, self.course(one), self.instances(one))
        return self.found[one.key]


def groups(lines: Iterable[Occurrence], saying: Saying) -> tuple[Group, ...]:
    """Group lines by meeting across campaigns, the next meeting first, the rest last."""
    found: dict[tuple[str | None, date | None], list[Occurrence]] = {}
    for one in lines:
        key = (one.forum, one.session)
        if one.forum is None and one.session is not None:
            key = (one.campaign, one.session)
        found.setdefault(key, []).append(one)
    ordered = sorted(found.values(), key=lambda those: _start(those, saying))
    brief = sum(map(len, ordered)) > MOST_IN_FULL
    first = next((one for those in ordered for one in those if _asks_a_result(one, saying)), None)
    return tuple(_group(those, saying, explained=first, brief=brief) for those in ordered)


def meeting_of(one: Occurrence, saying: Saying) -> PlannedMeeting | None:
    """Find the meeting of a line in its campaign."""
    if one.session is None or one.campaign is None:
        return None
    return saying.course(one).meeting((one.forum, one.session))


def _start(those: list[Occurrence], saying: Saying) -> tuple[bool, bool, str]:
    """Put first what is overdue, then by meeting, then what has none."""
    meeting = meeting_of(those[0], saying)
    late = any(one.kind == LineKind.OVERDUE for one in those)
    return (not late, meeting is None, meeting.start.isoformat() if meeting else "")


def _asks_a_result(one: Occurrence, saying: Saying) -> bool:
    settled_by = saying.settlement(one)
    return settled_by is not None and settled_by.result == RESULT


def _group(
    those: list[Occurrence], saying: Saying, *, explained: Occurrence | None, brief: bool
) -> Group:
    """Say one group; only the `explained` line says what RESULT can be."""
    meeting = meeting_of(those[0], saying)
    campaigns: dict[str, list[Occurrence]] = {}
    for one in those:
        campaigns.setdefault(one.campaign or "", []).append(one)
    return Group(
        heading=f"{meeting_heading(meeting, saying.reader.zone)}{letters(len(campaigns))}"
        if meeting
        else WITHOUT_MEETING,
        place=(meeting.place or "") if meeting else "",
        note=_note(meeting) if meeting else "",
        campaigns=tuple(
            CampaignLines(
                campaign=campaign,
                title=saying.world.campaigns[campaign].title,
                lines=tuple(
                    replace(say_line(one, saying, explain=one is explained), brief=brief)
                    for one in lines
                ),
            )
            for campaign, lines in campaigns.items()
        ),
    )


def meeting_heading(meeting: PlannedMeeting, zone: ZoneInfo) -> str:
    """Name a meeting with its day and hour in its own zone and the reader's."""
    return f"{meeting.name}, {meeting_when(meeting, zone)}"


def meeting_when(meeting: PlannedMeeting, zone: ZoneInfo) -> str:
    """Say the day and hour of a meeting, and the last of several days."""
    last = show_day(meeting.last_day) if meeting.last_day != meeting.day else ""
    if meeting.time_known:
        begins = moment(meeting.start, meeting.zone, zone)
        return f"{begins}, until {last}" if last else begins
    days = f"{show_day(meeting.day)} to {last}" if last else show_day(meeting.day)
    return f"{days}, time not known"


def _note(meeting: PlannedMeeting) -> str:
    said = [f"moved from {show_day_short(meeting.session)}"] if meeting.moved else []
    return "; ".join([*said, *(["cancelled"] if meeting.cancelled else [])])


def standing_of(put_off: int) -> str:
    """Say which session this is on an ask that earlier ones put off."""
    before = "the one before" if put_off == 1 else f"the {put_off} before"
    return f"{ordinal(put_off + 1)} session on this ask: no decision at {before}"


def say_line(one: Occurrence, saying: Saying, *, explain: bool) -> Line:
    """Say one line: its state, what to do, when, why, how it is settled, how late it is."""
    settled_by = saying.settlement(one)
    return Line(
        kind=str(one.kind),
        tag=tag(one, saying),
        what=_what(one, saying),
        when=_when(one, saying),
        why=_why(one, saying),
        settle=settled_by.command if settled_by else "",
        others=settled_by.others if settled_by else (),
        late=_late(one, saying),
        detail=_detail(one, saying, explain=explain),
    )


def tag(one: Occurrence, saying: Saying) -> str:
    """Say a line's state in words."""
    if one.states is None:
        return ""
    day = day_in(one.states, _home(one, saying))
    if one.kind == LineKind.REMINDER:
        when = relative_day(day, saying.today)
        if one.item == "meeting":
            return when
        return "" if when == show_day_short(day) else f"due {when}"  # the date follows anyway
    if one.kind == LineKind.OVERDUE:
        return f"overdue: {how_overdue(one.states, _home(one, saying), saying.now)} late"
    return _asking(one, saying) if one.kind == LineKind.FOLLOW_UP else NOT_SETTLED


def how_overdue(at: datetime, home: ZoneInfo, now: datetime) -> str:
    """Say how late a deadline is: in days of the campaign's own, within the first in hours."""
    days = (day_in(now, home) - day_in(at, home)).days
    return many(days, "day") if days > 0 else how_late(max(now - at, A_MINUTE))


def _asking(one: Occurrence, saying: Saying) -> str:
    """Say how often this was really asked before, whatever its number in the plan."""
    left = saying.asked.get(one.topic, ())
    asked = times_asked(left, instance_of(one, saying.instances(one)), but_not=one)
    return f"{how_often(asked)} already" if asked else "to do now"


def _why(one: Occurrence, saying: Saying) -> str:
    """Say why a line comes; an escalation, how often was really asked before."""
    instance = instance_of(one, saying.instances(one))
    if one.kind != LineKind.ESCALATION or instance is None or instance.at is None:
        return one.why
    asked = times_asked(saying.asked.get(one.topic, ()), instance)
    if not asked:
        return f"not settled since {show_day(instance.day)}, and never asked before"
    return f"{how_often(asked)} since {show_day(instance.day)} and not settled"


def _home(one: Occurrence, saying: Saying) -> ZoneInfo:
    meeting = meeting_of(one, saying)
    if one.item == "meeting" and meeting is not None:
        return meeting.zone
    return saying.course(one).frame.workdays.zone


def _what(one: Occurrence, saying: Saying) -> str:
    if one.item != "meeting":
        return one.what
    meeting = meeting_of(one, saying)
    if meeting is None or meeting.watched:
        return one.what
    asks = [ask.text for ask in saying.course(one).asks_at(meeting) if ask.open]
    return f"On the table: {listed(asks, 3)}" if asks else one.what


def _when(one: Occurrence, saying: Saying) -> str:
    if one.states is None:
        return ""
    meeting = meeting_of(one, saying)
    if one.item == "meeting" and meeting is not None:
        return "" if meeting.time_known else "the hour is not known"
    said = moment(one.states, _home(one, saying), saying.reader.zone)
    match one.kind:
        case LineKind.REMINDER:
            return f"by {said}"
        case LineKind.OVERDUE:
            return f"was due {said}"
        case _:
            return ""


def _late(one: Occurrence, saying: Saying) -> str:
    if one.due is None or not is_late(one, saying.now):
        return ""
    why = "; ".join(_made_due(one, one.due, saying)) or "it could not be sent before"
    return f"this line leaves {how_late(saying.now - one.due)} late: {why}"


def _made_due(one: Occurrence, due: datetime, saying: Saying) -> Iterator[str]:
    """Yield what was logged or edited after a line's moment, unless nothing left at that time."""
    reader, history = saying.reader, saying.history
    if any(down.reader == reader.id and down.covers(due) for down in history.outages):
        return
    since = [edit for edit in history.edits if edit.at > due and one.campaign in edit.campaigns]
    logged = [] if any(map(_sets_right, since)) else list(_logged_after(one, due, saying))
    yield from logged
    net = net_effect(since)
    said = () if logged else reasons(net, one)
    if said:
        last = max(edit.at for edit in net if edit.difference.text in said)
        yield f"edited on {show_day_short(day_in(last, reader.zone))}: {'; '.join(said)}"


def _sets_right(edit: Edit) -> bool:
    return (edit.difference.thing, edit.difference.act) == ("fact", "changed")


def _logged_after(one: Occurrence, due: datetime, saying: Saying) -> Iterator[str]:
    """Yield what a line counts from, where that became known after its moment."""
    instance = instance_of(one, saying.instances(one))
    anchors = instance.step.due.anchors if instance else ()
    latest = instance.ask.latest if instance and instance.ask else None
    for name, fact in (
        ("delivery", saying.course(one).delivered if "delivery" in anchors else None),
        ("outcome", latest.fact if latest and "decision" in anchors else None),
    ):
        if fact is not None and fact.known_at > due:
            known = day_in(fact.known_at, saying.reader.zone)
            yield f"the {name} was logged on {show_day_short(known)}"


def is_late(one: Occurrence, now: datetime) -> bool:
    """Say whether a line leaves noticeably later than it was due."""
    return one.due is not None and now - one.due > LATE_AFTER


def in_whose_stead(one: Occurrence, saying: Saying) -> list[str]:
    """Say to a deputy whose line this is."""
    if one.owner == saying.reader.id:
        return []
    return [f"For {name_of(one.owner, saying)}, who is away"]


def name_of(coordinator: str, saying: Saying) -> str:
    """Return the name of a coordinator, or the id of one whom config.toml names no more."""
    known = saying.world.config.who(coordinator)
    return known.name if known else coordinator


def _detail(one: Occurrence, saying: Saying, *, explain: bool) -> str:
    if one.item == "meeting":
        return _of_meeting(one, saying, explain=explain)
    said = in_whose_stead(one, saying)
    instance = instance_of(one, saying.instances(one))
    if instance and instance.targets and "{target}" not in instance.step.what:
        said.append(f"Still silent: {listed([called(t) for t in instance.targets], 6)}")
    if one.kind == LineKind.FOLLOW_UP and one.ask and instance and instance.since:
        latest = instance.ask.latest if instance.ask else None
        since = latest.fact.result if latest else "the decision"
        said.append(f"{days_between(instance.since, saying.today)} since {since}")
    settled_by = saying.settlement(one)
    if settled_by and settled_by.each_by_itself:
        said.append(settled_by.each)
    if explain and _asks_a_result(one, saying):
        said.append(RESULTS)
    return ". ".join(said)


def _of_meeting(one: Occurrence, saying: Saying, *, explain: bool) -> str:
    """Say which session this is on the letter's own asks, and what to do when it is over."""
    meeting, stead = meeting_of(one, saying), in_whose_stead(one, saying)
    if meeting is None or meeting.watched:
        return _sentences(stead)
    put_off = saying.course(one).times_put_off(meeting)
    said = [*stead, *([standing_of(put_off)] if put_off else [])]
    settled_by = saying.settlement(one)
    asks = settled_by.asks if settled_by else ()
    of = f"each: {listed(asks, len(asks))}" if len(asks) > 1 else "it"
    said.append(f"log afterwards what came of {of}")
    return _sentences([*said, *([RESULTS] if explain and _asks_a_result(one, saying) else [])])


def _sentences(said: list[str]) -> str:
    return ". ".join(text[:1].upper() + text[1:] for text in said)

"""Corrections in words: what was said and when, what holds now, which reminders come again."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.content import CampaignLines, Entry, Group, Line
from tracker.dates import day_in, show_day, show_day_short
from tracker.difference import Edit
from tracker.digest.lines import Saying, in_whose_stead, meeting_of, meeting_when, name_of
from tracker.digest.say import hour_there, listed, moment
from tracker.occurrence import LineKind, Occurrence
from tracker.sessions import TIME_NOT_KNOWN

MOST_NAMED = 3
_MOVES = {"meeting": ("moved",), "session": ("moved", "restored")}
_DAY = re.compile(r"[A-Z][a-z]+day \d+ [A-Z][a-z]+ \d{4}")
_CLOCK = re.compile(r"\d{4}, \d\d:\d\d")


def corrected_dates(lines: Sequence[Occurrence], saying: Saying) -> Iterable[Group]:
    """Put all corrections of a mail under one heading, campaign by campaign, meetings first."""
    campaigns: dict[str, list[Occurrence]] = {}
    for one in sorted(lines, key=lambda line: line.item != "meeting"):
        campaigns.setdefault(one.campaign or "", []).append(one)
    if campaigns:
        yield Group(
            heading="Dates that changed",
            campaigns=tuple(
                CampaignLines(
                    campaign=campaign,
                    title=saying.world.campaigns[campaign].title,
                    lines=tuple(_line(one, saying) for one in those),
                )
                for campaign, those in campaigns.items()
            ),
        )


def changed_date(one: Occurrence, saying: Saying) -> Entry:
    """Say in a digest that a date told in passing has changed."""
    return Entry(
        text=one.what,
        when=holds_now(one, saying),
        detail=f"{one.campaign}. {told_before(one, saying)}. Why: {one.why}",
        tells=((one.topic, one.states),),
    )


def changed_dates(
    lines: Sequence[Occurrence], saying: Saying, *, hour: bool = True
) -> tuple[str, str]:
    """Say the first date that changed in so few words that they fit a subject, and count others.

    A meeting comes before what is to be done for it. The hour is that of the place, which is named
    to a reader whose clock shows another one.
    """
    first = first_changed(lines)
    if first is None:
        return "", ""
    others = sum(one.kind == LineKind.CORRECTION for one in lines) - 1
    more = f" and {others} more" if others else ""
    name = first.what.removesuffix(" meets")
    if first.states is None:
        what = "Cancelled" if _is_there(first, saying) else "Off the plan"
        of = " of" if first.item == "meeting" else ", due"
        day = f"{of} {_short(first.was, first, saying)}" if first.was else ""
        return f"{what}: {name}{day}", more
    new = _short(first.states, first, saying)
    same_day = first.was is not None and _short(first.was, first, saying) == new
    if _has_no_hour(first.states, first, saying):
        new += ", hour not known" if same_day else ""
    elif hour or same_day:
        new += f" {hour_there(first.states, _zone(first, saying), saying.reader.zone)}"
    return f"Now {new}{_not_as_told(first, saying)}: {name}", more


def first_changed(lines: Sequence[Occurrence]) -> Occurrence | None:
    """Return the change that a subject names: of a meeting, if any, and rather a new date."""
    found = [one for one in lines if one.kind == LineKind.CORRECTION]
    return min(
        found, key=lambda one: (one.item != "meeting", one.states is None, one.key), default=None
    )


def meetings_moved(lines: Iterable[Occurrence], saying: Saying) -> Iterator[str]:
    """Say which meetings are on another day now, where only dates that hang on them are corrected.

    Whoever was told of a step may not have been told of its meeting yet.
    """
    corrected = [one for one in lines if one.kind == LineKind.CORRECTION]
    said = {(one.campaign, one.session) for one in corrected if one.item == "meeting"}
    for one in corrected:
        meeting, was = meeting_of(one, saying), _day_of_meeting_then(one, saying)
        if meeting is None or was is None or (one.campaign, one.session) in said:
            continue
        said.add((one.campaign, one.session))
        if was != show_day(meeting.day):
            yield f"{meeting.name} is now on {show_day(meeting.day)}, not {was}"


def _day_of_meeting_then(one: Occurrence, saying: Saying) -> str | None:
    """Return the day of a line's meeting when its date was told, as the edits since have it."""
    sessions, was = {one.session}, None
    since = (edit for edit in saying.history.edits if one.told_at and edit.at >= one.told_at)
    for edit in reversed([edit for edit in since if one.campaign in edit.campaigns]):
        did = edit.difference
        moved = did.act in _MOVES.get(did.thing, ()) and did.forum == one.forum
        if moved and did.was and not sessions.isdisjoint(did.sessions):
            sessions.update(did.sessions)
            was = _DAY.match(did.was) or was
    return was.group() if was else None


def _not_as_told(one: Occurrence, saying: Saying) -> str:
    """Say the old day, or the old hour where the day is the same."""
    if one.was is None or one.states is None:
        return ""
    days = [_short(at, one, saying) for at in (one.was, one.states)]
    if days[0] == days[1] and _has_no_hour(one.was, one, saying):
        return ""
    return f", not {_hour(one.was, one, saying) if days[0] == days[1] else days[0]}"


def _hour(at: datetime, one: Occurrence, saying: Saying) -> str:
    return f"{at.astimezone(_zone(one, saying)):%H:%M}"


def _short(at: datetime, one: Occurrence, saying: Saying) -> str:
    """Write a day without its year, which stands in the mail itself."""
    day = day_in(at, _zone(one, saying))
    return show_day_short(day).removesuffix(f" {saying.today.year}")


def holds_now(one: Occurrence, saying: Saying) -> str:
    """Say what holds now, in the zone of what it is about and in the reader's."""
    if one.states is None:
        return "cancelled" if _is_there(one, saying) else "no longer planned"
    said = moment_of(one.states, one, saying)
    if one.was is None:
        return f"planned after all: {said}"
    over = ", which is past" if one.states <= saying.now else ""
    return f"moved to {said}{over}"


def told_before(one: Occurrence, saying: Saying) -> str:
    """Say what was told before, when, and to whom: with a deputy that may be somebody else."""
    who = one.told_to or one.owner
    told = "You were told" if who == saying.reader.id else f"{name_of(who, saying)} was told"
    day = f" on {_day(one.told_at, saying.reader.zone)}" if one.told_at else ""
    if one.was is None:
        return f"{told}{day} that it is no longer planned"
    return f"{told}{day}: {moment_of(one.was, one, saying)}"


def moment_of(at: datetime, one: Occurrence, saying: Saying) -> str:
    """Say a moment in both zones, but no hour of a meeting whose hour is not known."""
    meeting = meeting_of(one, saying) if one.item == "meeting" else None
    if meeting is not None and meeting.start == at:
        return meeting_when(meeting, saying.reader.zone)
    if _has_no_hour(at, one, saying):
        return f"{show_day(day_in(at, _zone(one, saying)))}, time not known"
    return moment(at, _zone(one, saying), saying.reader.zone)


def _has_no_hour(at: datetime, one: Occurrence, saying: Saying) -> bool:
    """Say whether the hour of a moment only stands for one that is not known."""
    if one.item != "meeting" or at.astimezone(_zone(one, saying)).time() != TIME_NOT_KNOWN:
        return False
    meeting = meeting_of(one, saying)
    if meeting is None or not meeting.time_known:
        return True
    return at == one.was and any(_gave_an_hour(edit, one) for edit in saying.history.edits)


def _gave_an_hour(edit: Edit, one: Occurrence) -> bool:
    """Say whether an edit, since a reader was told of a meeting, gave it an hour at last."""
    did = edit.difference
    about = (did.forum, one.session in did.sessions) == (one.forum, True)
    if not about or one.campaign not in edit.campaigns or (one.told_at and edit.at < one.told_at):
        return False
    if did.thing == "session":
        return did.was is not None and not _CLOCK.search(did.was)
    return did.origin.path[-1:] == ("time",) and did.was is None


def _line(one: Occurrence, saying: Saying) -> Line:
    settled_by = saying.settlement(one) if one.states is not None else None
    return Line(
        kind=str(one.kind),
        tag=holds_now(one, saying),
        what=one.what,
        when=_place(one, saying),
        why=one.why,
        settle=settled_by.command if settled_by else "",
        others=settled_by.others if settled_by else (),
        detail=". ".join(
            [
                *(*in_whose_stead(one, saying), told_before(one, saying), *_again(one, saying)),
                *([settled_by.each] if settled_by and settled_by.each_by_itself else []),
            ]
        ),
    )


def _place(one: Occurrence, saying: Saying) -> str:
    """Say where a meeting is held that is still to be."""
    meeting = meeting_of(one, saying) if one.item == "meeting" and one.states else None
    return (meeting.place or "") if meeting else ""


def _again(one: Occurrence, saying: Saying) -> list[str]:
    """Say which reminders of the new date are to come."""
    days = sorted(
        {
            day_in(line.due, saying.reader.zone)
            for line in saying.plan.planned
            if line.kind == LineKind.REMINDER
            and (line.campaign, line.item, line.ask) == (one.campaign, one.item, one.ask)
            and line.owner == one.owner
            and line.states == one.states
            and line.due is not None
            and line.due > saying.now
        }
    )
    if not days:
        return []
    return [f"You will be reminded on {listed([show_day_short(day) for day in days], MOST_NAMED)}"]


def _day(at: datetime, zone: ZoneInfo) -> str:
    return show_day_short(day_in(at, zone))


def _is_there(one: Occurrence, saying: Saying) -> bool:
    meeting = meeting_of(one, saying)
    return meeting is not None and meeting.cancelled


def _zone(one: Occurrence, saying: Saying) -> ZoneInfo:
    meeting = meeting_of(one, saying)
    if one.item == "meeting" and meeting is not None:
        return meeting.zone
    return saying.course(one).frame.workdays.zone

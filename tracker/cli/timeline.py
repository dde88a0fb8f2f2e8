"""A timeline of the meetings and deadlines ahead, as far apart as their days."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from rich.console import Console

from tracker.campaign import Deadline
from tracker.cli.show import NARROW, heading, table
from tracker.dates import show_day_short
from tracker.digest.say import hour_there
from tracker.events import Course
from tracker.planning import Plan, matters
from tracker.planning.wording import fill

BAR_CELLS = 16


class _Mark(Struct):
    """One meeting or deadline, with the campaigns that share it."""

    at: datetime
    zone: ZoneInfo
    time_known: bool
    what: str
    sign: str
    campaigns: list[str]


def show_timeline(
    out: Console, planned: Plan, until: datetime, gone: Collection[str], here: ZoneInfo
) -> None:
    """Draw what is ahead, the first on top; M is a meeting, D a deadline.

    What a campaign would do after it is closed, or while its file is `gone`, is not ahead. Each
    stands at its own day and hour, which names its place where the clock is not that of `here`.
    """
    ahead = {one: planned.courses[one] for one in planned.courses if one not in gone}
    marks = sorted(_marks(planned, ahead, until), key=lambda one: one.at)
    if not marks:
        return
    heading(out, "Meetings (M) and deadlines (D)")
    wide = out.width >= NARROW
    rows = []
    for one in marks:
        there = one.at.astimezone(one.zone)
        hour = hour_there(one.at, one.zone, here) if one.time_known else "-"
        bar = [_bar(one, marks)] if wide else [one.sign]
        what = f"{one.what} [{', '.join(one.campaigns)}]"
        rows.append([show_day_short(there.date()), hour, *bar, what])
    table(out, ("day", "hour", "", "what"), rows)


def _marks(planned: Plan, ahead: Mapping[str, Course], until: datetime) -> list[_Mark]:
    found: dict[tuple[object, ...], _Mark] = {}
    for campaign, whole in ahead.items():
        end = _end(whole, until)
        for meeting in whole.meetings:
            if whole.aims_at(meeting) and planned.now <= meeting.start < end:
                key = meeting.key if meeting.forum else (campaign, *meeting.key)
                mark = _Mark(
                    meeting.start, meeting.zone, meeting.time_known, meeting.name, "M", []
                )
                found.setdefault(key, mark).campaigns.append(campaign)
    return [*found.values(), *_deadlines(planned, ahead, until)]


def _end(whole: Course, until: datetime) -> datetime:
    closed = whole.frame.closed_at
    return until if closed is None else min(until, closed)


def _deadlines(planned: Plan, ahead: Mapping[str, Course], until: datetime) -> Iterator[_Mark]:
    known = True
    for campaign, whole in ahead.items():
        end = _end(whole, until)
        for one in planned.instances[campaign]:
            if one.settled or not matters(one) or not isinstance(one.step.step, Deadline):
                continue
            if one.at is not None and planned.now <= one.at < end:
                yield _Mark(one.at, whole.frame.workdays.zone, known, fill(one), "D", [campaign])


def _bar(one: _Mark, marks: list[_Mark]) -> str:
    first, last = marks[0].at, marks[-1].at
    whole = (last - first).total_seconds()
    place = int((one.at - first).total_seconds() / whole * (BAR_CELLS - 1)) if whole else 0
    return "-" * place + one.sign + "-" * (BAR_CELLS - 1 - place)

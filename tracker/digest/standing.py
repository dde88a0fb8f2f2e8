"""The standing part of a digest: who is silent, what changed, asks and outcomes."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby

from tracker.content import Entry
from tracker.dates import day_in, show_day, show_day_short
from tracker.digest.asking import chases, how_often, times_asked
from tracker.digest.desk import Desk, closed_at
from tracker.digest.edits import edited
from tracker.digest.facts import say_fact
from tracker.digest.say import days_between, listed, many, times
from tracker.digest.topics import instance_topic
from tracker.events import AskCourse, Course, Outcome, PlannedMeeting
from tracker.planning.instances import last_word
from tracker.planning.wording import called

NAMED = 4
A_FEW = 2


def silent(desk: Desk) -> tuple[Entry, ...]:
    """Name who has not replied since their follow-up began, the longest silence first."""
    found: dict[tuple[int, int, str], list[str]] = {}
    named: set[tuple[str, str]] = set()
    for one in desk.instances():
        if not chases(one, desk.now):
            continue
        left = desk.asked.get(instance_topic(one), ())
        for target in one.targets:
            if (one.course.id, target.id) not in named:
                asked = times_asked((line for line in left if target.id in line.targets), one)
                named.add((one.course.id, target.id))
                days = days_silent(one.course, last_word(one.course, target), desk.saying.today)
                found.setdefault((-days, -asked, one.course.id), []).append(called(target))
    return tuple(
        Entry(
            text=listed(names, NAMED),
            when=f"{many(-days, 'day')} silent, {how_often(-asked)}",
            detail=campaign,
        )
        for (days, asked, campaign), names in sorted(found.items())
    )


def days_silent(whole: Course, since: datetime, today: date) -> int:
    """Count the days since a target was last heard of."""
    return (today - day_in(since, whole.frame.workdays.zone)).days


def changed(desk: Desk) -> tuple[Entry, ...]:
    """Tell what became known since this reader's last digest."""
    found: list[Entry] = []
    for whole in desk.courses:
        found.extend(_new_facts(whole, desk))
        closed = closed_at(whole, desk.edits)
        if closed is not None and desk.since < closed <= desk.now:
            found.append(Entry(text="Closed: nothing more is sent for it", detail=whole.id))
    return (*found, *edited(desk))


def _new_facts(whole: Course, desk: Desk) -> Iterator[Entry]:
    instances = desk.saying.plan.instances[whole.id]
    seen = max(desk.since, whole.frame.opened_at)
    for fact in whole.facts:
        if seen < fact.known_at <= desk.now:
            yield Entry(
                text=say_fact(fact, whole, instances),
                when=show_day_short(fact.on),
                detail=whole.id,
            )


def asks(desk: Desk) -> tuple[Entry, ...]:
    """Tell each open ask's trail of outcomes; propose to close what has no open ask."""
    trails = [
        ask_entry(ask, whole, desk.saying.today)
        for whole in desk.going()
        for ask in whole.asks
        if ask.open and ask.outcomes
    ]
    over = [
        Entry(
            text="No ask is open any more: close the campaign",
            when=f"closed = {desk.saying.today}",
            detail=whole.id,
        )
        for whole in desk.going()
        if not whole.going and whole.frame.closed_at is None
    ]
    return (*trails, *over)


def ask_entry(ask: AskCourse, whole: Course, today: date) -> Entry:
    """Tell one ask from session to session, and what comes next or how long nothing came."""
    *before, latest = ask.outcomes
    following = whole.meeting(latest.next) if latest.next else None
    if following is None:
        told = " → ".join([*_trail(before), _since(latest, today)])
        return Entry(text=ask.text, when=told, detail=whole.id)
    day = show_day_short(following.day)
    then = f"next: {day}" if following.day >= today else f"no outcome of {day} yet"
    return Entry(
        text=ask.text, when=f"{' → '.join(_trail(ask.outcomes))}; {then}", detail=whole.id
    )


def _trail(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Say what came of an ask and on which days; the same many times with the first and last."""
    for result, alike in groupby(outcomes, key=lambda one: one.fact.result):
        days = [show_day_short(_held(one)) for one in alike]
        if len(days) > A_FEW:
            yield f"{result} {times(len(days))}, {days[0]} to {days[-1]}"
        else:
            yield f"{result} {' and '.join(days)}"


def _since(latest: Outcome, today: date) -> str:
    """Say since when it has been so; where that is not the day of its meeting, both."""
    on = latest.fact.on
    since = "today" if on == today else f"{days_between(on, today)} since"
    said = f"{latest.fact.result} {show_day_short(on)}, {since}"
    return said if _held(latest) == on else f"{said} (meeting of {show_day_short(_held(latest))})"


def _held(one: Outcome) -> date:
    """Return the day of the meeting that an outcome is of: who logs it does so days later."""
    if one.meeting is None:
        return one.fact.on
    return min(max(one.fact.on, one.meeting.day), one.meeting.last_day)


def state(desk: Desk) -> str:
    """Say in one sentence where things stand."""
    going = desk.going()
    open_asks = sum(ask.open for whole in going for ask in whole.asks)
    late = sum(1 for _ in desk.overdue())
    return state_of(len(going), open_asks, late, desk.next_meeting(), desk.now)


def state_of(
    campaigns: int, open_asks: int, late: int, following: PlannedMeeting | None, now: datetime
) -> str:
    """Say how many campaigns and open asks there are, what is overdue, and what meets next."""
    said = f"{many(campaigns, 'campaign')}, {many(open_asks, 'open ask')}"
    said += f", {late} overdue" if late else ""
    if following is None:
        return f"{said}. No meeting ahead."
    if following.start <= now:
        return f"{said}. Under way: {following.name}, until {show_day(following.last_day)}."
    return f"{said}. Next: {following.name}, {show_day(following.day)}."

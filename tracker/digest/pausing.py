"""What a digest says of a pause: that it holds, and what passed in it once it is over."""

from collections.abc import Iterator
from datetime import datetime

from tracker.content import Entry
from tracker.dates import day_in, show_day
from tracker.digest.desk import Desk
from tracker.digest.say import moment
from tracker.digest.topics import instance_topic
from tracker.events import GRACE
from tracker.occurrence import Occurrence, Topic
from tracker.planning import PAUSED


def paused(desk: Desk) -> tuple[Entry, ...]:
    """Name the campaigns that are paused, and until when: nothing else of them is said.

    So is one whose file is gone, until it counts as closed.
    """
    gone = (
        Entry(
            text="Its file is gone: put it back",
            when=f"it counts as closed from {_here(since + GRACE, desk)} on",
            detail=whole.id,
        )
        for whole, since in desk.gone()
    )
    spans = (
        Entry(text=f"Paused until {show_day(span[1])}", detail=whole.id)
        for whole in desk.paused()
        if (span := whole.frame.paused) is not None
    )
    return (*gone, *spans)


def _here(at: datetime, desk: Desk) -> str:
    zone = desk.saying.reader.zone
    return moment(at, zone, zone)


def passed(desk: Desk) -> tuple[Entry, ...]:
    """List each item once whose reminders a pause has kept until it was over."""
    told = {instance_topic(one) for one, _ in desk.overdue()}
    found: dict[Topic, Entry] = {}
    for one in _kept(desk):
        if one.topic not in told and not desk.says(one.topic):
            found.setdefault(one.topic, _entry(one, desk))
    return tuple(found.values())


def _kept(desk: Desk) -> Iterator[Occurrence]:
    going = {whole.id for whole in desk.going()}
    for one in desk.saying.plan.occurrences:
        mine = one.to == desk.saying.reader.id and one.campaign in going
        over = one.due is not None and desk.since < one.due <= desk.now
        if mine and over and one.reason == PAUSED:
            yield one


def _entry(one: Occurrence, desk: Desk) -> Entry:
    home = desk.saying.course(one).frame.workdays.zone
    when = f"was {show_day(day_in(one.states, home))}" if one.states else ""
    return Entry(text=one.what, when=when, detail=one.campaign or "")

"""Remarks on a sound campaign: things that may be meant, and may be slips."""

from collections.abc import Iterator
from datetime import date, datetime

from tracker.campaign import FollowUp, World
from tracker.dates import WEEKDAYS, show_day
from tracker.errors import Fault, KeyPath
from tracker.events import Course, PlannedMeeting, course, frame, read_facts
from tracker.planning.instances import Instance, instances_of
from tracker.when import Lead, lead_day, repeat_day


def remarks(campaign_id: str, world: World, now: datetime | None) -> list[Fault]:
    """Return warnings about a campaign without faults; `now` is UTC."""
    home = frame(campaign_id, world)
    facts = read_facts(home)
    known = max((fact.known_at for fact in facts), default=home.opened_at)
    whole = course(campaign_id, world, facts, now=max(known, now or known))
    instances = instances_of(whole, world)
    return [
        *_past_reminders(whole, instances),
        *_past_meetings(whole),
        *_holidays(whole),
        *_addresses(whole),
        *_nothing_ahead(whole, instances, now),
    ]


def _past_reminders(whole: Course, instances: tuple[Instance, ...]) -> Iterator[Fault]:
    """Name what this file writes itself and what was past before it opened, at every meeting.

    A playbook's ladder is longer than the notice that most letters have, so it is left alone.
    """
    campaign, opened = whole.frame.campaign, whole.frame.opened
    made: dict[str, list[Instance]] = {}
    for one in instances:
        made.setdefault(one.step.id, []).append(one)
    for number, step in enumerate(campaign.deadline):
        days = _due_days(made.get(step.id, []))
        if step.skip or not days:
            continue
        path: KeyPath = ("deadline", number)
        if "due" in step.model_fields_set and max(days) < opened:
            message = f"this was due on {show_day(max(days))}, before the campaign opened"
            yield _never(_key(path, "due"), message)
        elif step.remind is not None and "remind" in step.model_fields_set:
            yield from _past_leads(_key(path, "remind"), step.remind, days, whole)


def _past_meetings(whole: Course) -> Iterator[Fault]:
    """Name meetings of which nobody is reminded: they, or what leads to them, are past."""
    opened = whole.frame.opened
    for entry, meeting in enumerate(whole.frame.campaign.meeting):
        held = [one for one in whole.meetings if one.entry == entry and not one.cancelled]
        if held and max(one.last_day for one in held) < opened:
            yield from _past_meeting(("meeting", entry), held, whole)
        elif held and meeting.remind is not None:
            days = [one.day for one in held]
            yield from _past_leads(("meeting", entry, "remind"), meeting.remind, days, whole)


def _past_meeting(path: KeyPath, held: list[PlannedMeeting], whole: Course) -> Iterator[Fault]:
    """Name a meeting that was over before work began, unless the log tells what came of it."""
    if not any(one.key in whole.at_meeting.values() for one in held):
        day = max(one.last_day for one in held)
        yield _never(
            _key(path, "date"), f"this was on {show_day(day)}, before the campaign opened"
        )


def _due_days(mine: list[Instance]) -> list[date]:
    return [] if any(one.waiting for one in mine) else [one.day for one in mine]


def _past_leads(
    path: KeyPath, leads: tuple[Lead, ...], days: list[date], whole: Course
) -> Iterator[Fault]:
    opened, workdays = whole.frame.opened, whole.frame.workdays
    last = max(days)  # and what is counted back from it falls last, too
    for index, lead in enumerate(leads):
        falls = lead_day(lead, last, workdays).day
        if falls < opened:
            message = f'"{lead}" is {show_day(falls)}, before the campaign opened'
            yield _never(_key(path, index), message)


def _key(path: KeyPath, key: str | int) -> KeyPath:
    return (*path, key)


def _never(path: KeyPath, message: str) -> Fault:
    return Fault(
        path=path,
        code="reminder-never",
        message=f"{message}: nobody will be reminded",
        severity="warning",
    )


def _holidays(whole: Course) -> Iterator[Fault]:
    """Name meetings on a holiday; forums do meet on one, and a date may be a slip."""
    workdays = whole.frame.workdays
    for one in whole.meetings:
        written = None if one.entry is None else whole.frame.campaign.meeting[one.entry]
        if written is None or written.sessions is not None or one.added_at is not None:
            continue
        why = workdays.why_not(one.day)
        if why is not None and why not in WEEKDAYS:
            yield _on_holiday(one, f"{why} in the calendar {workdays.name}")


def _on_holiday(one: PlannedMeeting, why: str) -> Fault:
    assert one.entry is not None
    return Fault(
        path=("meeting", one.entry, "date"),
        code="on-holiday",
        message=f"{show_day(one.day)} is a day off: {why}",
        hint="the meeting stands as it is written",
        severity="warning",
    )


def _addresses(whole: Course) -> Iterator[Fault]:
    targets = whole.frame.campaign.target
    without = [number for number, target in enumerate(targets) if target.address is None]
    if without:
        count = f"{len(without)} of {len(targets)} targets have"
        alone = "the target has" if len(targets) == 1 else count
        yield Fault(
            path=("target", without[0]),
            code="no-address",
            message=f"{alone} no `address`: coordinators must know it themselves",
            hint="nothing is ever mailed to a target",
            severity="warning",
        )


def _nothing_ahead(
    whole: Course, instances: tuple[Instance, ...], now: datetime | None
) -> Iterator[Fault]:
    closed = whole.frame.closed_at
    if now is None or (closed is not None and closed <= now):
        return
    if not whole.meetings and not instances and _needs_nothing(whole):
        return
    if any(one.end > now and whole.aims_at(one) for one in whole.meetings):
        return
    if any(_is_ahead(one, now) for one in instances):
        return
    yield Fault(
        path=("title",),
        code="nothing-ahead",
        message="nothing is ahead in this campaign: no meeting, no step",
        hint=f"name its next meeting, or close it: closed = {now.date()}",
        severity="warning",
    )


def _needs_nothing(whole: Course) -> bool:
    """Say whether nothing was ever to be ahead: of an article, or where digests name the asks."""
    return whole.frame.campaign.kind == "article" or bool(whole.asks)


def _is_ahead(one: Instance, now: datetime) -> bool:
    if one.settled or one.at is None:
        return False
    if one.at > now:
        return True
    repeat = one.step.step.repeat if isinstance(one.step.step, FollowUp) else None
    if repeat is None:
        return False
    if repeat.more is None:
        return True
    last = repeat_day(repeat, one.day, repeat.more, one.course.frame.workdays)
    return last > now.date()

"""Targets by stance: how many of each, what moved, how many are silent and for how long."""

from collections import Counter
from collections.abc import Container, Iterator
from datetime import date, datetime
from typing import get_args

from tracker.campaign import Stance, Target
from tracker.content import Entry
from tracker.digest.desk import Desk
from tracker.digest.say import many
from tracker.events import Course
from tracker.planning.instances import last_word
from tracker.planning.wording import called

STANCES: tuple[Stance, ...] = get_args(Stance)


def stances(desk: Desk, chased: Container[str]) -> tuple[Entry, ...]:
    """Count the targets of each letter by stance: on Mondays all, else where one has moved.

    Of the letters whose silent targets are `chased` the digest tells the days already.
    """
    return tuple(_entries(desk, chased))


def _entries(desk: Desk, chased: Container[str]) -> Iterator[Entry]:
    monday = desk.saying.today.weekday() == 0
    for whole in desk.going():
        moved = moved_since(whole, desk.since)
        known = any(whole.stance(one) != "unknown" for one in whole.frame.campaign.target)
        if whole.going and known and (monday or moved):
            quiet = "" if whole.id in chased else silence(whole, desk.saying.today)
            yield Entry(
                text="; ".join(filter(None, (by_stance(whole), quiet))),
                when=_moves(moved, whole, desk.since),
                detail=whole.id,
            )


def by_stance(whole: Course) -> str:
    """Count targets by stance, the friendliest first."""
    found = Counter(whole.stance(one) for one in whole.frame.campaign.target)
    return ", ".join(f"{found[stance]} {stance}" for stance in STANCES if found[stance])


def silence(whole: Course, today: date) -> str:
    """Say for how many days targets have been silent, and how many of them if not all."""
    targets = whole.frame.campaign.target
    days = sorted(filter(None, (silent_days(one, whole, today) for one in targets)))
    if not days:
        return ""
    some = f"{len(days)} " if len(days) < len(targets) else ""
    up_to = "up to " if days[0] < days[-1] else ""
    return f"{some}silent for {up_to}{many(days[-1], 'day')}"


def silent_days(target: Target, whole: Course, today: date) -> int:
    """Count the days since a target that never replied was last heard of, once delivered."""
    if whole.delivered is None or whole.replied(target.id):
        return 0
    home = whole.frame.workdays.zone
    return (today - last_word(whole, target).astimezone(home).date()).days


def moved_since(whole: Course, since: datetime) -> tuple[tuple[Target, Stance, Stance], ...]:
    """Return the targets whose stance facts have changed since a moment: from what, to what."""
    return tuple(
        (one, before, now)
        for one in whole.frame.campaign.target
        if (before := stance_at(one, whole, since)) != (now := whole.stance(one))
    )


def stance_at(target: Target, whole: Course, moment: datetime) -> Stance:
    """Return a target's stance by what was known at a moment, else the file's."""
    told = [
        fact.stance
        for fact in whole.facts
        if fact.target == target.id and fact.stance and fact.known_at <= moment
    ]
    return told[-1] if told else target.stance


def _moves(
    moved: tuple[tuple[Target, Stance, Stance], ...], whole: Course, since: datetime
) -> str:
    """Say which counts changed and who moved from what to what."""
    if not moved:
        return ""
    targets = whole.frame.campaign.target
    before = Counter(stance_at(one, whole, since) for one in targets)
    now = Counter(whole.stance(one) for one in targets)
    counts = [f"{s} {before[s]} to {now[s]}" for s in STANCES if before[s] != now[s]]
    names = [f"{called(one)} {was} to {has}" for one, was, has in moved]
    return "; ".join([*([", ".join(counts)] if counts else []), *names])

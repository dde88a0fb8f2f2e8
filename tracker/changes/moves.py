"""Meetings to which a campaign's file has given another date."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct

from tracker.campaign import Meeting, World
from tracker.events import PlannedMeeting, frame, meetings_of


class Move(Struct, frozen=True):
    """One `[[meeting]]` that named a session (by its original date) and now names another."""

    forum: str | None
    was: date
    now: date


def moves_between(
    campaign: str, before: World, after: World, *, now: datetime
) -> tuple[Move, ...]:
    """Return the meetings of a campaign that an edit of its file has moved.

    A date that went and a date that came, of one forum or under one name, are a move where there
    are as many of the one as of the other; else they were dropped and added.
    """
    old, new = _dated(campaign, before, now), _dated(campaign, after, now)
    found: list[Move] = []
    for place in sorted(old.keys() & new.keys(), key=str):
        gone = sorted(old[place] - new[place])
        come = sorted(new[place] - old[place])
        if len(gone) == len(come):
            found += [Move(place[0], *pair) for pair in zip(gone, come, strict=True)]
    return tuple(found)


def _dated(
    campaign: str, world: World, now: datetime
) -> dict[tuple[str | None, str | None], set[date]]:
    """Collect the sessions that a file names one by one; a forum that is followed names none."""
    home = frame(campaign, world)
    found: dict[tuple[str | None, str | None], set[date]] = {}
    for one in _named_one_by_one(meetings_of(home, world, now), home.campaign.meeting):
        own_name = None if one.forum else one.name
        found.setdefault((one.forum, own_name), set()).add(one.session)
    return found


def _named_one_by_one(
    meetings: Iterable[PlannedMeeting], entries: tuple[Meeting, ...]
) -> Iterator[PlannedMeeting]:
    for one in meetings:
        if one.entry is not None and entries[one.entry].sessions is None:
            yield one

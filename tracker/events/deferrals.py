"""Where a deferral leads: to the meeting that it names, or to the forum's next regular session."""

from collections.abc import Iterable

from tracker.campaign import World
from tracker.events.facts import Fact
from tracker.events.meetings import PlannedMeeting, from_session, own_meeting
from tracker.sessions import next_regular, session_on


def led_to(
    fact: Fact, meeting: PlannedMeeting | None, planned: Iterable[PlannedMeeting], world: World
) -> tuple[PlannedMeeting, ...]:
    """Return the meetings that a deferral leads to; at the last one the ask comes up again.

    That is one, or none. If the session that was named is cancelled there are two: the forum's
    next regular session takes its place, for an ask that was put off is still to be decided.
    """
    like = meeting or put_off_from(fact, planned, world)
    if like is None:
        return ()
    if like.forum is None:
        return (own_meeting(like, fact.to),) if fact.to else ()
    forum = world.forums[like.forum]
    after = max(like.day, fact.on)
    named = session_on(like.forum, forum, fact.to) if fact.to else None
    if named is not None and not named.cancelled:
        return (from_session(named, world),)
    if named is None and fact.to:
        return ()
    further = next_regular(like.forum, forum, named.original if named else after)
    return tuple(from_session(one, world) for one in (named, further) if one is not None)


def put_off_from(
    fact: Fact, planned: Iterable[PlannedMeeting], world: World
) -> PlannedMeeting | None:
    """Find the meeting whose like a deferral names that was decided at none.

    It is the first with the ask on the table whose forum meets on the day named; one of our own
    only where no forum is aimed at.
    """
    if fact.to is None or fact.ask is None:
        return None
    mine = [one for one in planned if one.concerns(fact.ask)]
    for one in mine:
        if one.forum and session_on(one.forum, world.forums[one.forum], fact.to):
            return one
    ours = [one for one in mine if one.forum is None]
    return ours[-1] if len(ours) == len(mine) and ours else None

"""What there would be if other files came in force at this moment: history and corrections."""

from datetime import datetime

from msgspec.structs import replace

from tracker.app.remembering import frames_of
from tracker.app.telling import HOW_IT_FARED, moves_made, outbox_of, telling_from
from tracker.campaign import Campaign, World
from tracker.changes import Changes, compare
from tracker.difference import Edit
from tracker.differences import concerned, differences
from tracker.events import Frame, History, read_facts
from tracker.events.history import WHOLE
from tracker.planning import Plan
from tracker.planning.steps import steps_of
from tracker.store import Store


def foreseen(history: History, before: World, after: World, *, now: datetime) -> History:
    """Return a replay's history, going on with other files from `now` on.

    A campaign, step or coordinator that only they have is first seen now: nothing of it reaches
    back.
    """
    frames = frames_of(after)
    seen = dict(history.seen)
    for campaign, home in frames.items():
        seen.setdefault((campaign, WHOLE), max(home.opened_at, now))
        for what in _parts(home, after) - _parts_before(campaign, before):
            seen.setdefault((campaign, what), now)
    facts = {campaign: read_facts(home) for campaign, home in frames.items()}
    return replace(history, facts=facts, seen=seen)


def changes_of(
    planned: Plan, history: History, store: Store, before: World, after: World
) -> Changes:
    """Return what a plan with other files changes in an outbox, corrections among it."""
    now = planned.now
    entries = store.journal(kinds=HOW_IT_FARED)
    edits = (Edit(now, one, concerned(one, after)) for one in differences(before, after))
    telling = telling_from(
        [*entries, *moves_made(before, after, now=now)],
        store.passing.so_far(),
        after,
        (*history.edits, *edits),
        edited_at=now,
    )
    return compare(planned, outbox_of(store), now=now, telling=telling)


def edited_campaigns(before: World, after: World) -> frozenset[str]:
    """Return the campaigns, there before and after, that an edit of any file concerns."""
    edits = differences(before, after)
    found = {name for one in edits for world in (before, after) for name in concerned(one, world)}
    return frozenset(found & before.campaigns.keys() & after.campaigns.keys())


def _parts(home: Frame, world: World) -> set[str]:
    return {
        *(f"coordinator:{one}" for one in home.campaign.coordinators),
        *(f"step:{step.id}" for step in steps_of(home, world)),
    }


def _parts_before(campaign: str, before: World) -> set[str]:
    frames = frames_of(replace(before, campaigns=_only(campaign, before)))
    return set().union(*(_parts(home, before) for home in frames.values()))


def _only(campaign: str, world: World) -> dict[str, Campaign]:
    found = world.campaigns.get(campaign)
    return {} if found is None else {campaign: found}

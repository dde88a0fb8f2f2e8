"""Whom a difference concerns: the campaigns that use the file it was made in."""

from collections.abc import Iterator

from tracker.campaign import Campaign, World
from tracker.difference import Difference
from tracker.planning.steps import AnyStep, written_steps


def concerned(one: Difference, world: World) -> tuple[str, ...]:
    """Return the campaigns whose coordinators should hear of a difference, in order."""
    name, kind = one.origin.id, one.origin.kind
    if kind == "campaign":
        return (name,) if name in world.campaigns else ()
    found = (
        campaign_id
        for campaign_id, campaign in world.campaigns.items()
        if _uses(campaign, one, world)
    )
    return tuple(sorted(found))


def _uses(campaign: Campaign, one: Difference, world: World) -> bool:
    match one.origin.kind:
        case "forum":
            return any(meeting.forum == one.origin.id for meeting in campaign.meeting)
        case "playbook":
            return campaign.playbook == one.origin.id and not _overridden(campaign, one)
        case "workdays":
            return (campaign.workdays or world.config.workdays) == one.origin.id
        case "config":
            return _of_config(campaign, one)
        case "campaign":
            return False


def _of_config(campaign: Campaign, one: Difference) -> bool:
    if one.thing == "coordinator":
        return one.item in set(_named(campaign))
    return one.thing == "times" or campaign.workdays is None


def _named(campaign: Campaign) -> Iterator[str]:
    yield from campaign.coordinators
    for step, _ in written_steps(campaign):
        yield from step.who or ()
        escalate = getattr(step, "escalate", None)
        if escalate is not None:
            yield escalate


def _overridden(campaign: Campaign, one: Difference) -> bool:
    """Say whether a campaign goes its own way in what a playbook's step now says."""
    own = next((step for step, _ in written_steps(campaign) if step.id == one.item), None)
    if one.item is None or own is None:
        return False
    key = one.origin.path[-1] if one.origin.path else ""
    return own.skip or key in _keys(own)


def _keys(step: AnyStep) -> set[str | int]:
    return {"for" if name == "for_" else name for name in step.model_fields_set}

"""Tries out a campaign's file before it is saved: the files as they would be, or its problems."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import Campaign, World
from tracker.checking import campaign_faults
from tracker.errors import Problem
from tracker.loading.one_file import read_data
from tracker.loading.placing import placed


class Trial(Struct, frozen=True):
    """What would come of a file: `world` has it in force, and is None where it has errors."""

    world: World | None
    problems: tuple[Problem, ...]


def try_campaign(
    campaign_id: str, path: Path, data: bytes, world: World, *, now: datetime
) -> Trial:
    """Check these bytes as a campaign's file among the other files, without saving them."""
    read = read_data("campaign", campaign_id, path, data)
    if not isinstance(read.shape, Campaign):
        return Trial(None, read.problems)
    tried = replace(world, campaigns={**world.campaigns, campaign_id: read.shape})
    faults = campaign_faults(campaign_id, read.shape, tried, broken={}, now=now)
    problems = (*read.problems, *placed(read.source, faults))
    sound = all(one.severity != "error" for one in problems)
    return Trial(tried if sound else None, problems)

"""What the tracker has seen and told: the part of the past that the plan depends on."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct, field

from tracker.campaign import World
from tracker.difference import Edit
from tracker.events.facts import Fact, read_facts
from tracker.events.frame import frame
from tracker.events.outages import Outage
from tracker.events.words import FileWord, gone_files

WHOLE = ""


class History(Struct, frozen=True, kw_only=True):
    """Facts and first sights.

    `seen` maps (campaign, what) to the moment of first sight, where what is "" for the campaign,
    "step:ID" and "coordinator:ID". `accepted` says when an accepted notice leaves: at the reader's
    next morning (a replay), or when the file has been quiet for `settle` (live). `digests` maps a
    coordinator to the moment of the last digest that left. `words` is the word about files that
    still holds, `edits` what edits of the files did, in the order in which they came in force,
    `outages` when nothing could be sent, each for one reader.
    """

    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    seen: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    digests: Mapping[str, datetime] = field(default_factory=dict)
    words: tuple[FileWord, ...] = ()
    accepted: Literal["morning", "settled"] = "morning"
    settle: timedelta = timedelta(minutes=10)
    edits: tuple[Edit, ...] = ()
    outages: tuple[Outage, ...] = ()

    @property
    def missing(self) -> Mapping[str, datetime]:
        """Return the campaigns whose file has gone, with the moment it went."""
        return gone_files(self.words)

    def sights(self) -> Mapping[str, tuple[tuple[str, datetime], ...]]:
        """Return all first sights by campaign, ready to be compared."""
        found: dict[str, list[tuple[str, datetime]]] = {}
        for (campaign, what), at in self.seen.items():
            found.setdefault(campaign, []).append((what, at))
        return {campaign: tuple(sorted(those)) for campaign, those in found.items()}

    def first_seen(self, campaign: str, what: str = WHOLE) -> datetime | None:
        """Return when a campaign, or a step or coordinator of it, was first seen."""
        whole = self.seen.get((campaign, WHOLE))
        if not what or whole is None:
            return whole
        return max(whole, self.seen.get((campaign, what), whole))


def replayed(world: World) -> History:
    """Make the history that a replay has: a campaign is first seen at 00:00 of `opened`."""
    frames = {campaign_id: frame(campaign_id, world) for campaign_id in world.campaigns}
    return History(
        facts={campaign_id: read_facts(one) for campaign_id, one in frames.items()},
        seen={(campaign_id, WHOLE): one.opened_at for campaign_id, one in frames.items()},
    )

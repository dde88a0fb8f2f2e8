"""One version of a campaign, with what its dates and names are said with."""

from datetime import date

from msgspec import Struct

from tracker.campaign import Campaign, World
from tracker.occurrence import Origin
from tracker.when import fixed_day


class Version(Struct, frozen=True):
    """A campaign as it was or is, among the files of that moment."""

    id: str
    campaign: Campaign
    world: World

    @property
    def opened(self) -> date:
        """Return the day from which dates without a year are counted."""
        dated = fixed_day(self.campaign.dated)
        return fixed_day(self.campaign.opened, dated) if self.campaign.opened else dated

    def forum(self, forum_id: str) -> str:
        """Return a forum's name."""
        known = self.world.forums.get(forum_id)
        return known.name if known else forum_id

    def coordinator(self, coordinator_id: str) -> str:
        """Return a coordinator's name."""
        known = self.world.config.who(coordinator_id)
        return known.name if known else coordinator_id

    def at(self, *path: str | int) -> Origin:
        """Return a place in this campaign's file."""
        return Origin("campaign", self.id, path)

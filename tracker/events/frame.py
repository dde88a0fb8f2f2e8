"""The frame a campaign lives in: its zone, its calendar, the days it opened and closes."""

from datetime import date, datetime, time

from msgspec import Struct

from tracker.campaign import Campaign, World
from tracker.dates import WorkingDays, instant
from tracker.when import fixed_day, span_days
from tracker.workdays import calendar

MIDNIGHT = time(0)


class Frame(Struct, frozen=True, kw_only=True):
    """A campaign with its days worked out; days are of the campaign's own zone.

    `closed` is the first day on which nothing more is planned; `paused` is (first, last) day.
    """

    id: str
    campaign: Campaign
    workdays: WorkingDays
    dated: date
    opened: date
    closed: date | None
    paused: tuple[date, date] | None

    def midnight(self, day: date) -> datetime:
        """Return 00:00 of a day in the campaign's zone, as UTC."""
        return instant(day, MIDNIGHT, self.workdays.zone)

    @property
    def opened_at(self) -> datetime:
        """Return 00:00 of the day that work began."""
        return self.midnight(self.opened)

    @property
    def closed_at(self) -> datetime | None:
        """Return the moment from which nothing more is planned."""
        return self.midnight(self.closed) if self.closed else None


def frame(campaign_id: str, world: World) -> Frame:
    """Work out the frame of a campaign whose file has been found sound."""
    campaign = world.campaigns[campaign_id]
    dated = fixed_day(campaign.dated)
    opened = fixed_day(campaign.opened, dated) if campaign.opened else dated
    shape = world.workdays[campaign.workdays or world.config.workdays]
    return Frame(
        id=campaign_id,
        campaign=campaign,
        workdays=calendar(shape),
        dated=dated,
        opened=opened,
        closed=fixed_day(campaign.closed, opened) if campaign.closed else None,
        paused=span_days(campaign.paused, opened) if campaign.paused else None,
    )

"""Stretches in which nothing could be sent, as one reader has to know of them."""

from datetime import datetime

from msgspec import Struct


class Unsent(Struct, frozen=True, kw_only=True):
    """One line that was due while nothing could be sent; `campaign` is None for a file's."""

    what: str
    due: datetime
    campaign: str | None = None


class Outage(Struct, frozen=True, kw_only=True):
    """One stretch for one reader to whom something was due in it: nobody else hears of it.

    `late` leaves now, after its time; `expired` never will. Moments are aware UTC.
    """

    reader: str
    since: datetime
    until: datetime
    late: tuple[Unsent, ...] = ()
    expired: tuple[Unsent, ...] = ()

    def covers(self, moment: datetime) -> bool:
        """Say whether what was due at a moment could not be sent because of this."""
        return self.since < moment <= self.until

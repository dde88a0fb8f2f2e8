"""No storm reaches one mailbox: after so many mails in an hour, what can wait goes in one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tracker.app.nights import over_by
from tracker.digest import is_late
from tracker.occurrence import LineKind, Occurrence

MOST_AN_HOUR = 6  # as often as an edit of every ten minutes may set something off
HOUR = timedelta(hours=1)
_CAN_WAIT = frozenset({LineKind.CORRECTION, LineKind.NOTICE})


def calm_again(
    begun: Sequence[datetime], lines: Sequence[Occurrence], now: datetime
) -> datetime | None:
    """Return when these lines may leave, None at once; `begun` are the reader's latest mails.

    A line that leaves at its own moment never waits, and takes all that waits along; nor does one
    that would be of no use by then.
    """
    latest = sorted(at for at in begun if now - HOUR < at <= now)
    if len(latest) < MOST_AN_HOUR:
        return None
    until = latest[-MOST_AN_HOUR] + HOUR
    waits = all(_can_wait(one, now) and not over_by(until, one) for one in lines)
    return until if waits else None


def _can_wait(one: Occurrence, now: datetime) -> bool:
    return one.kind in _CAN_WAIT or is_late(one, now)

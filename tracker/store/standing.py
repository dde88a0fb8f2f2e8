"""How the outbox stands, in numbers: asked by whoever watches over the tracker."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from tracker.tables import MAIL

_COUNTS = select(MAIL.c.state, func.count()).group_by(MAIL.c.state)
_UNDER_WAY = ("queued", "sending", "unknown")


class WaitingMail(Struct, frozen=True):
    """A mail that was made and has not left: its number, since when, and the last reason."""

    id: int
    since: datetime
    reason: str | None


class Standing(Struct, frozen=True):
    """Mails by state, those that failed since a moment, and the one that has waited longest."""

    mails: Mapping[str, int]
    failed: tuple[int, ...]
    waiting: WaitingMail | None


def standing(connection: Connection, *, since: datetime) -> Standing:
    """Count the mails; `failed` are those that came to that end after `since`."""
    failed = select(MAIL.c.id).where(MAIL.c.state == "failed", MAIL.c.settled_at > since)
    return Standing(
        mails={row[0]: row[1] for row in connection.execute(_COUNTS)},
        failed=tuple(connection.execute(failed.order_by(MAIL.c.id)).scalars()),
        waiting=_longest(connection),
    )


def _longest(connection: Connection) -> WaitingMail | None:
    under_way = select(MAIL.c.id, MAIL.c.created_at, MAIL.c.reason).where(
        MAIL.c.state.in_(_UNDER_WAY)
    )
    row = connection.execute(under_way.order_by(MAIL.c.created_at).limit(1)).one_or_none()
    return None if row is None else WaitingMail(*row)

"""What keeps sending back, and the marks that must survive a restart."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.engine import Connection

from tracker.store.records import Hold, Mark
from tracker.store.upsert import Insert, Upsert
from tracker.tables import HOLD, MARK

TRIES = "tries"  # the mark that counts how often a mail was taken in hand
_ONE = select(MARK).where(MARK.c.name == bindparam("of"))
_RELEASE = (
    delete(HOLD)
    .where(HOLD.c.cause.in_(bindparam("causes", expanding=True)))
    .returning(HOLD.c.cause)
)
_ALL = select(HOLD).order_by(HOLD.c.since, HOLD.c.cause)


def _once(new: Insert) -> Insert:
    kept = new.on_conflict_do_nothing(index_elements=[HOLD.c.cause])
    return kept.returning(HOLD.c.cause)


def _over(new: Insert) -> Insert:
    return new.on_conflict_do_update(
        index_elements=[MARK.c.name],
        set_={name: new.excluded[name] for name in ("value", "at")},
    )


_HOLD = Upsert(HOLD, _once)
_MARK = Upsert(MARK, _over)


def hold(connection: Connection, cause: str, why: str, *, now: datetime) -> bool:
    """Keep sending back for this cause; False if it is held for it already."""
    row = {"cause": cause, "why": why, "since": now}
    return connection.execute(_HOLD.on(connection), row).scalar_one_or_none() is not None


def holds(connection: Connection) -> list[Hold]:
    """Return every cause that keeps sending back, the oldest first."""
    return [Hold(row.cause, row.since, row.why) for row in connection.execute(_ALL)]


def release(connection: Connection, causes: Collection[str]) -> list[str]:
    """Let these causes go, and return those that were there."""
    return sorted(connection.execute(_RELEASE, {"causes": list(causes)}).scalars())


def mark(connection: Connection, name: str, value: str, *, now: datetime) -> None:
    """Write a mark down in place of the one before."""
    connection.execute(_MARK.on(connection), {"name": name, "value": value, "at": now})


def marked(connection: Connection, name: str) -> Mark | None:
    """Return a mark, None if it was never written."""
    row = connection.execute(_ONE, {"of": name}).one_or_none()
    return None if row is None else Mark(row.value, row.at)


def count(connection: Connection, name: str) -> int:
    """Return the number that a mark is, 0 if it was never written."""
    found = marked(connection, name)
    return 0 if found is None else int(found.value)


def add(connection: Connection, name: str, more: int, *, now: datetime) -> None:
    """Let the number that a mark is be greater."""
    mark(connection, name, str(count(connection, name) + more), now=now)

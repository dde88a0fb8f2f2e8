"""The append-only record of what the tracker saw and did."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from msgspec.structs import replace
from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection, Row

from tracker.store import postgres
from tracker.store.records import JournalEntry
from tracker.store.upsert import Insert, Upsert
from tracker.tables import JOURNAL

RENAMED = "renamed"  # the kind of entry that says so
SIGHTS = frozenset({"seen", "fact"})
_AFTER = select(JOURNAL).where(JOURNAL.c.id > bindparam("after")).order_by(JOURNAL.c.id)
_OF_CAMPAIGN = _AFTER.where(JOURNAL.c.campaign == bindparam("of"))
_LAST = select(func.max(JOURNAL.c.id))
_SEEN_TO_COORDINATE = select(JOURNAL.c.campaign).where(
    JOURNAL.c.kind == "seen", JOURNAL.c.key.endswith(bindparam("what"))
)


def _once(new: Insert) -> Insert:
    kept = new.on_conflict_do_nothing(index_elements=[JOURNAL.c.key])
    return kept.returning(JOURNAL.c.id, JOURNAL.c.key)


_APPEND = Upsert(JOURNAL, _once)


class SoFar:
    """The journal as read so far. It only grows, so what is new is all that needs to be read.

    Only a campaign's new id changes what is there; who writes that down forgets what was read.
    Entries are committed in the order of their numbers: SQLite has one writer at a time, and on
    PostgreSQL whoever appends keeps others from it until the end of the transaction.
    """

    def __init__(self, *, but: Collection[str] = ()) -> None:
        self._but = but
        self._last = 0
        self._entries: tuple[JournalEntry, ...] = ()

    def caught_up(self, connection: Connection) -> tuple[JournalEntry, ...]:
        """Return every entry; the very same tuple as before where none was added."""
        last = last_number(connection)
        if last == self._last:
            return self._entries
        new = read(connection, campaign=None, kinds=None, after=self._last, but=self._but)
        if any(entry.kind == RENAMED for entry in new) and self._entries:
            self.forget()  # another process gave a campaign's entries their new keys
            return self.caught_up(connection)
        if new:
            self._entries = (*self._entries, *new)
        self._last = max(last, new[-1].id or 0) if new else last
        return self._entries

    def forget(self) -> None:
        """Let go of what was read: some of it may be in a transaction that came to nothing."""
        self._entries = ()
        self._last = 0


def record(connection: Connection, entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    """Append the entries whose key is not there yet, and return those, with their numbers."""
    new: dict[str, JournalEntry] = {}
    for entry in entries:
        new.setdefault(entry.key, entry)
    if not new:
        return []
    if postgres.is_it(connection):
        postgres.in_journal_order(connection)  # wait for whoever else appends
    written = connection.execute(_APPEND.on(connection), [_row(one) for one in new.values()])
    return [replace(new[key], id=number) for number, key in sorted(map(tuple, written))]


def read(
    connection: Connection,
    *,
    campaign: str | None,
    kinds: Collection[str] | None,
    after: int,
    but: Collection[str] = (),
) -> list[JournalEntry]:
    """Return the entries numbered above `after`, oldest first, none of the kinds in `but`."""
    query = _AFTER if campaign is None else _OF_CAMPAIGN
    if kinds is not None:
        query = query.where(JOURNAL.c.kind.in_(kinds))
    if but:
        query = query.where(JOURNAL.c.kind.not_in(but))
    asked = {"after": after} if campaign is None else {"after": after, "of": campaign}
    return [_entry(row) for row in connection.execute(query, asked).all()]


def campaigns_of(connection: Connection, coordinator: str) -> set[str]:
    """Return the campaigns of which somebody was seen to be a coordinator."""
    asked = {"what": f"/coordinator:{coordinator}"}
    return set(connection.execute(_SEEN_TO_COORDINATE, asked).scalars())


def last_number(connection: Connection) -> int:
    """Return the number of the newest entry."""
    return connection.execute(_LAST).scalar() or 0


def _row(entry: JournalEntry) -> dict[str, object]:
    return {
        "at": entry.at,
        "kind": entry.kind,
        "campaign": entry.campaign,
        "key": entry.key,
        "document": json.dumps(entry.data, ensure_ascii=False, sort_keys=True),
    }


def _entry(row: Row[*tuple[Any, ...]]) -> JournalEntry:
    return JournalEntry(
        at=row.at,
        kind=row.kind,
        campaign=row.campaign,
        key=row.key,
        data=json.loads(row.document),
        id=row.id,
    )

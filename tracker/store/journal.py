"""The append-only record of what the tracker saw and did."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.engine import Connection, Row

from tracker.store import postgres
from tracker.store.records import JournalEntry
from tracker.store.upsert import Insert, Upsert
from tracker.tables import JOURNAL

RENAMED, DIGEST = "renamed", "digest"  # the kinds of entry that say so
# What a campaign was seen to have, and what edits did to it, is read when it is asked for. What
# they did to a meeting is of use beside it: other campaigns may aim at the same one.
_OWN = ("seen", "fact", "edit", "move")
_OF_A_MEETING = '"thing": "meeting"'
_BESIDE = or_(
    JOURNAL.c.campaign.is_(None),
    JOURNAL.c.kind.not_in(_OWN),
    and_(JOURNAL.c.kind == "edit", JOURNAL.c.document.contains(_OF_A_MEETING)),
)
_AFTER = select(JOURNAL).where(JOURNAL.c.id > bindparam("after")).order_by(JOURNAL.c.id)
_AFTER_BESIDE = _AFTER.where(_BESIDE)
_OF_CAMPAIGN = _AFTER.where(JOURNAL.c.campaign == bindparam("of"))
_NEWEST = (
    select(JOURNAL).where(JOURNAL.c.kind == bindparam("of")).order_by(JOURNAL.c.id.desc()).limit(1)
)
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
    Of the digests that left only each reader's last one is kept here: no other counts.
    """

    def __init__(self, *, beside_campaigns: bool = False) -> None:
        self._beside_campaigns = beside_campaigns
        self._last = 0
        self._entries: tuple[JournalEntry, ...] = ()

    def caught_up(self, connection: Connection) -> tuple[JournalEntry, ...]:
        """Return every entry; the very same tuple as before where none was added."""
        last = last_number(connection)
        if last == self._last:
            return self._entries
        query = _AFTER_BESIDE if self._beside_campaigns else _AFTER
        new = [_entry(row) for row in connection.execute(query, {"after": self._last}).all()]
        if any(entry.kind == RENAMED for entry in new) and self._entries:
            self.forget()  # another process gave a campaign's entries their new keys
            return self.caught_up(connection)
        if new:
            self._entries = _with_last_digests((*self._entries, *new), new)
        self._last = max(last, new[-1].id or 0) if new else last
        return self._entries

    def note_own(self, new: Sequence[JournalEntry]) -> None:
        """Go over entries of this thread's own of which none concerns what is read here.

        They have to follow what was read without a gap: then nobody wrote between.
        """
        numbers = [one.id for one in new]
        follow = numbers == list(range(self._last + 1, self._last + 1 + len(new)))
        if self._beside_campaigns and follow and all(map(_is_own, new)):
            self._last += len(new)

    def forget(self) -> None:
        """Let go of what was read: some of it may be in a transaction that came to nothing."""
        self._entries = ()
        self._last = 0


def _is_own(entry: JournalEntry) -> bool:
    """Say whether an entry is surely none of those that `_BESIDE` finds."""
    told_beside = entry.kind == "edit" and entry.data.get("thing") == "meeting"
    return entry.campaign is not None and entry.kind in _OWN and not told_beside


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
) -> list[JournalEntry]:
    """Return the entries numbered above `after`, oldest first."""
    query = _AFTER if campaign is None else _OF_CAMPAIGN
    if kinds is not None:
        query = query.where(JOURNAL.c.kind.in_(kinds))
    asked = {"after": after} if campaign is None else {"after": after, "of": campaign}
    return [_entry(row) for row in connection.execute(query, asked).all()]


def last_of(connection: Connection, kind: str) -> JournalEntry | None:
    """Return the newest entry of a kind."""
    row = connection.execute(_NEWEST, {"of": kind}).first()
    return None if row is None else _entry(row)


def campaigns_of(connection: Connection, coordinator: str) -> set[str]:
    """Return the campaigns of which somebody was seen to be a coordinator."""
    asked = {"what": f"/coordinator:{coordinator}"}
    return set(connection.execute(_SEEN_TO_COORDINATE, asked).scalars())


def last_number(connection: Connection) -> int:
    """Return the number of the newest entry."""
    return connection.execute(_LAST).scalar() or 0


def _with_last_digests(
    entries: tuple[JournalEntry, ...], new: Iterable[JournalEntry]
) -> tuple[JournalEntry, ...]:
    """Leave out the digests after which each reader had another."""
    if not any(one.kind == DIGEST for one in new):
        return entries
    last = {one.data["coordinator"]: one for one in entries if one.kind == DIGEST}
    return tuple(
        one for one in entries if one.kind != DIGEST or last[one.data["coordinator"]] is one
    )


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

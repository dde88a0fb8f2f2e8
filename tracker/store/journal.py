"""The append-only record of what the tracker saw and did."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection, Row

from tracker.store.records import JournalEntry
from tracker.tables import JOURNAL


def record(connection: Connection, entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    """Append the entries whose key is not there yet, and return those, with their numbers."""
    statement = insert(JOURNAL).on_conflict_do_nothing(index_elements=[JOURNAL.c.key])
    returning = statement.returning(JOURNAL.c.id)
    written: list[JournalEntry] = []
    for entry in entries:
        number = connection.execute(returning, _row(entry)).scalar_one_or_none()
        if number is not None:
            written.append(replace(entry, id=number))
    return written


def read(
    connection: Connection,
    *,
    campaign: str | None,
    kinds: Collection[str] | None,
    after: int,
) -> list[JournalEntry]:
    """Return the entries numbered above `after`, oldest first."""
    query = select(JOURNAL).where(JOURNAL.c.id > after).order_by(JOURNAL.c.id)
    if campaign is not None:
        query = query.where(JOURNAL.c.campaign == campaign)
    if kinds is not None:
        query = query.where(JOURNAL.c.kind.in_(kinds))
    return [_entry(row) for row in connection.execute(query)]


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

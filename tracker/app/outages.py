"""That nothing could be sent for a while: written down at the start, for whom it concerns."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from tracker.app.trouble import ALWAYS_REPLACED
from tracker.digest import is_late
from tracker.events import Outage, Unsent
from tracker.occurrence import LineKind, Occurrence
from tracker.store import JournalEntry, Store

OUTAGE = "outage"
LONGEST_WAIT = timedelta(days=1)  # a line may wait for the next edit although it is due
_NOT_TOLD = frozenset({LineKind.DIGEST, LineKind.NOTICE})


def note_outage(store: Store, *, since: datetime, now: datetime) -> list[JournalEntry]:
    """Write down, once all is planned anew, what came due since a moment and did not go.

    Only readers of whom there is something to tell are named.
    """
    late: dict[str, list[Unsent]] = {}
    expired: dict[str, list[Unsent]] = {}
    for line in store.unsent_lines(since, now + LONGEST_WAIT):
        one = line.occurrence
        if one.due is None or not since < one.due <= now or one.kind in _NOT_TOLD:
            continue
        if line.state == "queued" and is_late(one, now):
            late.setdefault(one.to, []).append(_unsent(one, one.due))
        elif line.state == "expired" and one.kind not in ALWAYS_REPLACED:
            expired.setdefault(one.to, []).append(_unsent(one, one.due))
    return store.record(
        _entry(reader, late.get(reader, []), expired.get(reader, []), since=since, now=now)
        for reader in sorted({*late, *expired})
    )


def outages_from(entries: Iterable[JournalEntry]) -> tuple[Outage, ...]:
    """Return the outages that the journal knows of."""
    return tuple(
        Outage(
            reader=entry.data["reader"],
            since=datetime.fromisoformat(entry.data["since"]),
            until=entry.at,
            late=_read(entry.data["late"]),
            expired=_read(entry.data["expired"]),
        )
        for entry in entries
    )


def _unsent(one: Occurrence, due: datetime) -> Unsent:
    return Unsent(what=one.what, due=due, campaign=one.campaign)


def _entry(
    reader: str, late: list[Unsent], expired: list[Unsent], *, since: datetime, now: datetime
) -> JournalEntry:
    data = {
        "reader": reader,
        "since": since.isoformat(),
        "late": [_plain(one) for one in late],
        "expired": [_plain(one) for one in expired],
    }
    return JournalEntry(now, OUTAGE, None, f"{OUTAGE}/{now.isoformat()}/{reader}", data)


def _plain(one: Unsent) -> dict[str, Any]:
    return {"what": one.what, "due": one.due.isoformat(), "campaign": one.campaign}


def _read(rows: Iterable[dict[str, Any]]) -> tuple[Unsent, ...]:
    return tuple(Unsent(**{**row, "due": datetime.fromisoformat(row["due"])}) for row in rows)

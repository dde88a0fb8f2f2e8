"""Sound occurrences and mails for the tests of the store, one thing changed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.databases import emptied_or, open_or
from tracker.occurrence import LineKind, Occurrence
from tracker.store import MailRecord, NewMail, Store

NOW = datetime(2010, 6, 22, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def an_occurrence(key: str = "calls", **changed: Any) -> Occurrence:
    sound: dict[str, Any] = {
        "kind": LineKind.REMINDER,
        "campaign": "letter",
        "item": "calls",
        "owner": "vienna",
        "to": "vienna",
        "due": NOW,
        "expires": NOW + 24 * HOUR,
    }
    return Occurrence(key=key, **(sound | changed))


def a_mail(*keys: str, **changed: Any) -> NewMail:
    sound: dict[str, Any] = {
        "coordinator": "vienna",
        "kind": "reminder",
        "subject": "Tomorrow: one call",
        "message_id": f"<{'+'.join(keys)}@example.org>",
        "raw": b"Subject: Tomorrow\r\n\r\nCall.\r\n",
    }
    return NewMail(keys=keys, **(sound | changed))


def in_memory() -> Store:
    return emptied_or("sqlite://", base=Path())


def on_disk(folder: Path) -> Store:
    return open_or("sqlite:///tracker.db", base=folder)


def planned(store: Store, *keys: str, **changed: Any) -> None:
    """Queue a line for each key."""
    store.replace_plan([an_occurrence(key, **changed) for key in keys], (), (), now=NOW)


def started(store: Store, *keys: str, **changed: Any) -> MailRecord:
    """Queue a line for each key and take one mail with all of them in hand."""
    planned(store, *keys)
    mail = store.start_mail(a_mail(*keys, **changed), now=NOW)
    assert mail is not None
    return mail


def states(store: Store) -> dict[str, str]:
    """Return each line's state by key."""
    return {line.occurrence.key: line.state for line in store.lines()}

"""A person's word that mail may go on: what then leaves, and what this word settles."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tracker.app.holding import Seen, epoch, keep
from tracker.app.holding.holding import CLOCK, DISK
from tracker.app.holding.witness import adopt
from tracker.store import Store
from tracker.store.holds import TRIES

WHOSE = frozenset({"restored", "cloned"})
SENT_ALREADY = "left out on resuming: another tracker may have sent it"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What leaves to one coordinator as soon as nothing is held."""

    reader: str
    lines: int
    mails: int


def waiting(store: Store, now: datetime) -> list[Waiting]:
    """Count what is due to each coordinator: lines, and mails that wait for another try."""
    lines = Counter(one.to for one in store.due_lines(now))
    mails = Counter(
        one.coordinator
        for one in store.mails(states={"queued", "unknown"})
        if one.next_at is not None and one.next_at <= now
    )
    return [Waiting(who, lines[who], mails[who]) for who in sorted(lines.keys() | mails.keys())]


def go_on(
    store: Store, causes: Collection[str], reading: Seen, machine: str, *, sent_already: bool
) -> list[str]:
    """Let these causes go, and return those that there were; a full disk is no matter of words.

    For a wrong clock the word is that `reading` is right; for a database that others may use, that
    this one here is the only one. With `sent_already` nothing leaves that is due by now.
    """
    with store.writing():
        released = store.release(set(causes) - {DISK})
        if CLOCK in released:
            keep(store, reading)
        if WHOSE & set(released):
            # What one machine takes for restored is a copy to another; the word is the same.
            released = sorted({*released, *store.release(WHOSE)})
            (adopt if store.is_shared else _adopt)(store, reading.at)
        if sent_already:
            _leave_out(store, reading.at)
    if WHOSE & set(released) and store.file is not None:
        epoch.write_down(store, machine, epoch.file_beside(store.file))
    return released


def _adopt(store: Store, now: datetime) -> None:
    """Make the database one of its own, that has seen all the tries that its file knows of."""
    known = epoch.Epoch.read(epoch.file_beside(store.file)) if store.file else None
    store.mark(epoch.DATABASE, epoch.new_identity(), now=now)
    store.mark(TRIES, str(max(store.tries(), known.tries if known else 0)), now=now)


def _leave_out(store: Store, now: datetime) -> None:
    due = [(one.key, "expired", SENT_ALREADY) for one in store.due_lines(now)]
    store.replace_plan((), (), due, now=now)

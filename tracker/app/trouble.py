"""What a digest has to admit: lines that were missed, mail that did not go, files with errors."""

from collections.abc import Iterable
from datetime import UTC, datetime

from tracker.app.resuming import SENT_ALREADY
from tracker.changes import ARRIVED
from tracker.content import Entry
from tracker.dates import day_in, show_day_short
from tracker.digest import Missed, Trouble
from tracker.errors import Problem
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Reader
from tracker.store import JournalEntry, Store

PROBLEM = "problem"
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
MISSED = ("its time passed", SENT_ALREADY)
ALWAYS_REPLACED = frozenset({LineKind.DIGEST, LineKind.FOLLOW_UP})


def problem_sightings(problems: Iterable[Problem], *, now: datetime) -> list[JournalEntry]:
    """Note each distinct fault once, so that it is a reason for one digest and not for all."""
    return [
        JournalEntry(now, PROBLEM, None, f"problem/{one.file}/{one.key}/{one.code}/{one.distinct}")
        for one in problems
        if one.severity == "error"
    ]


def trouble_for(
    store: Store, problems: Iterable[Problem], reader: Reader, since: datetime | None
) -> Trouble:
    """Collect what went wrong since a reader's last digest, dated as on that reader's calendar."""
    after = since or BEGINNING
    new = [
        one for one in store.journal_beside_campaigns() if one.kind == PROBLEM and one.at > after
    ]
    return Trouble(
        missed=tuple(_missed(store, reader.id, after)),
        failed=tuple(_failed(store, reader, after)),
        files=tuple(one for one in problems if one.severity == "error"),
        newly_wrong=bool(new),
        corrected=tuple(_corrected(store, reader.id, after)),
    )


def _corrected(
    store: Store, reader: str, after: datetime
) -> Iterable[tuple[datetime, Occurrence]]:
    for line in store.lines(states=ARRIVED, coordinator=reader, settled_after=after):
        if line.occurrence.kind == LineKind.CORRECTION and line.settled_at is not None:
            yield line.settled_at, line.occurrence


def _missed(store: Store, reader: str, after: datetime) -> Iterable[Missed]:
    for line in store.lines(states={"expired"}, coordinator=reader, settled_after=after):
        one = line.occurrence
        if one.kind in ALWAYS_REPLACED:
            continue
        if line.reason and line.reason.startswith(MISSED):
            yield Missed(one, line.reason)


def _failed(store: Store, reader: Reader, after: datetime) -> Iterable[Entry]:
    for mail in store.mails(states={"failed"}, settled_after=after):
        if mail.coordinator == reader.id:
            when = show_day_short(day_in(mail.created_at, reader.zone))
            yield Entry(text=mail.subject, when=when, detail=mail.reason or "")

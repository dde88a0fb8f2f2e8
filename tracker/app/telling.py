"""What was told of dates: those given in passing, and meetings that files have moved."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from tracker.campaign import World
from tracker.changes import Kept, Move, Telling, Told, moves_between
from tracker.difference import Edit
from tracker.digest import Written
from tracker.occurrence import LineKind, Topic
from tracker.planning import Readers
from tracker.store import DatesTold, JournalEntry, OutboxLine, Store
from tracker.store.dates_told import Date

UNTOLD, TOLD_AGAIN, UNANSWERED, MOVE = "untold", "told again", "unanswered", "move"
HOW_IT_FARED = frozenset({UNTOLD, TOLD_AGAIN, UNANSWERED, MOVE})  # what `telling_from` adds up


def moves_made(before: World, after: World, *, now: datetime) -> Iterator[JournalEntry]:
    """Yield an entry for each meeting that an edit of its campaign's file has moved."""
    for campaign in sorted(before.campaigns.keys() & after.campaigns.keys()):
        if before.campaigns[campaign] == after.campaigns[campaign]:
            continue
        for one in moves_between(campaign, before, after, now=now):
            key = f"{MOVE}/{campaign}/{one.forum or 'own'}/{one.was}/{one.now}/{now.isoformat()}"
            data = {"forum": one.forum, "was": str(one.was), "now": str(one.now)}
            yield JournalEntry(now, MOVE, campaign, key, data)


def told_in_passing(
    reader: str, mail: int, written: Written, *, now: datetime
) -> Iterator[DatesTold]:
    """Yield the dates that a digest or an accepted notice gives, by campaign."""
    campaigns: dict[str, list[Date]] = {}
    for topic, at, text in written.tells:
        if topic.campaign is not None:
            day = str(topic.session) if topic.session else None
            one = (topic.item, topic.forum, day, topic.ask, _iso(at), text)
            campaigns.setdefault(topic.campaign, []).append(one)
    for campaign, dates in campaigns.items():
        yield DatesTold(campaign, reader, mail, now, dates)


def never_told(mail: int, attempt: int, *, now: datetime) -> JournalEntry:
    """Make the entry that a mail could not be delivered: nobody was told what it says."""
    return JournalEntry(now, UNTOLD, None, f"{UNTOLD}/{mail}/{attempt}", {"mail": mail})


def told_after_all(mail: int, attempt: int, *, now: datetime) -> JournalEntry:
    """Make the entry that a mail which failed goes again, and tells what it says."""
    return JournalEntry(now, TOLD_AGAIN, None, f"{TOLD_AGAIN}/{mail}/{attempt}", {"mail": mail})


def perhaps_told(mail: int, *, now: datetime) -> JournalEntry:
    """Make the entry that a mail may have arrived, its answer lost; the first such try counts."""
    return JournalEntry(now, UNANSWERED, None, f"{UNANSWERED}/{mail}", {"mail": mail})


def outbox_of(store: Store) -> list[Kept]:
    """Return every line with its state, as the comparison with a plan wants it."""
    return as_kept(store.lines())


def digests_ahead(store: Store, now: datetime) -> list[Kept]:
    """Return the digests to come: one may save a correction, and campaigns change none."""
    return [
        one
        for one in as_kept(store.lines_of_no_campaign())
        if one.occurrence.kind == LineKind.DIGEST
        and (one.occurrence.expires is None or one.occurrence.expires > now)
    ]


def as_kept(lines: Iterable[OutboxLine]) -> list[Kept]:
    """Return lines as the comparison with a plan wants them."""
    return [Kept(one.occurrence, one.state, one.mail or 0, one.settled_at) for one in lines]


def telling_from(
    entries: Iterable[JournalEntry],
    told: Iterable[DatesTold],
    world: World,
    edits: tuple[Edit, ...],
    *,
    edited_at: datetime | None,
) -> Telling:
    """Add up what corrections depend on."""
    entries = [one for one in entries if one.kind in HOW_IT_FARED]
    moves: dict[str, tuple[Move, ...]] = {}
    unanswered: dict[int, datetime] = {}
    for entry in entries:
        if entry.kind == UNANSWERED:
            unanswered[entry.data["mail"]] = entry.at
        elif entry.kind == MOVE and entry.campaign is not None:
            moves[entry.campaign] = (*moves.get(entry.campaign, ()), move_in(entry.data))
    return Telling(
        readers=Readers(world.config),
        settle=world.config.times.settle,
        passing=passing_in(told, untold_in(entries)),
        unanswered=unanswered,
        moves=moves,
        edits=edits,
        edited_at=edited_at,
    )


def untold_in(entries: Iterable[JournalEntry]) -> frozenset[int]:
    """Return the mails that told nobody anything: they failed, and did not go again."""
    found: set[int] = set()
    for entry in entries:
        if entry.kind == UNTOLD:
            found.add(entry.data["mail"])
        elif entry.kind == TOLD_AGAIN:
            found.discard(entry.data["mail"])
    return frozenset(found)


def passing_in(told: Iterable[DatesTold], untold: frozenset[int]) -> tuple[Told, ...]:
    """Return the dates that were told in passing, but for those of mails that told nothing."""
    return tuple(date for one in told if one.mail not in untold for date in dates_in(one))


def move_in(data: dict[str, Any]) -> Move:
    """Read the move that an entry holds."""
    return Move(data["forum"], date.fromisoformat(data["was"]), date.fromisoformat(data["now"]))


def dates_in(told: DatesTold) -> Iterator[Told]:
    """Read the dates that were told in passing by one mail."""
    for item, forum, session, ask, states, text in told.dates:
        day = date.fromisoformat(session) if session else None
        yield Told(
            reader=told.coordinator,
            topic=Topic(told.campaign, item, forum, day, ask),
            states=datetime.fromisoformat(states) if states else None,
            what=text,
            mail=told.mail,
            at=told.at,
            in_passing=True,
        )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

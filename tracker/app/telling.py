"""What the journal says of dates: those told in passing, and meetings that files have moved."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from tracker.campaign import World
from tracker.changes import Kept, Move, Telling, Told, moves_between
from tracker.difference import Edit
from tracker.digest import Written
from tracker.occurrence import LineKind, Topic
from tracker.planning import Readers
from tracker.store import JournalEntry, OutboxLine, Store
from tracker.store.journal import RENAMED

PASSING, UNTOLD, TOLD_AGAIN, MOVE = "passing", "untold", "told again", "move"
UNANSWERED = "unanswered"
DATES_TOLD = frozenset(  # what `telling_from` adds up
    {PASSING, UNTOLD, TOLD_AGAIN, UNANSWERED, MOVE, RENAMED}
)


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
) -> JournalEntry | None:
    """Make the entry of the dates that a digest or an accepted notice gives; None if none."""
    tells = [
        [*topic[:3], str(topic.session) if topic.session else None, topic.ask, _iso(at), text]
        for topic, at, text in written.tells
    ]
    if not tells:
        return None
    data = {"coordinator": reader, "mail": mail, "tells": tells}
    return JournalEntry(now, PASSING, None, f"{PASSING}/{mail}", data)


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
    world: World,
    edits: tuple[Edit, ...],
    *,
    edited_at: datetime | None,
) -> Telling:
    """Add up what corrections depend on."""
    passing: list[JournalEntry] = []
    moves: dict[str, tuple[Move, ...]] = {}
    untold: set[int] = set()
    unanswered: dict[int, datetime] = {}
    for entry in entries:
        if entry.kind == PASSING:
            passing.append(entry)
        elif entry.kind == RENAMED:
            passing = [_renamed(one, entry.data) for one in passing]
        elif entry.kind == UNTOLD:
            untold.add(entry.data["mail"])
        elif entry.kind == TOLD_AGAIN:
            untold.discard(entry.data["mail"])
        elif entry.kind == UNANSWERED:
            unanswered[entry.data["mail"]] = entry.at
        elif entry.kind == MOVE and entry.campaign is not None:
            moves[entry.campaign] = (*moves.get(entry.campaign, ()), move_in(entry.data))
    return Telling(
        readers=Readers(world.config),
        settle=world.config.times.settle,
        passing=tuple(
            one for entry in passing if entry.data["mail"] not in untold for one in dates_in(entry)
        ),
        unanswered=unanswered,
        moves=moves,
        edits=edits,
        edited_at=edited_at,
    )


def _renamed(entry: JournalEntry, names: dict[str, str]) -> JournalEntry:
    """Let what was told of a campaign be told of it under its new id."""
    old, new = names["old"], names["new"]
    tells = [[new if one[0] == old else one[0], *one[1:]] for one in entry.data["tells"]]
    return replace(entry, data={**entry.data, "tells": tells})


def move_in(data: dict[str, Any]) -> Move:
    """Read the move that an entry holds."""
    return Move(data["forum"], date.fromisoformat(data["was"]), date.fromisoformat(data["now"]))


def dates_in(entry: JournalEntry) -> Iterator[Told]:
    """Read the dates that were told in passing by one mail."""
    for campaign, item, forum, session, ask, states, text in entry.data["tells"]:
        day = date.fromisoformat(session) if session else None
        yield Told(
            reader=entry.data["coordinator"],
            topic=Topic(campaign, item, forum, day, ask),
            states=datetime.fromisoformat(states) if states else None,
            what=text,
            mail=entry.data["mail"],
            at=entry.at,
            in_passing=True,
        )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

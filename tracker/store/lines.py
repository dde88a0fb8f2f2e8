"""The outbox's lines: what is planned, what is due, and what became of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection, Row

from tracker.occurrence import Occurrence
from tracker.store import documents, postgres
from tracker.store.records import LineState, OutboxLine
from tracker.store.upsert import Insert, Upsert
from tracker.tables import LINE

Lines = dict[str, list[Occurrence]]  # by reader, each reader's in the order they came due
# A line that a mail carries follows that mail: it is neither due, nor changed, nor dropped.
# Put so that SQLite does not look it up by mail: nearly all queued lines have none.
_FREE: ColumnElement[bool] = and_(LINE.c.state == "queued", func.coalesce(LINE.c.mail_id, 0) == 0)
# Put so that SQLite looks by the moment: a reader has thousands of lines, few of them about now.
_IS_FOR = func.coalesce(LINE.c.recipient, "").in_(
    bindparam("readers", type_=LINE.c.recipient.type, expanding=True)
)
_PLANNED = ("campaign", "recipient", "due", "expires", "document")
_SEEN = (LINE.c.document, LINE.c.state, LINE.c.mail_id, LINE.c.reason, LINE.c.settled_at)

# Asked at each wake-up, so built once: building costs more than asking.
_NOW = bindparam("now", type_=LINE.c.due.type)
_DUE = (
    select(LINE.c.document)
    .where(_FREE, LINE.c.due <= _NOW, or_(LINE.c.expires.is_(None), LINE.c.expires > _NOW))
    .order_by(LINE.c.due, LINE.c.key)
)
_DUE_TO = _DUE.where(_IS_FOR)
_TAKE = (
    select(LINE.c.recipient, LINE.c.document)
    .where(
        _FREE,
        _IS_FOR,
        LINE.c.due <= bindparam("due_by", type_=LINE.c.due.type),
        or_(LINE.c.expires.is_(None), LINE.c.expires > _NOW),
    )
    .order_by(LINE.c.due, LINE.c.key)
    .with_for_update(skip_locked=True)
)
_WAITING = (
    select(LINE.c.recipient, LINE.c.document)
    .where(
        _FREE,
        _IS_FOR,
        LINE.c.due > _NOW,
        LINE.c.due <= bindparam("until", type_=LINE.c.due.type),
        or_(LINE.c.expires.is_(None), LINE.c.expires > _NOW),
    )
    .order_by(LINE.c.due, LINE.c.key)
)
NEXT_DUE = select(func.min(LINE.c.due)).where(_FREE)
NEXT_DUE_AFTER = NEXT_DUE.where(LINE.c.due > bindparam("after", type_=LINE.c.due.type))
_ALL = select(*_SEEN).order_by(LINE.c.due, LINE.c.key)
_OF_CAMPAIGN = _ALL.where(LINE.c.campaign == bindparam("of"))
_AT_ONCE = 500  # names in one statement
_OF_CAMPAIGNS = _ALL.where(LINE.c.campaign.in_(bindparam("campaigns", expanding=True)))
_BESIDE_CAMPAIGNS = _ALL.where(LINE.c.campaign.is_(None))
_OF_NO_CAMPAIGN = _BESIDE_CAMPAIGNS.where(LINE.c.state == "queued")
_CAMPAIGNS = select(LINE.c.campaign).where(LINE.c.campaign.is_not(None)).distinct()
_UNSENT = _ALL.where(
    LINE.c.state.in_(("queued", "expired")),
    LINE.c.due > bindparam("since", type_=LINE.c.due.type),
    LINE.c.due <= _NOW,
)
# What is over was due before: by that index few rows are read.
_EXPIRED = select(LINE.c.document).where(_FREE, LINE.c.due <= _NOW, LINE.c.expires <= _NOW)
_CAMPAIGNS_OF = (
    select(LINE.c.campaign)
    .where(LINE.c.recipient == bindparam("coordinator"), LINE.c.campaign.is_not(None))
    .distinct()
)
# By the campaigns' index; the words are how a document names its kind, so that few are read.
_ASKINGS = select(LINE.c.key, LINE.c.document).where(
    LINE.c.campaign.in_(bindparam("campaigns", expanding=True)),
    LINE.c.state.in_(("sent", "unknown")),
    LINE.c.document.contains('"kind": "follow-up"'),
)
_KEY: BindParameter[str] = bindparam("of")
_ONE = select(*_SEEN).where(LINE.c.key == _KEY)
_CHANGE = (
    update(LINE)
    .where(LINE.c.key == _KEY, _FREE)
    .values({name: bindparam(name) for name in _PLANNED})
)
_END: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in ("state", "reason", "settled_at")
}
_DROP = update(LINE).where(LINE.c.key == _KEY, _FREE).values(_END)
_FOLLOW = update(LINE).where(LINE.c.mail_id == bindparam("of")).values(_END)
_BIND = (
    update(LINE)
    .where(LINE.c.key == _KEY, _FREE)
    .values(state="sending", mail_id=bindparam("mail"))
)
_CARRIED = (
    select(LINE.c.mail_id, func.count())
    .where(LINE.c.mail_id.in_(bindparam("mails", expanding=True)))
    .group_by(LINE.c.mail_id)
)
_LET_GO = (
    update(LINE).where(LINE.c.mail_id == bindparam("of")).values(state="queued", mail_id=None)
)


def _queued(new: Insert) -> Insert:
    return new.on_conflict_do_update(
        index_elements=[LINE.c.key],
        set_={
            **{name: new.excluded[name] for name in _PLANNED},
            "state": "queued",
            "reason": None,
            "mail_id": None,
            "settled_at": None,
        },
        where=or_(_FREE, LINE.c.state == "cancelled", LINE.c.state == "expired"),
    )


_PUT = Upsert(LINE, _queued)


def read(
    connection: Connection,
    *,
    states: Collection[str] | None,
    campaign: str | None,
    coordinator: str | None,
    settled_after: datetime | None,
) -> list[OutboxLine]:
    """Return lines by due moment, then key; `coordinator` is who gets them."""
    query = _ALL if campaign is None else _OF_CAMPAIGN
    if states is not None:
        query = query.where(LINE.c.state.in_(states))
    if coordinator is not None:
        query = query.where(LINE.c.recipient == coordinator)
    if settled_after is not None:
        query = query.where(LINE.c.settled_at > settled_after)
    asked = {} if campaign is None else {"of": campaign}
    return [_line(*row) for row in connection.execute(query, asked).all()]


def one(connection: Connection, key: str) -> OutboxLine | None:
    """Return the line of a key, if there ever was one."""
    row = connection.execute(_ONE, {"of": key}).one_or_none()
    return None if row is None else _line(*row)


def askings(connection: Connection, steps: Collection[tuple[str, str]]) -> list[Occurrence]:
    """Return the lines of these follow-ups, (campaign, id), that left or may have."""
    wanted = {"/".join(step) for step in steps}
    found = connection.execute(_ASKINGS, {"campaigns": sorted({one for one, _ in steps})})
    return [documents.load(row.document) for row in found if _step(row.key) in wanted]


def of_campaigns(connection: Connection, campaigns: Collection[str]) -> list[OutboxLine]:
    """Return all lines of some campaigns."""
    names = sorted(campaigns)
    parts = ({"campaigns": names[at : at + _AT_ONCE]} for at in range(0, len(names), _AT_ONCE))
    rows = [row for one in parts for row in connection.execute(_OF_CAMPAIGNS, one).all()]
    return [_line(*row) for row in rows]


def campaigns(connection: Connection) -> set[str]:
    """Return the campaigns that have lines."""
    return set(connection.execute(_CAMPAIGNS).scalars())


def beside_campaigns(connection: Connection) -> list[OutboxLine]:
    """Return the lines that belong to no campaign, whatever became of them."""
    return [_line(*row) for row in connection.execute(_BESIDE_CAMPAIGNS).all()]


def of_no_campaign(connection: Connection) -> list[OutboxLine]:
    """Return the queued lines that belong to no campaign."""
    return [_line(*row) for row in connection.execute(_OF_NO_CAMPAIGN).all()]


def unsent(connection: Connection, *, since: datetime, now: datetime) -> list[OutboxLine]:
    """Return what came due between two moments and is queued or expired."""
    asked = {"since": since, "now": now}
    return [_line(*row) for row in connection.execute(_UNSENT, asked).all()]


def expired(connection: Connection, *, now: datetime) -> list[Occurrence]:
    """Return what is free and of no use any more."""
    found = connection.execute(_EXPIRED, {"now": now}).scalars()
    return [documents.load(document) for document in found]


def campaigns_of(connection: Connection, coordinator: str) -> set[str]:
    """Return the campaigns of which somebody has, or had, lines."""
    return set(connection.execute(_CAMPAIGNS_OF, {"coordinator": coordinator}).scalars())


def due(
    connection: Connection, *, now: datetime, coordinator: str | None = None
) -> list[Occurrence]:
    """Return what is due and not expired, earliest first, to one coordinator or to all."""
    query = _DUE if coordinator is None else _DUE_TO
    asked: dict[str, object] = {"now": now}
    if coordinator is not None:
        asked["readers"] = [coordinator]
    found = connection.execute(query, asked).scalars()
    return [documents.load(document) for document in found]


def choose(
    connection: Connection, readers: Sequence[str], *, most: int, now: datetime, due_by: datetime
) -> list[str]:
    """Return those of these readers, the first so many, whose mails nobody else writes.

    Two mails for one reader would be one too many.
    """
    if not postgres.is_it(connection):
        return list(readers[:most])
    return postgres.take_readers(connection, readers, most=most, now=now, due_by=due_by)


def take(
    connection: Connection, *, readers: Collection[str], now: datetime, due_by: datetime
) -> Lines:
    """Return these readers' lines that are due by a moment and not expired, for a mail each."""
    asked = {"now": now, "readers": list(readers), "due_by": due_by}
    return _by_reader(readers, connection.execute(_TAKE, asked))


def waiting(
    connection: Connection, *, readers: Collection[str], now: datetime, until: datetime
) -> Lines:
    """Return what these readers' queues hold that is due after now, but not after `until`."""
    asked = {"now": now, "until": until, "readers": list(readers)}
    return _by_reader(readers, connection.execute(_WAITING, asked))


def put(
    connection: Connection, occurrences: Iterable[Occurrence], waits: Mapping[str, datetime]
) -> None:
    """Queue new lines, and again those that were cancelled or expired under the same key.

    A free line takes the new due moment and text; what a mail carries, or was sent, stays. A line
    that waits is due in its row later than its document says.
    """
    rows = [{"key": one.key, "state": "queued", **_columns(one, waits)} for one in occurrences]
    if rows:
        connection.execute(_PUT.on(connection), rows)


def change(
    connection: Connection, occurrences: Iterable[Occurrence], waits: Mapping[str, datetime]
) -> None:
    """Give free lines their new due moment and text; all others stay as they are."""
    rows = [{"of": one.key, **_columns(one, waits)} for one in occurrences]
    if rows:
        connection.execute(_CHANGE, rows)


def drop(connection: Connection, ends: Iterable[tuple[str, str, str]], *, now: datetime) -> None:
    """End free lines, each (key, state, reason) as cancelled or expired."""
    rows = [
        {"of": key, "state": state, "reason": reason, "settled_at": now}
        for key, state, reason in ends
    ]
    if rows:
        connection.execute(_DROP, rows)


def bind(connection: Connection, carried: Mapping[int, Collection[str]]) -> set[int]:
    """Let mails carry lines from now on, by number; return the mails that have got all of theirs.

    What another has got, the caller lets go again.
    """
    rows = [{"of": key, "mail": mail} for mail, keys in carried.items() for key in keys]
    if rows:
        connection.execute(_BIND, rows)
    found = connection.execute(_CARRIED, {"mails": list(carried)})
    got = {row[0]: row[1] for row in found}
    return {mail for mail, keys in carried.items() if got.get(mail, 0) == len(keys)}


def let_go(connection: Connection, mail: int) -> None:
    """Free the lines that a mail carries."""
    connection.execute(_LET_GO, {"of": mail})


def follow(
    connection: Connection,
    mails: Collection[int],
    *,
    state: str,
    reason: str | None = None,
    settled_at: datetime | None = None,
) -> None:
    """Give the lines that these mails carry the mails' state."""
    if mails:
        end = {"state": state, "reason": reason, "settled_at": settled_at}
        connection.execute(_FOLLOW, [{"of": mail, **end} for mail in mails])


def _by_reader(readers: Iterable[str], found: Iterable[Row[str | None, str]]) -> Lines:
    lines: Lines = {reader: [] for reader in readers}
    for reader, document in found:
        lines[reader or ""].append(documents.load(document))
    return lines


def _step(key: str) -> str:
    """Return of which campaign and step a key is."""
    return "/".join(key.split("/", 2)[:2])


def _columns(occurrence: Occurrence, waits: Mapping[str, datetime]) -> dict[str, object]:
    return {
        "campaign": occurrence.campaign,
        "recipient": occurrence.to,
        "due": waits.get(occurrence.key, occurrence.due),
        "expires": occurrence.expires,
        "document": documents.dump(occurrence),
    }


def _line(
    document: str, state: LineState, mail: int | None, reason: str | None, at: datetime | None
) -> OutboxLine:
    return OutboxLine(documents.load(document), state, mail, reason, at)

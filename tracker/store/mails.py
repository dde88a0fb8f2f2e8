"""The outbox's mails: taken in hand, sent, refused, without an answer, waiting for another try."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.engine import Connection, Row

from tracker.errors import QuestionError
from tracker.store import leases, lines, postgres
from tracker.store.records import Attempt, MailRecord, NewMail
from tracker.tables import ATTEMPT, MAIL

MOST_RECOVERIES = 3
EVERY = 1_000_000  # more mails than anybody has waiting
PAUSE = timedelta(minutes=5)  # after a try without an answer: at once would only make copies
_RETRIABLE = ("failed", "unknown", "expired")
# In the words of the partial index: bound, they would be put together anew at each asking.
_WAITING: ColumnElement[bool] = MAIL.c.state.in_(
    (literal_column("'queued'"), literal_column("'unknown'"))
)
_NEXT_TRY = select(func.min(MAIL.c.next_at)).where(_WAITING)
# Lines that no mail carries and mails that wait, in one question: it is asked at each turn.
_NEXT, _NEXT_AFTER = (
    select(line.scalar_subquery(), _NEXT_TRY.scalar_subquery())
    for line in (lines.NEXT_DUE, lines.NEXT_DUE_AFTER)
)
_START = insert(MAIL).returning(MAIL.c.id, MAIL.c.message_id)
_UNDO = delete(MAIL).where(MAIL.c.id == bindparam("of"))
# Fencing: a process that slept while another took over finds no row of its own any more.
# Whoever claims takes what nobody else has its hands on, and never more than asked for. SQLite has
# one writer at a time, and says the same without the lock.
_SETTLE = (
    update(MAIL)
    .where(
        MAIL.c.id == bindparam("of"),
        MAIL.c.state == "sending",
        MAIL.c.owner == bindparam("by"),
        MAIL.c.attempt == bindparam("try"),
    )
    .values(
        {
            name: bindparam(name)
            for name in ("state", "reason", "next_at", "recoveries", "put_off", "settled_at")
        }
    )
)

_SETTLE_SENT = (
    update(MAIL)
    .where(
        MAIL.c.state == "sending",
        tuple_(MAIL.c.id, MAIL.c.owner, MAIL.c.attempt).in_(bindparam("tries", expanding=True)),
    )
    .values(state="sent", reason=None, next_at=None, settled_at=bindparam("now"))
    .returning(MAIL.c.id)
)


def _untouched(chosen: Select[tuple[int]]) -> Select[tuple[int]]:
    locked = chosen.with_for_update(skip_locked=True).cte("untouched")
    return select(locked.c.id)


_NOW = bindparam("now", type_=MAIL.c.next_at.type)
_OTHERS = MAIL.c.coordinator.not_in(bindparam("passed", expanding=True))
_TO_TRY = (
    select(MAIL.c.id)
    .where(_WAITING, MAIL.c.next_at <= _NOW, _OTHERS)
    .order_by(MAIL.c.next_at, MAIL.c.id)
)
_CLAIM = (
    update(MAIL)
    .where(MAIL.c.id.in_(_untouched(_TO_TRY.limit(bindparam("most", type_=Integer)))))
    .values(
        state="sending",
        owner=bindparam("by"),
        attempt=MAIL.c.attempt + 1,
        next_at=None,
        leased_until=bindparam("lease"),
    )
    .returning(MAIL)
)
# What the dead had in hand: each start asks for it, and on PostgreSQL each look.
_GONE = (
    select(MAIL)
    .where(MAIL.c.state == "sending", MAIL.c.id.not_in(bindparam("in_hand", expanding=True)))
    .order_by(MAIL.c.id)
    .with_for_update(skip_locked=True)
)
_GONE_IN_TIME = _GONE.where(MAIL.c.leased_until < bindparam("at", type_=MAIL.c.leased_until.type))
_OVER = select(MAIL.c.id).where(_WAITING, MAIL.c.expires <= _NOW)
_EXPIRE = (
    update(MAIL)
    .where(MAIL.c.id.in_(_untouched(_OVER)))
    .values(state="expired", reason=bindparam("why"), next_at=None, settled_at=_NOW)
    .returning(MAIL.c.id)
)
# By number, and not by moment: nothing finds a moment without reading every mail there ever was.
_LATEST = select(MAIL.c.coordinator, MAIL.c.created_at).order_by(MAIL.c.id.desc()).limit(1000)
_BY_NUMBER = select(MAIL).where(MAIL.c.id == bindparam("of"))
_NEWEST = (select(func.max(MAIL.c.id)), select(func.max(ATTEMPT.c.id)))
_TRY = insert(ATTEMPT)
_TOO_LATE = "the mail could not be handed over before it was too late to be of use"
_STOPPED = "the tracker stopped before the answer to this try was written down"


def start(
    connection: Connection, new: Sequence[NewMail], *, owner: str, now: datetime
) -> list[MailRecord | None]:
    """Write mails down as being sent, with their lines; None for one whose lines are not free."""
    if not new:
        return []
    lease = leases.end(connection, now)
    begun = [_columns(mail, owner, now, lease) for mail in new]
    numbered = {name: number for number, name in connection.execute(_START, begun)}
    wanted = {numbered[mail.message_id]: mail.keys for mail in new}
    bound = lines.bind(connection, wanted)
    for number in wanted.keys() - bound:
        lines.let_go(connection, number)
        connection.execute(_UNDO, {"of": number})
    records = [
        _begun(mail, numbered[mail.message_id], row) for mail, row in zip(new, begun, strict=True)
    ]
    return [record if record.id in bound else None for record in records]


def settle(
    connection: Connection,
    mail: MailRecord,
    attempt: Attempt,
    *,
    state: str,
    next_at: datetime | None = None,
    put_off: int = 0,
) -> bool:
    """Write down how a try went; False, and nothing is written, if the mail is no longer ours."""
    ended = state in {"sent", "failed"}
    reason = None if state == "sent" else attempt.text
    recoveries = mail.recoveries + (attempt.outcome == "unknown")
    settled_at = attempt.at if ended else None
    end = {
        "state": state,
        "reason": reason,
        "next_at": next_at,
        "recoveries": recoveries,
        "put_off": mail.put_off + put_off,
        "settled_at": settled_at,
    }
    ours = {"of": mail.id, "by": mail.owner, "try": mail.attempt}
    changed = connection.execute(_SETTLE, {**end, **ours})
    if changed.rowcount != 1:
        return False
    _write_attempts(connection, [(mail, attempt)])
    lines.follow(connection, [mail.id], state=state, reason=reason, settled_at=settled_at)
    return True


def settle_sent(connection: Connection, sent: Sequence[tuple[MailRecord, Attempt]]) -> list[int]:
    """Write down that mails were taken, as `settle` does; return those that are still ours."""
    if not sent:
        return []
    tries = [(mail.id, mail.owner, mail.attempt) for mail, _ in sent]
    at = sent[0][1].at
    ours = set(connection.execute(_SETTLE_SENT, {"tries": tries, "now": at}).scalars())
    kept = [(mail, attempt) for mail, attempt in sent if mail.id in ours]
    _write_attempts(connection, kept)
    lines.follow(connection, sorted(ours), state="sent", settled_at=at)
    return sorted(ours)


def claim_waiting(
    connection: Connection,
    *,
    owner: str,
    now: datetime,
    limit: int | None,
    but_not: Collection[str] = (),
) -> list[MailRecord]:
    """Take in hand the mails whose next try is due, each under its next attempt."""
    expire(connection, now=now)
    lease = leases.end(connection, now)
    asked = {
        "now": now,
        "by": owner,
        "lease": lease,
        "most": limit or EVERY,
        "passed": list(but_not),
    }
    found = sorted(map(_record, connection.execute(_CLAIM, asked)), key=lambda mail: mail.id)
    lines.follow(connection, [mail.id for mail in found], state="sending")
    return found


def expire(connection: Connection, *, now: datetime) -> None:
    """End the waiting mails that nobody needs any more."""
    found = list(connection.execute(_EXPIRE, {"now": now, "why": _TOO_LATE}).scalars())
    lines.follow(connection, found, state="expired", reason=_TOO_LATE, settled_at=now)


def renew(connection: Connection, mails: Collection[int], *, owner: str, now: datetime) -> None:
    """Go on having these mails in hand."""
    mine = (MAIL.c.id.in_(list(mails)), MAIL.c.state == "sending", MAIL.c.owner == owner)
    connection.execute(update(MAIL).where(*mine).values(leased_until=leases.end(connection, now)))


def recover(
    connection: Connection, *, in_hand: Collection[int], now: datetime
) -> list[MailRecord]:
    """Queue again, with the same bytes, what a process now dead had in hand.

    Where machines share a database, that is what has a lease that has ended; else all that this
    process does not have `in_hand`.

    Nobody knows whether the server took it. After three tries without an answer it is failed:
    a mail that kills the process each time must not do so for ever.
    """
    asked: dict[str, object] = {"in_hand": list(in_hand)}
    gone = _GONE
    if postgres.is_it(connection):
        gone, asked["at"] = _GONE_IN_TIME, postgres.clock(connection)
    dead = [_record(row) for row in connection.execute(gone, asked)]
    for mail in dead:
        attempt = Attempt(at=now, outcome="unknown", code=None, text=_STOPPED)
        settle_unknown(connection, mail, attempt, state="queued", next_at=now)
    return [found for mail in dead if (found := one(connection, mail.id)) is not None]


def settle_unknown(
    connection: Connection, mail: MailRecord, attempt: Attempt, *, state: str, next_at: datetime
) -> bool:
    """Write down a try without an answer; one too many ends the mail as failed."""
    if mail.recoveries >= MOST_RECOVERIES:
        tries = mail.recoveries + 1
        text = f"given up after {tries} tries without an answer; the last: {attempt.text}"
        last = Attempt(at=attempt.at, outcome="unknown", code=attempt.code, text=text)
        return settle(connection, mail, last, state="failed")
    return settle(connection, mail, attempt, state=state, next_at=next_at)


def queue_again(connection: Connection, number: int, *, now: datetime) -> MailRecord:
    """Queue an ended mail again because a person asked for it: at once, with no end in time."""
    mail = one(connection, number)
    if mail is None:
        raise QuestionError(f"There is no mail {number}: `tracker outbox` lists them.")
    if not mail.raw:
        raise QuestionError(f"The text of mail {number} was purged: it cannot be sent again.")
    if mail.state == "queued":
        raise QuestionError(
            f"Mail {number} is queued: it is tried again by itself, and `tracker why {number}`"
            " says when."
        )
    if mail.state not in _RETRIABLE:
        raise QuestionError(f"Mail {number} is {mail.state}: there is nothing to send again.")
    again = connection.execute(
        update(MAIL)
        .where(MAIL.c.id == number)
        .values(
            state="queued", reason=None, next_at=now, expires=None, recoveries=0, settled_at=None
        )
        .returning(MAIL)
    ).one()
    lines.follow(connection, [number], state="queued")
    return _record(again)


def put_back(connection: Connection, number: int, *, now: datetime) -> MailRecord | None:
    """Queue a mail again that failed through no fault of its own; its end in time stays."""
    back = connection.execute(
        update(MAIL)
        .where(MAIL.c.id == number, MAIL.c.state == "failed")
        .values(state="queued", next_at=now, settled_at=None)
        .returning(MAIL)
    ).one_or_none()
    if back is None:
        return None
    lines.follow(connection, [number], state="queued")
    return _record(back)


def next_due(connection: Connection, *, after: datetime | None) -> datetime | None:
    """Return the earliest moment, of those after one, at which a line or another try is due."""
    asked = (_NEXT, {}) if after is None else (_NEXT_AFTER, {"after": after})
    moments = connection.execute(*asked).one()
    return min((at for at in moments if at and (after is None or at > after)), default=None)


def read(
    connection: Connection,
    *,
    states: Collection[str] | None,
    limit: int | None,
    settled_after: datetime | None,
) -> list[MailRecord]:
    """Return mails in the order they were made; with `limit`, the newest so many."""
    query = select(MAIL).order_by(MAIL.c.id.desc()).limit(limit)
    if states is not None:
        query = query.where(MAIL.c.state.in_(states))
    if settled_after is not None:
        query = query.where(MAIL.c.settled_at > settled_after)
    return [_record(row) for row in reversed(connection.execute(query).all())]


def latest(connection: Connection) -> dict[str, list[datetime]]:
    """Return, by coordinator, when the latest mails were begun."""
    found: dict[str, list[datetime]] = {}
    for coordinator, at in connection.execute(_LATEST):
        found.setdefault(coordinator, []).append(at)
    return found


def one(connection: Connection, number: int) -> MailRecord | None:
    """Return a mail by its number."""
    row = connection.execute(_BY_NUMBER, {"of": number}).one_or_none()
    return None if row is None else _record(row)


def begun_and_ended(connection: Connection) -> int:
    """Return how many mails were begun, and how many tries have ended; no row is ever deleted."""
    return sum(connection.execute(newest).scalar() or 0 for newest in _NEWEST)


def attempts(connection: Connection, number: int) -> list[Attempt]:
    """Return every try of a mail, first to last."""
    query = select(ATTEMPT).where(ATTEMPT.c.mail_id == number).order_by(ATTEMPT.c.id)
    return [
        Attempt(at=row.at, outcome=row.outcome, code=row.code, text=row.answer)
        for row in connection.execute(query)
    ]


def _write_attempts(connection: Connection, tries: Sequence[tuple[MailRecord, Attempt]]) -> None:
    rows = [
        {
            "mail_id": mail.id,
            "number": mail.attempt,
            "at": attempt.at,
            "outcome": attempt.outcome,
            "code": attempt.code,
            "answer": attempt.text,
        }
        for mail, attempt in tries
    ]
    if rows:
        connection.execute(_TRY, rows)


def _columns(mail: NewMail, owner: str, now: datetime, lease: datetime) -> dict[str, Any]:
    return {
        "coordinator": mail.coordinator,
        "kind": mail.kind,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "raw": mail.raw,
        "carries": json.dumps(mail.keys, ensure_ascii=False),
        "state": "sending",
        "owner": owner,
        "attempt": 1,
        "recoveries": 0,
        "created_at": now,
        "expires": mail.expires,
        "leased_until": lease,
    }


def _begun(mail: NewMail, number: int, row: Mapping[str, Any]) -> MailRecord:
    """Return a mail that was just written; its bytes need not be read back."""
    written = {name: value for name, value in row.items() if name != "carries"}
    return MailRecord(
        id=number, keys=mail.keys, reason=None, next_at=None, settled_at=None, **written
    )


def _record(row: Row[*tuple[Any, ...]]) -> MailRecord:
    columns = dict(row._mapping)  # noqa: SLF001 -- the documented way to a row's columns by name
    keys = tuple(json.loads(columns.pop("carries")))
    return MailRecord(**columns, keys=keys)

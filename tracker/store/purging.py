"""What is kept of mails for a while only: their text, their subject and what servers said."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Engine, bindparam, case, select, update
from sqlalchemy.engine import Connection

from tracker.tables import ATTEMPT, LINE, MAIL

_ENDED = ("sent", "failed", "expired", "cancelled")
_OLD = select(MAIL.c.id, MAIL.c.subject).where(
    MAIL.c.state.in_(_ENDED),
    MAIL.c.settled_at < bindparam("before", type_=MAIL.c.settled_at.type),
    MAIL.c.raw != b"",
)
_REASON = "purged"  # the server's words for it may name somebody
_EMPTY = (
    update(MAIL)
    .where(MAIL.c.id == bindparam("of"))
    .values(
        raw=b"",
        subject=bindparam("was"),
        reason=case((MAIL.c.reason.is_not(None), _REASON), else_=None),
    )
)
_LINES = (
    update(LINE)
    .where(LINE.c.mail_id == bindparam("of"), LINE.c.reason.is_not(None))
    .values(reason=_REASON)
)
_SAID = update(ATTEMPT).where(ATTEMPT.c.mail_id == bindparam("of")).values(answer="")
_SIGNS = 12


def purge(connection: Connection, *, before: datetime) -> int:
    """Empty the mails that ended before a moment; keys, Message-ID and history stay."""
    old = connection.execute(_OLD, {"before": before}).all()
    if old:
        connection.execute(
            _EMPTY, [{"of": mail, "was": hash_of(subject)} for mail, subject in old]
        )
        for words in (_SAID, _LINES):
            connection.execute(words, [{"of": mail} for mail, _ in old])
    return len(old)


def hash_of(subject: str) -> str:
    """Return what is left of a subject: enough to compare one with it."""
    return f"purged, sha256 {sha256(subject.encode()).hexdigest()[:_SIGNS]}"


def leave_no_trace(engine: Engine) -> None:
    """Write SQLite's log back into the database and empty it; secure_delete did the rest."""
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

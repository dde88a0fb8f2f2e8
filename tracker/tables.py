"""The rows of the database; only the store makes one.

States are text with a check, never an enumeration: a native one would not match a partial index.
Moments are bare `datetime` fields, which come and go as aware UTC. A row validates nothing.
"""

from datetime import datetime
from typing import ClassVar, cast

from sqlalchemy import CheckConstraint, Index, LargeBinary, MetaData, Table, Text, text
from sqlmodel import Field, SQLModel

LINE_STATES = ("queued", "sending", "sent", "failed", "unknown", "cancelled", "expired")
MAIL_STATES = LINE_STATES
OUTCOMES = ("sent", "temporary", "permanent", "unknown")


def _partial_index(name: str, column: str, where: str) -> Index:
    """Index only the rows still waiting: an index over all rows walks through those long sent."""
    # With a condition for PostgreSQL as well, SQLAlchemy would load all of that dialect.
    return Index(name, column, sqlite_where=text(where))


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Row(SQLModel):
    """A row of ours: all share one metadata, whose names of constraints migrations can rely on."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class FileRow(Row, table=True):
    """The last good version of one file; `read_at` is when this version was first read."""

    __tablename__ = "file"

    kind: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    digest: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)
    read_at: datetime


class JournalRow(Row, table=True):
    """One thing seen or done; `key` makes writing it down twice harmless."""

    __tablename__ = "journal"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    kind: str = Field(sa_type=Text)
    campaign: str | None = Field(default=None, sa_type=Text, index=True)
    key: str = Field(sa_type=Text, unique=True)
    document: str = Field(sa_type=Text)


class ToldRow(Row, table=True):
    """The dates of one campaign that one mail gave in passing, in JSON: topic, date, words."""

    __tablename__ = "told"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    campaign: str = Field(sa_type=Text, index=True)
    coordinator: str = Field(sa_type=Text)
    mail_id: int
    at: datetime
    document: str = Field(sa_type=Text)


class MailRow(Row, table=True):
    """One message and what became of it; `owner` and `attempt` say who may write its end.

    `carries` is the list of its occurrences' keys in JSON, kept even if a line later leaves again
    in another mail. `next_at` is when a waiting mail goes again, `recoveries` counts the tries
    that had no answer, `put_off` those that the reader's own server put off. Until `leased_until`
    nobody but the owner touches a mail that is being sent.
    """

    __tablename__ = "mail"
    __table_args__ = (
        _one_of("state", MAIL_STATES),
        _partial_index("ix_mail_waiting", "next_at", "state IN ('queued', 'unknown')"),
        Index("ix_mail_state", "state"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    coordinator: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text, unique=True)
    raw: bytes = Field(sa_type=LargeBinary)
    carries: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    owner: str = Field(sa_type=Text)
    attempt: int
    recoveries: int = 0
    put_off: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime
    next_at: datetime | None = None
    expires: datetime | None = None
    settled_at: datetime | None = None
    leased_until: datetime | None = None


class LineRow(Row, table=True):
    """One occurrence and what became of it; `document` is the occurrence as planned, in JSON.

    The columns beside the document are those that a query asks for. `mail_id` binds a line to the
    mail that carries it: it then follows that mail and is not due on its own.
    """

    __tablename__ = "line"
    __table_args__ = (
        _one_of("state", LINE_STATES),
        _partial_index("ix_line_due", "due", "state = 'queued'"),
    )

    key: str = Field(primary_key=True, sa_type=Text)
    campaign: str | None = Field(default=None, sa_type=Text, index=True)
    recipient: str = Field(sa_type=Text, index=True)
    due: datetime
    expires: datetime | None = None
    document: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    mail_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
    settled_at: datetime | None = None


class AttemptRow(Row, table=True):
    """One try to hand a mail over, and the answer."""

    __tablename__ = "attempt"
    __table_args__ = (_one_of("outcome", OUTCOMES), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    number: int
    at: datetime
    outcome: str = Field(sa_type=Text)
    code: int | None = None
    answer: str = Field(sa_type=Text)


class HoldRow(Row, table=True):
    """One reason why nothing may leave for now; `why` is the sentence that people read."""

    __tablename__ = "hold"

    cause: str = Field(primary_key=True, sa_type=Text)
    since: datetime
    why: str = Field(sa_type=Text)


class LeaseRow(Row, table=True):
    """A piece of work that one process has for a while; each new owner starts a new `term`."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True, sa_type=Text)
    owner: str = Field(sa_type=Text)
    term: int
    until: datetime


class MarkRow(Row, table=True):
    """One thing that must survive a restart: the latest moment seen, whose database this is."""

    __tablename__ = "mark"

    name: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)
    at: datetime


def _table(row: type[Row]) -> Table:
    # Statements are built on the tables: one is about ten times cheaper than a session of objects.
    return cast("Table", row.__table__)  # type: ignore[attr-defined]


FILE = _table(FileRow)
JOURNAL = _table(JournalRow)
TOLD = _table(ToldRow)
MAIL = _table(MailRow)
LINE = _table(LineRow)
ATTEMPT = _table(AttemptRow)
HOLD = _table(HoldRow)
LEASE = _table(LeaseRow)
MARK = _table(MarkRow)

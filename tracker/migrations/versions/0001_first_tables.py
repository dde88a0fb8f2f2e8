"""The first tables: files, journal, mails, lines and attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

STATES = "state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'cancelled', 'expired')"
OUTCOMES = "outcome IN ('sent', 'temporary', 'permanent', 'unknown')"
WAITING = sa.text("state IN ('queued', 'unknown')")
QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    """Go from an empty database to 0001."""
    _file()
    _journal()
    _mail()
    _line()
    _attempt()


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, *, nullable: bool = False) -> sa.Column[str]:
    # Keys are ordered by their bytes everywhere, not by the language of whoever made a database.
    bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, bytewise, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _file() -> None:
    op.create_table(
        "file",
        _words("kind"),
        _words("id"),
        _words("digest"),
        _words("content"),
        _moment("read_at"),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_file")),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        _number("id"),
        _moment("at"),
        _words("kind"),
        _words("campaign", nullable=True),
        _words("key"),
        _words("document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("key", name=op.f("uq_journal_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_journal_campaign"), "journal", ["campaign"])


def _mail() -> None:
    op.create_table(
        "mail",
        _number("id"),
        *(_words(name) for name in ("coordinator", "kind", "subject", "message_id")),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        *(_words(name) for name in ("carries", "state")),
        _words("reason", nullable=True),
        _words("owner"),
        *(_number(name) for name in ("attempt", "recoveries")),
        _moment("created_at"),
        *(_moment(name, nullable=True) for name in ("next_at", "expires", "settled_at")),
        sa.CheckConstraint(STATES, name=op.f("ck_mail_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_mail_waiting", "mail", ["next_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_index("ix_mail_state", "mail", ["state"])


def _line() -> None:
    op.create_table(
        "line",
        _words("key"),
        _words("campaign", nullable=True),
        _words("recipient"),
        _moment("due"),
        _moment("expires", nullable=True),
        *(_words(name) for name in ("document", "state")),
        _words("reason", nullable=True),
        _number("mail_id", nullable=True),
        _moment("settled_at", nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_line_state_known")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_line_mail_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_line")),
    )
    for column in ("campaign", "recipient", "mail_id"):
        op.create_index(op.f(f"ix_line_{column}"), "line", [column])
    op.create_index("ix_line_due", "line", ["due"], sqlite_where=QUEUED, postgresql_where=QUEUED)


def _attempt() -> None:
    op.create_table(
        "attempt",
        _number("id"),
        *(_number(name) for name in ("mail_id", "number")),
        _moment("at"),
        _words("outcome"),
        _number("code", nullable=True),
        _words("answer"),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_attempt_outcome_known")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_attempt_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attempt_mail_id"), "attempt", ["mail_id"])

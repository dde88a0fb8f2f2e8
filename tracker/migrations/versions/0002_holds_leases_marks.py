"""What keeps sending back, who has a piece of work until when, and what must not be lost."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_Column = sa.Column[Any]


def upgrade() -> None:
    """Go from 0001 to 0002."""
    op.add_column("mail", sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
    put_off = sa.Column("put_off", sa.Integer(), nullable=False, server_default="0")
    op.add_column("mail", put_off)
    _table("hold", _words("cause"), _moment("since"), _words("why"))
    _table("lease", _words("name"), _words("owner"), _number("term"), _moment("until"))
    _table("mark", _words("name"), _words("value"), _moment("at"))


def _table(name: str, key: _Column, *others: _Column) -> None:
    op.create_table(name, key, *others, sa.PrimaryKeyConstraint(key.name, name=op.f(f"pk_{name}")))


def _moment(name: str) -> _Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _words(name: str) -> _Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> _Column:
    return sa.Column(name, sa.Integer(), nullable=False)

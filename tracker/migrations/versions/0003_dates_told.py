"""Dates told in passing go from the journal, mail by mail, into a table by campaign."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_AT_ONCE = 500
_JOURNAL = sa.table("journal", *map(sa.column, ("id", "at", "kind", "document")))
_TOLD = sa.table("told", *map(sa.column, ("campaign", "coordinator", "mail_id", "at", "document")))
_PASSING = sa.select(_JOURNAL).where(_JOURNAL.c.kind == "passing").order_by(_JOURNAL.c.id)


def upgrade() -> None:
    """Go from 0002 to 0003."""
    op.create_table(
        "told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign", _words(), nullable=False),
        sa.Column("coordinator", _words(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", _words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_told_campaign"), "told", ["campaign"])
    _move(op.get_bind())


def _words() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _move(connection: sa.Connection) -> None:
    renamed = [
        (row.id, json.loads(row.document))
        for row in connection.execute(sa.select(_JOURNAL).where(_JOURNAL.c.kind == "renamed"))
    ]
    last = 0
    while rows := connection.execute(_PASSING.where(_JOURNAL.c.id > last).limit(_AT_ONCE)).all():
        told = [one for row in rows for one in _told(row, renamed)]
        if told:
            connection.execute(sa.insert(_TOLD), told)
        last = rows[-1].id
    connection.execute(sa.delete(_JOURNAL).where(_JOURNAL.c.kind == "passing"))


def _told(
    row: sa.Row[Any], renamed: list[tuple[int, dict[str, str]]]
) -> Iterator[dict[str, object]]:
    """Yield what one mail told of each campaign, by the campaign's present id."""
    data = json.loads(row.document)
    campaigns: dict[str, list[object]] = {}
    for campaign, *date in data["tells"]:
        name = campaign
        for number, names in renamed:
            if number > row.id and names["old"] == name:
                name = names["new"]
        if name is not None:
            campaigns.setdefault(name, []).append(date)
    for name, dates in campaigns.items():
        yield {
            "campaign": name,
            "coordinator": data["coordinator"],
            "mail_id": data["mail"],
            "at": row.at,
            "document": json.dumps(dates, ensure_ascii=False),
        }

"""Inserts that know what to do with a row that is there already, for either database."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection

from tracker.store.postgres import NAME as POSTGRES

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

Insert = Any  # SQLite's or PostgreSQL's: what is asked of them here, both have


class Upsert:
    """A statement that is built at its first use on each kind of database, and then kept.

    PostgreSQL's dialect takes a tenth of a second to load, so it is loaded only on PostgreSQL.
    """

    def __init__(self, table: Table, say: Callable[[Insert], Insert]) -> None:
        self._table = table
        self._say = say
        self._said: dict[str, Executable] = {}

    def on(self, connection: Connection) -> Executable:
        """Return the statement for the database of a connection."""
        name = connection.dialect.name
        if name not in self._said:
            self._said[name] = self._say(_insert(name, self._table))
        return self._said[name]


def _insert(database: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    if database != POSTGRES:
        return sqlite.insert(table)
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 -- see Upsert

    return insert(table)

"""Dumps of a database of PostgreSQL, and copies of it, as an administrator makes them."""

import subprocess

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.cluster import Cluster, programs
from tests.databases import plain
from tests.machines import let_leases_end, throw_out_everybody


class Dumps:
    """Dumps one database and restores it, whoever is at work."""

    def __init__(self, cluster: Cluster, url: str) -> None:
        self.url = url
        self._cluster = cluster
        self._name = str(make_url(url).database)  # of this process: others use the cluster, too
        self._dump = f"dump_of_{self._name}"

    def dump(self) -> None:
        self._copy(self._name, self._dump)

    def restore(self, *, in_place: bool = False) -> None:
        """Put the dump in the place of the database; `in_place` leaves it the one that it is."""
        if in_place:
            throw_out_everybody(self.url)
            poured(self._cluster.url(self._dump), self.url)
        else:
            self._copy(self._dump, self._name)
        let_leases_end(self.url)  # a night has gone since

    def clone(self) -> str:
        """Make a second database of the first, and return its URL; the first goes on."""
        name = f"copy_of_{self._name}"
        self._copy(self._name, name)
        url = self._cluster.url(name)
        let_leases_end(url)
        return url

    def _copy(self, old: str, new: str) -> None:
        throw_out_everybody(self.url)
        with psycopg.connect(plain(self._cluster.url()), autocommit=True) as connection:
            for words in (
                "DROP DATABASE IF EXISTS {new} WITH (FORCE)",
                "CREATE DATABASE {new} TEMPLATE {old}",
            ):
                named = {"new": sql.Identifier(new), "old": sql.Identifier(old)}
                connection.execute(sql.SQL(words).format(**named))


def poured(old: str, new: str) -> None:
    """Dump one database into another that is there, with PostgreSQL's own programs."""
    folder = programs()
    assert folder, "PostgreSQL is not installed"
    dumped = subprocess.run(  # noqa: S603 -- PostgreSQL's own programs
        [folder / "pg_dump", "--clean", "--if-exists", plain(old)], check=True, capture_output=True
    )
    subprocess.run(  # noqa: S603 -- likewise
        [folder / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-1", plain(new)],
        check=True,
        capture_output=True,
        input=dumped.stdout,
    )

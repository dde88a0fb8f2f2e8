"""Which database a test works on; a test that asks for `database` runs once on each."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from tests.cluster import Cluster
from tracker.store import Store

SQLITE, POSTGRES = "sqlite", "postgres"
MADE_ANEW = (
    "TRUNCATE file, journal, told, mail, line, attempt, hold, lease, mark RESTART IDENTITY CASCADE"
)
_in_use: list[str] = []  # the URL of the PostgreSQL database that the running test has


def url_or(url: str) -> str:
    """Return the database of the running test; `url` where that is SQLite."""
    return _in_use[-1] if _in_use else url


def open_or(url: str, *, base: Path) -> Store:
    """Open the running test's database: on PostgreSQL always the same, else the one at `url`."""
    return Store.open(url_or(url), base=base)


def emptied_or(url: str, *, base: Path) -> Store:
    """Open a database in which nothing is written yet."""
    if _in_use:
        empty(_in_use[-1])
    return open_or(url, base=base)


@contextmanager
def on_postgres(cluster: Cluster) -> Iterator[str]:
    """Let all stores that a test opens be on one empty database of PostgreSQL."""
    url = _database_of_this_process(cluster)
    empty(url)
    _in_use.append(url)
    try:
        yield url
    finally:
        _in_use.remove(url)


def asked(url: str, words: str) -> list[tuple[object, ...]]:
    """Ask a database behind the tracker's back."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        done = connection.execute(words.encode())
        return done.fetchall() if done.description else []


def plain(url: str) -> str:
    """Return the URL as PostgreSQL's own programs write it."""
    return url.replace("+psycopg", "", 1)


def empty(url: str) -> None:
    """Throw everybody out of a database and take all rows away."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(MADE_ANEW)


@cache
def _database_of_this_process(cluster: Cluster) -> str:
    return a_database(cluster, f"tests_{os.getpid()}")


def a_database(cluster: Cluster, name: str) -> str:
    """Make a database with the tracker's tables, and return its URL."""
    with psycopg.connect(plain(cluster.url()), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    Store.open(cluster.url(name), base=Path()).close()
    return cluster.url(name)

"""PostgreSQL: how it is reached, who waits for whom there, and its faults in words."""

import re
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tracker.errors import BusyError, ConfigError, TrackerError

NAME = "postgresql"
NO_RIGHT = "42501"
_READ_ONLY = "25006"
MISSING = (
    "PostgreSQL needs one more package: pip install 'advocacy-tracker[postgres]'. Or write"
    ' database = "sqlite:///tracker.db" in config.toml.'
)
# A lock waits as long as SQLite's; a process that was stopped in the middle of a transaction is
# thrown out, so that nobody waits for it for ever.
SESSION = {
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
# A server that has vanished without a word is noticed within half a minute.
_ALIVE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_OURS = 0x7472_6163  # "trac": the locks of a tracker, beside those of others in the database
_PLAN, _JOURNAL, _PLANNER = 1, 2, 3
_READERS = _OURS + 1  # one lock for each reader, numbered by a hash
# In the order in which they are named, and no further than to the last that is wanted. CASE asks
# first what is due: a lock of one who has nothing would only keep others from what comes. What is
# due is found by its moment: by its reader, all of that reader's past would be gone through.
_TAKE_READERS = """
WITH due AS MATERIALIZED (
    SELECT recipient FROM line WHERE state = 'queued' AND coalesce(mail_id, 0) = 0
    AND due <= %s AND (expires IS NULL OR expires > %s) AND coalesce(recipient, '') = ANY(%s)
)
SELECT one FROM unnest(%s::text[]) WITH ORDINALITY AS of(one, place)
WHERE CASE WHEN one IN (SELECT recipient FROM due)
THEN pg_try_advisory_xact_lock(%s, hashtext(one)) ELSE false END LIMIT %s
"""
_WHICH_DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"
_WHICH_CLUSTER = "SELECT system_identifier FROM pg_control_system()"
_MAY_ASK_FOR_CLUSTER = (
    "SELECT has_function_privilege(to_regprocedure('pg_control_system()'), 'EXECUTE')"
)
_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")
_PASSING = re.compile(r"08|40|53[023]|55P03|57|25P03")  # SQLSTATE: the connection, a tie, a crowd
# A server that hangs up while TLS begins is being restarted: it says nothing of how it is set up.
_NOT_LET_IN = re.compile(
    r"authentication|no password|pg_hba|does not exist|permission denied|certificate"
    r"|(support|response to) SSL|SSL error: (?!unexpected eof)|\bssl(mode|rootcert|cert|key)\b",
    re.IGNORECASE,
)
# A name is looked up in Python: getaddrinfo(3) tells one that there is not from one not now.
_NAMELESS = re.compile(r"failed to resolve host '(?P<host>[^']*)': \[Errno (?P<number>-?\d+)\]")


def open_server(url: URL) -> Engine:
    """Open a pool of connections, none yet made; over a network only with a verified server.

    Raise ConfigError, with what to do, for a URL that is not safe, or without the driver.
    """
    whole = _protected(url.set(drivername=f"{NAME}+psycopg"))
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    arguments = {**_ALIVE, "application_name": "tracker", "options": options}
    for name in whole.query:
        arguments.pop(name, None)  # what the URL says goes
    try:
        return create_engine(whole, connect_args=arguments, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise ConfigError(MISSING) from None


def is_it(connection: Connection) -> bool:
    """Say whether a connection is to PostgreSQL."""
    return connection.dialect.name == NAME


def reading(engine: Engine) -> Engine:
    """Return the engine whose transactions only read, and see one moment from end to end."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def one_at_a_time(connection: Connection) -> None:
    """Let no other transaction plan or send until this one has ended."""
    _lock(connection, "pg_advisory_xact_lock", _OURS, _PLAN)


def none_plans(connection: Connection) -> None:
    """Let no other transaction plan until this one has ended; others may send."""
    _lock(connection, "pg_advisory_xact_lock_shared", _OURS, _PLAN)


def in_journal_order(connection: Connection) -> None:
    """Let no other transaction write to the journal until this one has ended.

    Numbers are given out at once, but seen only when committed: without this, whoever has read
    up to 7 would never see a 6 that is committed later.
    """
    _lock(connection, "pg_advisory_xact_lock", _OURS, _JOURNAL)


def planner_changes(connection: Connection) -> None:
    """Let no other process begin or go on planning until this transaction has ended."""
    _lock(connection, "pg_advisory_xact_lock", _OURS, _PLANNER)


def clock(connection: Connection) -> datetime:
    """Return the database's own time, for leases and nothing else."""
    return cast("datetime", connection.exec_driver_sql("SELECT clock_timestamp()").scalar())


def place(connection: Connection) -> str:
    """Return in which cluster a database is, and which of that cluster's it is.

    A copy of the cluster's files, as a standby is, has both; what a dump was restored into, or
    another database was the template of, has not. Where the role may not ask for the cluster,
    that part is empty. It is asked once a connection, which never comes to another place.
    """
    known = connection.info
    if "place" not in known:
        known["place"] = f"{_cluster(connection)}/{_scalar(connection, _WHICH_DATABASE)}"
    return str(known["place"])


def take_readers(
    connection: Connection,
    readers: Sequence[str],
    *,
    most: int,
    now: datetime,
    due_by: datetime,
) -> list[str]:
    """Return who has something due and whose mails nobody else is writing until the end."""
    named = list(readers)
    asked = (due_by, now, named, named, _READERS, most)
    return list(connection.exec_driver_sql(_TAKE_READERS, asked).scalars())


def in_words(broken: DBAPIError, engine: Engine) -> TrackerError:
    """Say a fault of the server as something that a person can act on; no password is in it."""
    said = " ".join(str(broken.orig).split())
    where = f"The database {engine.url.render_as_string(hide_password=True)}"
    if nameless := _NAMELESS.search(said):
        return BusyError(f"{where} cannot be found: {_unknown(nameless)}")
    return _by_state(broken, where, said)


def _by_state(broken: DBAPIError, where: str, said: str) -> TrackerError:
    state = getattr(broken.orig, "sqlstate", None)
    if state is None and isinstance(broken, ProgrammingError):
        return ConfigError(f"{where} cannot be reached ({said}): mend `database` in config.toml.")
    if state is None and not broken.connection_invalidated and _NOT_LET_IN.search(said):
        return ConfigError(f"{where} does not let the tracker in: {said}")
    if state is None or broken.connection_invalidated or _PASSING.match(state):
        return BusyError(f"{where} is away or busy ({said}). What was under way is undone.")
    if state in {NO_RIGHT, _READ_ONLY}:
        return ConfigError(f"{where} cannot be written ({said}). Check who owns its tables.")
    return TrackerError(f"{where} failed ({said}). What was under way is undone.")


def _unknown(nameless: re.Match[str]) -> str:
    """Say which name leads to no machine; a name server that is away comes back by itself."""
    host = nameless["host"]
    if int(nameless["number"]) == socket.EAI_AGAIN:
        return f'the name "{host}" cannot be looked up now. Look at this machine\'s network.'
    return f'there is no machine of the name "{host}". Mend `database` in config.toml.'


def _cluster(connection: Connection) -> str:
    may_ask = _scalar(connection, _MAY_ASK_FOR_CLUSTER)
    return str(_scalar(connection, _WHICH_CLUSTER)) if may_ask else ""


def _scalar(connection: Connection, words: str) -> object:
    return connection.exec_driver_sql(words).scalar_one()


def _lock(connection: Connection, function: str, *which: int) -> None:
    connection.exec_driver_sql(f"SELECT {function}(%s, %s)", which)


def _protected(url: URL) -> URL:
    """Ask for a server whose certificate and name are right, unless it is on this machine."""
    if all(_is_here(host) for host in _hosts(url)):
        return url
    asked = url.query.get("sslmode", "verify-full")
    if asked != "verify-full":
        raise ConfigError(
            f"The database {url.render_as_string(hide_password=True)} is on another machine:"
            f" sslmode={asked} would talk to anybody. Leave it out (it is verify-full then), and"
            " name the authority with sslrootcert=FILE if it is one of your own."
        )
    return url.update_query_dict(
        {"sslmode": asked, "sslrootcert": url.query.get("sslrootcert", "system")}
    )


def _hosts(url: URL) -> list[str]:
    named = url.query.get("host", ())
    several = (named,) if isinstance(named, str) else named
    return [one for part in (url.host or "", *several) for one in part.split(",") if one]


def _is_here(host: str) -> bool:
    return host.startswith(("/", "@")) or _LOOPBACK.fullmatch(host) is not None

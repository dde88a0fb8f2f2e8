"""PostgreSQL restarted, its connections cut, a stopped client, a tie; and the way to it."""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from tests.cluster import Cluster, a_cluster, programs
from tests.databases import a_database, on_postgres, plain
from tests.desk import ROOT, process
from tests.fleet import wait_until
from tests.machines import Beside, machines, throw_out_everybody, waits_for_a_lock
from tests.outbox import NOW, a_mail, on_disk, planned, started, states
from tracker.app.written import until_written
from tracker.errors import BusyError, ConfigError, TrackerError
from tracker.store import Store
from tracker.store.engine import database_url, open_engine
from tracker.store.postgres import _OURS, _PLAN, SESSION, in_words

PLANNING_LOCK = f"SELECT pg_advisory_xact_lock({_OURS}, {_PLAN})"


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    with on_postgres(cluster) as database:
        yield database


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with machines(url, 1) as (opened,):
        yield opened


# -- the server --------------------------------------------------------------------------------


@pytest.mark.skipif(programs() is None and "CI" not in os.environ, reason="no PostgreSQL")
def test_a_server_that_was_restarted_is_found_again_and_an_answer_is_not_forgotten():
    with a_cluster() as cluster, machines(a_database(cluster, "tracker"), 1) as (store,):
        mail = started(store, "a")
        cluster.stop()
        with pytest.raises(BusyError, match="away or busy") as away:
            store.mark_sent(mail, 250, "ok", now=NOW)
        assert away.value.exit_code == 75

        cluster.start()

        assert store.mark_sent(mail, 250, "ok", now=NOW)
        assert states(store) == {"a": "sent"}


def test_a_connection_that_was_cut_while_idle_is_not_noticed(url: str, store: Store):
    planned(store, "a")
    throw_out_everybody(url)

    planned(store, "b")

    assert len(store.lines()) == 2


def a_mail_cut_short(store: Store, url: str) -> None:
    with store.sending():
        store.start_mail(a_mail("a"), now=NOW)
        throw_out_everybody(url)
        store.mails()


def test_a_connection_that_is_cut_in_the_middle_undoes_what_was_under_way(url: str, store: Store):
    planned(store, "a")

    with pytest.raises(BusyError, match="under way is undone"):
        a_mail_cut_short(store, url)

    assert (store.mails(), states(store)) == ([], {"a": "queued"})
    assert store.start_mail(a_mail("a"), now=NOW) is not None


def raised(store: Store, sqlstate: str) -> None:
    with store.writing():
        planned(store, "b")
        with store._reading() as connection:
            connection.exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$")


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "57014", "53300", "08006"])
def test_what_passes_is_asked_again_later(store: Store, sqlstate: str):
    with pytest.raises(BusyError):
        raised(store, sqlstate)

    assert store.lines() == []
    planned(store, "b")


@pytest.mark.parametrize("sqlstate", ["42501", "25006"])
def test_a_database_that_may_not_be_written_is_for_the_administrator(store: Store, sqlstate: str):
    with pytest.raises(ConfigError, match="cannot be written"):
        raised(store, sqlstate)


def test_a_machine_that_stands_still_in_a_transaction_is_thrown_out(url: str):
    """Half of a connection is left: the server waits for a client that will never speak again."""
    gone = psycopg.connect(plain(url))
    gone.execute("SET idle_in_transaction_session_timeout = '200ms'")
    gone.execute(PLANNING_LOCK)
    with machines(url, 1) as (alive,):
        planned(alive, "a")

        assert len(alive.lines()) == 1
    gone.close()


def test_the_lock_that_a_standing_client_had_is_the_one_that_planning_takes(url: str):
    with psycopg.connect(plain(url)) as other, machines(url, 1) as (store,):
        other.execute(PLANNING_LOCK)
        beside = Beside(lambda: planned(store, "a")).begin()
        assert wait_until(lambda: waits_for_a_lock(url), seconds=10)
        other.rollback()
        beside.join()

        assert beside.fault is None


def test_every_connection_is_kept_alive_and_told_how_long_to_wait(store: Store):
    with store._reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (list(SESSION),)
        )
        settings: dict[str, str] = {row.name: row.setting for row in rows}
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        asked_for = raw.info.get_parameters()

    assert settings["idle_in_transaction_session_timeout"] == "60000"
    assert settings["lock_timeout"] == "10000"
    assert (asked_for["keepalives_idle"], asked_for["tcp_user_timeout"]) == ("10", "20000")


async def test_what_became_of_a_mail_is_written_however_often_the_database_is_away(store: Store):
    mail = started(store, "a")
    away = iter([True, True, True, False])

    def write() -> None:
        if next(away):
            raise BusyError("away")
        store.mark_sent(mail, 250, "ok", now=NOW)

    await until_written(write, first_pause=0)

    assert states(store) == {"a": "sent"}
    assert len(store.attempts(mail.id)) == 1


def test_an_answer_written_twice_is_written_once(store: Store):
    mail = started(store, "a")

    assert store.mark_sent(mail, 250, "ok", now=NOW)
    assert not store.mark_sent(mail, 250, "ok", now=NOW)

    assert len(store.attempts(mail.id)) == 1


def test_a_daemon_does_not_mind_what_the_servers_clock_says(url: str, store: Store):
    """Due is due by this machine's clock; here the server lives sixteen years later."""
    planned(store, "a")

    assert [one.key for one in store.due_lines(NOW)] == ["a"]
    assert store.next_due() == NOW
    assert started(store, "b").created_at == NOW


# -- the way to it -----------------------------------------------------------------------------


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(ConfigError, match=r"pip install 'advocacy-tracker\[postgres\]'") as said:
        Store.open("postgresql+psycopg://localhost/x", base=Path())

    assert said.value.exit_code == 78


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://tracker:hunter2@db.example.org/x?sslmode=require",
        "postgresql+psycopg://tracker:hunter2@db.example.org/x?sslmode=disable",
        "postgresql+psycopg://tracker:hunter2@/x?host=db.example.org&sslmode=prefer",
        "postgresql+psycopg://tracker:hunter2@localhost,db.example.org/x?sslmode=prefer",
    ],
)
def test_over_a_network_the_servers_name_is_verified_or_nothing_is_said(url: str):
    with pytest.raises(ConfigError, match="would talk to anybody") as refused:
        open_engine(database_url(url), base=Path())

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://db.example.org/x", "verify-full"),
        ("postgresql://127.0.0.1.example.org/x", "verify-full"),
        ("postgresql://localhost/x", None),
        ("postgresql://127.0.0.1:5433/x", None),
        ("postgresql:///x?host=/run/postgresql", None),
        ("postgresql:///x", None),
    ],
)
def test_only_on_this_machine_the_server_need_not_say_who_it_is(url: str, mode: str | None):
    engine = open_engine(database_url(url), base=Path())

    assert engine.url.query.get("sslmode") == mode


def test_a_server_that_is_not_there_is_asked_again_later_without_a_word_of_the_password(
    tmp_path: Path,
):
    url = f"postgresql://tracker:hunter2@/x?host={tmp_path}"

    with pytest.raises(BusyError, match="away or busy") as refused:
        Store.open(url, base=tmp_path)

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (socket.EAI_NONAME, 'there is no machine of the name "db.example.org". Mend `database`'),
        (socket.EAI_AGAIN, 'the name "db.example.org" cannot be looked up now. Look at this'),
    ],
)
def test_a_name_that_leads_to_no_machine_is_told_in_words_and_asked_again(number: int, told: str):
    engine = open_engine(database_url("postgresql://db.example.org/tracker"), base=Path())
    said = f"failed to resolve host 'db.example.org': [Errno {number}] Name or service not known"
    broken = OperationalError("", None, psycopg.OperationalError(said))

    word = in_words(broken, engine)

    assert isinstance(word, BusyError)
    assert told in str(word)
    assert "Errno" not in str(word)


@contextmanager
def a_server_that_answers(word: bytes, *, hangs_up: bool) -> Iterator[str]:
    """Give the address of a server that answers the wish for TLS, and hears no more than that."""
    abrupt = struct.pack("ii", int(hangs_up), 0)  # without lingering: a reset

    def answer() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(8)
                    connection.sendall(word)
                    connection.recv(65_536)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abrupt)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=answer, daemon=True).start()
        port = listener.getsockname()[1]
        yield f"postgresql://127.0.0.1:{port}/tracker?sslmode=verify-full&sslrootcert=system"


@pytest.mark.parametrize(
    ("word", "hangs_up", "fault"),
    [
        (b"S", False, BusyError),
        (b"S", True, BusyError),
        (b"", True, BusyError),
        (b"N", False, ConfigError),  # it speaks no TLS
        (b"HTTP/1.1 400 Bad Request", False, ConfigError),  # it is none
    ],
)
def test_a_server_that_hangs_up_while_tls_begins_is_asked_again_later(
    word: bytes,
    hangs_up: bool,  # noqa: FBT001 -- a column of the table
    fault: type[TrackerError],
):
    with a_server_that_answers(word, hangs_up=hangs_up) as url, pytest.raises(fault) as told:
        Store.open(url, base=Path())

    assert type(told.value) is fault


def test_a_server_is_not_taken_for_one_that_is_shut_by_its_name():
    engine = open_engine(database_url("postgresql://ssl.example.org/tracker"), base=Path())
    said = 'connection to server at "ssl.example.org", port 5432 failed: Connection refused'
    broken = OperationalError("", None, psycopg.OperationalError(said))

    assert isinstance(in_words(broken, engine), BusyError)


def test_a_database_that_does_not_exist_is_for_the_administrator(cluster: Cluster):
    with pytest.raises(ConfigError, match='database "nowhere" does not exist') as refused:
        Store.open(cluster.url("nowhere"), base=Path())

    assert refused.value.exit_code == 78


def test_two_machines_that_make_the_tables_at_once_make_them_once(cluster: Cluster):
    with psycopg.connect(plain(cluster.url()), autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")
    opened = [
        Beside(lambda: Store.open(cluster.url("fresh"), base=Path()).close()).begin()
        for _ in range(3)
    ]
    for one in opened:
        one.join()

    assert [one.fault for one in opened] == [None, None, None]


def test_a_tracker_on_sqlite_loads_nothing_of_postgresql(tmp_path: Path):
    on_disk(tmp_path).close()  # making the tables loads everything
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from tracker.store import Store\n"
        "with Store.open('sqlite:///tracker.db', base=Path(sys.argv[1])) as store:\n"
        "    store.remember_files([('campaign', 'a', 'd', 't')], now=datetime.now(UTC))\n"
        "print([one for one in sys.modules if 'postgresql' in one or 'psycopg' in one])"
    )
    said = process(ROOT, str(tmp_path), program=program)

    assert (said.stdout.strip(), said.stderr) == ("[]", "")

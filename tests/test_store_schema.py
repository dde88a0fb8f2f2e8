"""Opening a database: where it is, who may read it, how safely it writes, which version it has."""

import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.outbox import NOW, on_disk, planned, started
from tracker.errors import BusyError, ConfigError, TrackerError
from tracker.store import DatesTold, JournalEntry, Store, schema
from tracker.store.dates_told import Date
from tracker.store.engine import transaction
from tracker.store.sqlite import durability, open_file
from tracker.tables import Row

LATER = NOW + timedelta(days=1)
ROOT = Path(__file__).parent.parent
CURRENT = """
import sys
from pathlib import Path
from tracker.store import Store
Store.open("sqlite:///tracker.db", base=Path(sys.argv[1])).close()
assert "alembic" not in sys.modules
"""


def tables(engine: Engine) -> dict[str, str]:
    """Return what SQLite itself says of each table and index, but for spacing."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name != 'alembic_version'"
        ).all()
    return {name: " ".join(sql.split()) for name, sql in rows}


def scalar(file: Path, statement: str) -> object:
    with sqlite3.connect(file) as connection:
        (found,) = connection.execute(statement).fetchone()
    connection.close()
    return found


def changed(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()


# -- version -----------------------------------------------------------------------------------


def test_migrating_from_nothing_gives_the_tables_as_declared(tmp_path: Path):
    on_disk(tmp_path).close()
    migrated = open_file(tmp_path / "tracker.db")
    declared = open_file(None)
    with transaction(declared, "planning") as connection:
        schema.create_all(connection)

    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": Row.metadata}
        )
        assert compare_metadata(context, Row.metadata) == []
    assert set(tables(migrated)) == set(tables(declared))
    assert {name: sql for name, sql in tables(migrated).items() if "INDEX" in sql} == {
        name: sql for name, sql in tables(declared).items() if "INDEX" in sql
    }
    for name in ("mail", "line", "attempt"):
        check = "CONSTRAINT ck_"
        assert tables(migrated)[name].count(check) == tables(declared)[name].count(check) == 1
    migrated.dispose()
    declared.dispose()


def test_the_newest_version_is_the_last_migration():
    folder = Path(schema.__file__).parent.parent / "migrations"

    assert ScriptDirectory(str(folder)).get_heads() == [schema.NEWEST]


def test_a_database_is_opened_again_without_the_migration_tool(tmp_path: Path):
    on_disk(tmp_path).close()

    command = [sys.executable, "-c", CURRENT, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)  # noqa: S603 -- our own Python


def test_a_database_without_a_version_is_brought_up_to_date(tmp_path: Path):
    changed(tmp_path / "tracker.db", "CREATE TABLE alembic_version (version_num VARCHAR(32))")

    with on_disk(tmp_path) as store:
        planned(store, "a")

    assert (
        scalar(tmp_path / "tracker.db", "SELECT version_num FROM alembic_version") == schema.NEWEST
    )


def test_a_database_of_the_first_version_keeps_its_mails(tmp_path: Path):
    with on_disk(tmp_path) as store:
        mail = started(store, "a")
    file = tmp_path / "tracker.db"
    for statement in (
        "ALTER TABLE mail DROP COLUMN leased_until",
        "ALTER TABLE mail DROP COLUMN put_off",
        "DROP TABLE hold",
        "DROP TABLE lease",
        "DROP TABLE mark",
        "DROP TABLE told",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        changed(file, statement)

    with on_disk(tmp_path) as store:
        assert store.mails() == [replace(mail, leased_until=None)]
        assert store.hold("clock", "the clock is off", now=NOW)


def test_dates_told_before_there_was_a_table_for_them_are_in_it(tmp_path: Path):
    with on_disk(tmp_path) as store:
        brief: Date = ("brief", "council", "2010-07-01", None, "2010-06-30T07:00:00Z", "Brief")
        meets: Date = ("meeting", None, None, None, None, "It meets")
        call: Date = ("call", None, None, "release", None, "Call")
        tells = [["old", *brief], ["other", *meets], ["old", *call]]
        data = {"coordinator": "vienna", "mail": 7, "tells": tells}
        names = {"old": "old", "new": "new"}
        store.record(
            [
                JournalEntry(NOW, "passing", None, "passing/7", data),
                JournalEntry(NOW, "renamed", "new", "renamed/old/new", names),
                JournalEntry(LATER, "passing", None, "passing/8", {**data, "mail": 8}),
            ]
        )
    file = tmp_path / "tracker.db"
    changed(file, "DROP TABLE told")
    changed(file, "UPDATE alembic_version SET version_num = '0002'")

    with on_disk(tmp_path) as store:
        assert store.passing.so_far() == (
            DatesTold("new", "vienna", 7, NOW, [brief, call]),
            DatesTold("other", "vienna", 7, NOW, [meets]),
            DatesTold("old", "vienna", 8, LATER, [brief, call]),
            DatesTold("other", "vienna", 8, LATER, [meets]),
        )
        assert [one.kind for one in store.whole_journal()] == ["renamed"]


def test_a_migration_that_stops_half_way_leaves_nothing_behind(tmp_path: Path):
    file = tmp_path / "tracker.db"
    changed(file, "CREATE TABLE line (key TEXT)")

    with pytest.raises(TrackerError, match="already exists"):
        on_disk(tmp_path)

    assert scalar(file, "SELECT group_concat(name) FROM sqlite_master") == "line"


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path):
    on_disk(tmp_path).close()
    file = tmp_path / "tracker.db"
    changed(file, "UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()

    with pytest.raises(ConfigError, match="newer tracker") as refused:
        on_disk(tmp_path)

    assert refused.value.exit_code == 78
    assert file.read_bytes() == before


# -- safety ------------------------------------------------------------------------------------


def test_every_connection_is_durable(tmp_path: Path):
    on_disk(tmp_path).close()
    engine = open_file(tmp_path / "tracker.db")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "synchronous",
                "journal_mode",
                "foreign_keys",
                "busy_timeout",
                "trusted_schema",
                "secure_delete",
            )
        }
    engine.dispose()

    wal_is_sound = sqlite3.sqlite_version_info >= (3, 51, 3)
    assert found == {
        "synchronous": 2 if wal_is_sound else 3,  # FULL, EXTRA
        "journal_mode": "wal" if wal_is_sound else "delete",
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "trusted_schema": 0,
        "secure_delete": 1,
    }


def test_a_write_ahead_log_is_used_only_where_it_is_sound():
    assert durability((3, 40, 1)) == ("journal_mode = DELETE", "synchronous = EXTRA")
    assert durability((3, 51, 2)) == ("journal_mode = DELETE", "synchronous = EXTRA")
    assert durability((3, 51, 3)) == ("journal_mode = WAL", "synchronous = FULL")


def test_only_its_owner_can_read_the_database(tmp_path: Path):
    with on_disk(tmp_path) as store:
        store.lock()
        with store.writing():
            planned(store, "a")
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}

    assert set(modes.values()) == {0o600}
    assert {"tracker.db", "tracker.db.lock"} <= set(modes)


def test_a_database_that_others_could_read_is_closed_to_them(tmp_path: Path):
    on_disk(tmp_path).close()
    (tmp_path / "tracker.db").chmod(0o644)

    on_disk(tmp_path).close()

    assert (tmp_path / "tracker.db").stat().st_mode & 0o777 == 0o600


# -- the place ---------------------------------------------------------------------------------


def test_a_database_lies_beside_the_configuration(tmp_path: Path):
    with on_disk(tmp_path) as store:
        assert store.file == tmp_path / "tracker.db"
    with Store.open(f"sqlite:///{tmp_path}/b.db", base=Path("/nowhere")) as store:
        assert store.file == tmp_path / "b.db"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_leaves_no_file(url: str, tmp_path: Path):
    with Store.open(url, base=tmp_path) as store:
        planned(store, "a")
        store.lock()
        assert store.due_lines(NOW)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["tracker.db", "", "mysql://root:hunter2@db/x", "nonsense://"])
def test_another_kind_of_database_is_refused_with_what_to_write(url: str, tmp_path: Path):
    with pytest.raises(ConfigError, match="sqlite:///tracker") as refused:
        Store.open(url, base=tmp_path)

    assert "hunter2" not in str(refused.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"gone/tracker.db cannot be opened: no such file"):
        on_disk(tmp_path / "gone")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path):
    file = tmp_path / "tracker.db"
    file.write_bytes(b"Dear Ambassador, " * 100)

    with pytest.raises(ConfigError, match="damaged or not a database"):
        on_disk(tmp_path)

    assert file.read_bytes() == b"Dear Ambassador, " * 100


def test_a_cut_database_is_never_taken_for_an_empty_one(tmp_path: Path):
    with on_disk(tmp_path) as store:
        planned(store, *(f"line-{n}" for n in range(500)))
    file = tmp_path / "tracker.db"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(ConfigError, match="damaged"), on_disk(tmp_path) as store:
        store.lines()


def test_a_full_disk_undoes_the_transaction(tmp_path: Path):
    with on_disk(tmp_path) as store:
        planned(store, "a")
        with transaction(store._engine, "reading") as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(TrackerError, match="full"):
            planned(store, *(f"line-{n}" for n in range(500)))

        assert [line.occurrence.key for line in store.lines()] == ["a"]


def test_another_writer_that_does_not_end_makes_it_busy(tmp_path: Path):
    on_disk(tmp_path).close()
    other = sqlite3.connect(tmp_path / "tracker.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with on_disk(tmp_path) as store:
        with transaction(store._engine, "reading") as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")

        with pytest.raises(BusyError, match="Try again"):
            planned(store, "a")

        other.execute("ROLLBACK")
        planned(store, "a")
        assert len(store.lines()) == 1
    other.close()

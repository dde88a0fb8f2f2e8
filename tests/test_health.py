"""Whether the tracker is well: what a monitoring program asks, and what it is told."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import CONFIG, at
from tests.desk import Desk, Said
from tests.folders import LETTER
from tests.test_daemon import TUESDAY, Desk as DaemonDesk, home
from tracker.app.health import health_of
from tracker.app.metrics import write_metrics
from tracker.daemon.service_manager import ServiceManager
from tracker.daemon.signs import Signs
from tracker.delivery import Outcome

__all__ = ["home"]  # a fixture
ACCEPTED = at("2010-06-22 05:10")


@pytest.fixture
def desk(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(home)
    made = Desk(home, capsys)
    made.now = TUESDAY
    return made


@pytest.fixture
def daemon(home: Path) -> Iterator[DaemonDesk]:
    """A daemon that has the database and has finished one turn."""
    made = DaemonDesk(home)
    made.store.lock()
    asyncio.run(made.turn())
    yield made
    made.store.close()


def asked(desk: Desk, after: timedelta = timedelta(minutes=1)) -> Said:
    desk.now = TUESDAY + after
    return desk.run("status", "--health")


def told(desk: Desk, after: timedelta = timedelta(minutes=1)) -> str:
    said = asked(desk, after)
    assert said.code == 1
    assert said.out.count("\n") == 1
    return said.out.strip()


def test_a_daemon_that_works_is_fine(desk: Desk, daemon: DaemonDesk):
    said = asked(desk)

    assert (said.code, said.out) == (0, "fine\n")


def test_without_a_database_no_daemon_has_ever_run(desk: Desk):
    said = desk.run("status", "--health")

    assert said.code == 1
    assert "no daemon has ever run" in said.out
    assert not (desk.folder / "tracker.db").exists()


def test_a_daemon_that_is_gone_is_missed_at_once(desk: Desk, daemon: DaemonDesk):
    daemon.store.close()

    assert told(desk) == "no daemon is running"


def test_a_daemon_that_hangs_is_missed_after_twenty_minutes(desk: Desk, daemon: DaemonDesk):
    assert asked(desk, timedelta(minutes=20)).code == 0
    assert "written nothing since 2010-06-22 05:00Z" in told(desk, timedelta(minutes=21))


def test_a_line_that_did_not_leave_is_missed_after_a_quarter_of_an_hour(
    desk: Desk, daemon: DaemonDesk
):
    daemon.clock.at = TUESDAY + timedelta(minutes=24)
    daemon.daemon.watchdog.turned(daemon.clock())  # it turns, and still nothing left

    assert asked(desk, timedelta(minutes=24)).code == 0
    assert told(desk, timedelta(minutes=26)) == "a line due 2010-06-22 05:10Z has not left"


def test_a_line_that_waits_for_its_readers_morning_is_not_missed(home: Path):
    config = CONFIG.replace('"Europe/Vienna"', '"America/Los_Angeles"', 1)  # 22:00 there
    (home / "config.toml").write_text(config)
    daemon = DaemonDesk(home, now=at("2010-06-22 07:00"))  # midnight there
    asyncio.run(daemon.turn())
    asyncio.run(daemon.turn_at(at("2010-06-22 09:00")))
    world = daemon.daemon.engine.world

    due = daemon.store.due_lines(at("2010-06-22 10:00"))
    health = health_of(daemon.store, world.config, now=at("2010-06-22 10:00"))

    assert [one.due for one in due] == [at("2010-06-22 07:10")]
    assert health.overdue is None
    daemon.store.close()


def test_a_mail_that_failed_is_trouble_for_a_day(desk: Desk, daemon: DaemonDesk):
    daemon.outcomes = [Outcome("permanent", 550, "no such mailbox")]
    asyncio.run(daemon.turn_at(ACCEPTED))
    daemon.clock.at = TUESDAY + timedelta(hours=25)

    assert "failed within a day: mail 1" in told(desk, timedelta(minutes=11))
    later = health_of(
        daemon.store, daemon.daemon.engine.world.config, now=TUESDAY + timedelta(hours=25)
    )
    assert later.standing.failed == ()
    assert later.standing.mails["failed"] == 1


def test_a_mail_that_waits_for_its_server_is_trouble_after_an_hour(desk: Desk, daemon: DaemonDesk):
    daemon.outcomes = [Outcome("temporary", 451, "try again")] * 9
    asyncio.run(daemon.turn_at(ACCEPTED))
    daemon.clock.at = TUESDAY + timedelta(minutes=69)
    daemon.daemon.watchdog.turned(daemon.clock())

    assert asked(desk, timedelta(minutes=69)).code == 0
    assert "mail 1 has waited since 2010-06-22 05:10Z" in told(desk, timedelta(minutes=75))


def test_what_holds_the_mail_back_is_said(desk: Desk, daemon: DaemonDesk):
    daemon.store.hold("clock", "the clock went back by a year", now=TUESDAY)

    assert told(desk) == (
        "nothing leaves since 2010-06-22 05:00Z (clock): the clock went back by a year"
    )


def test_a_file_with_an_error_is_said_by_its_name(desk: Desk, daemon: DaemonDesk):
    daemon.write("broken", "title = ")
    asyncio.run(daemon.turn(3))

    assert told(desk) == "files with errors, held or gone: campaign broken"
    (desk.folder / "campaigns" / "broken.toml").unlink()
    asyncio.run(daemon.turn(3))
    assert asked(desk).code == 0


@pytest.mark.parametrize("text", [None, LETTER])
def test_a_file_that_is_gone_and_a_fact_taken_out_are_no_trouble_for_ever(
    desk: Desk, daemon: DaemonDesk, text: str | None
):
    daemon.write("letter", LETTER + '\n[[log]]\non = 2010-06-22\nfact = "delivered"\n')
    daemon.write("other", LETTER)
    asyncio.run(daemon.turn(3))
    file = desk.folder / "campaigns" / "letter.toml"
    file.unlink() if text is None else file.write_text(text)
    asyncio.run(daemon.turn(3))

    assert "campaign letter" in told(desk)
    daemon.clock.at = TUESDAY + timedelta(hours=24, minutes=1)
    daemon.daemon.watchdog.turned(daemon.clock())
    assert "campaign letter" not in asked(desk, timedelta(hours=24, minutes=2)).out


def test_the_worst_comes_first_and_all_of_it_is_in_one_line(desk: Desk, daemon: DaemonDesk):
    daemon.store.hold("disk", "10 MB are free", now=TUESDAY)
    daemon.store.close()

    assert told(desk).startswith("no daemon is running; nothing leaves since")


def test_in_json_every_measure_stands_by_itself(desk: Desk, daemon: DaemonDesk):
    daemon.store.hold("disk", "10 MB are free", now=TUESDAY)

    said = desk.run("status", "--health", "--json")

    assert said.code == 1
    (health,) = said.objects
    assert health["fine"] is False
    assert health["running"] is True
    assert health["written_at"] == "2010-06-22T05:00:00Z"
    assert health["holds"] == [{"cause": "disk", "since": "2010-06-22T05:00:00Z"}]


def test_health_is_about_the_tracker_now(desk: Desk):
    assert desk.run("status", "letter", "--health").code == 2
    assert desk.run("status", "--health", "--at", "2010-06-22").code == 2


def test_a_broken_config_is_78_with_the_place(desk: Desk):
    (desk.folder / "config.toml").write_text("workdays = 'vienna'\ncoordinators = 3\n")

    said = desk.run("status", "--health")

    assert said.code == 78
    assert "config.toml:2:1" in said.err


# -- the file for Prometheus -------------------------------------------------------------------


def measures(file: Path) -> dict[str, float]:
    lines = [one for one in file.read_text().splitlines() if not one.startswith("#")]
    return {name: float(value) for name, value in (one.rsplit(" ", 1) for one in lines)}


@pytest.fixture
def measured(home: Path) -> Iterator[DaemonDesk]:
    """A daemon that writes health.prom at every half minute."""
    (home / "config.toml").write_text(f'{CONFIG}[health]\nprometheus_file = "health.prom"\n')
    made = DaemonDesk(home)
    made.daemon.watchdog.show = Signs(made.daemon.engine, ServiceManager(None), base=home).show
    yield made
    made.store.close()


async def test_each_half_minute_writes_the_measures(measured: DaemonDesk, home: Path):
    await measured.turn()
    first = measures(home / "health.prom")
    measured.store.hold("clock", "wrong", now=TUESDAY)
    measured.outcomes = [Outcome("permanent", 550, "no such mailbox")]
    await measured.turn_at(ACCEPTED)
    second = measures(home / "health.prom")

    assert first["tracker_healthy"] == 1
    assert first["tracker_campaigns"] == 1
    assert first["tracker_written_timestamp_seconds"] == TUESDAY.timestamp()
    assert second["tracker_healthy"] == 0
    cause = 'tracker_hold_since_timestamp_seconds{cause="clock"}'
    assert second[cause] == TUESDAY.timestamp()


def test_the_file_names_nobody_and_may_be_read_by_all(measured: DaemonDesk, home: Path):
    asyncio.run(measured.turn())
    asyncio.run(measured.turn_at(ACCEPTED))

    found = {one.name: one for one in home.glob("*health*")}
    text = found["health.prom"].read_text()
    assert found.keys() == {"health.prom"}
    assert found["health.prom"].stat().st_mode & 0o777 == 0o644
    assert not [word for word in ("vienna", "@", "letter", "Send") if word in text]


async def test_a_file_that_cannot_be_written_is_logged_once_and_keeps_no_mail_back(
    measured: DaemonDesk, home: Path, caplog: pytest.LogCaptureFixture
):
    (home / "health.prom").mkdir()
    await measured.turn()
    await measured.turn_at(ACCEPTED)

    assert caplog.text.count("the health file could not be written") == 1
    assert len(measured.sent) == 1


def test_a_torn_measure_is_never_seen(tmp_path: Path):
    file = tmp_path / "health.prom"
    write_metrics(file, b"old 1\n")
    kept = file.open("rb")
    write_metrics(file, b"new 2\n")

    with kept:
        assert kept.read() == b"old 1\n"  # whoever reads has the whole of one or the other
    assert file.read_bytes() == b"new 2\n"

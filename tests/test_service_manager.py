"""What systemd hears of the daemon, at a socket of the test's own."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import at
from tests.test_daemon import TUESDAY, Desk, home
from tracker.app.health import TURNED
from tracker.daemon.service_manager import ServiceManager
from tracker.daemon.watchdog import Watchdog
from tracker.errors import BusyError, TrackerError

__all__ = ["home"]  # a fixture
TWO_MINUTES = "120000000"


class Listener:
    """A service manager that notes what it is told."""

    def __init__(self, address: str) -> None:
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self.line.settimeout(0)

    def heard(self) -> list[str]:
        words: list[str] = []
        while True:
            try:
                words += self.line.recv(4096).decode().split("\n")
            except BlockingIOError:
                return words


@contextmanager
def listening(address: str) -> Iterator[Listener]:
    listener = Listener(address)
    try:
        yield listener
    finally:
        listener.line.close()


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "notify")


def manager_at(address: str) -> ServiceManager:
    return ServiceManager.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": TWO_MINUTES})


def a_watchdog(desk: Desk, address: str) -> Watchdog:
    return Watchdog(desk.store, manager_at(address))


def test_every_word_reaches_the_manager(address: str):
    with listening(address) as systemd:
        manager = manager_at(address)
        manager.begins("reads the files")
        manager.ready()
        manager.status("3 campaigns\nin force")
        manager.alive()
        manager.stopping()

        assert systemd.heard() == [
            "STATUS=reads the files",
            "EXTEND_TIMEOUT_USEC=600000000",
            "STATUS=looks at what is due",
            "READY=1",
            "STATUS=3 campaigns in force",
            "WATCHDOG=1",
            "STOPPING=1",
        ]


def test_an_abstract_address_is_one_too(tmp_path: Path):
    address = f"@tracker-test-{tmp_path.name}-{id(tmp_path)}"

    with listening(address) as systemd:
        manager_at(address).ready()

        assert systemd.heard()[-1] == "READY=1"


def test_without_a_manager_and_with_a_deaf_one_nothing_happens(address: str):
    for manager in (ServiceManager.of({}), manager_at(address)):
        manager.ready()
        manager.alive()
        manager.stopping()


@pytest.mark.parametrize("odd", ["", "soon", "0", "-5"])
def test_no_watchdog_hears_no_sign_of_life(address: str, odd: str):
    with listening(address) as systemd:
        manager = ServiceManager.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": odd})
        manager.alive()
        manager.wait_for(60)

        assert systemd.heard() == []


async def test_a_turn_is_a_sign_of_life_and_what_it_says_is_in_the_database(
    home: Path,
    address: str,
):
    desk = Desk(home)
    desk.daemon.watchdog = a_watchdog(desk, address)

    with listening(address) as systemd:
        await desk.turn()

        assert systemd.heard()[-1] == "WATCHDOG=1"
    turned = desk.store.marked(TURNED)
    assert turned is not None
    assert turned.at == TUESDAY


async def test_it_beats_every_half_minute_and_not_at_every_look(
    home: Path,
    address: str,
):
    desk = Desk(home)
    desk.daemon.watchdog = a_watchdog(desk, address)
    await desk.turn()

    with listening(address) as systemd:
        await desk.turn_at(TUESDAY + timedelta(seconds=2))
        soon = systemd.heard()
        await desk.turn_at(TUESDAY + timedelta(seconds=31))
        later = systemd.heard()
        await desk.turn_at(TUESDAY)  # the clock was set back
        back = systemd.heard()

    assert (soon, later, back) == ([], ["WATCHDOG=1"], ["WATCHDOG=1"])


async def test_a_loop_that_finds_the_database_busy_says_so_and_writes_no_sign_of_life(
    home: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
):
    desk = Desk(home)
    desk.daemon.watchdog = a_watchdog(desk, address)
    await desk.turn()

    def busy(*_words: object, **_more: object) -> None:
        raise BusyError("the database is busy")

    monkeypatch.setattr(desk.store, "mark", busy)
    with listening(address) as systemd:
        await desk.turn_at(TUESDAY + timedelta(minutes=1))

        assert systemd.heard() == ["WATCHDOG=1", "STATUS=waits: the database is busy"]
    turned = desk.store.marked(TURNED)
    assert turned is not None
    assert turned.at == TUESDAY  # by which `status --health` notices


async def test_a_turn_that_breaks_off_gives_no_sign_of_life(
    home: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
):
    desk = Desk(home)
    desk.daemon.watchdog = a_watchdog(desk, address)
    await desk.turn()

    def broken(*_words: object, **_more: object) -> None:
        raise TrackerError("the disk failed")

    monkeypatch.setattr(desk.store, "mark", broken)
    with listening(address) as systemd:
        with pytest.raises(TrackerError):
            await desk.turn_at(TUESDAY + timedelta(minutes=1))

        assert systemd.heard() == []


async def test_the_bell_alone_gives_no_sign_of_life(
    home: Path,
    address: str,
):
    desk = Desk(home)
    desk.daemon.watchdog = a_watchdog(desk, address)

    with listening(address) as systemd:
        desk.bell.ring()
        await desk.bell.heard()
        await desk.bell.keep_house()

        assert systemd.heard() == []


async def test_while_mail_is_in_hand_the_watchdog_has_a_mail_servers_patience(
    home: Path,
    address: str,
):
    desk = Desk(home)
    desk.daemon.watchdog = a_watchdog(desk, address)
    await desk.turn()
    heard: list[str] = []

    with listening(address) as systemd:
        desk.on_delivery = lambda: heard.extend(systemd.heard())
        await desk.turn_at(at("2010-06-22 05:10"))
        after = systemd.heard()

    assert heard == ["WATCHDOG_USEC=1200000000", "WATCHDOG=1"]
    assert after[0] == f"WATCHDOG_USEC={TWO_MINUTES}"

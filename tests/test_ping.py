"""A ping to the outside: sent while the tracker is well, and nothing waits for it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.builders import CONFIG, a_world, at
from tests.desk import Desk
from tests.test_daemon import TUESDAY, Desk as DaemonDesk, home as home  # noqa: PLC0414 -- a fixture
from tracker.app import pinging
from tracker.app.doctor.outside import outside
from tracker.app.pinging import ping, reach
from tracker.checking.config_file import config_faults
from tracker.daemon.ping import EVERY, Ping
from tracker.daemon.service_manager import ServiceManager
from tracker.daemon.signs import Signs

ACCEPTED = at("2010-06-22 05:10")
A_MOMENT = timedelta(seconds=30)


class Service(ThreadingHTTPServer):
    """A service on loopback that writes down what it is asked for, and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.says = 200
        self.address = f"http://127.0.0.1:{self.server_address[1]}/f3a1?rid=7"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.says)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def silent() -> Iterator[str]:
    """A place that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/f3a1"


def sent(pings: Ping) -> None:
    """Let the ping that is under way come to its end."""
    if pings._under_way is not None:
        pings._under_way.join(10)


# -- one ping ----------------------------------------------------------------------------------


def test_a_ping_asks_for_its_address_and_nothing_else(service: Service):
    assert ping(service.address) is None
    assert service.asked == ["/f3a1?rid=7"]


@pytest.mark.parametrize("code", [404, 500, 302])
def test_what_is_no_yes_is_told_and_no_other_place_is_asked(service: Service, code: int):
    service.says = code

    assert (ping(service.address) or "").startswith(f"it answers {code}")
    assert len(service.asked) == 1


def test_why_a_ping_did_not_arrive_is_said_in_words(silent: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pinging, "PATIENCE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = f"http://127.0.0.1:{gone.getsockname()[1]}"

    assert ping(silent) == "no answer within 0 seconds"
    assert ping(nobody) == reach(nobody) == "connection refused"
    assert ping("http://a..b/") == reach("http://a..b/") == "its name cannot be looked up"


# -- now and then ------------------------------------------------------------------------------


def test_every_five_minutes_there_is_one_and_at_once_at_another_address(service: Service):
    pings, other = Ping(), service.address.replace("f3a1", "b7c2")
    for address, after in ((0, 0), (0, 4), (0, 5), (1, 6), (1, 10), (1, 11)):
        pings.well((service.address, other)[address], TUESDAY + after * EVERY / 5)
        sent(pings)

    assert service.asked == ["/f3a1?rid=7", "/f3a1?rid=7", "/b7c2?rid=7", "/b7c2?rid=7"]


def test_while_one_hangs_there_is_no_second(silent: str):
    pings = Ping()
    pings.well(silent, TUESDAY)
    first = pings._under_way
    pings.well(silent, TUESDAY + EVERY)

    assert pings._under_way is first


def test_a_ping_that_does_not_arrive_is_logged_once_without_its_path(
    service: Service, caplog: pytest.LogCaptureFixture
):
    pings = Ping()
    for number, code in enumerate((500, 500, 200, 500)):
        service.says = code
        pings.well(service.address, TUESDAY + number * EVERY)
        sent(pings)

    assert caplog.text.count("the ping to 127.0.0.1 did not arrive: it answers 500") == 2
    assert "f3a1" not in caplog.text


# -- in a daemon -------------------------------------------------------------------------------


def pinging_daemon(home: Path, address: str) -> tuple[DaemonDesk, Signs]:
    (home / "config.toml").write_text(f'{CONFIG}[health]\nping = "{address}"\n')
    made = DaemonDesk(home)
    signs = Signs(made.daemon.engine, ServiceManager(None), base=home)
    made.daemon.watchdog.show = signs.show
    return made, signs


async def test_a_tracker_that_is_well_pings_and_one_in_trouble_does_not(
    home: Path, service: Service
):
    desk, signs = pinging_daemon(home, service.address)
    await desk.turn()
    sent(signs._ping)
    desk.store.hold("clock", "wrong", now=TUESDAY)
    await desk.turn_at(TUESDAY + 2 * EVERY)
    sent(signs._ping)

    assert len(service.asked) == 1
    desk.store.close()


def test_a_place_that_does_not_answer_keeps_no_mail_back(home: Path, silent: str):
    desk, signs = pinging_daemon(home, silent)
    asyncio.run(desk.turn())
    asyncio.run(desk.turn_at(ACCEPTED))

    assert signs._ping._under_way is not None
    assert signs._ping._under_way.is_alive()
    assert len(desk.sent) == 1
    desk.store.close()


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("https://ping.example.org/f3a1", True),
        ("https://ping.example.org:8443?check=f3a1", True),
        ("http://127.0.0.1:8000/f3a1", True),
        ("http://ping.example.org/f3a1", False),
        ("https://user:secret@ping.example.org/", False),
        ("https://ping.example.org/#f3a1", False),
        ("https://ping.example.org:99999/", False),
        ("ping.example.org", False),
    ],
)
def test_an_address_is_one_that_can_be_asked_for_under_protection(address: str, *, is_taken: bool):
    config = a_world(config=f'{CONFIG}[health]\nping = "{address}"\n').config

    assert [one.code for one in config_faults(config)] == ([] if is_taken else ["ping"])


def test_the_doctor_connects_and_asks_for_nothing(service: Service):
    (found,) = outside(service.address)

    assert (found.state, found.said) == (
        "ok",
        "127.0.0.1 can be reached; nothing was asked of it",
    )
    assert service.asked == []
    assert list(outside(None)) == []


def test_the_doctor_says_why_the_place_cannot_be_reached(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(home)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}/f3a1"
    (home / "config.toml").write_text(f'{CONFIG}[health]\nping = "{address}"\n')

    said = Desk(home, capsys).run("doctor")

    assert "127.0.0.1 cannot be reached: connection refused" in said.out
    assert "f3a1" not in said.out

"""A morning's mails shared out among machines: each begins those that no other has begun."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import CONFIG, at
from tests.cluster import Cluster
from tests.databases import on_postgres
from tests.machines import machines
from tests.outbox import a_mail
from tests.test_daemon import LETTER, Desk, home as home  # noqa: PLC0414 -- a fixture
from tracker.failpoints import reaching
from tracker.store import Store

WEDNESDAY = at("2010-06-23 06:00")
MANY = 40
NAMES = [f"reader-{number}" for number in range(MANY)]
READER = """
[[coordinator]]
id = "{0}"
name = "{0}"
email = "{0}@example.org"
timezone = "Europe/Vienna"
digest = "never"
"""


@pytest.fixture
def two(cluster: Cluster) -> Iterator[list[Store]]:
    with on_postgres(cluster) as url, machines(url) as stores:
        yield stores


@pytest.fixture
def many_readers(home: Path) -> Path:
    (home / "config.toml").write_text(CONFIG + "".join(map(READER.format, NAMES)))
    names = ", ".join(f'"{one}"' for one in NAMES)
    (home / "campaigns" / "letter.toml").write_text(LETTER.replace('["vienna"]', f"[{names}]"))
    return home


async def a_morning(home: Path, stores: list[Store]) -> list[Desk]:
    """Have machines before a morning at which all mails are due, the first of which plans."""
    desks = [Desk(home, store=store) for store in stores]
    for desk in desks:
        await desk.turn()
        desk.sent.clear()
        desk.clock.at = WEDNESDAY
    desks[0].daemon.engine.refresh()
    return desks


async def test_two_machines_share_a_morning_and_nobody_is_served_twice(
    many_readers: Path, two: list[Store]
):
    desks = await a_morning(many_readers, two)

    await asyncio.gather(*(desk.turn() for desk in desks))

    served = Counter(address for desk in desks for address, _ in desk.sent)
    assert served == {f"{one}@example.org": 1 for one in NAMES}
    assert all(desk.sent for desk in desks)


async def test_whom_another_machine_has_served_meanwhile_is_passed_over_in_one_go(
    many_readers: Path, two: list[Store]
):
    desk, _ = await a_morning(many_readers, two)
    reached = Counter[str]()

    def the_other_serves_the_rest() -> None:
        free = two[1].due_lines(WEDNESDAY)
        rest = [a_mail(one.key, coordinator=one.to) for one in free]
        assert all(two[1].start_mails(rest, now=WEDNESDAY))
        reached.clear()
        desk.on_delivery = lambda: None

    desk.on_delivery = the_other_serves_the_rest
    with reaching(lambda place: reached.update([place])):
        await desk.turn()

    assert len(desk.sent) == 4
    assert reached["committed"] <= 5  # the four answers, who of two windows is left, what waits

"""A stream of mails, in turned time: one that hangs stays behind and holds up no other."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.builders import COUNCIL, LETTER, VIENNA, a_world, at
from tests.house import COMPOSER, House
from tests.outbox import in_memory
from tests.test_hands import GONE, MINUTE, NOON, READERS, TAKEN, Desk
from tests.turned_loop import run
from tracker.app.engine import Engine
from tracker.app.hands import GRACE_SECONDS, Hands
from tracker.daemon.bell import Bell
from tracker.daemon.serving import started
from tracker.daemon.turns import Daemon
from tracker.delivery.outcome import Outcome, outcome
from tracker.store import MailRecord

SILENT = outcome("unknown", None, "no answer after the text was sent")
ONE_READER = """
workdays = "vienna"
[mail]
from = "tracker@example.org"
[[coordinator]]
id = "vienna"
name = "Vienna desk"
email = "vienna@example.org"
timezone = "Europe/Vienna"
"""
ENOUGH = outcome("relay", 421, "4.7.0 too many connections")
Story = Callable[["SlowDesk"], Coroutine[Any, Any, None]]


class SlowDesk(Desk):
    """A desk whose server takes a second for a mail, and for some readers' as long as told."""

    def __init__(self) -> None:
        self.takes: dict[str, tuple[float, Outcome | Exception]] = {}
        super().__init__(in_memory())

    @property
    def seconds(self) -> float:
        return asyncio.get_running_loop().time()

    async def due_now(self, *readers: str) -> list[str]:
        """Send what is due to these readers, and return to whom it was tried."""
        self.tried.clear()
        self.now = NOON + self.seconds * MINUTE / 60
        self.wants(*readers)
        await self._round()
        return list(self.tried)

    async def _deliver(self, record: MailRecord, _address: str) -> Outcome:
        self.tried.append(record.coordinator)
        seconds, says = self.takes.get(record.coordinator, (1.0, self.says))
        await asyncio.sleep(seconds)
        self.now = NOON + self.seconds * MINUTE / 60
        if isinstance(says, Exception):
            raise says
        return says


def told(story: Story) -> None:
    """Tell a story on a desk of its own."""
    desk = SlowDesk()
    run(story(desk))
    desk.store.close()


def test_what_comes_due_while_a_mail_hangs_leaves_at_once():
    async def story(desk: SlowDesk) -> None:
        desk.takes["geneva"] = (600.0, SILENT)
        await desk.due_now("geneva", "vienna")
        assert desk.seconds == 10

        assert await desk.due_now("lima") == ["lima"]
        assert desk.seconds == 11
        assert desk.mail_of("geneva").state == "sending"

    told(story)


def test_the_answer_to_a_mail_that_was_left_behind_is_written_down_when_it_comes():
    async def story(desk: SlowDesk) -> None:
        desk.takes["geneva"] = (600.0, TAKEN)
        await desk.due_now("geneva", "vienna")
        await desk.hands.one_ends(within=1000)

        assert desk.seconds == 600
        assert desk.mail_of("geneva").state == "sent"

    told(story)


def test_a_mail_that_hangs_alone_shuts_the_gate_for_no_other_and_waits_longer_each_time():
    async def story(desk: SlowDesk) -> None:
        desk.takes["geneva"] = (300.0, GONE)
        await desk.due_now("geneva", "vienna")
        for pause in (1, 2, 4):
            await desk.hands.one_ends(within=1000)
            mail = desk.mail_of("geneva")
            assert (mail.put_off, mail.next_at) == (0, desk.now + pause * MINUTE)

            assert await desk.due_now("lima") == ["lima"]
            await asyncio.sleep(60 * pause)
            assert await desk.due_now() == ["geneva"]

    told(story)


def test_where_the_server_has_enough_of_our_connections_one_place_rests():
    async def story(desk: SlowDesk) -> None:
        await asyncio.sleep(58)
        await desk.due_now("vienna")
        await asyncio.sleep(1)
        desk.takes["geneva"] = (0.5, ENOUGH)
        await desk.due_now(*READERS)

        assert desk.seconds == 62  # the fifth began when another was taken, not in that place
        assert desk.mail_of("geneva").state == "queued"

    told(story)


def test_a_server_that_answers_nobody_shuts_the_gate():
    async def story(desk: SlowDesk) -> None:
        desk.takes = dict.fromkeys(READERS, (300.0, GONE))
        await desk.due_now("geneva", "vienna")
        await desk.hands.one_ends(within=1000)

        assert await desk.due_now("lima") == []

    told(story)


def test_a_mail_that_hangs_does_not_keep_another_from_asking_whether_the_server_is_back():
    async def story(desk: SlowDesk) -> None:
        desk.takes["geneva"] = (600.0, SILENT)
        await desk.due_now("geneva", "vienna")
        desk.says = GONE
        await desk.due_now("lima")
        await asyncio.sleep(60)
        desk.says = TAKEN

        assert "quito" in await desk.due_now("quito")

    told(story)


def test_the_gate_is_asked_whenever_mails_begin_while_others_are_on_their_way():
    async def story(desk: SlowDesk) -> None:
        noted = list[bool]()
        desk.hands.note_try = lambda: noted.append(True)
        desk.hands.may_leave = lambda: not noted
        desk.takes["geneva"] = (0.5, TAKEN)

        assert len(await desk.due_now(*READERS)) == 4
        assert len(noted) == 1

    told(story)


def test_whoever_is_told_to_stop_waits_a_while_for_what_was_left_behind():
    async def story(desk: SlowDesk) -> None:
        desk.takes["geneva"] = (600.0, TAKEN)
        async with desk.hands.until_ended():
            await desk.due_now("geneva", "vienna")
            desk.hands.stop()

        assert desk.seconds == 10 + GRACE_SECONDS
        assert desk.mail_of("geneva").state == "unknown"

    told(story)


def test_after_a_fault_no_answer_is_waited_for_and_the_next_start_recovers_the_mail():
    async def story(desk: SlowDesk) -> None:
        desk.takes["geneva"] = (600.0, TAKEN)
        await desk.due_now("geneva", "vienna")

        async def turn() -> None:
            async with desk.hands.until_ended():
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await turn()

        assert desk.seconds == 10
        assert desk.mail_of("geneva").state == "sending"

    told(story)


def test_a_fault_in_a_mail_that_was_left_behind_is_heard_once():
    async def story(desk: SlowDesk) -> None:
        desk.takes["geneva"] = (600.0, RuntimeError())
        desk.hands = Hands(desk.store, desk._deliver, lambda: desk.now, hides_nothing=True)
        await desk.due_now("geneva", "vienna")
        await desk.hands.one_ends(within=1000)

        with pytest.raises(RuntimeError):
            desk.hands.hear()
        desk.hands.hear()

    told(story)


def test_a_fault_lets_no_other_begin_and_waits_for_what_is_lively():
    async def story(desk: SlowDesk) -> None:
        desk.takes = {"geneva": (0.3, RuntimeError()), "lima": (4.0, TAKEN)}
        desk.takes |= dict.fromkeys(("new-york", "quito"), (3.0, TAKEN))
        desk.hands = Hands(desk.store, desk._deliver, lambda: desk.now, hides_nothing=True)
        with pytest.raises(RuntimeError):
            await desk.due_now(*READERS)

        assert desk.seconds == 4
        assert "vienna" not in desk.tried
        assert desk.mail_of("lima").state == "sent"

    told(story)


def test_a_round_that_is_called_off_takes_its_mails_along():
    async def story(desk: SlowDesk) -> None:
        desk.takes["vienna"] = (9.0, TAKEN)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await desk.due_now("vienna")
        await asyncio.sleep(100)

        assert desk.mail_of("vienna").state == "sending"

    told(story)


def test_whose_mails_hang_gets_no_third_place_and_the_lines_stay_free():
    letter = LETTER.replace('["vienna"]', '["vienna", "new-york"]')
    house = House(a_world(letter), replayed=False, opened=at("2010-06-22 05:00"))
    hands = house.engine.sending.hands
    hands._places._slow.add("vienna")
    for mail in (1001, 1002):
        hands._places.begin(mail, "vienna", at=time.monotonic())

    house.turn_to(at("2010-06-22 20:00"))
    assert {one.record.coordinator for one in house.mails} == {"new-york"}
    for mail in (1001, 1002):
        hands._places.end(mail, at=time.monotonic(), answered=True)
    house.wake()
    assert {one.record.coordinator for one in house.mails} == {"new-york", "vienna"}


class Service:
    """A daemon on a folder of its own, whose one mail hangs for ten minutes."""

    def __init__(self, home: Path) -> None:
        self.now = at("2010-06-23 07:00")
        self.ends: Outcome | Exception = TAKEN
        for name, text in FILES.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text)
        self.store = in_memory()
        engine = Engine(
            self.store, COMPOSER, deliver=self._deliver, clock=lambda: self.now, replayed=False
        )
        self.hands = engine.sending.hands
        self.begin = partial(started, engine, home / "config.toml", home / "campaigns", Bell())

    async def turned(self) -> Daemon:
        """Turn until the word about the new campaign is on its way."""
        daemon = self.begin()
        await daemon.turn()
        self.now += 11 * MINUTE  # what a new file sets off waits for ten
        await daemon.turn()
        assert [mail.state for mail in self.store.mails()] == ["sending"]
        return daemon

    async def _deliver(self, _record: MailRecord, _address: str) -> Outcome:
        await asyncio.sleep(600)
        if isinstance(self.ends, Exception):
            raise self.ends
        return self.ends


FILES = {
    "config.toml": ONE_READER,
    "campaigns/letter.toml": LETTER,
    "campaigns/forums/council.toml": COUNCIL,
    "campaigns/workdays/vienna.toml": VIENNA,
}


def test_a_daemon_that_is_told_to_stop_leaves_no_mail_behind(tmp_path: Path):
    service = Service(tmp_path)

    async def story() -> float:
        daemon = await service.turned()
        daemon.stop()
        await daemon.run()
        return asyncio.get_running_loop().time()

    assert run(story()) == 10 + GRACE_SECONDS
    assert [mail.state for mail in service.store.mails()] == ["unknown"]


def test_a_daemon_hears_of_a_fault_in_a_mail_that_it_left_behind(tmp_path: Path):
    service = Service(tmp_path)
    service.ends = RuntimeError()
    service.hands._hides_nothing = True

    async def story() -> None:
        daemon = await service.turned()
        await asyncio.sleep(600)
        with pytest.raises(RuntimeError):
            await daemon.turn()

    run(story())

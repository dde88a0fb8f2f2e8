"""The hands that give mails to the server: what one answer means for the others."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.outbox import HOUR, a_mail, an_occurrence, in_memory
from tracker.app.answers import RELAY
from tracker.app.hands import Hands
from tracker.app.telling import TOLD_AGAIN, UNTOLD
from tracker.config import Config
from tracker.delivery.outcome import Outcome, outcome
from tracker.occurrence import Occurrence
from tracker.store import MailRecord, Store

NOON = datetime.fromisoformat("2010-06-22T12:00Z")
MINUTE = timedelta(minutes=1)
READERS = ("vienna", "new-york", "geneva", "lima", "quito")
CONFIG = Config.model_validate(
    {
        "workdays": "vienna",
        "coordinator": [
            {"id": one, "name": one, "email": f"{one}@example.org", "timezone": "UTC"}
            for one in READERS
        ],
    }
)
TAKEN = outcome("sent", 250, "taken")
GONE = outcome("relay", None, "no connection")
LOCKED = outcome("relay", 535, "5.7.8 no", cause="access")
LATER = outcome("temporary", 450, "4.2.1 later")
BLOCKED = outcome("permanent", 550, "5.7.1 blocked")

Handing = Coroutine[Any, Any, Outcome]


class Desk:
    """An outbox with a line for each reader who wants one, and a server that says as told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOON
        self.says: Outcome | Exception = TAKEN
        self.tried: list[str] = []
        self.ticks = 1  # of the loop, until the server answers
        self.meanwhile: Callable[[], object] = lambda: None
        self.hands = self._hands()

    def restart(self) -> None:
        """End the process and begin another on the same database."""
        self.store = Store(self.store._engine, None)
        self.hands = self._hands()

    def wants(self, *readers: str, expires: datetime | None = None) -> None:
        """Have a line due for each of these readers."""
        lines = [
            an_occurrence(f"{reader}-{self.now:%H%M}", to=reader, due=self.now, expires=expires)
            for reader in readers
        ]
        self.store.replace_plan(lines, (), (), now=self.now)

    def round(self) -> list[str]:
        """Send what may go now; return to whom it was tried."""
        self.tried.clear()
        asyncio.run(self._round())
        return list(self.tried)

    def held(self) -> list[str]:
        return [one.cause for one in self.store.holds()]

    def mail_of(self, reader: str) -> MailRecord:
        (found,) = [one for one in self.store.mails() if one.coordinator == reader]
        return found

    async def _round(self) -> None:
        due = self.store.due_lines(self.now)

        def begin(most: int) -> list[Handing] | None:
            lines, due[:most] = due[:most], []
            return [self._handed(line) for line in lines] if lines else None

        def again(most: int) -> list[Handing] | None:
            taken = self.store.retry_due(self.now, limit=most)
            going = [one for one in taken if not self.hands.left_till_morning(one, CONFIG)]
            return [self.hands.hand_over(one, CONFIG) for one in going] if taken else None

        await self.hands.each(again)
        await self.hands.each(begin)

    def _handed(self, line: Occurrence) -> Handing:
        mail = a_mail(line.key, coordinator=line.to, expires=line.expires)
        record = self.store.start_mail(mail, now=self.now)
        assert record is not None
        return self.hands.hand_over(record, CONFIG)

    def _hands(self) -> Hands:
        return Hands(self.store, self._deliver, lambda: self.now, hides_nothing=False)

    async def _deliver(self, record: MailRecord, address: str) -> Outcome:
        assert address == f"{record.coordinator}@example.org"
        self.tried.append(record.coordinator)
        for _ in range(self.ticks):
            await asyncio.sleep(0)
        self.meanwhile()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def desk() -> Iterator[Desk]:
    with in_memory() as store:
        yield Desk(store)


def test_a_server_that_is_down_is_tried_by_one_mail_and_the_lines_of_the_others_stay_free(
    desk: Desk,
):
    desk.wants("vienna")
    desk.says = GONE
    assert desk.round() == ["vienna"]
    desk.wants("new-york", "geneva")

    assert desk.round() == []
    desk.now += MINUTE
    assert desk.round() == ["vienna"]
    assert [one.to for one in desk.store.due_lines(desk.now)] == ["geneva", "new-york"]


def test_no_mail_is_charged_for_the_servers_trouble(desk: Desk):
    desk.wants("vienna")
    desk.says = GONE
    for _ in range(8):
        desk.round()
        desk.now += 15 * MINUTE
    assert desk.mail_of("vienna").put_off == 0

    desk.says = LATER
    assert desk.round() == ["vienna"]
    mail = desk.mail_of("vienna")
    assert mail.put_off == 1
    assert mail.next_at is not None
    assert 5 * MINUTE <= mail.next_at - desk.now <= 6.25 * MINUTE


def test_when_the_server_is_back_everybody_goes(desk: Desk):
    desk.wants("vienna")
    desk.says = GONE
    desk.round()
    desk.wants(*READERS[1:])
    desk.now += MINUTE
    desk.says = TAKEN

    assert sorted(desk.round()) == sorted(READERS)


def test_when_the_first_of_as_many_as_there_are_finds_it_well_the_others_go_too(desk: Desk):
    desk.wants("vienna", expires=NOON + MINUTE / 2)
    desk.says = GONE
    desk.round()
    desk.now += MINUTE
    desk.wants(*READERS[1:])
    desk.says = TAKEN

    assert sorted(desk.round()) == sorted(READERS[1:])


def test_a_restart_knows_that_the_server_was_down(desk: Desk):
    desk.wants("vienna")
    desk.says = GONE
    desk.round()
    desk.restart()
    desk.wants("geneva")

    assert desk.round() == []
    assert desk.store.marked(RELAY) is not None


def test_a_refused_login_is_held_and_told_once_and_tried_every_quarter_of_an_hour(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    desk.wants("vienna", "geneva")
    desk.says = LOCKED
    first = desk.round()
    assert desk.held() == ["access"]

    for minutes in (5, 5):
        desk.now += minutes * MINUTE
        assert desk.round() == []
    desk.now += 5 * MINUTE
    assert len(desk.round()) == 1
    assert len(first) <= 2
    assert [one.levelname for one in caplog.records] == ["ERROR"]


def test_a_login_that_works_again_lets_all_go(desk: Desk):
    desk.wants("vienna", "geneva", "lima")
    desk.says = LOCKED
    desk.round()
    desk.says = TAKEN
    desk.now += 15 * MINUTE

    assert sorted({*desk.round(), *desk.round()}) == ["geneva", "lima", "vienna"]
    assert desk.held() == []


def test_a_login_that_another_machine_found_refused_is_tried_by_one_mail(desk: Desk):
    other = Desk(desk.store)
    desk.wants("vienna")
    desk.says = other.says = LOCKED
    desk.round()
    other.wants("geneva", "lima")

    assert other.round() == ["geneva"]
    other.now += 15 * MINUTE
    other.says = TAKEN
    assert sorted(other.round()) == ["geneva", "lima", "vienna"]
    assert other.held() == []


def test_an_answer_right_after_a_refused_login_holds_nothing_any_more(desk: Desk):
    answers = iter([LOCKED, TAKEN])
    desk.meanwhile = lambda: setattr(desk, "says", next(answers))
    desk.wants("vienna", "geneva")

    desk.round()

    assert desk.held() == []


def test_who_is_refused_while_another_machine_was_let_in_holds_anew(desk: Desk):
    desk.says = LOCKED
    desk.wants("vienna")
    desk.round()
    desk.now += 15 * MINUTE
    desk.meanwhile = lambda: desk.store.release(["access"])
    assert desk.round() == ["vienna"]
    desk.wants("geneva", "lima")

    assert desk.held() == ["access"]
    assert desk.round() == []


def test_a_refusal_of_three_readers_alike_holds_and_puts_all_three_back(desk: Desk):
    desk.says = BLOCKED
    for reader in READERS[:3]:
        desk.wants(reader)
        desk.round()

    assert desk.held() == ["refused"]
    assert {desk.mail_of(one).state for one in READERS[:3]} == {"queued"}
    desk.wants("lima")
    assert desk.round() == []

    desk.says = TAKEN
    desk.store.release(["refused"])
    assert sorted(desk.round()) == ["geneva", "lima", "new-york", "vienna"]


@pytest.mark.parametrize("ticks", range(8))
def test_the_refusal_that_holds_the_queue_lets_nobody_through_in_the_same_breath(
    desk: Desk, ticks: int
):
    desk.ticks = ticks
    desk.says = LATER
    desk.wants("vienna", "lima", "quito")
    desk.round()
    desk.says = BLOCKED
    for reader in ("new-york", "geneva"):
        desk.wants(reader)
        desk.round()
    desk.now += 7 * MINUTE

    tried = desk.round()

    assert desk.held() == ["refused"]
    assert sorted(tried) == sorted(set(tried))


def test_who_was_under_way_when_a_third_was_refused_is_put_back_as_well(desk: Desk):
    desk.says = BLOCKED
    desk.wants(*READERS[:4])
    desk.round()

    assert desk.held() == ["refused"]
    assert {desk.mail_of(one).state for one in READERS[:4]} == {"queued"}
    assert len(desk.store.journal(kinds={UNTOLD})) == len(desk.store.journal(kinds={TOLD_AGAIN}))


def test_who_resumes_although_all_are_refused_has_them_fail_one_by_one(desk: Desk):
    desk.says = BLOCKED
    for reader in READERS[:3]:
        desk.wants(reader)
        desk.round()
    desk.store.release(["refused"])

    desk.round()
    assert {desk.mail_of(one).state for one in READERS[:3]} == {"failed"}
    assert desk.held() == []


def test_a_refusal_that_comes_to_a_process_taken_for_dead_makes_nobody_untold(desk: Desk):
    def taken_over_and_sent() -> None:
        other = Store(desk.store._engine, None)
        other.recover(desk.now)
        (taken,) = other.retry_due(desk.now)
        other.mark_sent(taken, 250, now=desk.now)

    desk.wants("vienna")
    desk.meanwhile = taken_over_and_sent
    desk.says = BLOCKED
    desk.round()

    assert desk.mail_of("vienna").state == "sent"
    assert desk.store.journal(kinds={UNTOLD}) == []


def test_two_refusals_concern_those_two(desk: Desk):
    desk.says = BLOCKED
    for reader in READERS[:2]:
        desk.wants(reader)
        desk.round()
    desk.says = TAKEN
    desk.wants("lima")

    assert desk.round() == ["lima"]
    assert {desk.mail_of(one).state for one in READERS[:2]} == {"failed"}


@pytest.mark.parametrize("cause", ["clock", "restored", "cloned", "disk", "refused"])
def test_nothing_leaves_while_it_is_held(desk: Desk, cause: str):
    desk.wants("vienna")
    desk.store.hold(cause, "because", now=desk.now)

    assert desk.round() == []
    desk.store.release([cause])
    assert desk.round() == ["vienna"]


def test_a_mail_that_is_put_off_does_not_come_back_by_night(desk: Desk):
    desk.now = datetime.fromisoformat("2010-06-22T23:58Z")
    desk.wants("vienna")
    desk.says = LATER
    desk.round()

    assert desk.mail_of("vienna").next_at == datetime.fromisoformat("2010-06-23T08:00Z")


def test_a_mail_that_is_of_no_use_in_the_morning_is_tried_by_night(desk: Desk):
    desk.now = datetime.fromisoformat("2010-06-22T23:58Z")
    desk.wants("vienna", expires=desk.now + 3 * HOUR)
    desk.says = LATER
    desk.round()

    again = desk.mail_of("vienna").next_at
    assert again is not None
    assert again < desk.now + 10 * MINUTE


def test_what_was_held_until_the_night_leaves_in_the_morning(desk: Desk):
    desk.wants("vienna")
    desk.wants("geneva", expires=desk.now + 20 * HOUR)
    desk.says = LATER
    desk.round()
    desk.store.hold("disk", "there is no room", now=desk.now)
    desk.now = datetime.fromisoformat("2010-06-23T02:00Z")
    desk.says = TAKEN
    desk.store.release(["disk"])

    assert desk.round() == ["geneva"]  # by eight it would be of no use
    assert desk.mail_of("vienna").put_off == 1
    desk.now = datetime.fromisoformat("2010-06-23T08:00Z")
    assert desk.round() == ["vienna"]


def test_a_fault_of_ours_in_one_mail_is_an_answer_that_was_lost(desk: Desk):
    desk.wants("vienna")
    desk.says = RuntimeError("words of a campaign")
    desk.round()

    mail = desk.mail_of("vienna")
    assert mail.state == "unknown"
    assert mail.reason is not None
    assert "words of a campaign" not in mail.reason
    desk.says = TAKEN
    desk.now += HOUR
    assert desk.round() == ["vienna"]


def test_a_mail_that_fails_has_told_nobody_and_one_put_back_has(desk: Desk):
    desk.says = BLOCKED
    for reader in READERS[:3]:
        desk.wants(reader)
        desk.round()

    kinds = [entry.kind for entry in desk.store.journal()]
    assert kinds.count("untold") == 3
    assert kinds.count("told again") == 3

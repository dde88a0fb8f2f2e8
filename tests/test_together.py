"""Several mails in one commit: what is saved by it, and that one costs the others nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import LETTER, a_world, at
from tests.house import COMPOSER, TEMPLATES, House, T
from tests.outbox import NOW, in_memory, started
from tests.test_daemon import ChokingOn
from tests.test_hands import CONFIG, READERS, TAKEN
from tests.test_stream import SlowDesk, told
from tests.turned_loop import TurnedLoop, run
from tracker.app.sending import Sending
from tracker.compose import Composed, Composer, Envelope
from tracker.content import MailContent
from tracker.delivery import Outcome
from tracker.errors import BusyError
from tracker.failpoints import reaching
from tracker.store import MailRecord

PLAN, MORNING = at("2010-06-22 04:00"), at("2010-06-23 07:00")
PLACES = 4
LOST = Outcome("unknown", None, "hung up after the text")
IN_A_ROW = sorted(f"reader-{number}" for number in range(70))
TAKEN_THERE = Outcome("sent", 250, "taken")


class TurnedHouse(House):
    """A house in which making mails takes no time, however busy the machine is."""

    def run(self, sending: Coroutine[Any, Any, T]) -> T:
        return run(sending)


def a_house(
    readers: int, *, composer: Composer = COMPOSER, kind: type[House] = TurnedHouse
) -> House:
    """Have a house whose morning has a mail for each of so many readers."""
    names = [f"reader-{number}" for number in range(readers)]
    config = "".join(
        f'[[coordinator]]\nid = "{one}"\nname = "{one}"\nemail = "{one}@example.org"\n'
        'timezone = "Europe/Vienna"\ndigest = "never"\n'
        for one in names
    )
    letter = LETTER.replace('["vienna"]', str(names).replace("'", '"'))
    world = a_world(letter, config=f'workdays = "vienna"\n{config}')
    house = kind(world, replayed=False, opened=PLAN)
    house.turn_to(at("2010-06-22 22:00"))
    house.engine.sending.composer = composer
    house.mails.clear()
    house.clock.at = MORNING
    return house


def places_come_to(act: Callable[[], object]) -> Counter[str]:
    found = list[str]()
    with reaching(found.append):
        act()
    return Counter(found)


def test_mails_begin_four_in_a_commit_and_their_answers_are_written_in_another():
    house = a_house(8)
    planned = house.engine.refresh()

    reached = places_come_to(lambda: house.run(house.engine.send_due(planned)))

    assert reached["unconnected"] == 8
    assert reached["committed"] == 2 * 2


def test_a_lone_mail_has_two_commits_as_ever():
    house = a_house(1)
    planned = house.engine.refresh()

    reached = places_come_to(lambda: house.run(house.engine.send_due(planned)))

    assert (reached["unconnected"], reached["committed"]) == (1, 2)


def test_never_are_more_mails_in_hand_than_there_are_places():
    house = a_house(11)
    in_hand = list[int]()

    def count(place: str) -> None:
        if place == "unconnected":
            in_hand.append(len(house.store.mails(states={"sending"})))

    with reaching(count):
        house.wake()

    assert max(in_hand) == PLACES
    assert len(house.mails) == 11


def test_a_mail_that_cannot_be_written_costs_those_that_begin_with_it_nothing():
    house = a_house(6, composer=ChokingOn("reader-1@example.org"))
    house.wake()

    sent = [one.record.coordinator for one in house.mails]
    assert sorted(sent) == ["reader-0", "reader-2", "reader-3", "reader-4", "reader-5"]
    waiting = [one.occurrence for one in house.store.lines(coordinator="reader-1")]
    assert "meeting" in {one.item for one in waiting if one.due and one.due <= MORNING}


def test_those_that_begin_together_are_noted_once_before_the_first_of_them_goes():
    house = a_house(8)
    reached = list[str]()
    house.engine.sending.hands.note_try = lambda: reached.append("noted")

    def note(place: str) -> None:
        reached.extend([place] * (place == "unconnected"))

    with reaching(note):
        house.wake()

    assert reached == 2 * ["noted", *4 * ["unconnected"]]


def test_of_readers_whose_last_mail_hung_two_begin_together_with_others():
    house = a_house(6)
    slow = {f"reader-{number}" for number in range(4)}
    house.engine.sending.hands._places._slow |= slow
    first = list[set[str]]()

    def note(place: str) -> None:
        if place == "unconnected":
            first.append({one.coordinator for one in house.store.mails(states={"sending"})})

    with reaching(note):
        house.wake()

    assert first[0] == {"reader-0", "reader-1", "reader-4", "reader-5"}
    assert len(house.mails) == 6


class SlowComposer(Composer):
    """Takes four tenths of a second for a mail."""

    def compose(self, content: MailContent, envelope: Envelope) -> Composed:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, TurnedLoop)
        loop.pass_time(0.4)
        return super().compose(content, envelope)


def test_where_templates_are_slow_fewer_begin_together():
    house = a_house(8, composer=SlowComposer(TEMPLATES))
    planned = house.engine.refresh()
    in_hand = list[int]()

    def count(place: str) -> None:
        if place == "unconnected":
            in_hand.append(len(house.store.mails(states={"sending"})))

    with reaching(count):
        house.run(house.engine.send_due(planned))

    assert in_hand == [3, 3, 3, 4, 3, 3, 3, 4]
    assert house.store.due_lines(MORNING) == []


def test_two_mails_that_cannot_be_told_apart_cost_the_others_nothing():
    house = a_house(3, composer=OneId(TEMPLATES))
    house.wake()

    assert len(house.mails) == 1


class OneId(Composer):
    """Gives every mail the same Message-ID, which no database takes twice."""

    def compose(self, content: MailContent, envelope: Envelope) -> Composed:
        made = super().compose(content, envelope)
        return replace(made, message_id="<1@example.org>")


def test_answers_that_come_at_once_are_written_at_once_and_one_that_comes_alone_when_it_comes():
    async def story(desk: SlowDesk) -> None:
        desk.takes = {"geneva": (2.0, TAKEN), "lima": (3.0, TAKEN), "quito": (3.0, TAKEN)}
        commits = Counter[float]()

        def note(place: str) -> None:
            commits[round(desk.seconds, 1)] += place == "committed"

        with reaching(note):
            await desk.due_now("geneva", "lima", "quito")

        assert (commits[2.0], commits[3.0]) == (1, 1)
        assert {one.state for one in desk.store.mails()} == {"sent"}

    told(story)


def test_answers_that_come_within_a_few_milliseconds_are_written_in_one_commit():
    async def story(desk: SlowDesk) -> None:
        desk.takes = {"geneva": (2.0, TAKEN), "lima": (2.001, TAKEN), "quito": (2.003, TAKEN)}
        commits = list[float]()

        def note(place: str) -> None:
            if place == "committed" and desk.seconds >= 2.0:
                commits.append(desk.seconds)

        with reaching(note):
            await desk.due_now("geneva", "lima", "quito")

        assert commits == [2.003]  # the last of them waits for nobody

    told(story)


def test_an_answer_that_cannot_be_written_down_costs_only_its_own_mail():
    async def story(desk: SlowDesk) -> None:
        desk.takes["lima"] = (1.0, Outcome("sent", 250, "\ud800"))
        with pytest.raises(UnicodeEncodeError):
            await desk.due_now("geneva", "lima", "quito")

        states = {one.coordinator: one.state for one in desk.store.mails()}
        assert states == {"geneva": "sent", "lima": "sending", "quito": "sent"}

    told(story)


def test_a_database_that_is_busy_as_mails_begin_lets_no_other_begin_and_is_told():
    async def story(desk: SlowDesk) -> None:
        commits = Counter[str]()

        def refuse(place: str) -> None:
            commits[place] += 1
            if place == "uncommitted" and commits[place] == 8:
                raise BusyError("the disk is full")

        desk.takes["geneva"] = (0.3, TAKEN)
        with reaching(refuse), pytest.raises(BusyError):
            await desk.due_now(*READERS)

        assert [one.state for one in desk.store.mails()] == ["sent"] * 4
        assert len(desk.store.due_lines(desk.now)) == 1

    told(story)


def test_a_round_that_is_called_off_as_answers_come_leaves_them_to_the_next_start():
    async def story(desk: SlowDesk) -> None:
        round_ = asyncio.ensure_future(desk.due_now("geneva", "lima"))

        def call_off(place: str) -> None:
            if place == "answer-unwritten":
                round_.cancel()

        with reaching(call_off), pytest.raises(asyncio.CancelledError):
            await round_
        await asyncio.sleep(1)

        assert {one.state for one in desk.store.mails()} == {"sending"}

    told(story)


def test_of_mails_that_begin_together_one_that_had_no_answer_is_the_last():
    in_hand = list[int]()

    async def deliver(_record: MailRecord, _address: str) -> Outcome:
        return TAKEN

    def count(place: str) -> None:
        if place == "unconnected":
            in_hand.append(len(store.mails(states={"sending"})))

    with in_memory() as store, reaching(count):
        first, silent, third = [started(store, one, coordinator=one) for one in READERS[:3]]
        store.mark_retry(first, NOW, 450, "later", now=NOW)
        store.mark_unknown(silent, "no answer", now=NOW, at=NOW)
        store.mark_retry(third, NOW, 450, "later", now=NOW)
        sending = Sending(store, COMPOSER, deliver=deliver, clock=lambda: NOW, replayed=False)
        run(sending.retry_due(CONFIG))

    assert in_hand == [2, 2, 3]


class LosingHouse(TurnedHouse):
    """A house whose server takes the text of the first ten readers' mails and hangs up."""

    async def _deliver(self, record: MailRecord, address: str) -> Outcome:
        is_lost = record.coordinator in IN_A_ROW[:10]
        return LOST if is_lost else await super()._deliver(record, address)


def test_ten_whose_answers_are_lost_at_once_hold_those_behind_them_up_for_a_minute():
    """Three of them shut the way; the one that tries then stands elsewhere in the row."""
    house = a_house(len(IN_A_ROW), kind=LosingHouse)
    house.restart(house.engine.world)  # the night was long: nobody has heard the server lately
    house.turn_to(MORNING + timedelta(minutes=3))

    taken = [one for one in house.mails if one.outcome == TAKEN_THERE]
    assert len({one.record.coordinator for one in taken}) == 60
    assert {one.at for one in taken} == {MORNING + timedelta(minutes=1)}

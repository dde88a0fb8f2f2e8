"""The places at the mail server: who may begin, and what a mail that hangs costs the others."""

import pytest

from tracker.app.places import (
    FIRST_SECONDS,
    LEAST_SECONDS,
    LONG_SECONDS,
    MOST,
    REST_SECONDS,
    SERVED,
    Places,
)
from tracker.delivery.smtp import MOST_CONNECTIONS


def full(places: Places, *, at: float = 0.0) -> int:
    """Begin mails for as long as there is room; return how many."""
    count = 0
    while places.free(at):
        count += 1
        places.begin(int(1000 * at) + count, f"reader-{at}-{count}", at=at)
    return count


def with_one_that_hangs(at: float = 0.0) -> Places:
    """Have a mail to Lima hang while one that began later was taken."""
    places = Places()
    places.begin(1, "lima", at=at)
    places.begin(2, "quito", at=at)
    places.end(2, at=at + 1, answered=True)
    return places


def test_four_are_served_at_once():
    assert full(Places()) == SERVED == 4


def test_each_mail_takes_one_of_the_free_places():
    places = Places()
    places.begin(1, "lima", at=0)

    assert places.free(0) == SERVED - 1


def test_there_are_connections_for_all_that_may_hang():
    assert MOST_CONNECTIONS == MOST


def test_a_mail_that_hangs_takes_no_place_once_a_later_one_has_had_its_answer():
    places = with_one_that_hangs()

    assert places.served(3.9) == 1
    assert places.served(4.0) == 0
    assert full(places, at=4.0) == SERVED


@pytest.mark.parametrize(
    ("takes", "long"), [(0.001, LEAST_SECONDS), (0.5, 2.0), (2.0, 8.0), (60.0, LONG_SECONDS)]
)
def test_long_is_four_times_what_the_server_takes(takes: float, long: float):
    places = Places()
    places.begin(1, "lima", at=0)
    places.begin(2, "quito", at=0)
    places.end(2, at=takes, answered=True)
    places.begin(3, "lima", at=100)

    assert places.next_change(100) == pytest.approx(long / 2)  # then another may ask


def test_whose_answer_takes_long_is_awaited_by_no_other_answer():
    places = with_one_that_hangs()

    assert places.awaited(3.9) == 1
    assert places.awaited(4.0) == 0
    assert places.lively(4.0) == 1


def test_a_server_that_grows_slow_is_known_for_it_at_once_and_a_quick_one_by_and_by():
    places = Places()
    for mail, (begun, ended) in enumerate([(0, 0.1), (1, 3), (4, 4.1), (5, 5.1)]):
        places.begin(mail, "lima", at=begun)
        places.end(mail, at=ended, answered=True)
    places.begin(9, "quito", at=10)

    assert places.next_change(10) == pytest.approx(2 * (2 - 1.9 / 8 - (2 - 1.9 / 8 - 0.1) / 8))


def test_what_a_mail_takes_that_others_overtook_says_nothing_of_the_server():
    places = with_one_that_hangs()
    places.end(1, at=9, answered=True)
    places.begin(3, "lima", at=10)

    assert places.next_change(10) == pytest.approx(2)


def test_an_answer_to_a_mail_that_began_before_says_nothing_of_a_slow_one():
    places = Places()
    places.begin(1, "lima", at=0)
    places.begin(2, "quito", at=0)
    places.end(1, at=1, answered=True)

    assert places.served(LONG_SECONDS) == 1


def test_a_mail_that_has_no_answer_is_no_sign_that_the_server_is_well():
    places = Places()
    places.begin(1, "lima", at=0)
    places.begin(2, "quito", at=0)
    places.end(2, at=1, answered=False)

    assert places.served(LONG_SECONDS) == 1


def test_where_all_take_long_one_after_the_other_asks_whether_the_server_is_well():
    places = Places()
    full(places)

    assert not places.free(FIRST_SECONDS - 0.1)
    assert full(places, at=FIRST_SECONDS) == 1
    assert not places.free(1.4 * FIRST_SECONDS)
    assert full(places, at=1.5 * FIRST_SECONDS) == 1
    for halves in range(4, 30):
        full(places, at=halves / 2 * FIRST_SECONDS)
    assert places.served(1000.0) == MOST


def test_only_two_at_once_go_to_readers_whose_mails_hang():
    places = with_one_that_hangs()
    places.end(1, at=300, answered=False)
    assert places.passed_over(300) == frozenset()
    places.begin(3, "lima", at=300)
    assert places.passed_over(300) == frozenset()
    places.begin(4, "lima", at=300)

    assert places.passed_over(300) == {"lima"}


def test_a_reader_whose_mail_hangs_just_now_is_slow_already():
    places = with_one_that_hangs()
    places.begin(3, "lima", at=LONG_SECONDS)
    places.begin(4, "lima", at=LONG_SECONDS)

    assert places.passed_over(LONG_SECONDS) == {"lima"}


def test_readers_whose_mails_are_about_to_begin_count_too():
    places = with_one_that_hangs()
    places.end(1, at=300, answered=False)

    assert places.passed_over(300, beside=["lima", "quito"]) == frozenset()
    assert places.passed_over(300, beside=["lima", "lima"]) == {"lima"}


def test_a_reader_is_slow_until_a_mail_to_them_has_its_answer():
    places = with_one_that_hangs()
    places.end(1, at=300, answered=False)
    for mail in (3, 4, 5):
        places.begin(mail, "lima", at=300)
    places.end(3, at=301, answered=True)

    assert places.passed_over(301) == frozenset()


def test_nobody_is_slow_because_the_server_is_ill():
    places = Places()
    full(places)
    for mail in range(1, SERVED + 1):
        places.end(mail, at=300, answered=False)
    for mail in (11, 12):
        places.begin(mail, "reader-0.0-1", at=300)

    assert places.passed_over(300) == frozenset()


def test_a_place_that_the_server_refused_rests():
    places = Places()
    places.begin(1, "lima", at=0)
    places.rest(1, at=0.1)
    places.end(1, at=0.1, answered=False)

    assert full(places, at=0.2) == SERVED - 1
    assert places.next_change(5.0) == pytest.approx(REST_SECONDS - 4.9)


def test_while_all_places_rest_nobody_asks():
    places = Places()
    for mail in range(SERVED):
        places.begin(mail, "lima", at=0)
        places.rest(mail, at=0)
        places.end(mail, at=0, answered=False)

    assert not places.free(REST_SECONDS - 0.1)
    assert full(places, at=REST_SECONDS) == SERVED


def test_the_place_of_a_mail_that_hung_was_lost_already():
    places = with_one_that_hangs()
    places.rest(1, at=300)
    places.end(1, at=300, answered=False)

    assert full(places, at=300) == SERVED


@pytest.mark.parametrize(("ends", "others"), [(2.0, True), (300.0, True), (0.5, False)])
def test_what_one_mail_meets_while_others_are_answered_says_nothing_of_the_server(
    ends: float,
    *,
    others: bool,
):
    places = Places()
    places.begin(1, "lima", at=0)
    if others:
        places.begin(2, "quito", at=0)
        places.end(2, at=1, answered=True)

    assert places.is_served_else(1, at=ends) == others


def test_what_was_answered_long_before_says_nothing_either():
    places = Places()
    places.begin(1, "quito", at=0)
    places.end(1, at=1, answered=True)
    places.begin(2, "lima", at=30)

    assert not places.is_served_else(2, at=31)


def test_what_was_answered_a_moment_before_tells_of_a_mail_that_was_refused_at_once():
    places = Places()
    places.begin(1, "quito", at=0)
    places.end(1, at=1, answered=True)
    places.begin(2, "lima", at=3)

    assert places.is_served_else(2, at=3.1)

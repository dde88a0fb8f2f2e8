"""The places at the mail server: who may begin, and what a mail that hangs costs the others."""

import random
from heapq import heappop, heappush

import pytest

from tracker.app.pace import LATEST, LEAST_SECONDS, LONG_SECONDS, OUTLIERS, UNKNOWN_SECONDS, Pace
from tracker.app.places import HEARD_SECONDS, MOST, REST_SECONDS, SERVED, Places
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

    assert places.served(1.49) == 1
    assert places.served(1.5) == 0
    assert full(places, at=1.5) == SERVED


@pytest.mark.parametrize(
    ("takes", "late"), [(0.001, LEAST_SECONDS), (0.4, 0.42), (4.0, 4.05), (60.0, LONG_SECONDS)]
)
def test_late_is_what_takes_longer_than_the_latest_answers_did(takes: float, late: float):
    pace = Pace()
    pace.learn(takes / 2, is_first=False)
    pace.learn(takes, is_first=False)

    assert pace.late(is_first=False) == pytest.approx(late)


def test_what_hangs_takes_half_as_long_again():
    pace = Pace()
    pace.learn(0.4, is_first=False)

    assert pace.hangs(is_first=False) == pytest.approx(0.6)


def test_mails_that_may_have_to_open_their_connection_are_compared_with_such():
    pace = Pace()
    pace.learn(2, is_first=True)
    assert pace.late(is_first=False) == pace.late(is_first=True)  # nothing else is known
    pace.learn(0.4, is_first=False)

    assert pace.late(is_first=False) < 0.5 < pace.late(is_first=True)


def test_ten_mails_of_their_own_kind_do_not_change_what_is_usual():
    pace = Pace()
    for took in [0.4] * (LATEST - OUTLIERS) + [5.0 * n for n in range(1, 1 + OUTLIERS)]:
        pace.learn(took, is_first=False)

    assert pace.late(is_first=False) == pytest.approx(0.42)


def test_a_server_that_grows_slow_is_known_for_it_by_the_eleventh_answer():
    pace = Pace()
    for took in [0.4] * LATEST + [3.0] * OUTLIERS:
        pace.learn(took, is_first=False)
    assert pace.late(is_first=False) < 0.5
    pace.learn(3, is_first=False)

    assert pace.late(is_first=False) > 3


def test_what_takes_not_twice_as_long_as_usual_is_usual():
    pace = Pace()
    for took in [0.4] * (LATEST - 1) + [0.8]:
        pace.learn(took, is_first=False)

    assert pace.late(is_first=False) == pytest.approx(0.84)


def test_the_pace_is_known_after_a_restart():
    pace, later = Pace(), Pace()
    later.load(pace.dump())
    assert later.late(is_first=True) == UNKNOWN_SECONDS
    pace.learn(0.4, is_first=True)
    pace.learn(0.2, is_first=True)
    later.load(pace.dump())

    assert later.late(is_first=True) == pace.late(is_first=True)


@pytest.mark.parametrize("text", ["nonsense", "[0.4, 0.2, 0.1]", '{"x": 1}', "[[0.4], [0.2], []]"])
def test_a_pace_that_cannot_be_read_is_not_known(text: str):
    pace = Pace()
    pace.load(text)

    assert pace.late(is_first=True) == UNKNOWN_SECONDS


def test_a_slow_answer_is_forgotten_also_where_the_tracker_is_restarted_each_night():
    pace = Pace()
    pace.learn(15, is_first=True)
    for _night in range(LATEST // 8):
        for _ in range(8):
            pace.learn(0.4, is_first=True)
        said, pace = pace.dump(), Pace()
        pace.load(said)

    assert pace.late(is_first=True) < 0.5


def test_whoever_is_overtaken_but_no_slower_than_usual_teaches_what_is_usual():
    places = Places()
    places.begin(1, "lima", at=0)
    places.begin(2, "quito", at=0)
    places.end(2, at=0.4, answered=True)
    places.end(1, at=0.5, answered=True)
    places.begin(3, "lima", at=10)

    assert places.next_change(10) == pytest.approx(1.05 * 0.5)


def test_the_first_mails_are_those_before_which_the_server_was_not_heard():
    places = with_one_that_hangs()
    places.begin(3, "quito", at=1 + HEARD_SECONDS)
    places.end(3, at=6.2, answered=True)
    places.begin(4, "quito", at=12)

    assert places.next_change(12) == pytest.approx(1.05)  # as the first mail took, not the third


def test_whose_answer_takes_long_is_awaited_by_no_other_answer():
    places = with_one_that_hangs()

    assert places.awaited(1.49) == 1
    assert places.awaited(1.5) == 0
    assert places.lively(1.5) == 1


def test_what_a_mail_takes_that_others_overtook_says_nothing_of_the_server():
    places = with_one_that_hangs()
    places.end(1, at=9, answered=True)
    places.begin(3, "lima", at=20)

    assert places.next_change(20) == pytest.approx(1.05)


def test_how_quickly_a_mail_is_refused_says_nothing_of_how_long_one_takes():
    places = with_one_that_hangs()
    places.begin(3, "quito", at=1)
    places.hear(3, at=1.01, is_taken=False)
    places.end(3, at=1.01, answered=True)
    places.end(1, at=1.01, answered=False)
    places.begin(4, "quito", at=1.1)

    assert places.next_change(1.1) == pytest.approx(1.05)


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


def test_where_one_of_the_first_is_late_all_others_ask_whether_the_server_is_well():
    places = Places()
    places.begin(1, "lima", at=0)
    places.begin(2, "quito", at=0.2)

    assert places.free(0.9 * UNKNOWN_SECONDS) == SERVED - 2
    assert full(places, at=UNKNOWN_SECONDS) == MOST - 2
    assert not places.free(1000.0)


def test_others_ask_about_a_late_first_mail_also_where_another_was_answered_meanwhile():
    """A mail that hangs at the front of a morning seldom comes without others behind it."""
    places = with_one_that_hangs()
    for mail in range(3, 6):
        places.begin(mail, "quito", at=1.0)

    assert not places.free(1.04)
    assert places.free(1.05) == MOST - 4


def test_while_the_server_is_heard_others_ask_only_about_a_mail_that_hangs():
    places = with_one_that_hangs()
    for mail in range(3, 3 + SERVED):
        places.begin(mail, "quito", at=2.0)

    assert not places.free(3.49)
    assert places.free(3.5) == MOST - 1 - SERVED  # and one of before


def test_and_not_where_a_mail_that_began_later_was_answered():
    places = with_one_that_hangs()
    for mail in range(3, 3 + SERVED):
        places.begin(mail, "quito", at=2.0)
    places.end(6, at=3, answered=True)

    assert places.free(3.49) == 1
    assert places.free(3.5) == SERVED


def with_one_lost() -> Places:
    """Have a mail to Quito end at 1.1 without an answer, just after another was taken."""
    places = Places()
    places.begin(1, "lima", at=0)
    places.end(1, at=1, answered=True)
    places.begin(2, "quito", at=1)
    places.end(2, at=1.1, answered=False)
    return places


def test_after_a_mail_that_was_lost_while_others_were_answered_others_ask_at_once():
    places = with_one_lost()
    assert places.free(1.1) == MOST

    places.begin(3, "sucre", at=1.1)
    places.end(3, at=2.1, answered=True)
    assert places.free(2.1) == SERVED


def test_but_not_where_nobody_was_answered():
    places = Places()
    full(places)
    places.end(1, at=0.1, answered=False)

    assert places.free(0.1) == 1


def test_what_was_lost_a_while_ago_is_asked_about_no_more():
    assert with_one_lost().free(1.1 + HEARD_SECONDS) == SERVED


def test_a_mail_whose_answer_is_being_written_down_is_not_late():
    places = Places()
    places.begin(1, "lima", at=0)
    places.hear(1, at=0.4)

    assert places.free(3) == SERVED - 1


def test_how_long_it_took_to_write_an_answer_down_says_nothing_of_the_server():
    places = Places()
    places.begin(1, "lima", at=0)
    places.hear(1, at=0.4)
    places.end(1, at=3, answered=True)
    places.begin(2, "quito", at=20)

    assert places.next_change(20) == pytest.approx(0.42)


def test_an_answer_that_could_not_be_read_is_not_late():
    places = Places()
    full(places)
    places.stand_still(3.0)

    assert not places.free(3.0)
    assert places.free(3.0 + UNKNOWN_SECONDS)


def test_a_server_that_refuses_those_who_ask_is_asked_no_more_for_a_while():
    places = Places()
    full(places)
    full(places, at=UNKNOWN_SECONDS)
    asking = int(1000 * UNKNOWN_SECONDS) + 1
    assert places.is_one_too_many(asking, at=0.6)
    assert not places.is_one_too_many(asking, at=30)  # a time-out
    places.rest(asking, at=0.6)
    places.end(asking, at=0.6, answered=False)

    assert not places.free(0.6)
    assert places.next_change(10.55) == pytest.approx(REST_SECONDS + 0.6 - 10.55)
    assert places.free(REST_SECONDS + 0.6) == 1


@pytest.mark.parametrize("is_heard", [True, False])
def test_who_asks_again_and_is_refused_again_meets_a_server_that_is_ill(is_heard: bool):  # noqa: FBT001 -- a parameter
    places = Places()
    full(places)
    full(places, at=UNKNOWN_SECONDS)
    for mail in range(501, 511):
        places.rest(mail, at=0.6)
        places.end(mail, at=0.6, answered=False)
    if is_heard:
        places.hear(1, at=1)
    again = REST_SECONDS + 0.6
    places.begin(601, "lima", at=again)

    assert places.is_one_too_many(601, at=again) == is_heard


def test_and_the_four_places_are_not_touched_by_that():
    places = Places()
    full(places)
    full(places, at=UNKNOWN_SECONDS)
    for mail in [*range(501, 511)]:
        places.rest(mail, at=0.6)
        places.end(mail, at=0.6, answered=False)
    for mail in range(1, 1 + SERVED):
        assert not places.is_one_too_many(mail, at=0.7)
        places.end(mail, at=0.7, answered=True)

    assert places.free(0.7) == SERVED


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


def test_nor_does_what_ten_meet_in_a_row_but_the_eleventh():
    places = Places()
    places.begin(1, "quito", at=0)
    places.end(1, at=1, answered=True)
    for mail in range(2, 12):
        places.begin(mail, f"reader-{mail}", at=1)
        assert places.is_served_else(mail, at=1.1)
        places.end(mail, at=1.1, answered=False)
    places.begin(12, "lima", at=1)

    assert not places.is_served_else(12, at=1.1)

    places.begin(13, "quito", at=1)
    places.hear(13, at=1.2)
    assert places.is_served_else(12, at=1.2)


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


def part_beyond_four(places: Places, dice: random.Random, *, morning: int) -> float:
    """Play a morning of uneven answers; return for which part of it more than four were open."""
    at = begun = 10_000.0 * morning
    beyond = 0.0
    ends: list[tuple[float, int]] = []
    left = 200
    while left or ends:
        while left and places.free(at):
            heappush(ends, (at + 0.4 * dice.lognormvariate(0, 0.5), left))
            places.begin(left, "lima", at=at)
            left -= 1
        change = places.next_change(at)
        after = min(ends[0][0], at + (change or LONG_SECONDS))
        beyond += (after - at) * (len(ends) > SERVED)
        at = after
        if at == ends[0][0]:
            places.end(heappop(ends)[1], at=at, answered=True)
    return beyond / (at - begun)


def test_a_server_whose_answers_are_uneven_seldom_has_more_than_four_to_answer():
    dice = random.Random(2010)  # noqa: S311 -- a test's own
    places = Places()
    parts = [part_beyond_four(places, dice, morning=number) for number in range(40)]

    assert sum(parts) / len(parts) < 0.03

"""How the mail server fares: who may try, how long the others wait, when a person is needed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from tracker.app.relay import (
    LONGEST_PAUSE,
    SUSPECTS,
    Relay,
    pause_after,
    wait_before_retry,
    words_of,
)
from tracker.delivery.outcome import Outcome, outcome

NOW = datetime(2010, 6, 22, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TAKEN = outcome("sent", 250, "ok")
GONE = outcome("relay", None, "no connection")
LOCKED = outcome("relay", 535, "5.7.8 no", cause="access")
BARE = outcome("relay", None, "no STARTTLS", cause="protection")
LOST = outcome("unknown", None, "silence")
STUMBLED = outcome("relay", None, "no answer to RCPT", suspect=True)
OURS = outcome("unknown", None, "a fault of ours", suspect=True)
LATER = outcome("temporary", 450, "4.2.1 later")
BLOCKED = outcome("permanent", 550, "5.7.1 blocked")
ANYTHING = st.sampled_from([TAKEN, GONE, LOCKED, BARE, LOST, LATER, BLOCKED, STUMBLED])


def after(*answers: Outcome, relay: Relay | None = None) -> Relay:
    """Return how the server fares after these answers, each to another reader's mail."""
    fares = relay or Relay()
    for number, answer in enumerate(answers):
        fares = fares.after(answer, number, f"reader-{number}", now=NOW)
    return fares


def tried(*answers: Outcome) -> tuple[Relay, datetime]:
    """Try one mail after the other, each when it may; return how the server fares, and when."""
    fares, now = Relay(), NOW
    for number, answer in enumerate(answers):
        now = max(now, fares.shut_until or now)
        fares = fares.after(answer, number, f"reader-{number}", now=now)
    return fares, now


def pause(*answers: Outcome) -> timedelta:
    fares, now = tried(*answers)
    return (fares.shut_until or now) - now


def test_a_healthy_server_takes_as_many_mails_as_there_are():
    assert after(TAKEN, LATER, TAKEN).most_mails(NOW, under_way=3) is None


def test_after_trouble_nothing_is_started_until_one_mail_tries():
    fares = after(GONE)

    assert fares.most_mails(NOW, under_way=0) == 0
    assert fares.most_mails(NOW + MINUTE, under_way=1) == 0
    assert fares.most_mails(NOW + MINUTE, under_way=0) == 1


@pytest.mark.parametrize(
    ("troubles", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (90, 15)]
)
def test_each_failure_doubles_the_pause_up_to_a_quarter_of_an_hour(troubles: int, minutes: int):
    assert pause(*[GONE] * troubles) == minutes * MINUTE


def test_while_the_server_is_well_the_foremost_goes_first():
    assert after(TAKEN).who_tries(70) == 0


def test_in_trouble_another_tries_each_time_all_over_the_row():
    tried = [Relay(troubles=troubles).who_tries(100) // 10 for troubles in range(1, 11)]

    assert sorted(tried) == list(range(10))


def test_what_began_before_the_way_was_shut_and_fails_as_well_is_the_same_trouble():
    fares = after(*[GONE] * 14)

    assert fares.troubles == 1
    assert fares.shut_until == NOW + MINUTE
    assert fares.after(LOCKED, 99, "vienna", now=NOW).hold == "access"


@pytest.mark.parametrize("answer", [TAKEN, LATER, BLOCKED])
def test_any_answer_about_a_mail_says_that_the_server_is_well_again(answer: Outcome):
    assert tried(GONE, GONE, answer)[0].most_mails(NOW, under_way=0) is None
    assert pause(GONE, GONE, answer, GONE) == MINUTE


@pytest.mark.parametrize(("answer", "cause"), [(LOCKED, "access"), (BARE, "protection")])
def test_a_closed_door_is_tried_once_in_a_quarter_of_an_hour(answer: Outcome, cause: str):
    fares = after(answer)

    assert fares.hold == cause
    assert fares.shut_until == NOW + LONGEST_PAUSE
    assert after(TAKEN, relay=fares).hold is None


def test_one_lost_answer_is_bad_luck_and_three_in_a_row_are_an_illness():
    assert after(LOST, LOST).shut_until is None
    assert after(LOST, TAKEN, LOST, LOST).shut_until is None
    assert after(LOST, LOST, LOST).shut_until == NOW + MINUTE


def test_three_readers_refused_in_the_same_words_are_not_about_the_readers():
    assert after(BLOCKED, BLOCKED).hold is None
    assert after(BLOCKED, BLOCKED, BLOCKED).hold == "refused"
    assert [one.mail for one in after(BLOCKED, BLOCKED, BLOCKED).row] == [0, 1, 2]


def test_a_mail_taken_in_between_or_other_words_begin_the_row_anew():
    unknown = outcome("permanent", 550, "5.1.1 who is that")

    assert after(BLOCKED, BLOCKED, TAKEN, BLOCKED).hold is None
    assert after(BLOCKED, BLOCKED, unknown, BLOCKED).hold is None
    assert after(BLOCKED, LATER, BLOCKED, GONE, BLOCKED).hold == "refused"


def test_one_taken_after_all_were_refused_ends_no_hold_and_who_is_refused_then_is_one_of_them():
    nobody = outcome("permanent", 550, "5.1.1 nobody here")
    fares = after(BLOCKED, BLOCKED, BLOCKED, TAKEN, BLOCKED, nobody)

    assert fares.hold == "refused"
    assert [one.mail for one in fares.row] == [0, 1, 2, 4]


def test_one_reader_refused_three_times_is_one_reader():
    fares = Relay()
    for number in range(5):
        fares = fares.after(BLOCKED, number, "vienna", now=NOW)

    assert fares.hold is None


def test_who_goes_on_is_not_stopped_by_the_same_words_for_a_day():
    went_on = after(BLOCKED, BLOCKED, BLOCKED).going_on(NOW)

    assert went_on.hold is None
    assert after(BLOCKED, BLOCKED, BLOCKED, relay=went_on).hold is None
    tomorrow = NOW + timedelta(days=1)
    for number in range(3):
        went_on = went_on.after(BLOCKED, number, f"reader-{number}", now=tomorrow)
    assert went_on.hold == "refused"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5.7.1 blocked", "550 5.7.1"),
        ("5.7.1.9 is none", "550"),
        ("mailbox a.b.c unknown", "550"),
        ("", "550"),
    ],
)
def test_refusals_are_alike_by_code_and_reason_and_not_by_their_prose(text: str, words: str):
    assert words_of(outcome("permanent", 550, text)) == words


@given(st.integers(1, 10**9), st.integers(0, 60))
def test_a_retry_waits_longer_each_time_but_never_three_hours(mail: int, put_off: int):
    wait = wait_before_retry(mail, put_off)

    assert timedelta(minutes=5) <= wait <= timedelta(hours=2.5)
    assert wait == wait_before_retry(mail, put_off)
    assert wait_before_retry(mail, put_off + 2) >= min(wait, timedelta(hours=2))


def test_mails_put_off_together_do_not_come_back_together():
    assert len({wait_before_retry(mail, 0) for mail in range(100)}) == 100


@pytest.mark.parametrize("answer", [GONE, LOST])
def test_what_one_mail_alone_meets_is_no_illness_of_the_server(answer: Outcome):
    fares = Relay()
    for number in range(5):
        fares = fares.after(answer, number, f"reader-{number}", now=NOW, alone=True)

    assert fares == Relay()


def test_a_closed_door_is_for_the_administrator_though_others_were_let_in():
    assert Relay().after(LOCKED, 1, "vienna", now=NOW, alone=True).hold == "access"


def test_a_server_that_is_ill_is_not_well_because_it_answered_somebody_before():
    later = NOW + MINUTE
    fares = after(GONE).after(GONE, 1, "vienna", now=later, alone=True)

    assert fares.shut_until == later + 2 * MINUTE


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 2), (3, 4), (5, 15), (90, 15)])
def test_a_mail_that_alone_meets_trouble_waits_longer_each_time(attempt: int, minutes: int):
    assert pause_after(attempt) == timedelta(minutes=minutes)


@pytest.mark.parametrize("answer", [STUMBLED, OURS])
def test_ten_mails_of_which_each_may_be_the_reason_shut_out_no_other(answer: Outcome):
    fares = after(*[answer] * (SUSPECTS - 1))

    assert SUSPECTS - 1 == 10
    assert fares.most_mails(NOW, under_way=0) is None
    assert fares.after(answer, 99, "reader-99", now=NOW).shut_until == NOW + MINUTE


def test_one_mail_that_meets_trouble_again_and_again_is_one_suspect():
    fares = Relay()
    for _ in range(2 * SUSPECTS):
        fares = fares.after(STUMBLED, 1, "vienna", now=NOW)

    assert fares.most_mails(NOW, under_way=0) is None


def test_an_answer_about_another_mail_acquits_the_server():
    suspected = [STUMBLED] * (SUSPECTS - 1)
    fares = after(*suspected, TAKEN)

    assert after(STUMBLED, relay=fares).most_mails(NOW, under_way=0) is None


def test_where_the_one_that_asks_is_stopped_over_its_own_mail_the_next_asks_at_once():
    fares = after(GONE, GONE, STUMBLED)

    assert fares.most_mails(NOW, under_way=0) == 1
    assert fares.most_mails(NOW, under_way=1) == 0
    assert pause(*[GONE] * 2, *[STUMBLED] * SUSPECTS) == 4 * MINUTE


@given(st.lists(ANYTHING, max_size=12))
def test_what_is_written_down_is_what_was_known(answers: list[Outcome]):
    fares = after(*answers)

    assert Relay.load(fares.dump()) == fares
    went_on = fares.going_on(NOW)
    assert Relay.load(went_on.dump()) == went_on


@given(st.lists(ANYTHING, max_size=12))
def test_whatever_happened_somebody_may_try_within_a_quarter_of_an_hour(answers: list[Outcome]):
    fares = after(*answers)

    assert fares.most_mails(NOW + LONGEST_PAUSE, under_way=0) != 0

"""Mails in the outbox: taken in hand, sent, refused, without an answer, tried again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests.outbox import (
    HOUR,
    NOW,
    a_mail,
    an_occurrence,
    in_memory,
    planned,
    started,
    states,
)
from tracker.errors import QuestionError
from tracker.store import Attempt, MailRecord, Store
from tracker.store.mails import PAUSE


@pytest.fixture
def store() -> Iterator[Store]:
    with in_memory() as opened:
        yield opened


def again(store: Store, mail: MailRecord) -> MailRecord:
    found = store.mail(mail.id)
    assert found is not None
    return found


def test_a_mail_is_written_down_before_anyone_connects(store: Store):
    planned(store, "b", "a")

    mail = store.start_mail(a_mail("b", "a", expires=NOW + HOUR), now=NOW)

    assert mail is not None
    assert store.mails() == [mail]
    assert (mail.state, mail.attempt, mail.owner) == ("sending", 1, store.owner)
    assert (mail.keys, mail.created_at, mail.expires) == (("b", "a"), NOW, NOW + HOUR)
    assert states(store) == {"a": "sending", "b": "sending"}
    assert store.due_lines(NOW) == []
    assert store.next_due() is None


def test_a_line_goes_in_one_mail_only(store: Store):
    started(store, "a", "b")
    planned(store, "c")

    assert store.start_mail(a_mail("b", "c"), now=NOW) is None

    assert states(store) == {"a": "sending", "b": "sending", "c": "queued"}
    assert len(store.mails()) == 1


def test_of_mails_that_begin_together_one_whose_lines_went_elsewhere_costs_the_others_nothing(
    store: Store,
):
    planned(store, "a", "b", "c", "d")

    first, second, third = store.start_mails(
        [a_mail("a", "b"), a_mail("b", "c"), a_mail("d")], now=NOW
    )

    assert second is None
    assert first is not None
    assert third is not None
    assert store.mails() == [first, third]
    assert states(store) == {"a": "sending", "b": "sending", "c": "queued", "d": "sending"}
    assert [one.key for one in store.due_lines(NOW)] == ["c"]
    assert store.start_mail(a_mail("c"), now=NOW) is not None


def test_of_mails_that_were_taken_at_once_only_those_still_in_hand_are_settled(store: Store):
    late, second, third = (started(store, key) for key in "abc")
    store.mark_retry(late, NOW, 450, "later", now=NOW)
    store.retry_due(NOW)
    answers = [(third, 250, "2.0.0 third"), (late, 250, "ok"), (second, 251, "2.0.0 second")]

    assert store.mark_sent_all(answers, now=NOW) == [second.id, third.id]
    assert store.mark_sent_all([], now=NOW) == []

    assert states(store) == {"a": "sending", "b": "sent", "c": "sent"}
    assert [one.text for one in store.attempts(late.id)] == ["later"]
    assert store.attempts(second.id) == [Attempt(NOW, "sent", 251, "2.0.0 second")]
    assert store.attempts(third.id) == [Attempt(NOW, "sent", 250, "2.0.0 third")]


def test_a_line_that_was_cancelled_in_time_is_not_sent(store: Store):
    planned(store, "a")
    store.replace_plan((), (), [("a", "cancelled", "the campaign closed")], now=NOW)

    assert store.start_mail(a_mail("a"), now=NOW) is None


def test_two_mails_never_share_a_message_id(store: Store):
    started(store, "a", message_id="<1@example.org>")
    planned(store, "b")

    with pytest.raises(IntegrityError):
        store.start_mail(a_mail("b", message_id="<1@example.org>"), now=NOW)

    assert states(store) == {"a": "sending", "b": "queued"}


def test_a_sent_mail_settles_its_lines(store: Store):
    mail = started(store, "a", "b")

    assert store.mark_sent(mail, 250, "2.0.0 queued", now=NOW + HOUR)

    assert again(store, mail).state == "sent"
    line = store.line("a")
    assert line is not None
    assert (line.state, line.mail, line.settled_at) == ("sent", mail.id, NOW + HOUR)
    assert store.attempts(mail.id) == [Attempt(NOW + HOUR, "sent", 250, "2.0.0 queued")]
    assert store.retry_due(NOW + 1000 * HOUR) == []


def test_a_passing_refusal_sends_the_same_bytes_later(store: Store):
    mail = started(store, "a")

    store.mark_retry(mail, NOW + HOUR, 450, "greylisted", now=NOW)

    assert states(store) == {"a": "queued"}
    assert store.due_lines(NOW + HOUR) == []
    assert store.next_due() == NOW + HOUR
    assert store.retry_due(NOW + HOUR - timedelta(seconds=1)) == []
    (second,) = store.retry_due(NOW + HOUR)
    assert (second.id, second.attempt, second.state) == (mail.id, 2, "sending")
    assert (second.raw, second.message_id) == (mail.raw, mail.message_id)
    assert states(store) == {"a": "sending"}
    assert store.retry_due(NOW + HOUR) == []


def test_retries_can_be_taken_a_few_at_a_time(store: Store):
    for key in "abc":
        store.mark_retry(started(store, key), NOW + HOUR, 450, "later", now=NOW)

    first = store.retry_due(NOW + HOUR, limit=2)
    second = store.retry_due(NOW + HOUR, limit=2)

    assert [mail.keys for mail in first + second] == [("a",), ("b",), ("c",)]
    assert len(first) == 2


def test_who_has_waited_longest_is_tried_first(store: Store):
    for hours, key in ((2, "a"), (1, "b"), (1, "c"), (0, "d")):
        store.mark_retry(started(store, key), NOW + hours * HOUR, 450, "later", now=NOW)

    tried = [store.retry_due(NOW + 2 * HOUR, limit=1)[0].keys for _ in range(4)]

    assert tried == [("d",), ("b",), ("c",), ("a",)]


def test_a_reader_who_is_passed_over_keeps_waiting(store: Store):
    for key, reader in (("a", "vienna"), ("b", "lima")):
        mail = started(store, key, coordinator=reader)
        store.mark_retry(mail, NOW + HOUR, 450, "later", now=NOW)

    taken = store.retry_due(NOW + HOUR, but_not=["vienna"])

    assert [mail.keys for mail in taken] == [("b",)]
    assert [mail.keys for mail in store.retry_due(NOW + HOUR)] == [("a",)]


def test_a_final_refusal_is_kept_with_its_reason(store: Store):
    mail = started(store, "a")

    store.mark_failed(mail, 550, "5.1.1 no such user", now=NOW)

    line = store.line("a")
    assert line is not None
    assert (line.state, line.reason, line.settled_at) == ("failed", "5.1.1 no such user", NOW)
    assert again(store, mail).reason == "5.1.1 no such user"
    assert store.attempts(mail.id) == [Attempt(NOW, "permanent", 550, "5.1.1 no such user")]
    assert store.next_due() is None


def test_without_an_answer_the_same_bytes_go_again_after_a_pause(store: Store):
    mail = started(store, "a")

    store.mark_unknown(mail, "no answer", now=NOW)

    assert states(store) == {"a": "unknown"}
    assert store.next_due() == NOW + PAUSE
    (second,) = store.retry_due(NOW + PAUSE)
    assert (second.raw, second.attempt, second.recoveries) == (mail.raw, 2, 1)


def test_the_fourth_try_without_an_answer_is_the_last(store: Store):
    mail = started(store, "a")
    for _ in range(3):
        store.mark_unknown(mail, "no answer", now=NOW, at=NOW)
        (mail,) = store.retry_due(NOW)

    store.mark_unknown(mail, "no answer", now=NOW, at=NOW)

    assert states(store) == {"a": "failed"}
    assert store.retry_due(NOW + HOUR) == []
    assert again(store, mail).reason == (
        "given up after 4 tries without an answer; the last: no answer"
    )


def test_a_mail_that_waits_too_long_expires(store: Store):
    mail = started(store, "a", expires=NOW + HOUR)
    store.mark_retry(mail, NOW + HOUR, 450, "later", now=NOW)

    assert store.retry_due(NOW + HOUR) == []

    line = store.line("a")
    assert line is not None
    assert (line.state, line.settled_at) == ("expired", NOW + HOUR)
    assert again(store, mail).reason == line.reason
    assert "too late" in str(line.reason)
    assert store.next_due() is None


def test_a_mail_still_of_use_is_tried_until_then(store: Store):
    mail = started(store, "a", expires=NOW + HOUR)
    store.mark_retry(mail, NOW + HOUR / 2, 450, "later", now=NOW)

    assert len(store.retry_due(NOW + HOUR - timedelta(seconds=1))) == 1


def test_an_expired_line_planned_anew_leaves_in_another_mail(store: Store):
    first = started(store, "a", expires=NOW + HOUR)
    store.mark_retry(first, NOW + HOUR, 450, "later", now=NOW)
    store.retry_due(NOW + HOUR)

    planned(store, "a", expires=None)
    second = store.start_mail(a_mail("a", message_id="<2@example.org>"), now=NOW + HOUR)

    assert second is not None
    line = store.line("a")
    assert line is not None
    assert line.mail == second.id
    assert again(store, first).keys == ("a",)


# -- fencing -----------------------------------------------------------------------------------


def test_an_old_hand_cannot_write_the_end_of_a_newer_try(store: Store):
    old = started(store, "a")
    store.mark_retry(old, NOW, 450, "later", now=NOW)
    (new,) = store.retry_due(NOW)

    assert not store.mark_failed(old, 550, "too late", now=NOW)
    assert not store.mark_unknown(old, "too late", now=NOW)
    assert not store.mark_sent(old, 250, "too late", now=NOW)
    assert not store.mark_retry(old, NOW, 450, "too late", now=NOW)

    assert states(store) == {"a": "sending"}
    assert [one.outcome for one in store.attempts(old.id)] == ["temporary"]
    assert store.mark_sent(new, 250, "ok", now=NOW)


def test_an_end_is_written_once(store: Store):
    mail = started(store, "a")
    store.mark_sent(mail, 250, "ok", now=NOW)

    assert not store.mark_failed(mail, 550, "no", now=NOW)
    assert not store.mark_sent(mail, 250, "ok", now=NOW)

    assert states(store) == {"a": "sent"}
    assert len(store.attempts(mail.id)) == 1


# -- by hand -----------------------------------------------------------------------------------


def test_a_failed_mail_goes_again_when_a_person_asks(store: Store):
    mail = started(store, "a", expires=NOW + HOUR)
    store.mark_failed(mail, 550, "mailbox full", now=NOW)

    queued = store.retry(mail.id, NOW + 2 * HOUR)

    assert (queued.state, queued.next_at, queued.reason) == ("queued", NOW + 2 * HOUR, None)
    assert states(store) == {"a": "queued"}
    (second,) = store.retry_due(NOW + 2 * HOUR)
    assert (second.raw, second.attempt) == (mail.raw, 2)
    assert store.mark_sent(second, 250, "ok", now=NOW + 2 * HOUR)


def test_a_sent_mail_is_never_sent_again_by_hand(store: Store):
    mail = started(store, "a")
    store.mark_sent(mail, 250, "ok", now=NOW)

    with pytest.raises(QuestionError, match="Mail 1 is sent"):
        store.retry(mail.id, NOW)
    with pytest.raises(QuestionError, match="no mail 7"):
        store.retry(7, NOW)

    assert states(store) == {"a": "sent"}


def test_the_outbox_lists_the_newest_mails_in_order(store: Store):
    for key in "abc":
        started(store, key)
    store.mark_sent(store.mails()[0], 250, "ok", now=NOW)

    assert [mail.keys for mail in store.mails(limit=2)] == [("b",), ("c",)]
    assert [mail.keys for mail in store.mails(states={"sent"})] == [("a",)]
    assert store.mails(states=()) == []
    assert store.mail(99) is None


def test_the_bytes_of_a_mail_are_not_in_what_is_printed_of_it(store: Store):
    mail = started(store, "a")

    assert "Call." not in repr(mail)
    assert "Call." not in repr(a_mail("a"))
    assert an_occurrence("a").key in repr(mail)

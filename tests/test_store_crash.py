"""A crash at each arrow of the outbox: the process ends, another opens the same file."""

import re
from pathlib import Path

from tests.outbox import HOUR, NOW, a_mail, an_occurrence, on_disk, planned, started, states
from tracker.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "outbox.md"


def reopened(store: Store, folder: Path) -> Store:
    """End the first process without a goodbye and start another, later."""
    store.close()
    return on_disk(folder)


def test_a_planned_line_survives(tmp_path: Path):
    store = on_disk(tmp_path)
    planned(store, "a")

    with reopened(store, tmp_path) as later:
        assert later.due_lines(NOW) == [an_occurrence("a")]


def test_a_moved_line_keeps_its_new_moment(tmp_path: Path):
    store = on_disk(tmp_path)
    planned(store, "a")
    store.replace_plan((), [an_occurrence("a", due=NOW + HOUR)], (), now=NOW)

    with reopened(store, tmp_path) as later:
        assert later.due_lines(NOW) == []
        assert later.next_due() == NOW + HOUR


def test_a_line_wanted_again_is_still_wanted(tmp_path: Path):
    store = on_disk(tmp_path)
    planned(store, "a")
    store.replace_plan((), (), [("a", "cancelled", "a reply came")], now=NOW)
    planned(store, "a")

    with reopened(store, tmp_path) as later:
        assert later.due_lines(NOW) == [an_occurrence("a")]


def test_a_cancelled_line_stays_cancelled(tmp_path: Path):
    store = on_disk(tmp_path)
    planned(store, "a", "b")
    store.replace_plan((), (), [("a", "cancelled", "met"), ("b", "expired", "over")], now=NOW)

    with reopened(store, tmp_path) as later:
        assert states(later) == {"a": "cancelled", "b": "expired"}
        assert later.recover(NOW) == []


def test_a_mail_in_hand_goes_again_with_the_same_bytes(tmp_path: Path):
    store = on_disk(tmp_path)
    mail = started(store, "a")

    with reopened(store, tmp_path) as later:
        (found,) = later.recover(NOW + HOUR)
        assert (found.state, found.recoveries, found.next_at) == ("queued", 1, NOW + HOUR)
        assert [one.outcome for one in later.attempts(mail.id)] == ["unknown"]
        (second,) = later.retry_due(NOW + HOUR)
        assert (second.raw, second.message_id) == (mail.raw, mail.message_id)
        assert second.owner == later.owner != mail.owner
        assert later.mark_sent(second, 250, "ok", now=NOW + HOUR)
        assert states(later) == {"a": "sent"}


def test_the_dead_cannot_write_any_more(tmp_path: Path):
    store = on_disk(tmp_path)
    mail = started(store, "a")

    with on_disk(tmp_path) as later:
        later.recover(NOW)
        assert not store.mark_sent(mail, 250, "ok", now=NOW)
        later.retry_due(NOW)
        assert not store.mark_sent(mail, 250, "ok", now=NOW)
        assert states(later) == {"a": "sending"}
    store.close()


def test_recovery_leaves_alone_what_this_process_has_in_hand(tmp_path: Path):
    with on_disk(tmp_path) as store:
        mail = started(store, "a")

        assert store.recover(NOW) == []

        assert store.mark_sent(mail, 250, "ok", now=NOW)


def test_recovering_twice_recovers_once(tmp_path: Path):
    store = on_disk(tmp_path)
    mail = started(store, "a")

    with reopened(store, tmp_path) as later:
        assert len(later.recover(NOW)) == 1
        assert later.recover(NOW) == []
        assert len(later.attempts(mail.id)) == 1


def test_a_mail_that_kills_the_tracker_each_time_is_put_out_of_the_way(tmp_path: Path):
    store = on_disk(tmp_path)
    mail = started(store, "a")
    started(store, "b")
    for crash in range(3):
        store = reopened(store, tmp_path)
        assert {one.state for one in store.recover(NOW)} == {"queued"}, crash
        store.retry_due(NOW)

    store = reopened(store, tmp_path)
    last = store.recover(NOW)

    assert [one.state for one in last] == ["failed", "failed"]
    assert states(store) == {"a": "failed", "b": "failed"}
    assert len(store.attempts(mail.id)) == 4
    assert store.retry_due(NOW + HOUR) == []
    store.close()


def test_a_sent_mail_stays_sent(tmp_path: Path):
    store = on_disk(tmp_path)
    store.mark_sent(started(store, "a"), 250, "ok", now=NOW)

    with reopened(store, tmp_path) as later:
        assert later.recover(NOW) == []
        planned(later, "a")
        assert later.due_lines(NOW) == []
        assert states(later) == {"a": "sent"}


def test_a_waiting_mail_still_waits(tmp_path: Path):
    store = on_disk(tmp_path)
    store.mark_retry(started(store, "a"), NOW + HOUR, 450, "later", now=NOW)
    store.mark_unknown(started(store, "b"), "silence", now=NOW, at=NOW + 2 * HOUR)

    with reopened(store, tmp_path) as later:
        assert later.recover(NOW) == []
        assert later.next_due() == NOW + HOUR
        assert [mail.keys for mail in later.retry_due(NOW + HOUR)] == [("a",)]
        assert [mail.keys for mail in later.retry_due(NOW + 2 * HOUR)] == [("b",)]


def test_another_try_cut_short_is_recovered_too(tmp_path: Path):
    store = on_disk(tmp_path)
    store.mark_retry(started(store, "a"), NOW, 450, "later", now=NOW)
    (second,) = store.retry_due(NOW)

    with reopened(store, tmp_path) as later:
        assert [one.attempt for one in later.recover(NOW)] == [2]
        (third,) = later.retry_due(NOW)
        assert (third.attempt, third.raw) == (3, second.raw)
        assert [one.outcome for one in later.attempts(third.id)] == ["temporary", "unknown"]


def test_a_mail_put_back_is_still_wanted(tmp_path: Path):
    store = on_disk(tmp_path)
    mail = started(store, "a", expires=NOW + 2 * HOUR)
    store.mark_failed(mail, 550, "5.7.1 blocked", now=NOW)
    store.put_back(mail.id, NOW)

    with reopened(store, tmp_path) as later:
        (again,) = later.retry_due(NOW)
        assert (again.raw, again.expires) == (mail.raw, mail.expires)
        assert states(later) == {"a": "sending"}


def test_a_mail_that_waited_too_long_stays_expired(tmp_path: Path):
    store = on_disk(tmp_path)
    mail = started(store, "a", expires=NOW + HOUR)
    store.mark_retry(mail, NOW + HOUR, 450, "later", now=NOW)
    assert store.retry_due(NOW + HOUR) == []

    with reopened(store, tmp_path) as later:
        assert later.recover(NOW + HOUR) == []
        assert states(later) == {"a": "expired"}
        assert later.next_due() is None


def test_a_failed_mail_stays_failed(tmp_path: Path):
    store = on_disk(tmp_path)
    store.mark_failed(started(store, "a"), 550, "no", now=NOW)

    with reopened(store, tmp_path) as later:
        assert later.recover(NOW) == []
        assert later.next_due() is None
        assert states(later) == {"a": "failed"}


def test_a_mail_asked_for_by_hand_is_still_wanted(tmp_path: Path):
    store = on_disk(tmp_path)
    mail = started(store, "a")
    store.mark_failed(mail, 550, "no", now=NOW)
    store.retry(mail.id, NOW)

    with reopened(store, tmp_path) as later:
        assert [one.id for one in later.retry_due(NOW)] == [mail.id]


def test_a_mail_whose_line_went_elsewhere_is_not_written(tmp_path: Path):
    store = on_disk(tmp_path)
    planned(store, "a")
    with on_disk(tmp_path) as other:
        other.replace_plan((), (), [("a", "cancelled", "settled")], now=NOW)

    assert store.start_mail(a_mail("a"), now=NOW) is None

    with reopened(store, tmp_path) as later:
        assert later.mails() == []


def test_the_page_on_the_outbox_names_a_test_for_each_arrow():
    rows = re.findall(r"^\| ([a-o]) \|.*\|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert [letter for letter, _ in rows] == list("abcdefghijklmno")
    for letter, tests in rows:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named, letter
        assert set(named) <= set(globals()), letter

"""One plans, all send: leases, their clock, and who waits for whom on PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.cluster import Cluster
from tests.databases import asked, on_postgres
from tests.fleet import wait_until
from tests.machines import Beside, let_leases_end, machines, waits_for_a_lock
from tests.outbox import HOUR, NOW, a_mail, an_occurrence, planned, started
from tracker.errors import BusyError
from tracker.store import JournalEntry, Store
from tracker.store.journal import RENAMED
from tracker.store.leases import LASTS, LONGEST_GAP, MAIL_LASTS, Watch

BOTH = ["vienna", "new-york"]


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    with on_postgres(cluster) as database:
        yield database


@pytest.fixture
def two(url: str) -> Iterator[list[Store]]:
    with machines(url) as stores:
        yield stores


BOTH = ["vienna", "new-york"]


def entry(key: str, **changed: object) -> JournalEntry:
    sound: dict[str, object] = {"at": NOW, "kind": "seen", "campaign": "letter", "key": key}
    return JournalEntry(**(sound | changed))  # type: ignore[arg-type]


def times(store: Store) -> list[object]:
    return [one.key for one in store.whole_journal()]


def everything_is_watched(store: Store) -> None:
    """Let a machine have seen the database's clock run evenly for as long as a lease lasts."""
    store._transactions.watch._since, store._transactions.watch._last = NOW - HOUR, (NOW, NOW)
    store._transactions.watch._is_even = lambda *_: True  # type: ignore[method-assign]


# -- the planning ------------------------------------------------------------------------------


def test_the_first_machine_plans_and_goes_on_planning(two: list[Store]):
    first, second = two

    assert first.planner.is_here()
    assert not second.planner.is_here()
    assert first.planner.is_here()
    assert second.planner.who() == first.owner


def test_another_takes_over_once_the_lease_has_ended_and_the_old_one_is_fenced_off(
    url: str, two: list[Store]
):
    first, second = two
    assert first.planner.is_here()
    let_leases_end(url)

    assert second.planner.is_here()

    with pytest.raises(BusyError, match="Another machine plans now"):
        planned(first, "a")
    assert second.lines() == []
    assert not first.planner.is_here()
    planned(second, "a")
    assert asked(url, "SELECT term FROM lease") == [(2,)]


def test_an_ended_lease_that_nobody_took_goes_on_as_it_was(url: str, two: list[Store]):
    first, second = two
    first.planner.is_here()
    let_leases_end(url)

    assert first.planner.is_here()
    assert not second.planner.is_here()
    assert asked(url, "SELECT term FROM lease") == [(1,)]


def test_a_machine_that_stops_leaves_the_planning_to_the_next_at_once(url: str):
    with machines(url) as (first, second):
        first.planner.is_here()
        first.close()

        assert second.planner.is_here()


def test_a_database_whose_clock_was_set_back_does_not_keep_the_dead_planning(
    url: str, two: list[Store]
):
    first, second = two
    first.planner.is_here()
    asked(url, "UPDATE lease SET until = clock_timestamp() + interval '1 day'")

    assert second.planner.is_here()


def test_a_lease_is_renewed_before_it_ends(url: str, two: list[Store]):
    first, _ = two
    first.planner.is_here()
    asked(url, "UPDATE lease SET until = until - interval '15 seconds'")

    first.planner.renew()

    left = asked(url, "SELECT until - clock_timestamp() FROM lease")[0][0]
    assert isinstance(left, timedelta)
    assert left > LASTS * 3 / 4


def test_two_that_begin_at_once_are_not_both_the_one(two: list[Store]):
    first, second = two
    one, other = Beside(first.planner.is_here).begin(), Beside(second.planner.is_here).begin()
    one.join()
    other.join()

    assert sorted([one.result, other.result], key=bool) == [False, True]


# -- who waits for whom ------------------------------------------------------------------------


def test_nobody_sends_while_one_plans(url: str, two: list[Store]):
    first, second = two
    planned(first, "a")
    with first.writing():
        beside = Beside(lambda: second.start_mail(a_mail("a"), now=NOW)).begin()
        assert wait_until(lambda: waits_for_a_lock(url), seconds=10)
        first.replace_plan((), (), [("a", "cancelled", "met")], now=NOW)
    beside.join()

    assert (beside.result, beside.fault) == (None, None)  # it found the line gone, and no fault


def test_nobody_plans_while_one_sends(url: str, two: list[Store]):
    first, second = two
    planned(first, "a")
    with first.taking("vienna", now=NOW, due_by=NOW) as lines:
        assert [one.key for one in lines["vienna"]] == ["a"]
        beside = Beside(lambda: planned(second, "b")).begin()
        assert wait_until(lambda: waits_for_a_lock(url), seconds=10)
        assert first.start_mail(a_mail("a"), now=NOW) is not None
    beside.join()

    assert beside.fault is None
    assert len(second.lines(states={"queued"})) == 1


def test_one_readers_mail_is_written_by_one_machine_and_others_readers_mails_beside_it(
    two: list[Store],
):
    first, second = two
    planned(first, "a", "b")
    first.replace_plan([an_occurrence("c", to="new-york")], (), (), now=NOW)

    with first.sending(), second.sending():
        assert first.choose(BOTH, most=1, now=NOW, due_by=NOW) == ["vienna"]
        assert second.choose(BOTH, most=2, now=NOW, due_by=NOW) == ["new-york"]
        with (
            first.taking("vienna", now=NOW, due_by=NOW) as mine,
            second.taking("new-york", now=NOW, due_by=NOW) as theirs,
        ):
            assert [one.key for one in (*mine["vienna"], *theirs["new-york"])] == ["a", "b", "c"]


def test_who_has_nothing_due_is_passed_over_and_kept_from_no_other_machine(two: list[Store]):
    first, second = two
    planned(first, "a")
    first.replace_plan([an_occurrence("c", to="new-york", due=NOW + HOUR)], (), (), now=NOW)

    with first.sending(), second.sending():
        assert first.choose(BOTH[::-1], most=2, now=NOW, due_by=NOW) == ["vienna"]
        assert second.choose(BOTH, most=2, now=NOW, due_by=NOW + HOUR) == ["new-york"]


def test_a_waiting_mail_is_taken_by_one_machine_and_the_next_by_another(two: list[Store]):
    first, second = two
    for key in ("a", "b"):
        first.mark_retry(started(first, key), NOW, 450, "later", now=NOW)

    with first.sending(), second.sending():
        mine = first.retry_due(NOW, limit=1)
        theirs = second.retry_due(NOW, limit=1)
        assert [one.keys for one in (*mine, *theirs)] == [("a",), ("b",)]
        assert second.retry_due(NOW) == []


def test_the_journal_is_committed_in_the_order_of_its_numbers(url: str, two: list[Store]):
    first, second = two
    with machines(url, 1) as (reader,):
        with first.sending():
            first.record([entry("a")])
            beside = Beside(lambda: second.record([entry("b")])).begin()
            wait_until(lambda: waits_for_a_lock(url) or beside.result is not None, seconds=10)
            assert times(reader) == []
        beside.join()

        assert times(reader) == ["a", "b"]
        assert [one.id for one in reader.whole_journal()] == sorted(
            one.id or 0 for one in reader.whole_journal()
        )


def test_a_new_id_that_another_machine_gave_is_seen(two: list[Store]):
    first, second = two
    first.record([entry("seen/letter")])
    assert times(second) == ["seen/letter"]

    with first.writing():
        first.rename_campaign("letter", "appeal")
        first.record([entry("renamed/letter/appeal", kind=RENAMED, campaign="appeal")])

    assert times(second) == ["seen/appeal", "renamed/letter/appeal"]


# -- mails in hand -----------------------------------------------------------------------------


def test_a_mail_in_hand_is_nobody_elses_until_its_lease_has_ended(url: str, two: list[Store]):
    first, second = two
    mail = started(first, "a")
    everything_is_watched(second)

    assert second.recover(NOW) == []
    let_leases_end(url)
    assert [one.id for one in second.recover(NOW)] == [mail.id]

    assert not first.mark_sent(mail, 250, "ok", now=NOW)
    (again,) = second.retry_due(NOW)
    assert again.raw == mail.raw
    assert second.mark_sent(again, 250, "ok", now=NOW)


def test_a_machine_never_takes_from_itself_what_it_has_in_hand(url: str, two: list[Store]):
    first, _ = two
    mail = started(first, "a")
    everything_is_watched(first)
    let_leases_end(url)

    assert first.recover(NOW) == []
    assert first.mark_sent(mail, 250, "ok", now=NOW)


def a_mail_and_then_a_fault(store: Store) -> None:
    with store.sending():
        store.start_mail(a_mail("a"), now=NOW)
        raise InterruptedError


def test_a_mail_whose_start_was_undone_is_in_nobodys_hand(url: str, two: list[Store]):
    """A commit whose answer was lost may have taken effect: the mail is found by its lease."""
    first, _ = two
    planned(first, "a")
    everything_is_watched(first)
    with pytest.raises(InterruptedError):
        a_mail_and_then_a_fault(first)
    assert first._transactions.in_hand == frozenset()
    mail = started(first, "b")
    first._transactions.in_hand = frozenset()
    let_leases_end(url)

    assert [one.id for one in first.recover(NOW)] == [mail.id]


def test_a_lease_that_is_renewed_does_not_end(url: str, two: list[Store]):
    first, second = two
    started(first, "a")
    everything_is_watched(second)
    let_leases_end(url)

    first.renew(NOW)

    assert second.recover(NOW) == []


def test_what_is_settled_is_in_hand_no_longer(two: list[Store]):
    first, _ = two
    first.mark_sent(started(first, "a"), 250, "ok", now=NOW)
    first.mark_retry(started(first, "b"), NOW, 450, "later", now=NOW)
    first.mark_failed(started(first, "c"), 550, "no", now=NOW)
    first.mark_unknown(started(first, "d"), "silence", now=NOW)

    assert first._transactions.in_hand == frozenset()


def test_the_dead_are_found_only_when_the_databases_clock_has_run_evenly():
    """A step of that clock, or a server that was away, ends leases that nobody could renew."""
    watch, theirs, ours = Watch(), NOW + HOUR, NOW
    second = timedelta(seconds=1)

    def after(passed: timedelta, *, step: timedelta = timedelta()) -> bool:
        nonlocal theirs, ours
        theirs, ours = theirs + passed + step, ours + passed
        return watch.look(theirs, ours)

    def a_lease_later() -> bool:
        return [after(10 * second) for _ in range(MAIL_LASTS // (10 * second))][-1]

    assert not after(second)
    assert a_lease_later()
    assert not after(second, step=24 * HOUR)
    assert a_lease_later()
    assert not after(second, step=-24 * HOUR)
    assert a_lease_later()
    assert not after(LONGEST_GAP + second)
    assert a_lease_later()
    assert not after(-second)

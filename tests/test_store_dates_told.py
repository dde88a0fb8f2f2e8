"""Dates told in passing: read by campaign, and taken out once later mails have told them anew."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from tests.databases import SQLITE
from tests.outbox import HOUR, NOW, in_memory, started
from tracker.errors import BusyError
from tracker.store import DatesTold, Store
from tracker.store.dates_told import Date

READERS, CAMPAIGNS, ITEMS = ("vienna", "new-york"), ("border", "press"), ("brief", "call", "visit")
ENDS = ("sent", "failed", "unknown", "sending")


def a_date(item: str, day: int = 1) -> Date:
    return (item, "council", "2010-07-01", None, f"2010-07-{day:02}T07:00:00+00:00", item)


@pytest.fixture
def store() -> Iterator[Store]:
    with in_memory() as opened:
        yield opened


def mailed(store: Store, end: str, *, number: int) -> int:
    """Let a mail come to an end; return its number."""
    mail = started(store, f"line-{number}")
    if end == "sent":
        store.mark_sent(mail, 250, "taken", now=NOW)
    elif end == "failed":
        store.mark_failed(mail, 550, "unknown", now=NOW)
    elif end == "unknown":
        store.mark_unknown(mail, "silence", now=NOW, at=NOW + HOUR)
    return mail.id


def told(store: Store, end: str, *items: str, number: int, **changed: str) -> DatesTold:
    """Let a mail tell dates."""
    one = DatesTold(
        changed.get("campaign", "border"),
        changed.get("reader", "vienna"),
        mailed(store, end, number=number),
        NOW + number * HOUR,
        [a_date(item, number + 1) for item in items],
    )
    store.passing.tell([one])
    return one


def test_a_campaign_has_its_own_dates_the_earliest_first(store: Store):
    second = told(store, "sent", "brief", number=2)
    first = told(store, "sent", "call", "brief", number=1)
    other = told(store, "sent", "brief", number=3, campaign="press")

    assert store.passing.of(["border"]) == [first, second]
    assert store.passing.of(["press", "border"]) == [first, second, other]
    assert store.passing.so_far() == (first, second, other)


def test_the_same_dates_are_read_once(store: Store, database: str):
    told(store, "sent", "brief", number=1)
    before = store.passing.so_far()

    assert store.passing.so_far() == before
    if database == SQLITE:
        assert store.passing.so_far() is before
    later = told(store, "sent", "brief", number=2)
    assert store.passing.so_far() == (*before, later)


def test_what_was_told_in_a_transaction_that_came_to_nothing_is_not_told(store: Store):
    def comes_to_nothing() -> None:
        with store.writing():
            told(store, "sent", "brief", number=1)
            assert len(store.passing.so_far()) == 1
            raise BusyError

    with pytest.raises(BusyError):
        comes_to_nothing()

    assert store.passing.so_far() == ()


def test_what_each_morning_tells_anew_is_kept_once(store: Store):
    for number in range(1, 8):
        told(store, "sent", "brief", "call", number=number)
    last = told(store, "sent", "call", "brief", number=8)

    assert store.passing.take_out_replaced(since=NOW) == 7
    assert store.passing.so_far() == (last,)


def test_what_no_later_mail_says_stays(store: Store):
    first = told(store, "sent", "brief", "call", number=1)
    second = told(store, "sent", "brief", number=2)

    assert store.passing.take_out_replaced(since=NOW) == 0
    assert store.passing.so_far() == (first, second)


def test_what_one_reader_is_told_replaces_nobody_elses(store: Store):
    told(store, "sent", "brief", number=1)
    told(store, "sent", "brief", number=2, reader="new-york")
    told(store, "sent", "brief", number=3, campaign="press")

    assert store.passing.take_out_replaced(since=NOW) == 0


def test_campaigns_that_no_mail_spoke_of_since_are_left_alone(store: Store):
    for number in range(1, 4):
        told(store, "sent", "brief", number=number)
        told(store, "sent", "brief", number=number + 10, campaign="press")

    assert store.passing.take_out_replaced(since=NOW + 10 * HOUR) == 2
    assert len(store.passing.of(["border"])) == 3


@pytest.mark.parametrize("end", ENDS[1:])
def test_a_mail_that_may_not_have_arrived_replaces_nothing(store: Store, end: str):
    told(store, "sent", "brief", number=1)
    told(store, end, "brief", number=2)

    assert store.passing.take_out_replaced(since=NOW) == 0


def last_dates(dates: tuple[DatesTold, ...], untold: set[int]) -> dict[tuple[str, ...], DatesTold]:
    """Return the last date of each campaign, reader and item, whose mail did not fail."""
    return {
        (one.campaign, one.coordinator, date[0]): one
        for one in dates
        if one.mail not in untold
        for date in one.dates
    }


A_TELLING = st.tuples(
    st.sampled_from(ENDS),
    st.lists(st.sampled_from(ITEMS), min_size=1, unique=True),
    st.sampled_from(READERS),
    st.sampled_from(CAMPAIGNS),
)


@settings(max_examples=max(25, settings().max_examples // 4))  # PostgreSQL takes its time
@given(st.lists(A_TELLING, max_size=12))
def test_whatever_becomes_of_the_mails_the_last_dates_told_are_the_same(
    tellings: list[tuple[str, list[str], str, str]],
):
    with in_memory() as store:
        for number, (end, items, reader, campaign) in enumerate(tellings):
            told(store, end, *items, number=number, reader=reader, campaign=campaign)
        before = store.passing.so_far()
        store.passing.take_out_replaced(since=NOW)
        after = store.passing.so_far()
        failed = {one.id for one in store.mails(states={"failed"})}
        open_ = [one.id for one in store.mails(states={"unknown", "sending"})][:4]

    for fates in product((False, True), repeat=len(open_)):
        lost = failed | {mail for mail, is_lost in zip(open_, fates, strict=True) if is_lost}
        assert last_dates(after, lost) == last_dates(before, lost)


def test_a_renamed_campaign_takes_its_dates_along(store: Store):
    told(store, "sent", "brief", number=1)
    told(store, "sent", "call", number=2, campaign="press")
    store.passing.so_far()

    store.rename_campaign("border", "crossing")

    assert [one.campaign for one in store.passing.so_far()] == ["crossing", "press"]
    assert [one.dates[0][0] for one in store.passing.of(["crossing"])] == ["brief"]


def test_half_a_year_of_mornings_takes_the_room_of_one(store: Store):
    for number in range(180):
        told(store, "sent", *ITEMS, number=number)
        if number % 24 == 0:
            store.passing.take_out_replaced(since=NOW)
    store.passing.take_out_replaced(since=NOW)

    assert len(store.passing.so_far()) == 1
    assert store.passing.so_far()[0].at == NOW + timedelta(hours=179)

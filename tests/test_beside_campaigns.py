"""What of the journal is kept in memory beside the campaigns, and what is read with each."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from tests.builders import LETTER, a_world
from tests.outbox import NOW, in_memory
from tracker.app.beside_campaigns import BesideCampaigns
from tracker.difference import Difference, Edit, Thing, to_data
from tracker.occurrence import Origin
from tracker.store import JournalEntry, Store


@pytest.fixture
def store() -> Iterator[Store]:
    with in_memory() as opened:
        yield opened


def edited(
    store: Store, text: str, *, campaign: str | None = "letter", thing: Thing = "deadline"
) -> JournalEntry:
    """Write down that an edit was made, of a campaign's file or of a shared one."""
    origin = Origin("campaign", campaign) if campaign else Origin("forum", "council")
    one = Difference(thing=thing, act="moved", origin=origin, text=text)
    data = to_data(Edit(NOW, one, (campaign or "letter",)))
    return store.record([JournalEntry(NOW, "edit", campaign, f"edit/{text}", data)])[0]


def kept(store: Store, *own: JournalEntry) -> list[str]:
    """Return the edits that are known beside the campaigns, with those of their own entries."""
    beside = BesideCampaigns(store)
    beside.catch_up()
    return [one.difference.text for one in beside.edits(own)]


def test_an_edit_of_one_campaign_is_read_with_it_and_stands_in_its_place(store: Store):
    edited(store, "forum", campaign=None, thing="place")
    own = edited(store, "step")
    edited(store, "forum again", campaign=None, thing="place")

    assert kept(store) == ["forum", "forum again"]
    assert kept(store, own) == ["forum", "step", "forum again"]


def test_a_meeting_that_one_letter_moved_is_known_to_the_others(store: Store):
    own = edited(store, "meeting", campaign="other", thing="meeting")

    assert kept(store) == ["meeting"]
    assert kept(store, own) == ["meeting"]


def test_sights_and_steps_of_campaigns_are_not_kept(store: Store):
    for kind in ("seen", "fact", "move"):
        store.record([JournalEntry(NOW, kind, "letter", f"{kind}/letter")])
    edited(store, "step")
    store.record([JournalEntry(NOW, "mended", "letter", "mended/letter")])

    assert [one.kind for one in store.journal_beside_campaigns()] == ["mended"]


def test_of_the_digests_that_left_only_each_readers_last_is_kept(store: Store):
    for day in range(3):
        at = NOW + timedelta(days=day)
        for reader in ("vienna", "new-york"):
            key = f"digest/{reader}/{day}"
            store.record([JournalEntry(at, "digest", None, key, {"coordinator": reader})])
        for known in (store.whole_journal(), store.journal_beside_campaigns()):
            assert {one.at for one in known} == {at}
            assert [one.data["coordinator"] for one in known] == ["vienna", "new-york"]

    assert len(store.journal()) == 6


def test_what_came_to_nothing_leaves_nothing_behind(store: Store):
    """The numbers of undone entries are used again."""
    edited(store, "first", campaign=None)
    beside = BesideCampaigns(store)
    beside.catch_up()
    with suppress(ZeroDivisionError), store.writing():
        edited(store, "undone", campaign=None)
        beside.catch_up()
        assert len(beside.edits()) == 2
        raise ZeroDivisionError

    edited(store, "second", campaign=None)
    beside.catch_up()

    assert [one.difference.text for one in beside.edits()] == ["first", "second"]
    telling = beside.telling(a_world(LETTER), (), (), (), edited_at=None)
    assert [one.difference.text for one in telling.edits] == ["first", "second"]


ENTRIES = st.tuples(
    st.sampled_from(["seen", "fact", "move", "mended", "edit"]),
    st.sampled_from(["letter", None]),
    st.sampled_from(["meeting", "deadline"]),
)


@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(ENTRIES, max_size=3), st.booleans(), st.booleans()),
        max_size=8,
    )
)
def test_what_a_process_has_read_is_what_is_there(
    steps: list[tuple[bool, list[tuple[str, str | None, str]], bool, bool]],
):
    """Whoever writes goes over its own entries unread; others may have written between."""
    with in_memory() as one:
        processes = (one, Store(one._engine, None))
        for number, (other, entries, is_undone, is_read) in enumerate(steps):
            store = processes[other]
            new = [
                JournalEntry(NOW, kind, campaign, f"{number}/{place}", {"thing": thing})
                for place, (kind, campaign, thing) in enumerate(entries)
            ]
            with suppress(ZeroDivisionError) if is_undone else nullcontext(), store.writing():
                store.record(new)
                if is_undone:
                    raise ZeroDivisionError
            if is_read:
                fresh = Store(one._engine, None).journal_beside_campaigns()
                assert store.journal_beside_campaigns() == fresh

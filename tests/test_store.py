"""What the store remembers: files, the journal, the lines of the plan."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy.exc import StatementError

from tests.outbox import (
    HOUR,
    NOW,
    a_mail,
    an_occurrence,
    in_memory,
    on_disk,
    planned,
    started,
    states,
)
from tracker.occurrence import LineKind, Occurrence, Origin
from tracker.store import JournalEntry, Store, documents


@pytest.fixture
def store() -> Iterator[Store]:
    with in_memory() as opened:
        yield opened


# -- files -------------------------------------------------------------------------------------


def test_the_last_good_version_of_a_file_is_kept(store: Store):
    store.remember_files([("campaign", "letter", "d1", "title = 1")], now=NOW)
    store.remember_files([("campaign", "letter", "d2", "title = 2")], now=NOW + HOUR)

    assert store.last_good() == {("campaign", "letter"): "title = 2"}
    assert store.good_files()["campaign", "letter"].read_at == NOW + HOUR


def test_a_version_read_again_keeps_the_moment_it_was_first_read(store: Store):
    store.remember_files([("campaign", "letter", "d1", "x")], now=NOW)
    store.remember_files([("campaign", "letter", "d1", "x")], now=NOW + HOUR)

    assert store.good_files()["campaign", "letter"].read_at == NOW


def test_one_id_in_two_kinds_of_file_is_two_files(store: Store):
    store.remember_files(
        [("forum", "vienna", "a", "1"), ("workdays", "vienna", "b", "2")], now=NOW
    )

    assert store.last_good() == {("forum", "vienna"): "1", ("workdays", "vienna"): "2"}


# -- journal -----------------------------------------------------------------------------------


def entry(key: str, **changed: object) -> JournalEntry:
    sound: dict[str, object] = {"at": NOW, "kind": "seen", "campaign": "letter", "key": key}
    return JournalEntry(**(sound | changed))  # type: ignore[arg-type]


def test_recording_twice_writes_once_and_says_so(store: Store):
    assert [one.key for one in store.record([entry("a"), entry("b")])] == ["a", "b"]
    assert [one.key for one in store.record([entry("b"), entry("c")])] == ["c"]

    assert [one.key for one in store.journal()] == ["a", "b", "c"]


def test_what_was_recorded_first_stays(store: Store):
    store.record([entry("a", data={"on": "2010-06-22"})])
    store.record([entry("a", data={"on": "2010-06-23"})])

    assert [one.data for one in store.journal()] == [{"on": "2010-06-22"}]


def test_a_reader_asks_for_what_came_after_a_mark(store: Store):
    mark = store.record([entry("a"), entry("b")])[-1].id
    assert mark is not None
    store.record([entry("c"), entry("d", kind="sent"), entry("e", campaign="other")])

    assert [one.key for one in store.journal(after=mark)] == ["c", "d", "e"]
    assert [one.key for one in store.journal(after=mark, campaign="letter")] == ["c", "d"]
    assert [one.key for one in store.journal(kinds={"sent"})] == ["d"]
    assert store.journal(kinds=()) == []


def test_text_in_any_script_comes_back(store: Store):
    (written,) = store.record([entry("a", data={"by": "Омурбек", "list": [1, None, {"x": "\n"}]})])

    assert store.journal() == [written]


# -- lines -------------------------------------------------------------------------------------


def test_planning_twice_changes_nothing(store: Store):
    planned(store, "a", "b")
    before = store.lines()

    planned(store, "a", "b")

    assert store.lines() == before


def test_a_line_is_due_from_its_moment_until_it_expires(store: Store):
    planned(store, "a")

    assert store.due_lines(NOW - timedelta(seconds=1)) == []
    assert store.due_lines(NOW) == [an_occurrence("a")]
    assert store.due_lines(NOW + 24 * HOUR - timedelta(seconds=1)) == [an_occurrence("a")]
    assert store.due_lines(NOW + 24 * HOUR) == []


def test_a_line_without_an_end_stays_due(store: Store):
    planned(store, "a", expires=None)

    assert store.due_lines(NOW + 10_000 * HOUR) == [an_occurrence("a", expires=None)]


def test_lines_come_in_the_order_they_are_due(store: Store):
    store.replace_plan(
        [an_occurrence("c"), an_occurrence("a", due=NOW + HOUR), an_occurrence("b")],
        (),
        (),
        now=NOW,
    )

    assert [line.key for line in store.due_lines(NOW + HOUR)] == ["b", "c", "a"]
    assert [line.occurrence.key for line in store.lines()] == ["b", "c", "a"]
    assert store.next_due() == NOW


def test_a_queued_line_takes_a_new_moment_and_text(store: Store):
    planned(store, "a")

    store.replace_plan((), [an_occurrence("a", due=NOW + HOUR, to="new-york")], (), now=NOW)

    assert store.next_due() == NOW + HOUR
    assert [one.occurrence.to for one in store.lines(coordinator="new-york")] == ["new-york"]
    assert store.lines(coordinator="vienna") == []


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_ended_line_says_why_and_is_not_due(store: Store, end: str):
    planned(store, "a")

    store.replace_plan((), (), [("a", end, "the outcome was met")], now=NOW + HOUR)

    line = store.line("a")
    assert line is not None
    assert (line.state, line.reason, line.settled_at) == (end, "the outcome was met", NOW + HOUR)
    assert store.due_lines(NOW + HOUR) == []
    assert store.next_due() is None


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_a_line_that_is_wanted_again_is_queued_again(store: Store, end: str):
    planned(store, "a")
    store.replace_plan((), (), [("a", end, "a reply came")], now=NOW)

    planned(store, "a", due=NOW + HOUR)

    line = store.line("a")
    assert line is not None
    assert (line.state, line.reason, line.settled_at) == ("queued", None, None)
    assert store.next_due() == NOW + HOUR


@pytest.mark.parametrize("end", ["sending", "sent", "failed", "unknown", "queued"])
def test_a_line_that_a_mail_carries_is_never_touched(store: Store, end: str):
    mail = started(store, "a")
    answer: dict[str, Callable[[], bool]] = {
        "sending": lambda: True,
        "sent": lambda: store.mark_sent(mail, 250, "ok", now=NOW),
        "failed": lambda: store.mark_failed(mail, 550, "no such user", now=NOW),
        "unknown": lambda: store.mark_unknown(mail, "silence", now=NOW),
        "queued": lambda: store.mark_retry(mail, NOW + HOUR, 450, "later", now=NOW),
    }
    assert answer[end]()
    before = store.line("a")
    assert before is not None
    assert before.state == end
    moved = an_occurrence("a", due=NOW + 2 * HOUR)

    store.replace_plan([moved], [moved], [("a", "cancelled", "gone")], now=NOW)

    assert store.line("a") == before


def test_lines_are_asked_for_by_state_campaign_and_reader(store: Store):
    planned(store, "a")
    planned(store, "b", campaign="other")
    planned(store, "c", to="new-york")
    store.replace_plan((), (), [("a", "cancelled", "x")], now=NOW)

    assert [one.occurrence.key for one in store.lines(states={"cancelled"})] == ["a"]
    assert [one.occurrence.key for one in store.lines(campaign="other")] == ["b"]
    assert [one.occurrence.key for one in store.lines(coordinator="new-york")] == ["c"]
    assert store.lines(states=()) == []
    assert store.line("nobody") is None


def test_askings_are_the_lines_of_some_follow_ups_that_left_or_may_have(store: Store):
    chased: dict[str, Any] = {"kind": LineKind.FOLLOW_UP, "lead": "first"}
    planned(
        store, *(f"letter/phone/{n}" for n in ("sent", "doubtful", "refused", "queued")), **chased
    )
    planned(store, "letter/write/sent", **chased)
    planned(store, "other/phone/sent", **chased, campaign="other")
    planned(store, "letter/phone/told", what='"kind": "follow-up"')
    for key in [one.occurrence.key for one in store.lines()]:
        if key.endswith("queued"):
            continue
        mail = store.start_mail(a_mail(key), now=NOW)
        assert mail is not None
        if key.endswith("doubtful"):
            store.mark_unknown(mail, "no answer", now=NOW)
        elif key.endswith("refused"):
            store.mark_failed(mail, 550, "no such mailbox", now=NOW)
        else:
            store.mark_sent(mail, 250, "taken", now=NOW)

    def keys(*steps: tuple[str, str]) -> set[str]:
        return {one.key for one in store.askings(steps)}

    of_letter = {"letter/phone/sent", "letter/phone/doubtful"}
    assert keys(("letter", "phone")) == of_letter
    assert keys(("letter", "phone"), ("other", "phone")) == {*of_letter, "other/phone/sent"}
    assert keys(("letter", "nothing"), ("none", "phone")) == set()


texts = st.text(max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
occurrences = st.builds(
    Occurrence,
    key=texts,
    kind=st.sampled_from(LineKind),
    campaign=st.none() | texts,
    item=texts,
    owner=texts,
    to=texts,
    due=st.none() | moments,
    expires=st.none() | moments,
    forum=st.none() | texts,
    session=st.none() | st.dates(),
    targets=st.lists(texts, max_size=3).map(tuple),
    ask=st.none() | texts,
    lead=st.none() | texts,
    states=st.none() | moments,
    what=texts,
    why=texts,
    state=st.sampled_from(["planned", "skipped", "waiting"]),
    reason=st.none() | texts,
    origin=st.none()
    | st.builds(
        Origin,
        kind=st.sampled_from(["campaign", "forum"]),
        id=texts,
        path=st.lists(texts | st.integers(0, 99), max_size=3).map(tuple),
    ),
    series=texts,
)


@given(occurrences)
def test_an_occurrence_comes_back_as_it_was_written(occurrence: Occurrence):
    assert documents.load(documents.dump(occurrence)) == occurrence


def test_an_occurrence_with_all_its_parts_comes_back_through_the_database(store: Store):
    whole = an_occurrence(
        "a",
        session=date(2010, 6, 24),
        states=NOW,
        targets=("germany", "kazakhstan"),
        origin=Origin("campaign", "letter", ("deadline", 0, "due")),
        what="Ring Köln",
    )
    store.replace_plan([whole], (), (), now=NOW)

    assert store.due_lines(NOW) == [whole]


# -- moments -----------------------------------------------------------------------------------


def test_a_moment_in_another_zone_is_the_same_moment(store: Store):
    vienna = timezone(timedelta(hours=2))
    planned(store, "a", due=NOW.astimezone(vienna))

    found = store.next_due()

    assert found == NOW
    assert found is not None
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(store: Store):
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(StatementError, match="timezone"):
        store.remember_files([("campaign", "letter", "d", "x")], now=naive)


# -- transactions ------------------------------------------------------------------------------


class Interrupted(Exception):  # noqa: N818 -- not an error: a test stops here
    """A process that ends in the middle."""


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_what_is_written_together_is_written_whole_or_not_at_all(where: str, tmp_path: Path):
    store = in_memory() if where == "memory" else on_disk(tmp_path)
    with suppress(Interrupted), store.writing():
        store.record([entry("a")])
        planned(store, "a")
        assert store.next_due() == NOW
        raise Interrupted

    assert store.journal() == []
    assert store.lines() == []

    with store.writing():
        store.record([entry("a")])
        planned(store, "a")
    assert len(store.journal()) == len(store.lines()) == 1
    store.close()


def test_a_refused_mail_undoes_only_itself(store: Store):
    planned(store, "a")
    with store.writing():
        store.record([entry("before")])
        assert store.start_mail(a_mail("a", "gone"), now=NOW) is None
        store.record([entry("after")])

    assert states(store) == {"a": "queued"}
    assert store.mails() == []
    assert [one.key for one in store.journal()] == ["before", "after"]


def test_the_whole_journal_is_what_is_there_whoever_wrote_it_and_nothing_undone(tmp_path: Path):
    with on_disk(tmp_path) as store, on_disk(tmp_path) as other:
        store.record([entry("a")])
        before = store.whole_journal()
        assert store.whole_journal() is before

        other.record([entry("b")])
        assert [one.key for one in store.whole_journal()] == ["a", "b"]

        with suppress(ZeroDivisionError), store.writing():
            store.record([entry("c")])
            assert [one.key for one in store.whole_journal()] == ["a", "b", "c"]
            raise ZeroDivisionError
        assert [one.key for one in store.whole_journal()] == ["a", "b"]

        other.record([entry("d")])
        assert list(store.whole_journal()) == store.journal()


def test_the_whole_journal_of_a_renamed_campaign_is_read_anew():
    with in_memory() as store:
        store.record([entry("seen/letter", campaign="letter")])
        store.whole_journal()

        store.rename_campaign("letter", "appeal")

        assert list(store.whole_journal()) == store.journal()
        assert [one.campaign for one in store.whole_journal()] == ["appeal"]

"""What lies on top of ten thousand campaigns reads like one mapping, and changes none below."""

import pytest
from hypothesis import given, strategies as st

from tracker.app.with_edits import MOST_EDITS, with_edits

NAMES = st.sampled_from([f"letter-{number}" for number in range(6)])


@given(
    below=st.dictionaries(NAMES, st.integers(), min_size=1),
    edits=st.lists(st.tuples(st.integers(0, 5), st.integers()), max_size=8),
)
def test_edit_after_edit_it_is_what_a_copy_would_be(
    below: dict[str, int], edits: list[tuple[int, int]]
) -> None:
    copied, found = dict(below), with_edits(below, {})
    for number, value in edits:
        name = list(below)[number % len(below)]
        before = dict(found)
        last, found = found, with_edits(found, {name: value})
        assert dict(last) == before
        copied[name] = value

    assert found == copied
    assert list(found.items()) == list(copied.items())
    assert "another" not in found
    assert found.get("another") is None


def test_an_edit_adds_no_campaign():
    with pytest.raises(KeyError, match="another"):
        with_edits({"letter": 1}, {"another": 2})


def test_after_many_edits_none_is_lost():
    below = {str(number): 0 for number in range(3 * MOST_EDITS)}
    found = with_edits(below, {})
    for name in below:
        found = with_edits(found, {name: 1})

    assert set(found.values()) == {1}
    assert set(below.values()) == {0}

"""Text parts in Chinese, Japanese and Korean keep to their columns, as those in other scripts."""

import pytest
from hypothesis import given, strategies as st

from tests.builders import LETTER, a_world, at
from tests.house import House
from tracker.compose.loader import WIDTH, underlined, wrapped
from tracker.compose.wide import columns_of

ASK = "改正案に独立した審査機関の設置を盛り込み、収容期間に上限を定め、司法審査を義務づけること"
COMMITTEE = "国会に設けられた法務委員会"
STORY = LETTER.replace('text = "Send a mission"', f'text = "{ASK}"').replace(
    'forum = "council"', f'name = "{COMMITTEE}"'
)


def test_a_mail_in_japanese_keeps_to_72_columns_and_leaves_no_letter_out():
    house = House(a_world(STORY))
    house.turn_to(at("2010-06-23 06:00"))

    body = house.inbox("vienna@example.org")[-1].get_body(("plain",))
    assert body is not None
    lines = body.get_content().splitlines()

    assert [line for line in lines if columns_of(line) > WIDTH and "tracker log" not in line] == []
    assert ASK in "".join(line.strip() for line in lines)


def test_a_heading_in_wide_letters_is_ruled_off_in_its_whole_width():
    assert underlined("東京 Tokyo") == "東京 Tokyo\n----------"


def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one():
    lines = wrapped("「国会」、" * 30).splitlines()

    assert len(lines) > 1
    assert {line[0] for line in lines} == {"「"}


@pytest.mark.parametrize("indent", ["", "    "])
@given(st.text("東京かナ、。「」()ab \n", max_size=200))
def test_wrapping_keeps_each_letter_and_the_width(indent: str, text: str):
    rows = wrapped(text, indent, indent).split("\n")

    assert "".join("".join(rows).split()) == "".join(text.split())
    assert all(columns_of(row) <= WIDTH or _has_no_break(row.strip()) for row in rows)


def _has_no_break(row: str) -> bool:
    """Say whether a row is one word of narrow letters, or signs that may not be parted."""
    inner = row.strip("、。「」")
    return " " not in row and (not any(columns_of(sign) == 2 for sign in inner) or len(row) < 3)

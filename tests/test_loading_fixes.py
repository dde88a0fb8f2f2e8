"""What a message offers can be pasted, and then the line is sound."""

from pathlib import Path

import pytest

from tests.test_loading_draft import reading
from tracker.errors import Problem

LETTER = 'title = "T"\ndated = 2026-11-29\n'
MEETING = LETTER + 'coordinators = ["vienna"]\n[[meeting]]\nname = "Talk"\n'
STEP = (
    LETTER
    + 'coordinators = ["vienna"]\n[[deadline]]\nid = "x"\nwhat = "X"\ndue = "day of letter"\n'
)


def errors(text: str, folder: Path) -> list[Problem]:
    found = reading(text, folder).problems
    return [one for one in found if one.severity == "error"]


PASTED = [
    (MEETING, 'date = Friday 4 December"', 'date = "Friday 4 December"'),
    (MEETING, "date = 2\u00a0December 2026", 'date = "2 December 2026"'),
    (MEETING, "date = 2.12.2026", "date = 2026-12-02"),
    (MEETING, "date = 2026.12.2", "date = 2026-12-02"),
    (MEETING, "date = 2026-12-9", "date = 2026-12-09"),
    (MEETING, "date = 29-12-2026 # late", "date = 2026-12-29"),
    (MEETING, "date = 12/29/2026", "date = 2026-12-29"),
    (MEETING, "date = 2026-30-12", "date = 2026-12-30"),
    (STEP, 'who = "New York"', 'who = ["new-york"]'),
    (LETTER, 'coordinators = "Vienna desk, york"', 'coordinators = ["vienna", "new-york"]'),
]


@pytest.mark.parametrize(("before", "line", "fix"), PASTED)
def test_a_line_with_its_fix_pasted_is_sound(before: str, line: str, fix: str, tmp_path: Path):
    (wrong,) = errors(f"{before}{line}\n", tmp_path)

    assert wrong.hint == f"write {fix}"
    assert errors(f"{before}{fix}\n", tmp_path) == []


TOLD = [
    (MEETING, "date = 2-12-2026", "write date = 2026-12-02 or date = 2026-02-12"),
    (MEETING, "date = 2026-31-11", None),
    (MEETING, "date = true", "write it as YYYY-MM-DD, without quotes"),
    (
        STEP.replace('due = "day of letter"\n', ""),
        "due = true",
        'write it like "2 working days before meeting"',
    ),
    (LETTER, 'coordinators = ["José Díaz"]', None),
    (LETTER, 'coordinators = ["Vienna Desk"]', 'did you mean: "vienna"'),
    (LETTER, 'coordinators = ["york"]', 'did you mean: "new-york"'),
    (LETTER, 'coordinators = ["desk"]', None),
    (
        LETTER + 'coordinators = ["vienna"]\n',
        'playbook = "response"',
        'did you mean: "rapid-response"',
    ),
    (STEP, 'who = "Anna"', 'write who = ["…"]'),
    (STEP, 'who = ["Anna"]', None),
    (LETTER + 'coordinators = ["vienna"]\n', 'workdays = "Bishkek"', None),
    (LETTER + 'coordinators = ["vienna"]\n', 'playbook = "Rapid!"', 'did you mean: "rapid"'),
    (
        LETTER + 'coordinators = ["vienna"]\n[[meeting]]\ndate = 2026-12-03\n',
        'forum = "Permanent Council"',
        'did you mean: "council"',
    ),
]


@pytest.mark.parametrize(("before", "line", "hint"), TOLD)
def test_what_has_no_one_fix_is_not_given_one(
    before: str, line: str, hint: str | None, tmp_path: Path
):
    (wrong,) = errors(f"{before}{line}\n", tmp_path)

    assert wrong.hint == hint


@pytest.mark.parametrize("line", ['coordinators = ["José Díaz"]', 'coordinators = ["anna"]'])
def test_those_who_can_be_named_are_told(line: str, tmp_path: Path):
    (wrong,) = errors(f"{LETTER}{line}\n", tmp_path)

    assert wrong.expected == ("new-york", "vienna")


@pytest.mark.parametrize(
    ("head", "hint"),
    [
        ('[[ask]]\nid = "mission"\ntext = ', 'write """ before and after a text of several lines'),
        ("sender = ", "put the text on one line"),
    ],
)
def test_a_text_on_two_lines_is_one_fault(head: str, hint: str, tmp_path: Path):
    text = f'{LETTER}coordinators = ["vienna"]\n{head}"Field a\nmission"\n'

    (wrong,) = errors(text, tmp_path)

    assert (wrong.code, wrong.hint) == ("quotes-open", hint)


def test_a_line_behind_quotes_that_are_not_closed_is_still_looked_at(tmp_path: Path):
    text = f'{LETTER}coordinators = ["vienna"]\nsender = "HRW\nkind = "leter"\n'

    assert [one.code for one in errors(text, tmp_path)] == ["quotes-open", "not-one-of"]


@pytest.mark.parametrize(
    "line",
    [
        'sender_= "HRW"',
        'sender =_"HRW"',
        '_sender = "HRW"',
        'sender = "HRW"_',
        "closed = 2027-01-01_",
    ],
)
def test_a_space_from_a_word_processor_is_named(line: str, tmp_path: Path):
    before = f'{LETTER}coordinators = ["vienna"]\n'

    (wrong,) = errors(before + line.replace("_", "\u00a0"), tmp_path)

    assert "no-break space, U+00A0" in wrong.message
    assert wrong.hint == "type a plain space instead"
    assert wrong.column == line.index("_") + 1


def test_a_date_that_fell_into_the_next_year_says_why(tmp_path: Path):
    (wrong,) = errors(MEETING + 'date = "Wednesday 25 November"\n', tmp_path)

    assert wrong.message == "25 November 2027 is a Thursday, not a Wednesday"
    assert wrong.hint == (
        "without a year it is the first such day on or after Sunday 29 November 2026: "
        'write "Wednesday 25 November 2026" or "Thursday 25 November 2027"'
    )

"""What a message says to write is taken: for each key of config.toml, whatever stood there."""

import re
from pathlib import Path

import pytest

from tracker.errors import Problem
from tracker.loading import read_text

READER = {
    "id": '"desk"',
    "name": '"The desk"',
    "email": '"desk@example.org"',
    "timezone": '"Europe/Vienna"',
}
TEXTS = (
    *("database", "campaigns", "templates", "mail.from", "mail.password_file"),
    *("health.prometheus_file", "coordinator.name"),
)
OF_A_KIND = (
    *(
        "health.ping",
        "workdays",
        "times.remind_at",
        "times.deadline",
        "times.settle",
        "keep.bodies",
    ),
    *("coordinator.id", "coordinator.email", "coordinator.timezone", "coordinator.at"),
    *("coordinator.deputy", "coordinator.away"),
)
NO_TEXT = ("10", "0", "-1", "100000", "10.5", "true", "2010-06-24", "2010-06-24T10:00:00")
TO_WRITE = re.compile(r'(?:write|write it like|write one, like|like|did you mean:) ("[^"]*")')


def with_value(place: str, value: str) -> str:
    """Return a config.toml in which one key has a value."""
    table, _, key = place.rpartition(".")
    head = {"workdays": '"vienna"'} | ({} if table else {key: value})
    reader = READER | ({key: value} if table == "coordinator" else {})
    middle = f"[{table}]\n{key} = {value}\n" if table not in {"", "coordinator"} else ""
    return f"{lines(head)}{middle}[[coordinator]]\n{lines(reader)}"


def lines(pairs: dict[str, str]) -> str:
    return "".join(f"{key} = {value}\n" for key, value in pairs.items())


def said_of(place: str, value: str) -> list[Problem]:
    return read_text("config", "config", Path("config.toml"), with_value(place, value))[1]


@pytest.mark.parametrize("value", NO_TEXT)
@pytest.mark.parametrize("place", [*TEXTS, *OF_A_KIND])
def test_what_is_said_to_be_written_for_a_number_or_a_date_is_taken(place: str, value: str):
    for problem in said_of(place, value):
        meant = TO_WRITE.search(problem.hint or "")

        assert meant, problem
        assert said_of(place, meant[1]) == []


@pytest.mark.parametrize(
    ("place", "value", "hint"),
    [
        ("times.settle", "10", 'write it like "10 minutes"'),
        ("times.remind_at", "8", 'did you mean: "08:00"'),
        ("keep.bodies", "14", 'write 1 to 366 days, like "14 days"'),
        ("coordinator.id", "10.5", 'write "10-5"'),
        ("coordinator.name", "2010-06-24", 'write "2010-06-24"'),
        ("mail.password_file", "true", 'write "true"'),
        ("mail.from", "[]", None),
    ],
)
def test_the_same_thing_in_quotes_is_said_only_where_it_is_taken(
    place: str, value: str, hint: str | None
):
    (problem,) = said_of(place, value)

    assert (problem.code, problem.hint) == ("text-expected", hint)


@pytest.mark.parametrize(
    ("place", "typed", "meant"),
    [
        (
            "mail.token_command",
            '"/usr/bin/mail-token vienna"',
            '["/usr/bin/mail-token", "vienna"]',
        ),
        ("mail.token_command", '"mail-token"', '["mail-token"]'),
    ],
)
def test_a_command_written_as_one_text_is_shown_as_its_words(place: str, typed: str, meant: str):
    (problem,) = said_of(place, typed)

    assert problem.hint == f"write token_command = {meant}"
    assert said_of(place, meant) == []


def test_names_with_a_comma_between_them_are_shown_as_several():
    text = 'title = "Deploy"\ndated = 2010-06-22\ncoordinators = "vienna, new-york"\n'

    (problem,) = read_text("campaign", "x", Path("x.toml"), text)[1]

    assert problem.hint == 'write coordinators = ["vienna", "new-york"]'

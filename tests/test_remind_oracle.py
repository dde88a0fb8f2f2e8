"""Our arithmetic against `remind`, a calendar program that shares no line with it.

Each test asks many questions in one run of the program. Its exit code is 0 even when it could
not read a line, so whatever it prints on stderr fails the test.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tracker.campaign import Forum
from tracker.dates import MONTHS, WEEKDAYS, WorkingDays, zone
from tracker.sessions import sessions_between
from tracker.when import Context, Resolved, parse_when, resolve

FOUND = shutil.which("remind")
pytestmark = pytest.mark.skipif(
    FOUND is None and "CI" not in os.environ, reason="the program `remind` is not installed"
)
RECESS = (date(2010, 7, 30), date(2010, 9, 1))
OFFSETS = (-30, -10, -5, -2, -1, 1, 2, 3, 8, 20)
VIENNA = WorkingDays(name="Vienna", zone=zone("Europe/Vienna"), country="AT")
GULF = WorkingDays(
    name="Gulf",
    zone=zone("UTC"),
    weekend=frozenset({4, 5}),
    add=frozenset(date(2027, 3, 1) + timedelta(days=number) for number in range(12)),
)
BARE = WorkingDays(name="Bare", zone=zone("UTC"))


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def remind(path: Path, lines: Iterable[str], *options: str) -> list[str]:
    assert FOUND, "`remind` must be installed where CI is set"
    path.write_text("BANNER %\n" + "\n".join(lines) + "\n", encoding="ascii")
    done = subprocess.run(  # noqa: S603 -- a program of the system, on a file of this test
        [FOUND, *options[:1], str(path), *options[1:]],
        capture_output=True,
        check=True,
        text=True,
        env={"TZ": "UTC", "LC_ALL": "C"},
    )
    assert done.stderr == ""
    return done.stdout.split("\n")


def answers(path: Path, head: Iterable[str], questions: Iterable[str]) -> list[date]:
    """Ask for the dates of expressions, one a line."""
    lines = [*head, *(f"MSG [{question}]%" for question in questions)]
    said = remind(path, lines, "-q", "2026-01-01")
    return [date.fromisoformat(line) for line in said if line]


def days_off(calendar: WorkingDays, days: list[date]) -> list[str]:
    """Write a calendar's days off: its weekend by name, each other day by its date."""
    weekend = " ".join(WEEKDAYS[number][:3] for number in sorted(calendar.weekend))
    others = [day for day in days if day.weekday() not in calendar.weekend]
    return [
        f"OMIT {weekend}",
        *(f"OMIT {written(day)}" for day in others if calendar.why_not(day)),
    ]


def written(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def ours(phrase: str, calendar: WorkingDays = BARE) -> date:
    found = resolve(parse_when(phrase), Context(workdays=calendar))
    assert isinstance(found, Resolved)
    return found.day


@pytest.mark.parametrize("calendar", [VIENNA, GULF], ids=lambda one: one.name)
def test_working_days_agree_for_every_day_of_two_years(calendar, tmp_path):
    anchors = every_day(date(2026, 1, 1), date(2027, 12, 31))
    known = every_day(date(2025, 9, 1), date(2028, 4, 30))
    asked = [(day, count) for day in anchors for count in OFFSETS]

    theirs = answers(
        tmp_path / "steps.rem",
        days_off(calendar, known),
        (f"slide('{day}', {count})" for day, count in asked),
    )

    assert len(asked) > 7_000
    assert theirs == [calendar.step(day, count).day for day, count in asked]


def test_picked_weekdays_agree_for_every_day_of_two_years(tmp_path):
    anchors = every_day(date(2027, 1, 1), date(2028, 12, 31))
    asked = [(day, weekday) for day in anchors for weekday in WEEKDAYS[::3]]
    shapes = (
        ("first {weekday} after {day}", 1),
        ("first {weekday} on or after {day}", 0),
        ("third {weekday} after {day}", 15),
        ("last {weekday} before {day}", -7),
        ("last {weekday} on or before {day}", -6),
    )
    questions = [
        f"evaltrig(\"{weekday[:3]}\", '{day}'+({start}))"
        for _, start in shapes
        for day, weekday in asked
    ]

    theirs = answers(tmp_path / "picks.rem", (), questions)

    assert len(questions) > 10_000
    assert theirs == [
        ours(shape.format(weekday=weekday, day=day))
        for shape, _ in shapes
        for day, weekday in asked
    ]


def test_weekdays_of_a_month_agree_for_ten_years(tmp_path):
    firsts = [date(year, month, 1) for year in range(2020, 2030) for month in range(1, 13)]
    starts = {"first": "1", "second": "8", "third": "15", "fourth": "22", "last": "1 --7"}
    asked = [(first, word, name) for first in firsts for word in starts for name in WEEKDAYS]

    theirs = answers(
        tmp_path / "months.rem",
        (),
        (f"evaltrig(\"{name[:3]} {starts[word]}\", '{first}')" for first, word, name in asked),
    )

    assert theirs == [
        ours(f"{word} {name} in {MONTHS[first.month - 1]} {first.year}")
        for first, word, name in asked
    ]


@pytest.mark.parametrize(
    ("rule", "theirs"),
    [
        ("Thursday at 10:00", "REM Thu SKIP FROM 10 Jun 2010 MSG X"),
        ("Monday and Thursday", "REM Mon Thu SKIP FROM 10 Jun 2010 MSG X"),
        ("first Thursday of the month", "REM Thu 1 SKIP FROM 10 Jun 2010 MSG X"),
        ("last Friday of the month", "REM Fri 1 --7 SKIP FROM 10 Jun 2010 MSG X"),
        (
            "every 2 weeks on Monday from 4 January 2010 at 10:00",
            "REM 4 Jan 2010 *14 SKIP FROM 10 Jun 2010 MSG X",
        ),
        (
            "every 3 weeks on Thursday from 24 June 2010",
            "REM 24 Jun 2010 *21 SKIP FROM 10 Jun 2010 MSG X",
        ),
    ],
)
def test_sessions_with_a_recess_agree_for_five_years(rule, theirs, tmp_path):
    spans = [f"{written(RECESS[0])} to {written(RECESS[1])}", "20 Dec 2010 to 12 Jan 2011"]
    forum = Forum.model_validate(
        {"name": "Forum", "timezone": "Europe/Vienna", "sessions": rule, "recess": spans}
    )
    recess = [
        f"OMIT {written(RECESS[0])} THROUGH {written(RECESS[1])}",
        "OMIT 20 Dec 2010 THROUGH 12 Jan 2011",
    ]

    said = remind(tmp_path / "sessions.rem", [*recess, theirs], "-s60", "2010-06-01")

    days = [date.fromisoformat(line[:10].replace("/", "-")) for line in said if line]
    found = sessions_between("forum", forum, date(2010, 6, 10), date(2015, 5, 31))
    assert len(days) > 50
    assert days == [one.day for one in found]


def test_the_summer_of_2010_agrees(tmp_path):
    head = days_off(VIENNA, every_day(date(2010, 5, 1), date(2010, 10, 31)))
    asked = {
        "1 working day before 18 June 2010": "slide('2010-06-18', -1)",
        "2 working days before 24 June 2010": "slide('2010-06-24', -2)",
        "2 working days after 24 June 2010": "slide('2010-06-24', 2)",
        "2 working days before 1 July 2010": "slide('2010-07-01', -2)",
        "7 days after 1 July 2010": "'2010-07-01' + 7",
        "14 days after 15 June 2010": "'2010-06-15' + 14",
        "8 working days after 23 June 2010": "slide('2010-06-23', 8)",
        "1 working day before 8 August 2010": "slide('2010-08-08', -1)",
        "2 working days before 8 August 2010": "slide('2010-08-08', -2)",
        "first Thursday after 30 June 2010": "evaltrig(\"Thu\", '2010-07-01')",
    }

    theirs = answers(tmp_path / "summer.rem", head, asked.values())

    assert theirs == [ours(phrase, VIENNA) for phrase in asked]
    assert theirs == [
        date(2010, 6, 17),
        date(2010, 6, 22),
        date(2010, 6, 28),
        date(2010, 6, 29),
        date(2010, 7, 8),
        date(2010, 6, 29),
        date(2010, 7, 5),
        date(2010, 8, 6),
        date(2010, 8, 5),
        date(2010, 7, 1),
    ]


def test_two_cities_count_eight_working_days_to_different_days(tmp_path):
    new_york = WorkingDays(
        name="New York", zone=zone("America/New_York"), add=frozenset({date(2010, 7, 5)})
    )
    summer = every_day(date(2010, 6, 1), date(2010, 7, 31))
    question = ("slide('2010-06-23', 8)",)

    vienna_says = answers(tmp_path / "vienna.rem", days_off(VIENNA, summer), question)
    new_york_says = answers(tmp_path / "new-york.rem", days_off(new_york, summer), question)

    phrase = "8 working days after 23 June 2010"
    assert vienna_says == [ours(phrase, VIENNA)] == [date(2010, 7, 5)]
    assert new_york_says == [ours(phrase, new_york)] == [date(2010, 7, 6)]


def test_a_line_that_remind_cannot_read_does_not_pass_for_an_answer(tmp_path):
    with pytest.raises(AssertionError, match="Bad date specification"):
        answers(tmp_path / "wrong.rem", (), ("slide('2010-02-31', 1)",))

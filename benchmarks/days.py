"""Date arithmetic beside Debian's `remind`: the same ten thousand questions to both.

The answers are compared before anything is timed; where they differ the run stops.
"""

import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from measure import print_table, take_turns
from starts import ROOT, command, run

from tracker.cli.calendars import named_calendar
from tracker.dates import WorkingDays
from tracker.when import Context, Resolved, parse_when, resolve

QUESTIONS = 10_000
FIRST, LAST = date(2010, 1, 1), date(2030, 12, 31)
ONE_DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as a date phrase and as an expression of remind's."""

    phrase: str
    remind: str


def print_days(rounds: int) -> None:
    """Print working-day steps and ordinal picks, each beside remind."""
    if shutil.which("remind") is None:
        print("\n`remind` is not installed: its comparison is left out.")
        return
    chance = random.Random(24062010)  # noqa: S311 -- the same questions each time, no secret
    workdays = named_calendar(ROOT / "config.toml", "vienna")
    steps = [_step(chance) for _ in range(QUESTIONS)]
    picks = [_pick(chance) for _ in range(QUESTIONS)]
    _print_one("Working-day steps", steps, workdays, rounds)
    _print_one("Ordinal picks", picks, workdays, rounds)


def _print_one(
    heading: str, questions: list[Question], workdays: WorkingDays, rounds: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "questions.rem"
        script.write_text("\n".join(_script(questions, workdays)) + "\n", encoding="utf-8")
        contenders: dict[str, Callable[[], list[str]]] = {
            "remind": lambda: _ask_remind(script),
            "tracker when -": lambda: _ask_tracker(questions),
            "parse and resolve, in process": lambda: _resolve(questions, workdays),
        }
        answers = [ask() for ask in contenders.values()]
        assert answers[0] == answers[1] == answers[2], f"{heading}: the answers differ"
        timings = take_turns(contenders, rounds=rounds)
    notes = {
        "remind": "one process, one script",
        "tracker when -": "one process, one phrase a line, JSON with the explanation",
        "parse and resolve, in process": "with the explanation",
    }
    print_table(f"{heading}, {QUESTIONS:,} of them", timings, unit=("ms", 1e-3), notes=notes)


def _step(chance: random.Random) -> Question:
    day, count = _day(chance), chance.randint(1, 30)
    back = chance.choice((True, False))
    side = "before" if back else "after"
    unit = "working day" if count == 1 else "working days"
    return Question(f"{count} {unit} {side} {day}", f"slide('{day}', {-count if back else count})")


def _pick(chance: random.Random) -> Question:
    day, weekday = _day(chance), chance.choice(WEEKDAYS)
    if chance.choice((True, False)):
        return Question(f"last {weekday} before {day}", f'evaltrig("{weekday} {_said(day)} --7")')
    number = chance.randrange(4)
    ordinal = ("first", "second", "third", "fourth")[number]
    after = day + ONE_DAY + timedelta(weeks=number)
    return Question(f"{ordinal} {weekday} after {day}", f'evaltrig("{weekday} {_said(after)}")')


def _day(chance: random.Random) -> date:
    return date.fromordinal(chance.randint(FIRST.toordinal(), LAST.toordinal()))


def _said(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _script(questions: list[Question], workdays: WorkingDays) -> Iterator[str]:
    yield "BANNER %"
    yield "OMIT Sat Sun"
    for number in range((LAST - FIRST).days + 400):
        day = FIRST - timedelta(days=200) + timedelta(days=number)
        if day.weekday() < WEEKDAYS.index("Saturday") and not workdays.is_working(day):
            yield f"OMIT {_said(day)}"
    for question in questions:
        yield f"MSG [{question.remind}]%"


def _ask_remind(script: Path) -> list[str]:
    return run(["remind", "-q", str(script), "2009-01-01"]).split()


def _ask_tracker(questions: list[Question]) -> list[str]:
    text = "\n".join(one.phrase for one in questions)
    said = run(command("when", "-", "--json", "--workdays", "vienna"), text=text)
    return [json.loads(line)["date"] for line in said.splitlines()]


def _resolve(questions: list[Question], workdays: WorkingDays) -> list[str]:
    context = Context(workdays=workdays)
    return [str(_resolved(one.phrase, context)) for one in questions]


def _resolved(phrase: str, context: Context) -> date:
    found = resolve(parse_when(phrase), context)
    assert isinstance(found, Resolved)
    return found.day

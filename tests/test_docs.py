"""The papers against the code: every key, every word, every date that they promise."""

import re
from collections.abc import Callable, Iterator
from datetime import date, time
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tracker.campaign import (
    SETTLING,
    Ask,
    Campaign,
    CancelledSession,
    Deadline,
    FollowUp,
    Forum,
    Kind,
    LoggedFact,
    Meeting,
    MovedSession,
    Playbook,
    PlaybookMeeting,
    Result,
    SettledBy,
    Signatory,
    Stance,
    StepFor,
    Target,
    Workdays,
)
from tracker.checking.log import Names, log_key_faults
from tracker.cli.arguments import COMMANDS
from tracker.compose.loader import environment
from tracker.config import (
    Config,
    Coordinator,
    DigestDays,
    HealthSettings,
    Keeping,
    MailSettings,
    Times,
)
from tracker.content import Line, MailContent
from tracker.dates import WEEKDAYS, WorkingDays, show_day_short, zone
from tracker.errors import Fault
from tracker.sessions import sessions_between
from tracker.when import (
    ANCHORS,
    Context,
    PhraseError,
    Waiting,
    lead_day,
    parse_lead,
    parse_repeat,
    parse_span,
    parse_when,
    repeat_day,
    resolve,
    span_days,
)

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REFERENCE = (DOCS / "campaign-files.md").read_text(encoding="utf-8")
DATES = (DOCS / "dates.md").read_text(encoding="utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")
SHAPES: dict[str, type[BaseModel]] = {
    "A campaign": Campaign,
    "[[ask]]": Ask,
    "[[meeting]]": Meeting,
    "[[target]]": Target,
    "[[deadline]]": Deadline,
    "[[follow-up]]": FollowUp,
    "[[signatory]]": Signatory,
    "[[log]]": LoggedFact,
    "A forum": Forum,
    "cancelled": CancelledSession,
    "moved": MovedSession,
    "A playbook": Playbook,
    "[meeting] of a playbook": PlaybookMeeting,
    "Working days": Workdays,
    "config.toml": Config,
    "[mail]": MailSettings,
    "[times]": Times,
    "[health]": HealthSettings,
    "[keep]": Keeping,
    "[[coordinator]]": Coordinator,
}
WHOLE_FILES: dict[str, type[BaseModel]] = {
    heading: shape
    for heading, shape in SHAPES.items()
    if shape in {Campaign, Forum, Playbook, Workdays, Config}
}
VIENNA = WorkingDays(name="Vienna", zone=zone("Europe/Vienna"), country="AT")
OPENED = date(2010, 6, 22)
MEETING = date(2010, 6, 24)
ANCHOR_DAYS = {
    "meeting": MEETING,
    "delivery": date(2010, 6, 22),
    "decision": date(2010, 7, 22),
    "letter": OPENED,
}
FIRST_DUE = date(2010, 8, 5)
Row = tuple[str, ...]


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, down to the next one of any level."""
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", _quiet(text), re.MULTILINE | re.DOTALL
    )
    assert found, f"there is no heading {heading!r}"
    start, end = found.span(1)
    return text[start:end]


def _quiet(text: str) -> str:
    """Blank the code blocks, in which "#" begins a comment, and keep every place."""
    return re.sub(
        r"^```.*?^```",
        lambda block: re.sub("#", " ", block[0]),
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def rows(text: str) -> list[Row]:
    """Return the rows of the tables in a text, without their headings."""
    found = [line for line in text.splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in found]
    rules = [number for number, row in enumerate(cells) if set(row[0]) == {"-"}]
    heads = {number - 1 for number in rules} | set(rules)
    return [row for number, row in enumerate(cells) if number not in heads]


def table_of_keys(heading: str) -> dict[str, Row]:
    first_table = re.search(r"(?:^\|.*\n)+", section(REFERENCE, heading), re.MULTILINE)
    assert first_table, heading
    return {cell(row[0]): row for row in rows(first_table[0])}


def fields_of(shape: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in shape.model_fields.items()}


def cell(text: str) -> str:
    assert re.fullmatch("`[^`]+`", text), text
    return text.strip("`")


def words(*literals: object) -> Iterator[str]:
    for literal in literals:
        yield from get_args(literal)


def written(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "`false`" if value is False else str(value)


@pytest.mark.parametrize("heading", SHAPES)
def test_every_key_has_its_row_and_every_row_its_key(heading):
    assert table_of_keys(heading).keys() == fields_of(SHAPES[heading]).keys()


@pytest.mark.parametrize("heading", SHAPES)
def test_the_reference_says_which_keys_are_required(heading):
    required = {key for key, field in fields_of(SHAPES[heading]).items() if field.is_required()}

    assert {k for k, row in table_of_keys(heading).items() if row[1] == "required"} == required


@pytest.mark.parametrize("heading", SHAPES)
def test_the_reference_states_the_defaults_of_the_code(heading):
    for key, field in fields_of(SHAPES[heading]).items():
        if isinstance(field.default, str | bool | time):
            assert written(field.default) in table_of_keys(heading)[key][1], key


@pytest.mark.parametrize("heading", SHAPES)
def test_every_key_has_an_example_and_a_meaning(heading):
    for key, row in table_of_keys(heading).items():
        assert row[2].startswith("`"), key
        assert row[3], key


@pytest.mark.parametrize("heading", WHOLE_FILES)
def test_the_example_of_each_file_is_sound_and_uses_every_key(heading):
    block = re.search(r"```toml\n(.*?)```", section(REFERENCE, heading), re.DOTALL)
    assert block
    document = tomli.loads(block[1])

    shape = WHOLE_FILES[heading].model_validate(document)

    assert shape.model_fields_set
    left_out = fields_of(WHOLE_FILES[heading]).keys() - document.keys()
    assert left_out <= {"file"}, "an example file shows every key that it can"


def test_every_closed_word_is_in_the_reference():
    facts = LoggedFact.model_fields["fact"].annotation
    known = words(Kind, Stance, Result, SettledBy, StepFor, DigestDays, facts)

    assert {word for word in [*known, *WEEKDAYS, "every"] if f"`{word}`" not in REFERENCE} == set()


def test_the_reference_says_which_keys_go_with_each_fact():
    told = [
        row for row in rows(section(REFERENCE, "[[log]]")) if len(row) == 4 and row[0] in FACTS
    ]

    assert {row[0]: (keys_in(row[1]), keys_in(row[2])) for row in told} == {
        fact: (needed_by(fact.strip("`")), allowed_with(fact.strip("`"))) for fact in FACTS
    }


FACTS = {f"`{word}`" for word in get_args(LoggedFact.model_fields["fact"].annotation)}
VALUES = {
    "target": "x",
    "ask": "x",
    "item": "x",
    "stance": "supportive",
    "result": "deferred",
    "meeting": "24 June 2010",
    "to": "1 July 2010",
}


def keys_in(text: str) -> set[str]:
    return set(re.findall("`([^`]+)`", text))


def faults_of(fact: str, **more: str) -> list[Fault]:
    logged = LoggedFact.model_validate({"fact": fact, "on": "24 June 2010", **more})
    names = Names(targets=frozenset("x"), asks=frozenset("x"), items=frozenset("x"), opened=OPENED)
    return log_key_faults((logged,), names)


def needed_by(fact: str) -> set[str]:
    missing = [one.message for one in faults_of(fact) if one.code == "missing-key"]
    return {key for key in VALUES if any(f"needs `{key}`" in message for message in missing)}


def allowed_with(fact: str) -> set[str]:
    misfit = {one.path[-1] for one in faults_of(fact, **VALUES) if one.code == "misfit-key"}
    return VALUES.keys() - misfit - needed_by(fact)


def test_the_reference_names_what_templates_are_made_of():
    about = keys_in(section(REFERENCE, "Mail templates"))
    shipped = ROOT / "templates"

    assert {path.stem for path in shipped.iterdir()} <= about
    assert set(MailContent.__struct_fields__) - {"invitations", "names"} <= about
    assert set(environment(shipped).filters) <= about
    assert set(Line.__struct_fields__) - {"kind"} <= about


def test_the_reference_names_the_forums_playbooks_and_calendars_that_ship():
    kinds = ("forums", "playbooks", "workdays")
    shipped = {file.stem for kind in kinds for file in (ROOT / "campaigns" / kind).iterdir()}

    assert {
        name for name in shipped if f"`{name}`" not in section(REFERENCE, "The files")
    } == set()


def test_every_anchor_is_explained():
    explained = {row[0].strip("`") for row in rows(section(DATES, "Counting"))}

    assert set(ANCHORS) <= explained


def test_the_glossary_has_every_fact_stance_and_result():
    facts = LoggedFact.model_fields["fact"].annotation
    for heading, literal in (("Facts", facts), ("Stances", Stance), ("Outcomes", Result)):
        explained = {cell(row[0]) for row in rows(section(GLOSSARY, heading))}
        assert explained == set(get_args(literal)), heading


def test_the_reference_says_which_results_settle_an_ask():
    settling = {
        cell(row[0]) for row in rows(section(GLOSSARY, "Outcomes")) if row[2].startswith("yes")
    }

    assert settling == SETTLING


def comes_to(phrase: str) -> str:
    found = resolve(
        parse_when(phrase), Context(workdays=VIENNA, opened=OPENED, anchors=ANCHOR_DAYS)
    )
    if isinstance(found, Waiting):
        return f"waits for {' and '.join(found.missing)}"
    return _said(found.day, found.clock) + (f" {found.zone}" if found.zone else "")


def _said(day: date, clock: time | None = None) -> str:
    return show_day_short(day) + (f" at {clock:%H:%M}" if clock else "")


def _lead(phrase: str) -> str:
    lead = parse_lead(phrase)
    return _said(lead_day(lead, MEETING, VIENNA).day, lead.clock)


def _repeat(phrase: str) -> str:
    repeat = parse_repeat(phrase)
    days = [repeat_day(repeat, FIRST_DUE, n + 1, VIENNA) for n in range(repeat.more or 3)]
    endless = "" if repeat.more else " … until it is settled"
    return ", ".join(_said(day) for day in days) + endless


def _span(phrase: str) -> str:
    first, last = span_days(parse_span(phrase), OPENED)
    return f"{_said(first)} to {_said(last)}"


def _sessions(phrase: str) -> str:
    forum = Forum(name="A forum", timezone="Europe/Vienna", sessions=phrase)  # type: ignore[arg-type]  # read as in a file
    found = sessions_between("forum", forum, date(2010, 6, 1), date(2011, 6, 1))
    return ", ".join(_said(session.day) for session in islice(found, 3))


@pytest.mark.parametrize(
    ("heading", "work_out"),
    [
        ("Days", comes_to),
        ("Counting", comes_to),
        ("Picking a weekday", comes_to),
        ("Off a day that is no working day", comes_to),
        ("Leads", _lead),
        ("Repeats", _repeat),
        ("Spans", _span),
        ("Sessions", _sessions),
    ],
)
def test_each_phrase_comes_to_what_the_page_says(heading: str, work_out: Callable[[str], str]):
    table = [row for row in rows(section(DATES, heading)) if row[0].strip("`") not in ANCHORS]
    phrases = [row for row in table if row[0].startswith("`")]

    assert len(phrases) >= 3
    assert {row[0]: work_out(cell(row[0])) for row in phrases} == {
        row[0]: row[1] for row in phrases
    }


def test_what_the_page_calls_refused_is_refused_and_its_remedy_is_not():
    refused = rows(section(DATES, "Refused"))

    assert len(refused) >= 12
    for wrong, _, right in refused:
        with pytest.raises(PhraseError):
            comes_to(cell(wrong))
        assert comes_to(cell(right))


def links(paper: Path) -> Iterator[str]:
    for found in re.finditer(r"\]\(([^)\s]+)\)", paper.read_text(encoding="utf-8")):
        if "://" not in found[1]:
            yield found[1]


def anchors(paper: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _quiet(paper.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", one.lower()).replace(" ", "-") for one in headings}


PAPERS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.relative_to(ROOT).as_posix())
def test_links_between_the_papers_lead_somewhere(paper):
    for link in links(paper):
        file, _, heading = link.partition("#")
        target = (paper.parent / file).resolve() if file else paper
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


def test_the_architecture_page_has_the_floors_that_imports_run_down():
    contracts = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    told: dict[int, set[str]] = {}
    for floor, rooms, _ in rows(section(page, "The floors")):
        told.setdefault(int(floor), set()).update(keys_in(rooms))

    assert [told[floor] for floor in sorted(told, reverse=True)] == [
        {room.strip() for room in floor.split("|")} for floor in floors
    ]


def test_the_readme_starts_with_the_two_commands():
    blocks = re.findall(
        r"```\w*\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    commands = [block.strip() for block in blocks if ".venv" in block]

    assert commands[:2] == [
        (
            "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/tracker replay "
            "--from 2010-06-14 --to 2010-08-10 --out summer-2010"
        ),
        ".venv/bin/pip install -q '.[dev]' && .venv/bin/python -m pytest",
    ]


def test_the_papers_name_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`tracker {name}" not in readme] == []


def test_the_papers_name_no_command_that_does_not_exist():
    for paper in PAPERS:
        named = re.findall(r"`tracker ([a-z]+)", paper.read_text(encoding="utf-8"))
        assert set(named) <= COMMANDS.keys(), paper

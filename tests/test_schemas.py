"""The schemas that editors use: they say what the tracker says, no more and no less."""

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import tomli
from jsonschema import Draft202012Validator

from tests.desk import ROOT, Desk
from tests.test_docs import SHAPES as PAPER_SHAPES
from tracker.app.schemas import HEADINGS, SHAPES

SCHEMAS = ROOT / "schemas"
SHIPPED = sorted([ROOT / "config.toml", *(ROOT / "campaigns").rglob("*.toml")])
SOUND = sorted((ROOT / "tests" / "campaigns" / "sound").glob("*.toml"))
LETTER = """\
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
[[ask]]
id = "mission"
text = "Send a mission"
"""
SERVER = 'workdays = "vienna"\n'
COUNCIL = 'name = "Council"\ntimezone = "Europe/Vienna"\n'


def schema(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8")))


def as_an_editor(text: str) -> Any:
    """Read a file as an editor hands it to a schema: TOML's dates as text."""
    return _dates_as_text(tomli.loads(text))


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates_as_text(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def test_the_schemas_in_the_repository_are_what_the_command_writes(tmp_path, capsys):
    said = Desk(tmp_path, capsys).run("schema", "--out", str(tmp_path))

    assert said.code == 0
    written = {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()}
    assert written == {file.name: file.read_text("utf-8") for file in SCHEMAS.iterdir()}


def test_one_schema_is_printed_and_none_is_a_question(tmp_path, capsys):
    desk = Desk(tmp_path, capsys)

    assert json.loads(desk.run("schema", "forum").out)["title"] == "Forum"
    assert desk.run("schema").code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", SHAPES)
def test_each_schema_is_itself_a_schema(kind: str):
    Draft202012Validator.check_schema(json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8")))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_file_names_its_schema_in_its_first_line_and_is_valid(file: Path):
    text = file.read_text("utf-8")

    word, _, path = text.partition("\n")[0].partition(" ")

    assert word == "#:schema"
    named = (file.parent / path).resolve()
    assert named.parent == SCHEMAS
    assert list(schema(named.stem).iter_errors(as_an_editor(text))) == []


@pytest.mark.parametrize("file", SOUND, ids=lambda file: file.stem)
def test_what_the_tracker_reads_no_schema_refuses(file: Path):
    kind = "config" if file.stem == "config" else "campaign"

    assert list(schema(kind).iter_errors(as_an_editor(file.read_text("utf-8")))) == []


SPOILT = {
    "a key that is not ours": ("campaign", LETTER + 'colour = "red"\n'),
    "a key that is missing": ("campaign", LETTER.replace("dated", "opened")),
    "nobody who gets the mail": ("campaign", LETTER.replace('["vienna"]', "[]")),
    "a word that is none of ours": ("campaign", 'kind = "leter"\n' + LETTER),
    "an id with capitals": ("campaign", LETTER.replace('"mission"', '"The Mission"')),
    "a number where text belongs": ("campaign", LETTER.replace('"Send a mission"', "7")),
    "an empty title": ("campaign", LETTER.replace('title = "Send a mission"', 'title = " "')),
    "a stance that is none": (
        "campaign",
        LETTER + '[[target]]\nid = "chair"\npost = "Chair"\nstance = "angry"\n',
    ),
    "a fact that is none": ("campaign", LETTER + '[[log]]\non = 2010-06-22\nfact = "sent"\n'),
    "one table where there may be many": ("campaign", LETTER.replace("[[ask]]", "[ask]")),
    "a skip that is text": (
        "campaign",
        LETTER + '[[deadline]]\nid = "draft"\nskip = "true"\n',
    ),
    "a moved session without its new day": (
        "forum",
        COUNCIL + "moved = [{ from = 2010-12-16 }]\n",
    ),
    "a forum without a zone": ("forum", 'name = "Council"\n'),
    "a step without an id": ("playbook", 'name = "Quick"\n[[deadline]]\nwhat = "Draft"\n'),
    "a day that no week has": (
        "workdays",
        'name = "V"\ntimezone = "Europe/Vienna"\nweekend = ["Caturday"]\n',
    ),
    "a password in the file": ("config", SERVER + '[mail]\npassword = "x"\n'),
    "an address without a domain": (
        "config",
        SERVER + '[[coordinator]]\nid = "a"\nname = "A"\nemail = "a"\ntimezone = "UTC"\n',
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_file_is_refused(spoilt: tuple[str, str]):
    kind, text = spoilt

    assert list(schema(kind).iter_errors(as_an_editor(text)))


def test_the_texts_that_were_spoilt_are_sound_before():
    for kind, text in (("campaign", LETTER), ("config", SERVER), ("forum", COUNCIL)):
        assert list(schema(kind).iter_errors(as_an_editor(text))) == []


def test_an_editor_tells_of_each_key_what_the_reference_page_tells():
    where = {shape.__name__: heading for heading, shape in PAPER_SHAPES.items()}
    stance = json.loads((SCHEMAS / "campaign.json").read_text("utf-8"))["$defs"]["Target"]

    assert where == HEADINGS
    assert stance["properties"]["stance"]["title"] == "stance"
    assert "a fact in the log changes it" in stance["properties"]["stance"]["description"]
    assert "If left out: `unknown`." in stance["properties"]["stance"]["description"]


def test_no_key_is_explained_by_another_row_that_is_not_in_sight():
    for file in SCHEMAS.iterdir():
        assert "s above." not in file.read_text("utf-8").replace("as in a campaign", ""), file

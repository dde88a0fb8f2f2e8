"""JSON Schema of each kind of file, for editors that complete and check what is typed.

The shapes say which keys and words there are; what a key means is told once, in the reference
page (docs/campaign-files.md), and taken from there.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from tracker import fields
from tracker.campaign import Campaign, Forum, Playbook, Workdays
from tracker.config import Config
from tracker.loading.files import FileKind

SHAPES: Mapping[FileKind, type[BaseModel]] = {
    "campaign": Campaign,
    "forum": Forum,
    "playbook": Playbook,
    "workdays": Workdays,
    "config": Config,
}
# Where the reference page tells what the keys of a shape mean.
HEADINGS = {
    "Campaign": "A campaign",
    "Ask": "[[ask]]",
    "Meeting": "[[meeting]]",
    "Target": "[[target]]",
    "Deadline": "[[deadline]]",
    "FollowUp": "[[follow-up]]",
    "Signatory": "[[signatory]]",
    "LoggedFact": "[[log]]",
    "Forum": "A forum",
    "CancelledSession": "cancelled",
    "MovedSession": "moved",
    "Playbook": "A playbook",
    "PlaybookMeeting": "[meeting] of a playbook",
    "Workdays": "Working days",
    "Config": "config.toml",
    "MailSettings": "[mail]",
    "Times": "[times]",
    "HealthSettings": "[health]",
    "Keeping": "[keep]",
    "Coordinator": "[[coordinator]]",
}
_SLUG = r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$"
_DAY = "A TOML date (2010-06-24), or a day in words: Thursday 24 June 2010."
_PHRASE = f"{_DAY} Where it may be counted, also 2 working days before meeting at 12:00."
_LEAD = "1 working day before, or: on the day; each may end with: at 08:00."
_REPEAT = "every 7 days, or with a count: every 7 days, 3 more times."
_SESSIONS = "Thursday at 10:00, or: first Thursday of the month at 10:00."
# An editor hands over a TOML date as text, so text is what dates are here. What a phrase may say
# is told in words: a pattern that refuses what the tracker reads would be worse than none.
_KINDS: tuple[tuple[object, str, JsonSchemaValue], ...] = (
    (fields.Line, "", {"pattern": r"^[^\r\n]*\S[^\r\n]*$"}),
    (fields.Prose, "", {"pattern": r"\S"}),
    (fields.Slug, "An id: small letters, digits and hyphens.", {"pattern": _SLUG}),
    (fields.Address, "One mail address.", {"pattern": r"^\s*\S+@\S+\.\S+\s*$"}),
    (fields.ZoneName, "A time zone's name: Europe/Vienna.", {"pattern": r"\S"}),
    (fields.Phrase, _PHRASE, {"minLength": 1}),
    (fields.LeadPhrase, _LEAD, {"minLength": 1}),
    (fields.RepeatPhrase, _REPEAT, {"minLength": 1}),
    (fields.DayOrSpan, f"{_DAY} Or both ends: 28 June 2010 to 29 June 2010.", {"minLength": 1}),
    (fields.MeetingDay, f"{_DAY} Or none: at no meeting.", {"minLength": 1}),
    (fields.SpanPhrase, "Both days are in it: 30 July 2010 to 31 August 2010.", {"minLength": 1}),
    (fields.SessionsPhrase, _SESSIONS, {"minLength": 1}),
    (fields.Clock, "An hour of the day: 08:00.", {"pattern": r"^\s*\d{1,2}:\d{2}"}),
    (fields.Days, "A number of days: 14 days.", {"pattern": r"^\s*[1-9]\d{0,2} days?\s*$"}),
    (fields.Duration, "Minutes or hours: 90 minutes.", {"pattern": r"\d"}),
)


def _reader(kind: object) -> Callable[..., Any]:
    """Return the function that reads a kind of value: by it the shapes know the kind."""
    reader: Callable[..., Any] = get_args(kind)[1].read
    return reader


_BY_READER = {
    _reader(kind): {"type": "string", **({"description": said} if said else {}), **more}
    for kind, said, more in _KINDS
}


def schema_of(kind: FileKind, page: str) -> JsonSchemaValue:
    """Return the schema (2020-12) of a kind of file; `page` is the reference page's text."""
    shape = SHAPES[kind]
    made = shape.model_json_schema(by_alias=True, schema_generator=_Schema)
    for name, part in {shape.__name__: made, **made.get("$defs", {})}.items():
        _explain(part, keys_of(page, name))
    return {"$schema": GenerateJsonSchema.schema_dialect, **made}


def keys_of(page: str, shape: str) -> dict[str, str]:
    """Return what each key of a shape means, as the reference page has it."""
    told = {key: _told(cells) for key, *cells in _rows(page, HEADINGS[shape])}
    if shape == "FollowUp":  # the page says "as above" of what a deadline has as well
        above = keys_of(page, "Deadline")
        told |= {key: above[key] for key in told if key in above}
    return told


def _told(cells: list[str]) -> str:
    left_out, example, meaning = cells
    said = f"{meaning[:1].upper()}{meaning[1:]}."
    if left_out not in {"required", "—", "see below"}:
        said += f" If left out: {left_out}."
    return f"{said} Example: {example}"


def _rows(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table beneath a heading, links as their words."""
    beneath = page.partition(f"# {heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", beneath, re.MULTILINE)
    assert table, heading
    plain = re.sub(r"\[([^]\[]+)\]\([^)]+\)", r"\1", table[0])
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in plain.splitlines()]
    return [[row[0].strip("`"), *row[1:]] for row in cells[2:]]


def _explain(part: JsonSchemaValue, told: Mapping[str, str]) -> None:
    for key, value in part["properties"].items():
        value["title"] = key
        form = value.get("description")
        value["description"] = f"{told[key]}\n\n{form}" if form else told[key]


class _Schema(GenerateJsonSchema):
    """Pydantic's schema, with our kinds of value, and without what TOML does not have."""

    def function_plain_schema(
        self, schema: core_schema.PlainValidatorFunctionSchema
    ) -> JsonSchemaValue:
        return dict(_BY_READER[schema["function"]["function"]])

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """Let one value stand alone where a list is wanted: the only thing we do before."""
        many = self.generate_inner(schema["schema"])
        return {"anyOf": [dict(many["items"]), many]}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Leave null out: a TOML file leaves the key out."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Tell a default that a person could type; the reference page tells the others."""
        made = self.generate_inner(schema["schema"])
        default = schema.get("default")
        return {**made, "default": default} if isinstance(default, (str, bool)) else made

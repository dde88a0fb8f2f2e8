"""Occurrences as JSON and back, so that a new idea needs no new column."""

import json
from datetime import date, datetime
from functools import lru_cache

from msgspec.json import Decoder
from msgspec.structs import fields

from tracker.occurrence import Occurrence, Origin

# Reading the outbox again and again would otherwise spend most of its time on the same documents.
_REMEMBERED = 8_192
_NAMES = tuple(field.name for field in fields(Occurrence))
_EMPTY = {field.name: field.default for field in fields(Occurrence)}
_READ = Decoder(Occurrence)


def dump(occurrence: Occurrence) -> str:
    """Write an occurrence down; what is left at its default is left out."""
    named = {name: getattr(occurrence, name) for name in _NAMES}
    told = {name: value for name, value in named.items() if value != _EMPTY[name]}
    return json.dumps(told, default=_plain, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=_REMEMBERED)
def load(document: str) -> Occurrence:
    """Read an occurrence back, equal to the one written."""
    return _READ.decode(document)


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Origin):
        return [value.kind, value.id, list(value.path)]
    raise TypeError(f"an occurrence cannot hold {type(value).__name__}")

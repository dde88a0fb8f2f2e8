"""Turns what a file holds into its shape, or into faults in its author's words."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from tracker.campaign import Campaign, Forum, Playbook, Workdays
from tracker.config import KEEP_IT_OUT, Config
from tracker.errors import Fault, KeyPath, advice
from tracker.fields import shown, slug_of
from tracker.loading.files import FileKind

Shape = Campaign | Forum | Playbook | Workdays | Config
SHAPES: Mapping[FileKind, type[Shape]] = {
    "campaign": Campaign,
    "forum": Forum,
    "playbook": Playbook,
    "workdays": Workdays,
    "config": Config,
}
MOST_FAULTS = 200
_MEANT = re.compile(r'did you mean: "([^"]*)"')
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
# What names an item best, for an id to paste.
_NAMING = ("what", "text", "post", "name", "holder")
_EXAMPLES = {
    "title": 'title = "Deploy a mission"',
    "dated": "dated = YYYY-MM-DD",
    "coordinators": 'coordinators = ["vienna"]',
    "fact": 'fact = "delivered"',
    "on": "on = YYYY-MM-DD",
    "timezone": 'timezone = "Europe/Vienna"',
    "email": 'email = "name@example.org"',
    "workdays": 'workdays = "vienna"',
    "name": 'name = "…"',
    "post": 'post = "…"',
    "text": 'text = "…"',
    "from": "from = YYYY-MM-DD",
    "to": "to = YYYY-MM-DD",
}
_WRITE_A_DATE = "write it as YYYY-MM-DD, without quotes"
_EMPTY = "copy a file that ships and change it; docs/campaign-files.md has every key"
_SECRETS = frozenset({"password", "pass", "passwd", "secret", "token", "access_token"})


def shape_of(kind: FileKind, values: dict[str, Any]) -> tuple[Shape | None, list[Fault]]:
    """Return the shape of a file's values, or every fault that keeps them from having one."""
    if not values:
        return None, [Fault(path=(), code="empty", message="the file is empty", hint=_EMPTY)]
    try:
        return SHAPES[kind].model_validate(values), []
    except ValidationError as wrong:
        return None, _faults(kind, values, wrong)


def _faults(kind: FileKind, values: dict[str, Any], wrong: ValidationError) -> list[Fault]:
    found = wrong.errors(include_url=False, include_input=False)
    faults = _without_echoes([_fault(kind, values, one) for one in found[:MOST_FAULTS]])
    more = len(found) - MOST_FAULTS
    if more > 0:
        message = f"there are {more:,} faults more: mend these first"
        faults.append(Fault(path=(), code="too-many-faults", message=message))
    return faults


def _without_echoes(faults: list[Fault]) -> list[Fault]:
    """Leave out keys that only seem to be missing: they stand elsewhere, or are misspelt.

    Nor is a list empty in which something faulty stands.
    """
    found = {
        ((), str(one.path[-1])) if one.code == "misplaced-key" else (one.path[:-1], meant(one))
        for one in faults
        if one.code in {"misplaced-key", "unknown-key"}
    }
    above = {one.path[:-1] for one in faults}
    return [
        one
        for one in faults
        if (one.code != "missing-key" or (one.path, lacking(one)) not in found)
        and (one.code != "too-few" or one.path not in above)
    ]


def meant(fault: Fault) -> str:
    """Return the key that a misspelt one was taken for, if any."""
    said = _MEANT.search(fault.hint or "")
    return said[1] if said else ""


def lacking(fault: Fault) -> str:
    """Return the key that is missing."""
    return fault.message.split("`")[1]


def _fault(kind: FileKind, values: dict[str, Any], error: Any) -> Fault:  # noqa: ANN401 -- pydantic's own dict
    path: KeyPath = tuple(error["loc"])
    context: dict[str, Any] = error.get("ctx") or {}
    match error["type"]:
        case "tracker":
            fault = _ours(path, context)
        case "missing":
            fault = _missing(path, values)
        case "extra_forbidden":
            fault = _unknown(kind, path)
        case "literal_error":
            fault = _not_one_of(path, values, context)
        case "too_long" | "too_short":
            fault = _count(path, error["type"], context)
        case other:
            fault = _wrong_form(kind, path, values, other)
    return fault


def _ours(path: KeyPath, context: dict[str, Any]) -> Fault:
    offset = context.get("offset")
    if context["code"] == "date-expected" and path[-1:] != ("due",):
        context = context | {"message": "this must be a date", "hint": _WRITE_A_DATE}
    return Fault(
        path=path,
        code=context["code"],
        message=context["message"],
        hint=advice(context.get("suggestion"), context.get("hint")),
        expected=tuple(context.get("expected", ())),
        span=None if offset is None else (offset, context.get("length", 1)),
    )


def _missing(path: KeyPath, values: dict[str, Any]) -> Fault:
    item, key = path[:-1], str(path[-1])
    if key == "id":
        inside = _at(values, item)
        named = [inside[name] for name in _NAMING if isinstance(inside.get(name), str)]
        example = f'id = "{slug_of(next(iter(named), ""))}"'
    else:
        example = _EXAMPLES.get(key, f'{key} = "…"')
    where = f" in {_heading(item)}" if item else ""
    return Fault(
        path=item,
        code="missing-key",
        message=f"`{key}` is missing{where}",
        hint=f"write {example}",
    )


def _unknown(kind: FileKind, path: KeyPath) -> Fault:
    item, key = path[:-1], str(path[-1])
    if kind == "config" and key.lower() in _SECRETS:
        message = "a password never stands in this file"
        return Fault(path=path, code="password", message=message, hint=KEEP_IT_OUT, on_key=True)
    known = _keys_at(kind, item)
    near = get_close_matches(key, known, n=1, cutoff=0.6)
    hint = advice(near[0], None) if near else None
    message = f"`{shown(key)}` is not a key of {_heading(item) if item else _file_of(kind)}"
    if item and key in _keys_at(kind, ()):
        return Fault(path=path, code="misplaced-key", message=message, on_key=True)
    if not near and (home := _home_of(kind, key, item)):
        hint = f"it belongs to {home}"
    expected = () if near else known
    return Fault(
        path=path, code="unknown-key", message=message, hint=hint, expected=expected, on_key=True
    )


def _home_of(kind: FileKind, key: str, item: KeyPath) -> str | None:
    """Return the heading whose tables have such a key, for `remind` in a follow-up."""
    names = [name for name in _keys_at(kind, ()) if name != (item[:1] or ("",))[0]]
    homes = [name for name in names if key in _keys_at(kind, (name, 0))]
    return " or ".join(_heading_of(kind, name) for name in homes[:2]) or None


def _heading_of(kind: FileKind, name: str) -> str:
    """Return how a table is headed: `[[name]]` where there may be several."""
    (annotation,) = (found for one, found in _fields(SHAPES[kind]) if one == name)
    return _heading((name, 0) if get_origin(annotation) is tuple else (name,))


def _not_one_of(path: KeyPath, values: dict[str, Any], context: dict[str, Any]) -> Fault:
    choices = tuple(_QUOTED.findall(str(context.get("expected", ""))))
    value = _at(values, path)
    if not isinstance(value, str):
        message = "this must be text in quotes"
        return Fault(path=path, code="text-expected", message=message, expected=choices)
    near = get_close_matches(value.lower(), choices, n=1, cutoff=0.6)
    lowered = {choice.lower(): choice for choice in choices}
    meant = lowered.get(value.strip().lower()) or next(iter(near), None)
    return Fault(
        path=path,
        code="not-one-of",
        message=f'"{shown(value)}" cannot stand here',
        hint=advice(meant, None),
        expected=choices,
    )


def _count(path: KeyPath, kind: str, context: dict[str, Any]) -> Fault:
    if kind == "too_short":
        hint = 'name one, like ["vienna"]' if path[-1:] == ("coordinators",) else None
        return Fault(path=path, code="too-few", message="this must not be empty", hint=hint)
    most = context.get("max_length", 0)
    message = f"{most:,} are the most that can stand here"
    return Fault(path=path, code="too-many", message=message)


def _wrong_form(kind: FileKind, path: KeyPath, values: dict[str, Any], error: str) -> Fault:
    value = _at(values, path)
    key = str(path[-1]) if path else ""
    if error in {"tuple_type", "list_type"}:
        return _list_expected(kind, path, key, value)
    if error in {"model_type", "model_attributes_type", "dict_type"}:
        return _table_expected(path, key, value)
    if error.startswith("bool"):
        message = "this must be true or false, without quotes"
        return Fault(path=path, code="not-true-or-false", message=message)
    return Fault(path=path, code="wrong-form", message="this cannot stand here")


def _list_expected(kind: FileKind, path: KeyPath, key: str, value: object) -> Fault:
    tables = bool(_keys_at(kind, (*path, 0)))
    if tables:
        hint = f"write [[{key}]]" if len(path) == 1 else "write { … } in brackets: [{ … }]"
        what = "one table" if isinstance(value, dict) else "a value"
        message = f"`{key}` is a list of tables, and this is {what}"
        return Fault(path=path, code="single-brackets", message=message, hint=hint, on_key=True)
    example = f"write {key} = [{_listed(key, value)}]" if isinstance(value, str) else None
    return Fault(path=path, code="list-expected", message="this must be a list", hint=example)


def _listed(key: str, text: str) -> str:
    """Write one text as a list: a command's words, else what stands between commas."""
    words = text.split() if key == "token_command" else text.split(",")
    return ", ".join(f'"{shown(word.strip())}"' for word in words if word.strip())


def _table_expected(path: KeyPath, key: str, value: object) -> Fault:
    if isinstance(value, list) and len(path) == 1:
        message = f"[{key}] stands once, in single brackets"
        return Fault(path=path, code="double-brackets", message=message, hint=f"write [{key}]")
    name = str(next((part for part in reversed(path) if isinstance(part, str)), ""))
    hint = f"write [[{name}]]" if len(path) > 1 else f"write [{name}]"
    message = "this must be a table of keys and values"
    return Fault(path=path, code="table-expected", message=message, hint=hint)


def _file_of(kind: FileKind) -> str:
    names = {"config": "config.toml", "workdays": "a working-day calendar"}
    return names.get(kind, f"a {kind}")


def _heading(item: KeyPath) -> str:
    names = [part for part in item if isinstance(part, str)]
    double = bool(item) and isinstance(item[-1], int)
    return f"[[{'.'.join(names)}]]" if double else f"[{'.'.join(names)}]"


def _at(values: Any, path: KeyPath) -> Any:  # noqa: ANN401 -- whatever the file holds
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return {}
    return values


def _keys_at(kind: FileKind, path: KeyPath) -> tuple[str, ...]:
    """Return the keys that may stand at a path, as they are written; none if it is no table."""
    shape: type[BaseModel] | None = SHAPES[kind]
    for part in path:
        if shape is None:
            return ()
        if isinstance(part, str):
            shape = _shape_under(shape, part)
    return () if shape is None else tuple(name for name, _ in _fields(shape))


def _shape_under(shape: type[BaseModel], key: str) -> type[BaseModel] | None:
    kinds = (kind for name, kind in _fields(shape) if name == key)
    return next((found for kind in kinds for found in _models_in(kind)), None)


def _fields(shape: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in shape.model_fields.items():
        yield field.alias or name, field.annotation


def _models_in(kind: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 -- any annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models_in(part)

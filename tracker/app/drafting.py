"""A new campaign's file as text, made of what somebody answered; nothing is invented."""

from datetime import date

from msgspec import Struct

from tracker.appending import toml_text


class Draft(Struct, frozen=True, kw_only=True):
    """The answers; what is empty is left out of the file."""

    title: str
    kind: str
    dated: date
    coordinators: tuple[str, ...]
    sender: str = ""
    playbook: str = ""
    forum: str = ""
    meeting: date | None = None
    asks: tuple[tuple[str, str], ...] = ()


def draft_text(draft: Draft, schema: str = "") -> str:
    """Return the file's text, tables with a line between them, as the shipped files have it.

    `schema` is the way from the file to its JSON Schema, which editors look for in the first line.
    """
    first = f"#:schema {schema}\n" if schema else ""
    tables = [_table("", _head(draft))]
    tables += [_table("[[ask]]", {"id": name, "text": text}) for name, text in draft.asks]
    if draft.forum and draft.meeting:
        tables.append(_table("[[meeting]]", {"forum": draft.forum, "date": draft.meeting}))
    return first + "\n".join(tables)


def _head(draft: Draft) -> dict[str, object]:
    return {
        "title": draft.title,
        "kind": draft.kind,
        "sender": draft.sender,
        "dated": draft.dated,
        "coordinators": draft.coordinators,
        "playbook": draft.playbook,
    }


def _table(name: str, pairs: dict[str, object]) -> str:
    said = {key: value for key, value in pairs.items() if value}
    width = max(map(len, said))
    lines = [f"{key:{width}} = {_value(value)}" for key, value in said.items()]
    return "".join(f"{line}\n" for line in ([name] if name else []) + lines)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(toml_text(one) for one in value)}]"
    assert isinstance(value, (str, date))
    return toml_text(value)

"""One thing that an edit did to a file, said as a coordinator would say it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from tracker.occurrence import Occurrence, Origin

Act = Literal["added", "removed", "changed", "moved", "cancelled", "restored", "reworded"]
Thing = Literal[
    "file",
    "title",
    "kind",
    "sender",
    "signer",
    "dated",
    "opened",
    "closed",
    "paused",
    "summary",
    "source",
    "playbook",
    "workdays",
    "coordinator",
    "ask",
    "target",
    "stance",
    "meeting",
    "deadline",
    "follow-up",
    "signature",
    "fact",
    "reminders",
    "name",
    "place",
    "timezone",
    "lasts",
    "sessions",
    "session",
    "recess",
    "weekend",
    "holiday",
    "times",
]
# What can move a date, the nearest cause first; a nearer one silences those behind it.
_STEPS = frozenset({"deadline", "follow-up"})
_BODIES = frozenset({"sessions", "recess", "timezone"})
_COUNTING = frozenset({"workdays", "holiday", "weekend"})
_GROUND = frozenset({"opened", "dated", "playbook", "times", "fact", "ask"})


class Difference(Struct, frozen=True, kw_only=True):
    """One difference between two versions of a file.

    `origin` is the file and the keys inside it, in the later version, or in the earlier one where
    `act` is "removed". `text` is the whole sentence and `name` what it is about in a word or two.
    `was` and `becomes` are the values as said, None where there is none or it is nobody's matter
    (an address). `item` is an id in the file, `forum` and `sessions` name original dates.
    """

    thing: Thing
    act: Act
    origin: Origin
    text: str
    name: str = ""
    item: str | None = None
    was: str | None = None
    becomes: str | None = None
    forum: str | None = None
    sessions: tuple[date, ...] = ()

    @property
    def kind(self) -> str:
        """Name what happened: "target added", "stance changed", "session moved"."""
        return f"{self.thing} {self.act}"

    @property
    def whole_file(self) -> bool:
        """Say whether a file came or went; what it says is then told in other ways."""
        return self.thing == "file"


class Edit(Struct, frozen=True):
    """A difference as the journal has it: when it came in force, and the campaigns it concerns."""

    at: datetime
    difference: Difference
    campaigns: tuple[str, ...]


def edits_by_campaign(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """Return edits by the campaigns that they concern, in the order given."""
    found: dict[str, list[Edit]] = {}
    for edit in edits:
        for campaign in edit.campaigns:
            found.setdefault(campaign, []).append(edit)
    return found


def reasons(edits: Iterable[Edit], line: Occurrence) -> tuple[str, ...]:
    """Return the sentences that explain why the date of a line moved; none if no edit did it.

    What was done to the session or the step itself explains it alone; else what was done to the
    forum's rule or the calendar; else what the whole campaign counts from.
    """
    near = [edit.difference for edit in edits if line.campaign in edit.campaigns]
    for explains in (says_itself, _around, _beneath):
        found = [one.text for one in near if explains(one, line)]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def without_undone(edits: Iterable[Edit]) -> list[Edit]:
    """Leave out what later edits took back: there and back again is no news."""
    kept: list[Edit] = []
    for edit in edits:
        same = [one for one in kept if _about(one.difference) == _about(edit.difference)]
        undone = _undone(same, edit.difference)
        if undone:
            kept = [one for one in kept if not any(one is other for other in undone)]
        else:
            kept.append(edit)
    return kept


def _about(one: Difference) -> tuple[object, ...]:
    """Return what a difference is about: a key of a thing in a file, wherever it stands there."""
    key = one.origin.path[-1] if one.origin.path else ""
    thing = one.item or (one.sessions if one.thing == "session" else one.name)
    place = (one.origin.kind, one.origin.id, one.thing, one.forum, thing)
    return (*place, key if one.item and isinstance(key, str) else "")


def _undone(before: list[Edit], last: Difference) -> list[Edit]:
    """Return the edits of one thing that `last` takes back, from the one that began it."""
    for number, edit in enumerate(before):
        if _takes_back(last, edit.difference):
            return before[number:]
    return []


def _takes_back(last: Difference, first: Difference) -> bool:
    if last.becomes is not None:
        return last.becomes == first.was
    return (first.act, last.act) == ("added", "removed")


def says_itself(one: Difference, line: Occurrence) -> bool:
    """Say whether a difference is the very move of a line's session or step."""
    if one.thing in {"meeting", "session"}:
        return one.forum == line.forum and line.session in one.sessions
    return one.thing in _STEPS and one.item == line.item


def _around(one: Difference, line: Occurrence) -> bool:
    if one.thing in _BODIES and one.origin.kind == "forum":
        return line.forum is not None and one.forum == line.forum
    return one.thing in _COUNTING


def _beneath(one: Difference, _: Occurrence) -> bool:
    return one.thing in _GROUND or one.thing in {"meeting", "session"} or one.thing in _STEPS


def to_data(edit: Edit) -> dict[str, Any]:
    """Return a difference as the plain values that the journal keeps; `from_data` reads them."""
    one = edit.difference
    told: dict[str, Any] = {
        "kind": one.kind,
        "thing": one.thing,
        "act": one.act,
        "text": one.text,
        "name": one.name,
        "file": [one.origin.kind, one.origin.id],
        "path": list(one.origin.path),
        "item": one.item,
        "was": one.was,
        "is": one.becomes,
        "forum": one.forum,
        "sessions": [day.isoformat() for day in one.sessions],
        "campaigns": list(edit.campaigns),
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def from_data(at: datetime, data: dict[str, Any]) -> Edit:
    """Read back what `to_data` gave."""
    kind, identity = data["file"]
    one = Difference(
        thing=data["thing"],
        act=data["act"],
        origin=Origin(kind, identity, tuple(data.get("path", ()))),
        text=data["text"],
        name=data.get("name", ""),
        item=data.get("item"),
        was=data.get("was"),
        becomes=data.get("is"),
        forum=data.get("forum"),
        sessions=tuple(_days(data)),
    )
    return Edit(at, one, tuple(data.get("campaigns", ())))


def _days(data: dict[str, Any]) -> Iterator[date]:
    yield from (date.fromisoformat(day) for day in data.get("sessions", ()))

"""One thing that an edit did to a file, said as a coordinator would say it."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

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
_PUT_BACK = frozenset({("removed", "added"), ("cancelled", "restored"), ("restored", "cancelled")})
_MOVED_FROM = re.compile(r", not (to \w+ \d+ \w+ \d{4}(, \d\d:\d\d)?|at \d\d:\d\d)")
_GROUND = frozenset({"opened", "dated", "playbook", "times", "fact", "ask"})


class Difference(Struct, frozen=True, kw_only=True):
    """One difference between two versions of a file.

    `origin` is the file and the keys inside it, in the later version, or in the earlier one where
    `act` is "removed". `text` is the whole sentence and `name` what it is about in a word or two.
    `was` and `becomes` are the values as said, None where there is none or it is nobody's matter
    (an address). `item` is an id in the file, `forum` and `sessions` name original dates.
    `content` stands for all that is written of a thing that came or went: the same put back has
    the same.
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
    content: str = ""

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
    forum's rule or the calendar; else what the whole campaign counts from. What was edited several
    times is said from first to last.
    """
    net = net_effect(edit for edit in edits if line.campaign in edit.campaigns)
    near = [edit.difference for edit in net]
    for explains in (says_itself, _around, _beneath):
        found = [one.text for one in near if explains(one, line)]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def net_effect(edits: Iterable[Edit]) -> list[Edit]:
    """Leave out what later edits took back, and tell what was changed again from first to last."""
    kept: list[Edit] = []
    for edit in edits:
        same = [one for one in kept if _is_about_the_same(one.difference, edit.difference)]
        whole = _from_first_to_last(same[-1], edit) if same else None
        if undone := _undone(same, edit.difference):
            kept = [one for one in kept if not any(one is other for other in undone)]
        elif whole is not None:
            kept = [*(one for one in kept if one is not same[-1]), whole]
        else:
            kept.append(edit)
    return kept


def _is_about_the_same(first: Difference, last: Difference) -> bool:
    if _is_moved_meeting(first) and _is_moved_meeting(last) and first.becomes != last.was:
        return False  # another of those with this name
    return _about(first) == _about(last)


def _about(one: Difference) -> tuple[object, ...]:
    """Return what a difference is about: a key of a thing in a file, wherever it stands there.

    A meeting is named with its day, which is another one after a move.
    """
    key = one.origin.path[-1] if one.origin.path else ""
    name = one.name.removesuffix(f", {one.becomes}") if _is_moved_meeting(one) else one.name
    thing = one.item or (one.sessions if one.thing == "session" else name)
    place = (one.origin.kind, one.origin.id, one.thing, one.forum, thing)
    return (*place, key if one.item and isinstance(key, str) else "")


def _is_moved_meeting(one: Difference) -> bool:
    return one.kind == "meeting moved"


def _undone(before: list[Edit], last: Difference) -> list[Edit]:
    """Return the edits of one thing that `last` takes back, from the one that began it."""
    for number, edit in enumerate(before):
        if _takes_back(last, edit.difference):
            return before[number:]
    return []


def _takes_back(last: Difference, first: Difference) -> bool:
    if last.becomes is not None:
        return last.becomes == first.was
    acts = (first.act, last.act)
    if acts in _PUT_BACK or last.thing == "fact":
        return acts in {*_PUT_BACK, ("added", "removed")} and _is_the_same(first, last)
    return acts == ("added", "removed")


def _is_the_same(first: Difference, last: Difference) -> bool:
    return last.content != "" and first.content == last.content


def _from_first_to_last(first: Edit, last: Edit) -> Edit | None:
    """Make one edit of two after each other of one value; None where its words cannot say it."""
    was, one = first.difference, last.difference
    if was.becomes is None or was.becomes != one.was:
        return None
    arrow, whole = f"{one.was} → {one.becomes}", f"{was.was} → {one.becomes}"
    if arrow in one.text:
        text = one.text.replace(arrow, whole)
    elif (one.kind, was.kind) == ("session moved", "session moved"):
        before = _MOVED_FROM.search(was.text)
        text = _MOVED_FROM.sub(before.group() if before else "", one.text)
    else:
        return None
    sessions = tuple(dict.fromkeys((*was.sessions, *one.sessions)))
    return replace(last, difference=replace(one, text=text, was=was.was, sessions=sessions))


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
        "content": one.content,
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
        content=data.get("content", ""),
    )
    return Edit(at, one, tuple(data.get("campaigns", ())))


def _days(data: dict[str, Any]) -> Iterator[date]:
    yield from (date.fromisoformat(day) for day in data.get("sessions", ()))

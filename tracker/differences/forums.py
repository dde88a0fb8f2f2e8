"""What an edit did to a forum: its sessions one by one, its rule, recess, place and hours."""

from collections.abc import Iterator, Mapping
from datetime import date

from tracker.campaign import CancelledSession, Forum, MovedSession
from tracker.dates import show_day
from tracker.difference import Act, Difference, Thing
from tracker.differences.saying import Said, changes, content, said_duration, said_when, show_days
from tracker.occurrence import Origin
from tracker.sessions import Session, session_on
from tracker.when import When, fixed_day, span_days

_Entry = tuple[tuple[str | int, ...], str, When | MovedSession | CancelledSession]
_THINGS: dict[str, Thing] = {
    "name": "name",
    "place": "place",
    "timezone": "timezone",
    "sessions": "sessions",
    "lasts": "lasts",
}


def forum_differences(forum_id: str, old: Forum, new: Forum) -> Iterator[Difference]:
    """Yield what an edit did to a forum; a session is named by its original date."""
    for change in changes(_said(old), _said(new)):
        yield Difference(
            thing=_THINGS[change.key],
            act=change.act,
            origin=Origin("forum", forum_id, (change.key,)),
            text=f"{old.name}: {change.said(change.key)}",
            name=new.name,
            was=change.was or None,
            becomes=change.becomes or None,
            forum=forum_id,
        )
    yield from _recesses(forum_id, old, new)
    yield from _sessions(forum_id, old, new)


def _said(one: Forum) -> Said:
    return {
        "name": one.name,
        "place": one.place or "",
        "timezone": one.timezone,
        "sessions": str(one.sessions or ""),
        "lasts": said_duration(one.lasts),
    }


def _recesses(forum_id: str, old: Forum, new: Forum) -> Iterator[Difference]:
    before, after = ([span_days(span, None) for span in one.recess] for one in (old, new))
    changed: list[tuple[Act, str, tuple[date, date]]] = [
        ("added", "in recess", span) for span in dict.fromkeys(after) if span not in before
    ]
    changed += [
        ("removed", "no longer in recess", span)
        for span in dict.fromkeys(before)
        if span not in after
    ]
    for act, said, span in changed:
        days = show_days(*span)
        yield Difference(
            thing="recess",
            act=act,
            origin=Origin("forum", forum_id, ("recess",)),
            text=f"{new.name}: {said} {days}",
            name=days,
            forum=forum_id,
            content=content(days),
        )


def _sessions(forum_id: str, old: Forum, new: Forum) -> Iterator[Difference]:
    before, after = _entries(old), _entries(new)
    for day in sorted(before.keys() | after.keys()):
        was, becomes = before.get(day), after.get(day)
        if (was and was[1]) == (becomes and becomes[1]):
            continue
        told = _told(session_on(forum_id, old, day), session_on(forum_id, new, day))
        if told is None:
            continue
        act, said = told
        path = becomes[0] if becomes else was[0] if was else ()
        yield Difference(
            thing="session",
            act=act,
            origin=Origin("forum", forum_id, path),
            text=f"{new.name}: {said}",
            name=f"{new.name} of {show_day(day)}",
            was=_stands(session_on(forum_id, old, day)),
            becomes=_stands(session_on(forum_id, new, day)),
            forum=forum_id,
            sessions=(day,),
        )


def _entries(forum: Forum) -> Mapping[date, _Entry]:
    """Return by original date what the file says of single sessions: where, and the words."""
    found: dict[date, _Entry] = {}
    for number, gone in enumerate(forum.cancelled):
        found[fixed_day(gone.on)] = (("cancelled", number), f"cancelled {gone.why}", gone)
    for number, move in enumerate(forum.moved):
        said = f"moved {said_when(move.to, None)} {move.why}"
        found[fixed_day(move.from_)] = (("moved", number), said, move)
    for number, when in enumerate(forum.extra):
        found[fixed_day(when)] = (("extra", number), f"extra {said_when(when, None)}", when)
    return found


def _told(was: Session | None, one: Session | None) -> tuple[Act, str] | None:
    """Say what became of a session, known before and after by what it is held on."""
    if one is None:
        return None if was is None else ("removed", f"{_named(was)} taken out")
    if was is None:
        held = f"extra session on {_held(one)}" if one.kind == "extra" else f"{_named(one)} added"
        return "added", f"{held}{_why(one)}"
    if one.cancelled != was.cancelled:
        return _cancelled_or_not(one)
    if (was.day, was.clock) != (one.day, one.clock):
        return _moved(was, one)
    return "reworded", f"{_named(one)}{_why(one) or ': no reason given any more'}"


def _cancelled_or_not(one: Session) -> tuple[Act, str]:
    if one.cancelled:
        return "cancelled", f"{_named(one)} cancelled{_why(one)}"
    if one.moved:
        return "restored", f"{_named(one)} not cancelled: moved to {_held(one)}{_why(one)}"
    return "restored", f"{_named(one)} not cancelled any more"


def _moved(was: Session, one: Session) -> tuple[Act, str]:
    if was.moved and not one.moved:
        return "restored", f"{_named(one)} back on its own day, {_held(one)}"
    again = f", not to {_held(was)}" if was.moved else ""
    if was.day == one.day:
        again = f", not at {was.clock:%H:%M}" if was.clock else ""
    return "moved", f"{_named(one)} moved to {_held(one)}{again}{_why(one)}"


def _named(one: Session) -> str:
    return f"session of {show_day(one.original)}"


def _stands(one: Session | None) -> str | None:
    """Say all that the forum's file says of a session."""
    if one is None:
        return None
    return ("cancelled" if one.cancelled else _held(one)) + _why(one)


def _held(one: Session) -> str:
    return f"{show_day(one.day)}, {one.clock:%H:%M}" if one.clock else show_day(one.day)


def _why(one: Session) -> str:
    return f" ({' '.join(one.why.split())})" if one.why else ""

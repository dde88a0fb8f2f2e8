"""Checks the meetings of a campaign: their form, their sessions, that each stands once."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct, field

from tracker.campaign import Forum, Meeting, World
from tracker.checking.faults import day_of, missing_file, phrase_fault, unknown
from tracker.dates import ONE_DAY, show_day
from tracker.errors import Fault, KeyPath
from tracker.sessions import Session, moved_here, next_regular, session_on, sessions_between
from tracker.when import PhraseError, Span, When, span_days

_FEW_DAYS = timedelta(days=62)
_FORUM_ONLY = ("sessions", "from", "until")
_OWN_ONLY = ("name", "time", "timezone", "place")


class Meetings(Struct):
    """The meetings of one campaign while they are checked, one after the other."""

    world: World
    opened: date
    asks: frozenset[str]
    broken: dict[str, str] = field(default_factory=dict)  # forums that are not in force
    seen: dict[tuple[str | None, date], KeyPath] = field(default_factory=dict)
    followed: dict[str, tuple[KeyPath, date, date]] = field(default_factory=dict)

    def faults(self, meetings: tuple[Meeting, ...]) -> list[Fault]:
        """Return what is wrong with them."""
        found: list[Fault] = []
        for number, one in enumerate(meetings):
            path = ("meeting", number)
            example = self._next_session(one) if one.date is None and one.sessions is None else ""
            wrong = list(_form_faults(path, one, example))
            found += wrong
            found += self._ask_faults(path, one)
            if not wrong:
                found += self._day_faults(path, one)
        return found

    def _next_session(self, one: Meeting) -> str:
        """Return what to write where a date is missing: the forum's next session, if any."""
        forum = self.world.forums.get(one.forum or "")
        found = next_regular(one.forum or "", forum, self.opened - ONE_DAY) if forum else None
        return f'write date = "{show_day(found.original)}"' if found else "write its date"

    def _ask_faults(self, path: KeyPath, one: Meeting) -> Iterator[Fault]:
        for index, ask in enumerate(one.asks or ()):
            if ask not in self.asks:
                yield unknown((*path, "asks", index), "ask", ask, self.asks, "this campaign")

    def _day_faults(self, path: KeyPath, one: Meeting) -> list[Fault]:
        if one.forum is None:
            return self._own_faults(path, one)
        forum = self.world.forums.get(one.forum)
        if forum is None:
            broken = self.broken.get(one.forum, "")
            return [missing_file((*path, "forum"), "forum", one.forum, self.world.forums, broken)]
        if one.sessions is not None:
            return self._every_faults(path, one)
        return self._session_faults(path, one, forum)

    def _own_faults(self, path: KeyPath, one: Meeting) -> list[Fault]:
        faults: list[Fault] = []
        day: date | None = None
        if isinstance(one.date, Span):
            try:
                day = span_days(one.date, self.opened)[0]
            except PhraseError as wrong:
                faults.append(phrase_fault((*path, "date"), wrong))
        else:
            day = day_of((*path, "date"), one.date, self.opened, faults)
        if day is not None:
            faults += self._once((*path, "date"), None, day)
        return faults

    def _every_faults(self, path: KeyPath, one: Meeting) -> list[Fault]:
        assert one.forum is not None
        faults: list[Fault] = []
        first = day_of((*path, "from"), one.from_, self.opened, faults) or self.opened
        last = day_of((*path, "until"), one.until, self.opened, faults) or date.max
        if last < first:
            message = f"this ends on {show_day(last)}, before it begins on {show_day(first)}"
            faults.append(Fault(path=(*path, "until"), code="span-reversed", message=message))
        earlier = self.followed.get(one.forum)
        if earlier is not None and first <= earlier[2] and earlier[1] <= last:
            faults.append(_twice(path, earlier[0], "these sessions are followed twice"))
        self.followed.setdefault(one.forum, (path, first, last))
        return faults

    def _session_faults(self, path: KeyPath, one: Meeting, forum: Forum) -> list[Fault]:
        assert one.forum is not None
        assert isinstance(one.date, When)
        faults: list[Fault] = []
        day = day_of((*path, "date"), one.date, self.opened, faults)
        if day is None:
            return faults
        if session_on(one.forum, forum, day) is None:
            return [_no_session((*path, "date"), one.forum, forum, day)]
        earlier = self.followed.get(one.forum)
        if earlier is not None and earlier[1] <= day <= earlier[2]:
            message = f"the session of {show_day(day)} is followed already"
            return [_twice((*path, "date"), earlier[0], message)]
        return self._once((*path, "date"), one.forum, day)

    def _once(self, path: KeyPath, forum: str | None, day: date) -> list[Fault]:
        first = self.seen.setdefault((forum, day), path)
        if first == path:
            return []
        return [_twice(path, first, f"there is a meeting on {show_day(day)} already")]


def _twice(path: KeyPath, first: KeyPath, message: str) -> Fault:
    return Fault(
        path=path,
        code="meeting-twice",
        message=message,
        hint="leave one of the two out",
        first=first,
    )


def _form_faults(path: KeyPath, one: Meeting, example: str) -> Iterator[Fault]:
    """Refuse every mixture of the three ways to write a meeting."""
    keys = {"from" if name == "from_" else name for name in one.model_fields_set}
    if one.forum is None and one.name is None:
        message = "a meeting needs a `forum` whose session it is, or a `name` of its own"
        hint = 'write forum = "osce-permanent-council" or name = "Meeting with the minister"'
        yield Fault(path=path, code="meeting-form", message=message, hint=hint)
    elif one.forum is not None:
        yield from _forum_form(path, one, keys, example)
    else:
        for key in _FORUM_ONLY:
            if key in keys:
                yield _misfit(path, key, "a meeting with a `forum`")
        if one.date is None:
            yield _missing(path, example)
        yield from _clock_form(path, one)


def _forum_form(path: KeyPath, one: Meeting, keys: set[str], example: str) -> Iterator[Fault]:
    for key in _OWN_ONLY:
        if key in keys:
            yield _misfit(path, key, "a meeting of our own; the forum's file has its own")
    if one.date is None and one.sessions is None:
        yield _missing(path, f'{example}, or sessions = "every" to follow the forum')
    elif one.date is not None and one.sessions is not None:
        message = '`date` names one session and `sessions = "every"` all of them'
        hint = "leave one of the two out"
        yield Fault(path=(*path, "sessions"), code="meeting-form", message=message, hint=hint)
    elif one.sessions is None:
        for key in ("from", "until"):
            if key in keys:
                yield _misfit(path, key, 'sessions = "every"')
    yield from _session_date_form(path, one)


def _session_date_form(path: KeyPath, one: Meeting) -> Iterator[Fault]:
    if isinstance(one.date, Span):
        message = "a session is one day, and this is a span"
        hint = 'write its date, or sessions = "every" with `from` and `until`'
        yield Fault(path=(*path, "date"), code="meeting-form", message=message, hint=hint)
    elif one.date is not None and one.date.clock is not None:
        message = "the time of a session stands in the forum's file"
        hint = "write the date only"
        yield Fault(path=(*path, "date"), code="meeting-form", message=message, hint=hint)


def _clock_form(path: KeyPath, one: Meeting) -> Iterator[Fault]:
    if not isinstance(one.date, When):
        return
    if one.date.clock is not None and one.time is not None:
        message = "the time is given twice, here and in `date`"
        yield Fault(path=(*path, "time"), code="meeting-form", message=message)
    if one.date.zone is not None:
        message = "the zone of a meeting has a key of its own"
        hint = f'write time = "{one.date.clock:%H:%M}" and timezone = "{one.date.zone}"'
        yield Fault(path=(*path, "date"), code="meeting-form", message=message, hint=hint)


def _misfit(path: KeyPath, key: str, goes_with: str) -> Fault:
    message = f"`{key}` goes with {goes_with}"
    return Fault(
        path=(*path, key), code="meeting-form", message=message, hint="leave it out", on_key=True
    )


def _missing(path: KeyPath, example: str) -> Fault:
    message = "`date` is missing in [[meeting]]"
    return Fault(path=path, code="missing-key", message=message, hint=example)


def _no_session(path: KeyPath, forum_id: str, forum: Forum, day: date) -> Fault:
    moved = moved_here(forum_id, forum, day)
    if moved is not None:
        message = f"{show_day(day)} is the session of {show_day(moved.original)}, moved"
        hint = f'a session keeps its original date: write "{show_day(moved.original)}"'
        return Fault(path=path, code="not-a-session", message=message, hint=hint)
    recess = any(first <= day <= last for first, last in _recesses(forum))
    why = ": it is in recess then" if recess else ""
    return Fault(
        path=path,
        code="not-a-session",
        message=f"{forum.name} does not meet on {show_day(day)}{why}",
        hint=_nearest(sessions_between(forum_id, forum, day - _FEW_DAYS, day + _FEW_DAYS), day),
    )


def _recesses(forum: Forum) -> Iterator[tuple[date, date]]:
    for span in forum.recess:
        yield span_days(span, None)


def _nearest(sessions: tuple[Session, ...], day: date) -> str | None:
    before = [one.original for one in sessions if one.original < day and not one.cancelled][-1:]
    after = [one.original for one in sessions if one.original > day and not one.cancelled][:1]
    names = [f'"{show_day(one)}"' for one in (*before, *after)]
    if not names:
        return "no session is known in the two months around it: mend the forum's file"
    return f"its nearest session{'s are' if len(names) > 1 else ' is'} {' and '.join(names)}"

"""The recess that is near or on: the last session before it, and the first after it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct

from tracker.campaign import Forum
from tracker.dates import show_day
from tracker.events import Course
from tracker.sessions import next_regular, sessions_between
from tracker.when import span_days

ONE_DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=120)


class Recess(Struct, frozen=True):
    """A stretch without sessions, both days included, with the sessions around it."""

    forum: str
    first: date
    last: date
    before: date | None
    after: date | None

    def covers(self, day: date) -> bool:
        """Say whether a day lies in it."""
        return self.first <= day <= self.last

    def said(self, today: date) -> str:
        """Say the last session before it, unless that is over, and the next one."""
        following = (
            f"the next session is {show_day(self.after)}"
            if self.after
            else "no further one is known"
        )
        if self.before is None or self.before < today:
            begun = "is in recess" if self.first <= today else "has no session left"
            return f"{self.forum} {begun} until {show_day(self.last)}; {following}."
        return (
            f"{self.forum}: last session before the recess is {show_day(self.before)},"
            f" {following}."
        )


def recesses(
    courses: Iterable[Course], forums: Mapping[str, Forum], today: date, last: date
) -> tuple[Recess, ...]:
    """Return the recesses from today to a day, of the forums that open asks were brought to."""
    wanted = {
        meeting.forum
        for whole in courses
        if whole.going
        for meeting in whole.meetings
        if meeting.forum in forums
    }
    found = (one for forum in sorted(filter(None, wanted)) for one in _of(forum, forums[forum]))
    return tuple(one for one in found if one.first <= last and one.last >= today)


def _of(forum_id: str, forum: Forum) -> Iterator[Recess]:
    for span in forum.recess:
        first, last = span_days(span, None)
        held = [
            one.day
            for one in sessions_between(forum_id, forum, first - LOOK_BACK, first - ONE_DAY)
            if not one.cancelled and one.day < first
        ]
        following = next_regular(forum_id, forum, last)
        yield Recess(
            forum.name, first, last, max(held, default=None), following.day if following else None
        )

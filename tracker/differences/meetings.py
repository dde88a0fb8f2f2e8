"""What an edit did to the meetings that a campaign aims at."""

from collections.abc import Iterator
from datetime import date

from tracker.campaign import Meeting
from tracker.difference import Act, Difference
from tracker.differences.pairing import pair
from tracker.differences.saying import (
    Change,
    Said,
    changes,
    content,
    joined,
    said_day_or_span,
    said_leads,
    said_when,
)
from tracker.differences.version import Version
from tracker.occurrence import Origin
from tracker.when import Span, fixed_day, span_days

_LABELS = {"asks": "asks on the table:", "remind": "reminders", "from": "from", "until": "until"}


def meeting_differences(old: Version, new: Version) -> Iterator[Difference]:
    """Yield what became of the meetings; one of a forum is matched by its session."""
    before = [_Aim(one, old) for one in old.campaign.meeting]
    after = [_Aim(one, new) for one in new.campaign.meeting]
    pairs = pair(
        before,
        after,
        lambda one: (one.meeting.forum, tuple(one.said.items())),
        lambda one: (one.meeting.forum, one.meeting.name, one.session),
        lambda one: (one.meeting.forum, one.meeting.name, one.session is None),
        lambda one: (one.meeting.forum, one.session) if one.meeting.forum is None else one,
    )
    for place, one in pairs.added:
        yield one.difference("added", new.at("meeting", place), f"Meeting added: {one.whole}")
    for place, was, one in pairs.kept:
        for change in changes(was.said, one.said):
            yield _changed(change, was, one, new.at("meeting", place, change.key))
    for place, one in pairs.removed:
        yield one.difference(
            "removed", old.at("meeting", place), f"Meeting taken out: {one.whole}"
        )


class _Aim:
    """A meeting of one version, with what is said of it."""

    def __init__(self, meeting: Meeting, version: Version) -> None:
        self.meeting = meeting
        self.session = _session(meeting, version.opened)
        self.said = _said(meeting, version.opened)
        self.name = (
            version.forum(meeting.forum)
            if meeting.forum
            else meeting.name or version.campaign.title
        )

    @property
    def whole(self) -> str:
        """Name the meeting with its day, or as all sessions of its forum."""
        if self.meeting.sessions is None:
            return f"{self.name}, {self.said['date']}"
        span = [f"{word} {self.said[word]}" for word in ("from", "until") if self.said[word]]
        return " ".join((f"every session of {self.name}", *span))

    def difference(
        self, act: Act, origin: Origin, text: str, *also: "_Aim", change: Change | None = None
    ) -> Difference:
        """Tell what became of this meeting."""
        days = (one.session for one in (*also, self) if one.session is not None)
        return Difference(
            thing="meeting",
            act=act,
            origin=origin,
            text=text,
            name=self.whole,
            forum=self.meeting.forum,
            sessions=tuple(dict.fromkeys(days)),
            content=content(self.said),
            was=(change.was or None) if change else None,
            becomes=(change.becomes or None) if change else None,
        )


def _changed(change: Change, was: _Aim, one: _Aim, origin: Origin) -> Difference:
    if change.key == "date":
        text = f"Meeting moved: {one.name}, {change.was} → {change.becomes}"
        return one.difference("moved", origin, text, was, change=change)
    label = _LABELS.get(change.key, change.key)
    text = f"Meeting {was.whole}: {change.said(label)}"
    return one.difference("changed", origin, text, change=change)


def _session(meeting: Meeting, opened: date) -> date | None:
    """Return what names the meeting among those of its forum: its original or first day."""
    if meeting.date is None:
        return None
    if isinstance(meeting.date, Span):
        return span_days(meeting.date, opened)[0]
    return fixed_day(meeting.date, opened)


def _said(one: Meeting, opened: date) -> Said:
    return {
        "date": said_day_or_span(one.date, opened) if one.date else "",
        "from": said_when(one.from_, opened),
        "until": said_when(one.until, opened),
        "name": one.name or "",
        "time": f"{one.time:%H:%M}" if one.time else "",
        "timezone": one.timezone or "",
        "place": one.place or "",
        "asks": "all that are open" if one.asks is None else joined(one.asks) or "none",
        "remind": said_leads(one.remind),
    }

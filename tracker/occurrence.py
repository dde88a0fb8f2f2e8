"""One line for one coordinator at one moment, as planned."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct


class Topic(NamedTuple):
    """What a line speaks of, whoever gets it and on whatever day."""

    campaign: str | None
    item: str
    forum: str | None
    session: date | None
    ask: str | None


class LineKind(StrEnum):
    """What a line is; the words are those of the JSON."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    FOLLOW_UP = "follow-up"
    ESCALATION = "escalation"
    CORRECTION = "correction"
    DIGEST = "digest"
    NOTICE = "notice"


class Origin(Struct, frozen=True, array_like=True):
    """Where a line comes from: the kind and id of a file, the keys inside it; in JSON a list."""

    kind: Literal["campaign", "playbook", "forum", "workdays", "config"]
    id: str
    path: tuple[str | int, ...] = ()


class Occurrence(Struct, frozen=True, kw_only=True):
    """A planned line. Moments are aware UTC; `session` is a session's original date.

    `owner` is whose line it is and part of the key; `to` is who gets it (a deputy while the owner
    is away). `state` is "planned", "skipped" (with `reason`) or "waiting" (no moment yet, `reason`
    names what is missing). `expires` is None where only events end it. A correction's `states` is
    the date that holds now (None if none does), `was` the one its reader was told, at `told_at`;
    `told_to` is who read that, where a deputy was told in the owner's stead.
    """

    key: str
    kind: LineKind
    campaign: str | None
    item: str
    owner: str
    to: str
    due: datetime | None
    expires: datetime | None
    forum: str | None = None
    session: date | None = None
    targets: tuple[str, ...] = ()
    ask: str | None = None
    lead: str | None = None
    states: datetime | None = None
    what: str = ""
    why: str = ""
    state: Literal["planned", "skipped", "waiting"] = "planned"
    reason: str | None = None
    origin: Origin | None = None
    series: str = ""  # lines of one series replace one another: only the last past one is sent
    whole: bool = False  # for the campaign as a whole: its session is only what it counts from
    was: datetime | None = None
    told_at: datetime | None = None
    told_to: str | None = None

    @property
    def topic(self) -> Topic:
        """Return what this line speaks of."""
        place = (None, None) if self.whole else (self.forum, self.session)
        return Topic(self.campaign, self.item, *place, self.ask)

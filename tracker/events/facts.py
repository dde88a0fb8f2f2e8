"""What happened, as the log of a campaign has it, with its days worked out."""

from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from tracker.campaign import FactKind, LoggedFact, Result, Stance
from tracker.dates import instant, zone
from tracker.events.frame import MIDNIGHT, Frame
from tracker.when import When, fixed_day


class Fact(Struct, frozen=True, kw_only=True):
    """A fact of the log: when it happened, and when the tracker came to know it.

    `at` is the moment in UTC, 00:00 of the day where the log has a bare date (`exact` is False).
    """

    index: int
    kind: FactKind
    on: date
    at: datetime
    exact: bool
    known_at: datetime
    target: str | None = None
    ask: str | None = None
    item: str | None = None
    stance: Stance | None = None
    result: Result | None = None
    meeting: date | Literal["none"] | None = None
    to: date | None = None
    by: str | None = None
    note: str | None = None

    def begun_by(self, day: date, start: datetime) -> bool:
        """Say whether a meeting had begun when this happened; a bare date counts as that day."""
        return start <= self.at if self.exact else day <= self.on


def read_facts(frame: Frame) -> tuple[Fact, ...]:
    """Return the log in the order things happened, as a replay knows them.

    A fact is known at its time, or at the end of its day (campaign's zone) where only the day
    is written: nothing planned for a moment may use a fact not known at that moment.
    """
    facts = (_read(index, logged, frame) for index, logged in enumerate(frame.campaign.log))
    return tuple(sorted(facts, key=lambda fact: (fact.at, fact.index)))


def _read(index: int, logged: LoggedFact, frame: Frame) -> Fact:
    on = fixed_day(logged.on, frame.opened)
    clock, home = logged.on.clock, frame.workdays.zone
    at = instant(on, clock or MIDNIGHT, zone(logged.on.zone) if logged.on.zone else home)
    exact = clock is not None
    return Fact(
        index=index,
        kind=logged.fact,
        on=on,
        at=at,
        exact=exact,
        known_at=at if exact else frame.midnight(on + timedelta(days=1)),
        target=logged.target,
        ask=logged.ask,
        item=logged.item,
        stance=logged.stance,
        result=logged.result,
        meeting=_meeting(logged.meeting, frame.opened),
        to=fixed_day(logged.to, frame.opened) if logged.to else None,
        by=logged.by,
        note=logged.note,
    )


def _meeting(named: When | Literal["none"] | None, opened: date) -> date | Literal["none"] | None:
    return fixed_day(named, opened) if isinstance(named, When) else named

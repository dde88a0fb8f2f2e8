"""By whose clock a plan is told; an hour of another place names the place."""

from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.dates import show_day_short
from tracker.digest.say import hour_there
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan


class Clock(Struct, frozen=True):
    """The clock `here`, and the plan that knows where each campaign and meeting is at home."""

    planned: Plan
    here: ZoneInfo

    def leaves(self, one: Occurrence) -> str:
        """Say the hour at which a line leaves."""
        assert one.due is not None
        return f"{one.due.astimezone(self.here):%H:%M}"

    def states(self, one: Occurrence) -> str:
        """Say the moment that a reminder or an overdue line speaks of, where it happens."""
        if one.states is None or one.kind not in {LineKind.REMINDER, LineKind.OVERDUE}:
            return ""
        there = self._there(one)
        day = show_day_short(one.states.astimezone(there).date())
        return f": {day}, {hour_there(one.states, there, self.here)}"

    def _there(self, one: Occurrence) -> ZoneInfo:
        whole = self.planned.courses.get(one.campaign or "")
        if whole is None:
            return self.here
        if one.item != "meeting":
            return whole.frame.workdays.zone
        key = (one.forum, one.session)
        return next((m.zone for m in whole.meetings if m.key == key), whole.frame.workdays.zone)

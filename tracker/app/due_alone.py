"""What is due at its own moment: only the campaigns that it belongs to are planned before it goes.

What this does for them is what planning everything would do. Whatever is out of the ordinary is
left to that.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from tracker.app.alone import plan_alone
from tracker.app.engine import Engine
from tracker.app.sending import Ground
from tracker.digest.mail import AT_MEETING
from tracker.events import History
from tracker.occurrence import Occurrence

MOST = 100  # campaigns; from there on planning everything is hardly slower


class DueAlone:
    """Plans the campaigns of the lines that are due, and of those that ride on the same mails."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def ground(self, now: datetime) -> Ground | None:
        """Plan for what is due, in one transaction, and return what its mails are written from.

        Return None where everything has to be planned: a digest is due, or word of files or
        dates, or only what has expired; a file is gone; machines share the database.
        """
        if self.engine.store.is_shared or self.engine.history.missing:
            return None
        with self.engine.store.writing():
            names = self._concerned(now)
            return self._planned(names, now) if names else None

    def _concerned(self, now: datetime) -> frozenset[str] | None:
        """Return the campaigns whose lines leave now; None if more than campaigns' lines do."""
        due = self.engine.store.due_lines(now)
        leaving = [*due, *self._riding(due, now)]
        names = {*(one.campaign for one in leaving), *self._invited_to(leaving)}
        usual = all(one.kind in AT_MEETING for one in due)
        campaigns = self.engine.world.campaigns
        known = frozenset(one for one in names if one is not None and one in campaigns)
        return known if usual and len(known) == len(names) <= MOST else None

    def _riding(self, due: Iterable[Occurrence], now: datetime) -> Iterable[Occurrence]:
        until = now + self.engine.world.config.times.settle
        waiting = self.engine.store.waiting_lines({one.to for one in due}, now, until)
        return [one for lines in waiting.values() for one in lines]

    def _invited_to(self, lines: Iterable[Occurrence]) -> Iterator[str]:
        """Yield the campaigns that an invitation names: all of its reader's at that forum."""
        meetings = {(one.to, one.forum) for one in lines if one.item == "meeting" and one.forum}
        campaigns = self.engine.world.campaigns.items() if meetings else ()
        for name, campaign in campaigns:
            forums = {one.forum for one in campaign.meeting}
            if any(who in campaign.coordinators and forum in forums for who, forum in meetings):
                yield name

    def _planned(self, names: frozenset[str], now: datetime) -> Ground | None:
        engine = self.engine

        def beside(history: History) -> History:
            return replace(history, outages=engine.history.outages)

        made = plan_alone(engine, names, beside, now=now)
        # What this made due may be more than these campaigns' lines.
        after = self._concerned(now) if made.changes else names
        alone = after is not None and after <= names
        return Ground(made.planned, engine.files, made.history, {}) if alone else None

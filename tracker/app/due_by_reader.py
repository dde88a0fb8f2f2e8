"""What is due among very many campaigns: for each mail those of its reader are planned, no other.

What this does for them is what planning everything would do. Files that came or went, shared
files, and the days that the plan reaches further each day are left to a look at all files.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from tracker.app.alone import Alone, plan_alone
from tracker.app.engine import Engine
from tracker.app.outages import note_outage
from tracker.app.sending import Ground
from tracker.app.telling import as_kept
from tracker.changes import compare
from tracker.events import GRACE, History
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan, Readers
from tracker.planning.restarts import PREFIX, restart_notices

AT_ONCE = 100  # campaigns in memory together, where it does not matter for which mail


class DueByReader:
    """Plans a reader's campaigns when a mail for them is due."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def wants_all(self, now: datetime) -> bool:
        """Say whether a campaign counts as closed from now on, its file being gone for a day."""
        missing = self.engine.catch_up().missing
        campaigns = self.engine.world.campaigns
        return any(at + GRACE <= now and one in campaigns for one, at in missing.items())

    def ground(self, now: datetime) -> Ground:
        """End what is of no use any more; return what each mail that is due is written from."""
        self._end_expired(now)
        empty = Plan(now=now, occurrences=(), courses={}, instances={})
        known = self.engine.catch_up()
        return Ground(empty, self.engine.files, known, {}, for_reader=self._for)

    def after_an_outage(self, since: datetime, now: datetime) -> None:
        """Bring in line what came due meanwhile, and note for whom it is late or expired."""
        engine, store = self.engine, self.engine.store
        with store.writing():
            self._end_expired(now)
            self._plan_all((one.campaign for one in store.due_lines(now)), now)
            note_outage(store, since=since, now=now)
            notices = restart_notices(engine.catch_up(), Readers(engine.world.config))
            kept = [
                one
                for one in as_kept(store.lines_of_no_campaign())
                if one.occurrence.key.startswith(PREFIX)
            ]
            planned = Plan(now=now, occurrences=tuple(notices), courses={}, instances={})
            engine.bring_in_line(compare(planned, kept, now=now), now)

    def _for(self, reader: str, now: datetime) -> Ground:
        """Plan what one reader's mail is about, and bring its lines in line."""
        with self.engine.store.writing():
            names = self._concerned(reader, now)
            made = self._planned(names, now)
            # What this made due may be about more campaigns.
            while made.changes and (more := self._concerned(reader, now)) - names:
                names |= more
                made = self._planned(names, now)
        dates = tuple(one for one in made.changes.for_digest if one.owner == reader)
        return Ground(made.planned, self.engine.files, made.history, {reader: dates})

    def _concerned(self, reader: str, now: datetime) -> frozenset[str]:
        """Return the campaigns that a mail to a reader may be about."""
        store, world = self.engine.store, self.engine.world
        until = now + world.config.times.settle
        due = store.due_lines(now, coordinator=reader)
        leaving = (*due, *store.waiting_lines([reader], now, until)[reader])
        names = {one.campaign for one in leaving}
        if any(map(_is_about_all, leaving)):
            names |= store.campaigns_of(reader)
        return frozenset(one for one in names if one is not None and one in world.campaigns)

    def _end_expired(self, now: datetime) -> None:
        store = self.engine.store
        over = store.expired_lines(now)
        if not over:
            return
        with store.writing():
            self._plan_all((one.campaign for one in over), now)
            # What is left are digests, and lines of campaigns that are not in force.
            left = [one.key for one in store.expired_lines(now)]
            why = "its time passed before it could be sent"
            store.replace_plan((), (), [(key, "expired", why) for key in left], now=now)

    def _plan_all(self, names: Iterable[str | None], now: datetime) -> None:
        known = self.engine.world.campaigns
        chosen = sorted({one for one in names if one is not None and one in known})
        for begin in range(0, len(chosen), AT_ONCE):
            self._planned(frozenset(chosen[begin : begin + AT_ONCE]), now)

    def _planned(self, names: frozenset[str], now: datetime) -> Alone:
        known = self.engine.catch_up()

        def beside(history: History) -> History:
            return replace(known, facts=history.facts, seen=history.seen, edits=history.edits)

        return plan_alone(self.engine, names, beside, now=now)


def _is_about_all(one: Occurrence) -> bool:
    """Say whether a mail with this line is about all of its reader's campaigns.

    A digest is, and the invitation to a meeting names every letter that aims at it.
    """
    return one.kind == LineKind.DIGEST or one.item == "meeting"

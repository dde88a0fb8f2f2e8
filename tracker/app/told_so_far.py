"""Dates told in passing, meetings moved and edits, by campaign: the journal read once, kept up."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from tracker.app.edits import EDIT, edits_from, renamed
from tracker.app.telling import (
    MOVE,
    PASSING,
    TOLD_AGAIN,
    UNANSWERED,
    UNTOLD,
    dates_in,
    move_in,
    telling_from,
)
from tracker.campaign import World
from tracker.changes import Move, Telling, Told
from tracker.difference import Edit
from tracker.store import JournalEntry, Store
from tracker.store.journal import RENAMED


class ToldSoFar:
    """What corrections of one campaign depend on, without going over those of all the others.

    The journal only grows, so that each entry is read once; after a rename it is read anew.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._last = 0
        self._passing: dict[str | None, list[Told]] = {}
        self._moves: dict[str, list[Move]] = {}
        self._edits: list[Edit] = []
        self._edits_of: dict[str, list[int]] = {}  # by campaign, where they stand among all
        self._untold: set[int] = set()
        self._unanswered: dict[int, datetime] = {}

    def catch_up(self, store: Store) -> None:
        """Read what is new; in a transaction only before it writes, for it may come to nothing."""
        new: Iterable[JournalEntry] = store.journal(after=self._last) if self._last else ()
        if not self._last or any(one.kind == RENAMED for one in new):
            self._forget()
            new = store.journal_beside_sights()
            self._last = store.last_number()
        for entry in new:
            self._add(entry)
            self._last = max(self._last, entry.id or 0)

    def _add(self, entry: JournalEntry) -> None:
        if entry.kind == PASSING:
            self._pass(dates_in(entry))
        elif entry.kind == RENAMED:
            self._rename(entry.data["old"], entry.data["new"])
        elif entry.kind in {UNTOLD, TOLD_AGAIN, UNANSWERED}:
            self._fared(entry, entry.data["mail"])
        elif entry.kind == MOVE and entry.campaign is not None:
            self._moves.setdefault(entry.campaign, []).append(move_in(entry.data))
        elif entry.kind == EDIT:
            for edit in edits_from([entry]):
                for campaign in edit.campaigns:
                    self._edits_of.setdefault(campaign, []).append(len(self._edits))
                self._edits.append(edit)

    def _fared(self, entry: JournalEntry, mail: int) -> None:
        if entry.kind == UNTOLD:
            self._untold.add(mail)
        elif entry.kind == TOLD_AGAIN:
            self._untold.discard(mail)
        else:
            self._unanswered[mail] = entry.at

    def _pass(self, dates: Iterable[Told]) -> None:
        for one in dates:
            self._passing.setdefault(one.topic.campaign, []).append(one)

    def _rename(self, old: str, new: str) -> None:
        moved = [
            replace(one, topic=one.topic._replace(campaign=new))
            for one in self._passing.pop(old, ())
        ]
        self._passing.setdefault(new, []).extend(moved)
        self._edits_of.setdefault(new, []).extend(self._edits_of.pop(old, ()))
        self._edits = [renamed(one, old, new) for one in self._edits]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Return all edits, also those that came before a campaign: an invitation counts them."""
        return tuple(self._edits)

    def telling(
        self,
        world: World,
        new: Iterable[JournalEntry],
        *,
        edited_at: datetime | None,
    ) -> Telling:
        """Add up what corrections of the campaigns in `world` depend on, with what is `new`."""
        new = list(new)
        last = telling_from(new, world, edits_from(new), edited_at=edited_at)
        names = sorted(world.campaigns)
        passing = (one for name in names for one in self._passing.get(name, ()))
        places = {place for name in names for place in self._edits_of.get(name, ())}
        edits = (self._edits[place] for place in sorted(places))
        return replace(
            last,
            passing=tuple(one for one in passing if one.mail not in self._untold),
            unanswered={**self._unanswered, **last.unanswered},
            moves={
                name: (*self._moves.get(name, ()), *last.moves.get(name, ())) for name in names
            },
            edits=(*edits, *last.edits),
        )

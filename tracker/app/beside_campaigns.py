"""What the journal says beside the campaigns: of shared files, mails, and meetings of many.

The entries of one campaign are read when that one is planned, so that nothing here grows with all
the edits of all campaigns.
"""

from collections.abc import Iterable
from datetime import datetime

from tracker.app.edits import EDIT, edits_from
from tracker.app.telling import HOW_IT_FARED, telling_from
from tracker.campaign import World
from tracker.changes import Telling
from tracker.difference import Edit
from tracker.store import DatesTold, JournalEntry, Store
from tracker.store.journal import RENAMED

Numbered = dict[int, Edit]  # by the number of the entry


class BesideCampaigns:
    """The journal beside the campaigns, each entry read once; after a rename all are read anew."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.entries: tuple[JournalEntry, ...] = ()
        self._forget()

    def _forget(self) -> None:
        self._last = 0
        self._edits: Numbered = {}
        self._of: dict[str, list[int]] = {}  # by campaign, the numbers of what concerns it
        self._fared: list[JournalEntry] = []

    def catch_up(self) -> None:
        """Take in what is new."""
        before, self.entries = self.entries, self._store.journal_beside_campaigns()
        if self.entries is before:
            return
        # After a transaction that came to nothing all is read anew: its numbers are used again.
        same = bool(before and self.entries) and self.entries[0] is before[0]
        new = [one for one in self.entries if (one.id or 0) > self._last]
        if not same or any(one.kind == RENAMED for one in new):
            self._forget()
            new = list(self.entries)
        self._fared += [one for one in new if one.kind in HOW_IT_FARED]
        self._add_edits(new)
        self._last = max((one.id or 0 for one in new), default=self._last)

    def _add_edits(self, new: Iterable[JournalEntry]) -> None:
        changed = [one for one in new if one.kind in {EDIT, RENAMED}]
        numbers = [one.id or 0 for one in changed if one.kind == EDIT]
        for number, edit in zip(numbers, edits_from(changed), strict=True):
            self._edits[number] = edit
            for campaign in edit.campaigns:
                self._of.setdefault(campaign, []).append(number)

    def edits(self, own: Iterable[JournalEntry] = ()) -> tuple[Edit, ...]:
        """Return all edits, with those that campaigns' `own` entries tell, in order.

        An invitation counts what was ever done to its meeting, also before there was a campaign.
        """
        return _in_order({**self._edits, **_numbered(own)})

    def telling(
        self,
        world: World,
        own: Iterable[JournalEntry],
        told: Iterable[DatesTold],
        new: Iterable[JournalEntry],
        *,
        edited_at: datetime | None,
    ) -> Telling:
        """Add up what corrections of the campaigns in `world` depend on.

        `own` are the entries of these campaigns, `new` those that come after all others.
        """
        own, new = list(own), list(new)
        near = {
            one: self._edits[one] for name in world.campaigns for one in self._of.get(name, ())
        }
        return telling_from(
            [*self._fared, *own, *new],
            told,
            world,
            (*_in_order({**near, **_numbered(own)}), *edits_from(new)),
            edited_at=edited_at,
        )


def _numbered(own: Iterable[JournalEntry]) -> Numbered:
    edits = [one for one in own if one.kind == EDIT]
    return {one.id or 0: edit for one, edit in zip(edits, edits_from(edits), strict=True)}


def _in_order(edits: Numbered) -> tuple[Edit, ...]:
    return tuple(edits[number] for number in sorted(edits))

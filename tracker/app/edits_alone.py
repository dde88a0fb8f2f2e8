"""Edits of nothing but campaigns' own files: only these campaigns are read, planned and compared.

What this does is what reading and planning everything would do. Whatever is out of the ordinary
is left to that.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.engine import Engine, horizon
from tracker.app.guarding import Outlook, is_cut_short, judge
from tracker.app.in_force import InForce
from tracker.app.live import history_once_read
from tracker.app.lost_facts import lost_between
from tracker.app.remembering import SEEN, history_from
from tracker.app.telling import as_kept, digests_ahead, moves_made
from tracker.app.words import spoken
from tracker.campaign import World
from tracker.changes import Kept, Telling, compare
from tracker.errors import Problem
from tracker.events import GRACE, Fact, History
from tracker.loading.files import printable, shown_path
from tracker.loading.reread import EditedFile, Reread, reread
from tracker.loading.standing import in_order
from tracker.planning import Memo, plan
from tracker.store import DatesTold, GoodFile, JournalEntry


class _Edit(Struct, frozen=True):
    """One edited campaign: its file before and now, and what the database has of it."""

    name: str
    read: Reread
    good: GoodFile | None
    entries: tuple[JournalEntry, ...]
    kept: tuple[Kept, ...]
    told: tuple[DatesTold, ...]

    def is_new(self, now: datetime) -> bool:
        """Say whether the campaign may be one that goes on under this name since its file went."""
        seen = [one.at for one in self.entries if one.kind == SEEN]
        return not seen or min(seen) >= now - GRACE


class Taken(Struct, frozen=True):
    """Edits are in force; `next_due` is when something is due then, asked in the same go."""

    next_due: datetime | None


class EditsAlone:
    """Takes edits that concern nothing but the campaigns whose files were edited."""

    def __init__(self, engine: Engine, config_path: Path) -> None:
        self.engine = engine
        self._config_path = config_path
        self._memo = Memo()

    def take(self, files: Mapping[str, EditedFile], *, now: datetime) -> Taken | None:
        """Put edits in force and bring their lines in line, in one transaction.

        Return None, with nothing done, where the whole folder has to be looked at.
        """
        read = self._read(files, now)
        if read is None:
            return None
        campaigns = {name: one.campaign for name, one in read.items()}
        with self.engine.store.writing():
            old = self.engine.files.only(files)
            new = InForce.of(replace(old.world, campaigns=campaigns))
            self.engine.beside.catch_up()
            edits = [self._looked_up(*one) for one in read.items()]
            if not all(self._is_usual(one, files[one.name].was, new, now) for one in edits):
                return None
            self._write(edits, old, new, now)
            taken = Taken(self.engine.store.next_due())
        problems = self._problems(edits)
        self.engine.put_in_force(self.engine.files.with_edits(new, problems))
        return taken

    def _read(self, files: Mapping[str, EditedFile], now: datetime) -> dict[str, Reread] | None:
        """Read the files; None where one is not sound, or something is wrong around them."""
        world = self.engine.world
        if not files.keys() <= world.campaigns.keys() or not self._is_quiet(files):
            return None
        read = {name: reread(name, file, world, now=now) for name, file in files.items()}
        sound = {name: one for name, one in read.items() if one is not None}
        return sound if sound.keys() == files.keys() else None

    def _is_quiet(self, files: Mapping[str, EditedFile]) -> bool:
        """Say whether nothing is wrong but in campaigns' files, and none in force is gone."""
        folders = {shown_path(file.path).parent for file in files.values()}
        wrong = (one for one in self.engine.problems if one.severity == "error")
        campaigns = self.engine.world.campaigns
        gone = any(one in campaigns for one in self.engine.history.missing)
        return not gone and all(Path(one.file).parent in folders for one in wrong)

    def _looked_up(self, name: str, read: Reread) -> _Edit:
        store = self.engine.store
        return _Edit(
            name,
            read,
            store.good_file("campaign", name),
            tuple(store.journal(campaign=name)),
            tuple(as_kept(store.lines(campaign=name))),
            tuple(store.passing.of([name])),
        )

    def _is_usual(self, edit: _Edit, was: str, new: InForce, now: datetime) -> bool:
        """Say whether an edit needs nothing but a new plan of its own campaign.

        Not so if there is word about the file, another reader, a fact that was lost, a file gone
        whose name this one may be, or a reason to ask a person first.
        """
        old = self.engine.files.only([edit.name])
        mine = new if len(new.frames) == 1 else new.only([edit.name])
        before, after = (one.world.campaigns[edit.name] for one in (old, mine))
        word = spoken(edit.entries)
        return (
            edit.good is not None
            and edit.good.digest == was
            and not word.run
            and not word.of(("campaign", edit.name), "held")
            and before.coordinators == after.coordinators
            and not any(lost_between(_facts(old, edit.name), _facts(mine, edit.name)))
            and not (self.engine.history.missing and edit.is_new(now))
            and not is_cut_short(edit.read.source.text, edit.good.text)
            and judge(old.world, mine.world, self._outlook(edit, (old, mine), now))[1] is None
        )

    def _outlook(self, edit: _Edit, both: tuple[InForce, InForce], now: datetime) -> Outlook:
        def history(world: World) -> History:
            campaign = world.campaigns[edit.name]
            same = (one for one in both if one.world.campaigns[edit.name] is campaign)
            files = next(same, None) or InForce.of(world)
            return history_once_read(edit.entries, files, now=now)

        def telling(old: World, new: World) -> Telling:
            return self._telling([edit], new, moves_made(old, new, now=now), None)

        kept = {one.occurrence.key: one for one in edit.kept}
        return Outlook(now, frozenset({edit.name}), kept, history, telling, self._memo)

    def _write(self, edits: list[_Edit], old: InForce, new: InForce, now: datetime) -> None:
        """Write down what the edits did, plan these campaigns and bring their lines in line."""
        engine = self.engine
        sources = [one.read.source for one in edits]
        rows = [(file.kind, file.id, file.digest, file.text) for file in sources]
        engine.store.remember_files(rows, now=now)
        changed = engine.note_edits(old.world, new.world)
        known = [entry for one in edits for entry in one.entries]
        seen = engine.record_sights(new, {entry.key for entry in known}, now)
        history = history_from([*known, *seen], new.facts, engine.blank_history())
        digests = digests_ahead(engine.store, now)
        until = horizon(now)
        planned = plan(new.world, history, now=now, until=until, only=new.frames, memo=self._memo)
        ahead = (*planned.occurrences, *(one.occurrence for one in digests))
        changes = compare(
            replace(planned, occurrences=ahead),
            [*(one for edit in edits for one in edit.kept), *digests],
            now=now,
            telling=self._telling(edits, new.world, changed, engine.edited_at),
        )
        engine.bring_in_line(changes, now)

    def _telling(
        self,
        edits: list[_Edit],
        world: World,
        new: Iterable[JournalEntry],
        edited_at: datetime | None,
    ) -> Telling:
        own = [entry for one in edits for entry in one.entries]
        told = [dates for one in edits for dates in one.told]
        return self.engine.beside.telling(world, own, told, new, edited_at=edited_at)

    def _problems(self, edits: list[_Edit]) -> tuple[Problem, ...]:
        """Return what is wrong now: with these files, and as before with all others."""
        files = {printable(str(one.read.source.path)) for one in edits}
        others = (one for one in self.engine.problems if one.file not in files)
        new = (problem for one in edits for problem in one.read.problems)
        return in_order((*others, *new), self._config_path)


def _facts(files: InForce, name: str) -> tuple[Fact, ...]:
    return tuple(files.facts[name].values())

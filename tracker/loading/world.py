"""Reads config.toml and the campaigns folder: the files in force, and what is wrong."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from tracker.campaign import Campaign, Forum, Playbook, Workdays, World
from tracker.checking import missing_file
from tracker.config import Config
from tracker.errors import Problem
from tracker.loading.campaigns_folder import emptied, folder_told, shut_folder
from tracker.loading.checks import (
    Check,
    campaign_faults,
    draft_problems,
    own_faults,
    passes,
    playbook_faults,
)
from tracker.loading.config_alone import named_folder
from tracker.loading.files import (
    FOLDERS,
    FileKind,
    Listed,
    SourceFile,
    list_folder,
    shown_path,
)
from tracker.loading.known_names import offering_names
from tracker.loading.one_file import Read, read_data, read_listed
from tracker.loading.placing import placed
from tracker.loading.shapes import Shape
from tracker.loading.shipped import shipped_folder
from tracker.loading.standing import (
    KINDS,
    FileKey,
    in_order,
    is_gone,
    needed_by,
    path_of,
    shipped_text,
    would_break,
)

Kept = TypeVar("Kept", bound=Shape)
LastGood = Mapping[tuple[str, str], str]
Watch = Callable[[int, int], None]


class Reading(Struct, frozen=True):
    """All files as read at one moment.

    `world` is None only if config.toml cannot be used. `files` are the files on the disk, sound
    and broken, with the shipped ones that serve; `in_force` are the texts that the world was made
    of, by kind and id. `not_in_force` names the files with errors, whether or not an earlier
    version of them stays in force. `present` are the files that stand on the disk, and `gone` the
    campaigns that do not, and go on as their last good text; `emptied` says that none is left
    where there were some, which nobody does on purpose.
    """

    world: World | None
    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]
    not_in_force: tuple[str, ...]
    config_path: Path
    in_force: Mapping[tuple[str, str], SourceFile] = field(default_factory=dict)
    present: frozenset[FileKey] = frozenset()
    gone: Mapping[FileKey, SourceFile] = field(default_factory=dict)
    emptied: bool = False
    config: Config | None = None


def read_world(  # noqa: PLR0913 -- which files, in whose place, and what to go by
    config_path: Path,
    *,
    now: datetime | None = None,
    last_good: LastGood | None = None,
    ended: Collection[str] = (),
    campaigns: Path | None = None,
    over: Sequence[Path] = (),
    held: Mapping[FileKey, str] = MappingProxyType({}),
    errors_only: bool = False,
    watch: Watch = lambda _done, _whole: None,
) -> Reading:
    """Read config.toml and everything in its campaigns folder (or in `campaigns`).

    A file with errors is left out, or stands as its text in `last_good` (by kind and id) has it;
    so does one that is gone, but for campaigns that have `ended`, and one whose edit would put
    another file out of force. The folders in `over` are laid over it, one after the other: a file
    in a later one stands for the same file in those before it. An edit in `held` (by digest) waits
    for a person's word: the last good text of that file stands.
    With `now` a fact in the future is an error, and campaigns with nothing ahead are warned of;
    with `errors_only` no sound campaign is warned of anything.
    Before each file `watch` is told how many are done, and of how many.
    """
    folder = _Folder(config_path, last_good or {}, ended, now, held, errors_only, watch)
    return folder.read(campaigns, over)


class _Folder(Struct):
    """The files read so far, and which of them hold."""

    config_path: Path
    last_good: LastGood
    ended: Collection[str]
    now: datetime | None
    held: Mapping[FileKey, str]
    errors_only: bool
    watch: Watch
    reads: list[Read] = field(default_factory=list)
    shapes: dict[FileKey, Shape] = field(default_factory=dict)
    sources: dict[FileKey, SourceFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: dict[FileKey, Path] = field(default_factory=dict)
    kept: set[FileKey] = field(default_factory=set)  # those that stand as their last good text
    gone: dict[FileKey, SourceFile] = field(default_factory=dict)
    folder: Path = Path("campaigns")

    def read(self, campaigns: Path | None, over: Sequence[Path]) -> Reading:
        config = self._config()
        named = named_folder(self.reads[0], config)
        self.folder = campaigns or self.config_path.parent / (named or "campaigns")
        listed, odd = _laid_over(self.folder, over)
        here = shown_path(
            self.config_path
        )  # it may lie in the campaigns folder, and is no campaign
        listed = tuple(one for one in listed if one.path != here)
        if named is None:  # where they are nobody can tell: that is no second fault
            odd = tuple(one for one in odd if one.code != "no-folder")
        present = frozenset((one.kind, one.id) for one in listed)
        ended = {("campaign", one) for one in self.ended} - present
        self.last_good = {key: one for key, one in self.last_good.items() if key not in ended}
        empty = emptied(self.folder, self.last_good, present, shut_folder(odd, self.folder))
        if empty is not None:  # a folder that is not there any more is told as emptied, once
            self.problems.append(empty)
            odd = tuple(one for one in odd if one.code != "no-folder")
        self.problems += self._folder_problems(odd, named=config is not None and not campaigns)
        files = (*listed, *_served(present))
        for number, one in enumerate(files):
            self.watch(number, len(files))
            self._take(one)
        self._miss(present, odd)
        done, world = self._settled(present, quiet=empty is not None) if config else (self, None)
        return Reading(
            world=world,
            files=tuple(read.source for read in self.reads),
            problems=done.ordered(),
            not_in_force=tuple(sorted(str(path) for path in done.broken.values())),
            config_path=shown_path(self.config_path),
            in_force=dict(done.sources),
            present=present | {("config", self.config_path.stem)},
            gone={} if empty else dict(self.gone),
            emptied=empty is not None,
            config=config,
        )

    def _miss(self, present: frozenset[FileKey], odd: tuple[Problem, ...]) -> None:
        """Let campaigns that are gone go on as their last good text has them."""
        unread = {one.file for one in odd if one.code == "unreadable"}
        for key in sorted(self.last_good.keys() - present):
            path = path_of(key, self.folder) if key[0] == "campaign" else None
            read = self._last(key, path) if path else None
            if read is None or read.shape is None:
                continue
            self.stand(read)
            if str(path) not in unread and str(shown_path(self.folder)) not in unread:
                self.gone[key] = read.source

    def _folder_problems(self, odd: tuple[Problem, ...], *, named: bool) -> list[Problem]:
        """Tell a folder that is not there, or shut, where it is named: in config.toml."""
        source = self.sources.get(("config", self.config_path.stem))
        shut = shut_folder(odd, self.folder)
        if shut is None or source is None or not named:
            return list(odd)
        return folder_told(shut, source)

    def _config(self) -> Config | None:
        listed = Listed("config", self.config_path.stem, shown_path(self.config_path))
        self._take(listed)
        shape = self.shapes.get(("config", listed.id))
        return shape if isinstance(shape, Config) else None

    def _take(self, listed: Listed) -> None:
        """Read a file, check what it shows by itself, and fall back to its last good text."""
        read = read_listed(listed)
        self.reads.append(read)
        self.problems += read.problems
        key = (listed.kind, listed.id)
        last = self._last(key, listed.path) if self.held.get(key) == read.source.digest else None
        if last is not None:
            self.stand(last)
        elif read.shape is None:
            self.problems += draft_problems([read], listed.kind, own_faults)
            self._break(read.source, own_faults)
        else:
            self._hold(read, own_faults)

    def _hold(self, read: Read, check: Check) -> None:
        """Let a file stand if it passes a check; else say why not and go back to its last text."""
        assert read.shape is not None
        faults = check(read.source.id, read.shape)
        self.problems += placed(read.source, faults)
        if any(fault.severity == "error" for fault in faults):
            self._break(read.source, check)
        else:
            self._keep(read)

    def _break(self, source: SourceFile, check: Check) -> None:
        key = (source.kind, source.id)
        self.shapes.pop(key, None)
        self.sources.pop(key, None)
        self.broken[key] = source.path
        read = self._last(key, source.path)
        if read is not None and passes(read, check):
            self.stand(read)

    def _last(self, key: FileKey, path: Path) -> Read | None:
        """Read the last good text of a file, if there is one and it is still sound by itself.

        One that takes a shipped file's place has that before it, where campaigns went on so.
        """
        text = self.last_good.get(key)
        if text is None and any(kind == "campaign" for kind, _ in self.last_good):
            text = shipped_text(key)
        if text is None:
            return None
        kind: FileKind = "config" if key[0] == "config" else KINDS[key[0]]
        read = read_data(kind, key[1], path, text.encode("utf-8", "replace"))
        return read if read.shape is not None and passes(read, own_faults) else None

    def stand(self, read: Read) -> None:
        """Let a file stand as its last good text."""
        self.kept.add((read.source.kind, read.source.id))
        self._keep(read)

    def _keep(self, read: Read) -> None:
        assert read.shape is not None
        key = (read.source.kind, read.source.id)
        self.shapes[key], self.sources[key] = read.shape, read.source

    def _settled(
        self, present: frozenset[FileKey], *, quiet: bool
    ) -> "tuple[_Folder, World | None]":
        """Join the files; an edit that would take a campaign out of force does not stand."""
        self._put_back(present, quiet=quiet)
        if not self.has_calendar():
            return self, None
        before = self._copy()
        world = self.joined()
        lost = {key for key in self.last_good if key[0] == "campaign" and key not in self.shapes}
        culprits = before.culprits(lost) if lost else set()
        if not culprits:
            return self, world
        for key in sorted(culprits):
            before.revert(key, self, lost)
        return before, before.joined()

    def _copy(self) -> "_Folder":
        return replace(
            self,
            shapes=dict(self.shapes),
            sources=dict(self.sources),
            problems=list(self.problems),
            broken=dict(self.broken),
            kept=set(self.kept),
        )

    def _put_back(self, present: frozenset[FileKey], *, quiet: bool) -> None:
        """Let forums, playbooks and calendars stand that are gone and that a campaign needs."""
        needed: dict[FileKey, set[str]] = {}
        config = self._config_shape()
        for key, shape in self.shapes.items():
            if isinstance(shape, Campaign) and key in self.last_good:
                for one in needed_by(shape, config):
                    needed.setdefault(one, set()).add(key[1])
        for key in sorted((needed.keys() & self.last_good.keys()) - present):
            read = self._last(key, path_of(key, self.folder))
            served = self.sources.get(key)
            if read is None or (served is not None and served.text == read.source.text):
                continue
            self.stand(read)
            if not quiet:
                self.problems.append(is_gone(key, read.source.path, needed[key]))

    def has_calendar(self) -> bool:
        """Say whether config.toml's calendar is there; else go back to the last good config."""
        source = self.sources["config", self.config_path.stem]
        if ("workdays", self._config_shape().workdays) in self.shapes:
            return True
        self._without_calendar(source)
        read = self._last(("config", source.id), source.path)
        if read is None or not isinstance(read.shape, Config):
            return False
        self.stand(read)
        return ("workdays", read.shape.workdays) in self.shapes

    def culprits(self, lost: set[FileKey]) -> set[FileKey]:
        """Find the edits without which lost campaigns go on: one by one, else all of them."""
        edited = {
            key
            for key in self.last_good.keys() & self.shapes.keys() - self.kept
            if key[0] != "campaign" and self.sources[key].text != self.last_good[key]
        }
        guilty = {key for key in edited if self._without({key}, lost)}
        if self._without(guilty, lost) == self._without(edited, lost):
            return guilty
        return edited

    def _without(self, edited: set[FileKey], lost: set[FileKey]) -> set[FileKey]:
        """Return which of the lost campaigns would be in force if some edits were not made."""
        trial = self._copy()
        trial.shapes = {
            key: one for key, one in self.shapes.items() if key[0] != "campaign" or key in lost
        }
        for key in edited:
            read = self._last(key, self.sources[key].path)
            if read is not None:
                trial.stand(read)
        if not trial.has_calendar():
            return set()
        trial.joined()
        return lost & trial.shapes.keys()

    def revert(self, key: FileKey, without: "_Folder", lost: set[FileKey]) -> None:
        """Let a file stand as its last good text, and say at its edit who needs that."""
        edit = self.sources[key]
        read = self._last(key, edit.path)
        if read is None:
            return
        back = self._without({key}, lost) or lost
        campaign = min(back & self.sources.keys())
        source = self.sources[campaign]
        why = [one.message for one in without.problems if one.file == str(source.path)]
        self.problems.append(
            would_break(edit, read.source.text, source, next(iter(why), "it needs what was here"))
        )
        self.broken[key] = edit.path
        self.stand(read)

    def joined(self) -> World:
        """Check what only several files show together, from the ground up."""
        config = self._config_shape()
        world = World(config=config)
        world.workdays.update(self._of("workdays", Workdays))
        world.forums.update(self._of("forum", Forum))
        self._check("playbook", partial(playbook_faults, config))
        world.playbooks.update(self._of("playbook", Playbook))
        broken = {key: str(path) for key, path in self.broken.items() if key not in self.shapes}
        check = partial(campaign_faults, world, broken, self.now, errors_only=self.errors_only)
        self._check("campaign", check)
        return replace(world, campaigns=self._of("campaign", Campaign))

    def _config_shape(self) -> Config:
        shape = self.shapes["config", self.config_path.stem]
        assert isinstance(shape, Config)
        return shape

    def _check(self, kind: FileKind, check: Check) -> None:
        """Check every file of a kind; one that stands as its last good text must pass again."""
        for key in [key for key in self.shapes if key[0] == kind]:
            read = Read(self.sources[key], self.shapes[key])
            if key not in self.kept:
                self._hold(read, check)
            elif not passes(read, check):
                del self.shapes[key], self.sources[key]
        self.problems += draft_problems(self.reads, kind, check)

    def _of(self, kind: FileKind, shape: type[Kept]) -> dict[str, Kept]:
        return {
            key[1]: one
            for key, one in self.shapes.items()
            if key[0] == kind and isinstance(one, shape)
        }

    def _without_calendar(self, source: SourceFile) -> None:
        config = self._config_shape()
        path = self.broken.get(("workdays", config.workdays))
        known = self._of("workdays", Workdays)
        fault = missing_file(("workdays",), "workdays", config.workdays, known, str(path or ""))
        self.problems += placed(source, [fault])
        self.broken["config", source.id] = source.path

    def ordered(self) -> tuple[Problem, ...]:
        """Return the problems by file, line and column, those of config.toml first."""
        return in_order(offering_names(self.problems, self.shapes), self.config_path)


def _laid_over(root: Path, over: Sequence[Path]) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """List a folder with others laid over it: of each kind and id the last one stands."""
    listed, odd = list_folder(root)
    found = {(one.kind, one.id): one for one in listed}
    for folder in over:
        above, wrong = list_folder(folder)
        found |= {(one.kind, one.id): one for one in above}
        odd += wrong
    order = [kind for kind, _ in FOLDERS]
    return tuple(sorted(found.values(), key=lambda one: (order.index(one.kind), one.id))), odd


def _served(known: Collection[tuple[str, str]]) -> list[Listed]:
    """List the shipped forums, playbooks and calendars that the folder does not have itself."""
    folder = shipped_folder()
    listed = list_folder(folder)[0] if folder else ()
    return [one for one in listed if one.kind != "campaign" and (one.kind, one.id) not in known]

"""Reads config.toml and the campaigns folder: the files in force, and what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from tracker.campaign import Campaign, Forum, Playbook, Workdays, World
from tracker.checking import (
    campaign_faults,
    config_faults,
    forum_faults,
    missing_file,
    playbook_faults,
    workdays_faults,
)
from tracker.config import Config
from tracker.errors import Fault, Problem
from tracker.loading.files import (
    FOLDERS,
    FileKind,
    Listed,
    SourceFile,
    list_folder,
    shown_path,
)
from tracker.loading.one_file import Read, read_data, read_listed
from tracker.loading.placing import placed
from tracker.loading.shapes import Shape
from tracker.loading.shipped import shipped_folder

FileKey = tuple[str, str]
Check = Callable[[str, Shape], list[Fault]]
Kept = TypeVar("Kept", bound=Shape)
LastGood = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Reading:
    """All files as read at one moment.

    `world` is None only if config.toml cannot be used. `files` are the files on the disk, sound
    and broken, with the shipped ones that serve; `in_force` are the texts that the world was made
    of, by kind and id. `not_in_force` names the files with errors, whether or not an earlier
    version of them stays in force.
    """

    world: World | None
    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]
    not_in_force: tuple[str, ...]
    config_path: Path
    in_force: Mapping[tuple[str, str], SourceFile] = field(default_factory=dict)


def read_world(
    config_path: Path,
    *,
    now: datetime | None = None,
    last_good: LastGood | None = None,
    campaigns: Path | None = None,
    over: Sequence[Path] = (),
) -> Reading:
    """Read config.toml and everything in its campaigns folder (or in `campaigns`).

    The folders in `over` are laid over it, one after the other: a file in a later one stands for
    the same file in those before it.
    A file with errors is left out, or stands as its text in `last_good` (by kind and id) has it.
    With `now` a fact in the future is an error, and campaigns with nothing ahead are warned of.
    """
    return _Folder(config_path, last_good or {}, now).read(campaigns, over)


@dataclass
class _Folder:
    """The files read so far, and which of them hold."""

    config_path: Path
    last_good: LastGood
    now: datetime | None
    reads: list[Read] = field(default_factory=list)
    shapes: dict[FileKey, Shape] = field(default_factory=dict)
    sources: dict[FileKey, SourceFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: dict[FileKey, Path] = field(default_factory=dict)

    def read(self, campaigns: Path | None, over: Sequence[Path]) -> Reading:
        config = self._config()
        named = Path(config.campaigns if config else "campaigns")
        listed, odd = _laid_over(campaigns or self.config_path.parent / named, over)
        self.problems += self._folder_problems(odd, named=config is not None and not campaigns)
        for one in (*listed, *_served({(one.kind, one.id) for one in listed})):
            self._take(one)
        world = self._joined(config) if config else None
        return Reading(
            world=world,
            files=tuple(read.source for read in self.reads),
            problems=self._ordered(),
            not_in_force=tuple(sorted(str(path) for path in self.broken.values())),
            config_path=self.config_path,
            in_force=dict(self.sources),
        )

    def _folder_problems(self, odd: tuple[Problem, ...], *, named: bool) -> list[Problem]:
        """Tell a folder that is not there where it is named: in config.toml."""
        source = self.sources.get(("config", self.config_path.stem))
        missing = next((one for one in odd if one.code == "no-folder"), None)
        if missing is None or source is None or not named:
            return list(odd)
        message = f"there is no folder {missing.file}"
        hint = "make it, or name the right one"
        fault = Fault(path=("campaigns",), code="no-folder", message=message, hint=hint)
        return placed(source, [fault])

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
        if read.shape is None:
            self._break(read.source, _own_faults)
        else:
            self._hold(read, _own_faults)

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
        text = self.last_good.get(key)
        if text is None:
            return
        read = read_data(source.kind, source.id, source.path, text.encode("utf-8", "replace"))
        if read.shape is not None and _passes(read, _own_faults) and _passes(read, check):
            self._keep(read)

    def _keep(self, read: Read) -> None:
        assert read.shape is not None
        key = (read.source.kind, read.source.id)
        self.shapes[key], self.sources[key] = read.shape, read.source

    def _joined(self, config: Config) -> World | None:
        """Check what only several files show together, from the ground up."""
        world = World(config=config)
        world.workdays.update(self._of("workdays", Workdays))
        if config.workdays not in world.workdays:
            self._without_calendar(config, world)
            return None
        world.forums.update(self._of("forum", Forum))
        self._check("playbook", partial(_playbook_faults, config))
        world.playbooks.update(self._of("playbook", Playbook))
        broken = {key: str(path) for key, path in self.broken.items() if key not in self.shapes}
        self._check("campaign", partial(_campaign_faults, world, broken, self.now))
        world.campaigns.update(self._of("campaign", Campaign))
        return world

    def _check(self, kind: FileKind, check: Check) -> None:
        """Check every file of a kind; one that stands as its last good text must pass again."""
        for key in [key for key in self.shapes if key[0] == kind]:
            read = Read(self.sources[key], self.shapes[key])
            if key not in self.broken:
                self._hold(read, check)
            elif not _passes(read, check):
                del self.shapes[key], self.sources[key]

    def _of(self, kind: FileKind, shape: type[Kept]) -> dict[str, Kept]:
        return {
            key[1]: one
            for key, one in self.shapes.items()
            if key[0] == kind and isinstance(one, shape)
        }

    def _without_calendar(self, config: Config, world: World) -> None:
        source = self.sources["config", self.config_path.stem]
        path = self.broken.get(("workdays", config.workdays))
        fault = missing_file(
            ("workdays",), "workdays", config.workdays, world.workdays, str(path or "")
        )
        self.problems += placed(source, [fault])
        self.broken["config", source.id] = source.path

    def _ordered(self) -> tuple[Problem, ...]:
        """Return the problems by file, line and column, those of config.toml first."""
        config = str(shown_path(self.config_path))
        return tuple(
            sorted(
                self.problems,
                key=lambda one: (one.file != config, one.file, one.line, one.column),
            )
        )


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


def _served(known: set[FileKey]) -> list[Listed]:
    """List the shipped forums, playbooks and calendars that the folder does not have itself."""
    folder = shipped_folder()
    listed = list_folder(folder)[0] if folder else ()
    return [one for one in listed if one.kind != "campaign" and (one.kind, one.id) not in known]


def _own_faults(_: str, shape: Shape) -> list[Fault]:
    """Return the faults that a file shows by itself."""
    match shape:
        case Config():
            return config_faults(shape)
        case Workdays():
            return workdays_faults(shape)
        case Forum():
            return forum_faults(shape)
        case Campaign() | Playbook():
            return []


def _playbook_faults(config: Config, _: str, shape: Shape) -> list[Fault]:
    assert isinstance(shape, Playbook)
    return playbook_faults(shape, config)


def _campaign_faults(
    world: World, broken: Mapping[FileKey, str], now: datetime | None, name: str, shape: Shape
) -> list[Fault]:
    assert isinstance(shape, Campaign)
    return campaign_faults(name, shape, world, broken=broken, now=now)


def _passes(read: Read, check: Check) -> bool:
    assert read.shape is not None
    return all(fault.severity == "warning" for fault in check(read.source.id, read.shape))

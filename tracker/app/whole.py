"""What the last look at all files came to, kept so that the next start need not look at them all.

Nothing here is a plan: that is in the outbox, and this says only whether it was made of the very
files that stand on the disk.
"""

import sys
import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msgspec import Struct, json
from msgspec.structs import replace

import tracker
from tracker.app.engine import Engine
from tracker.app.in_force import InForce
from tracker.app.lazily import Lazily
from tracker.campaign import Campaign, Forum, Playbook, Workdays, World
from tracker.config import Config
from tracker.errors import Problem
from tracker.loading import read_again
from tracker.loading.files import FOLDERS, FileKind
from tracker.loading.shipped import shipped_digest
from tracker.loading.standing import FileKey
from tracker.loading.world import Reading
from tracker.store import Store

MARK = "whole"
_KINDS = {folder: kind for kind, folder in FOLDERS}
_PACKAGES = ("holidays", "tzdata", "python-dateutil")


class SharedFile(Struct, frozen=True):
    """A forum, playbook, calendar or config.toml as it is in force."""

    kind: FileKind
    id: str
    path: str
    text: str


class Whole(Struct, frozen=True, kw_only=True):
    """All files as last looked at: which are in force, and how the folder differs from these.

    `unlike` are the files on the disk whose bytes are not those of the last good version, by
    path and digest: broken ones and held edits. `absent` are last good versions without a file.
    `made_by` is the program that looked and what it goes by; `number` is the journal's last entry
    then. Of the problems only errors are kept: warnings are said by `tracker check`.
    """

    made_by: str
    looked_at: datetime
    edited_at: datetime | None
    number: int
    campaigns: tuple[str, ...]
    shared: tuple[SharedFile, ...]
    problems: tuple[Problem, ...]
    unlike: dict[str, str]
    absent: tuple[FileKey, ...]


@cache
def maker() -> str:
    """Say which program this is, and the calendars and time zones that it goes by."""
    python = ".".join(map(str, sys.version_info[:3]))
    packages = (f"{name} {_version(name)}" for name in _PACKAGES)
    return "; ".join((tracker.__version__, python, *packages, _zones(), shipped_digest()))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _zones() -> str:
    """Return which edition of the time zones the system has, where it says so."""
    for folder in zoneinfo.TZPATH:
        try:
            with Path(folder, "tzdata.zi").open(encoding="utf-8") as zones:
                return zones.readline().strip()
        except OSError:
            continue
    return "no edition"


def note_whole(
    engine: Engine, reading: Reading, contents: Mapping[Path, str], config: Path, *, now: datetime
) -> None:
    """Write down what a look at all files came to, once it is in force and planned with."""
    store, files = engine.store, engine.files
    unlike, absent = _apart(store, contents, config)
    shared = (one for key, one in reading.in_force.items() if key[0] != "campaign")
    found = Whole(
        made_by=maker(),
        looked_at=now,
        edited_at=engine.edited_at,
        number=store.last_number(),
        campaigns=tuple(files.world.campaigns),
        shared=tuple(SharedFile(one.kind, one.id, str(one.path), one.text) for one in shared),
        problems=tuple(one for one in files.problems if one.severity == "error"),
        unlike=unlike,
        absent=absent,
    )
    store.mark(MARK, json.encode(found).decode(), now=now)


def last_whole(store: Store) -> Whole | None:
    """Return what was last written down; None if there is nothing that this program can read."""
    mark = store.marked(MARK)
    try:
        return None if mark is None else json.decode(mark.value, type=Whole)
    except ValueError:
        return None  # an older tracker's: it is looked at anew


def still_stands(whole: Whole, store: Store, contents: Mapping[Path, str], config: Path) -> bool:
    """Say whether the same program would find the very same files, byte for byte."""
    return whole.made_by == maker() and (whole.unlike, whole.absent) == _apart(
        store, contents, config
    )


def _apart(
    store: Store, contents: Mapping[Path, str], config: Path
) -> tuple[dict[str, str], tuple[FileKey, ...]]:
    """Return which files differ from their last good versions, and which of these have no file."""
    good = store.good_digests()
    there = {_key_of(path, config): (path, digest) for path, digest in contents.items()}
    unlike = {
        str(path): digest for key, (path, digest) in there.items() if good.get(key) != digest
    }
    return unlike, tuple(sorted(good.keys() - there.keys()))


def _key_of(path: Path, config: Path) -> FileKey:
    kind = "config" if path == config else _KINDS.get(path.parent.name, "campaign")
    return kind, path.stem


def files_of(whole: Whole, store: Store) -> InForce:
    """Return the files in force, each campaign's read from the database when it is asked for."""

    def campaign(name: str) -> Campaign:
        good = store.good_file("campaign", name)
        assert good is not None
        shape = read_again("campaign", good.text)
        assert isinstance(shape, Campaign)
        return shape

    world = _shared_of(whole)
    world = replace(world, campaigns=Lazily(dict.fromkeys(whole.campaigns), campaign))
    return InForce.late(world, whole.problems)


def _shared_of(whole: Whole) -> World:
    shapes = {(one.kind, one.id): read_again(one.kind, one.text) for one in whole.shared}
    config = next(one for one in shapes.values() if isinstance(one, Config))
    return World(
        config=config,
        forums={key[1]: one for key, one in shapes.items() if isinstance(one, Forum)},
        playbooks={key[1]: one for key, one in shapes.items() if isinstance(one, Playbook)},
        workdays={key[1]: one for key, one in shapes.items() if isinstance(one, Workdays)},
    )

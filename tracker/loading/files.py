"""Opens files under caps: regular ones only, never through a link, never more than fits."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from tracker.errors import Problem
from tracker.fields import is_slug, slug_of

FileKind = Literal["campaign", "forum", "playbook", "workdays", "config"]
LARGEST_BYTES = 4 * 1024 * 1024
MOST_FILES = 5_000
FOLDERS: tuple[tuple[FileKind, str], ...] = (
    ("workdays", "workdays"),
    ("forum", "forums"),
    ("playbook", "playbooks"),
    ("campaign", "."),
)
# What editors and copying programs leave behind, for a moment or for good.
_DROPPINGS = ("*~", ".*", "#*#", "4913", "*.tmp", "*.swp", "*.swo")


_JOINERS = "\u200c\u200d"  # Persian and Indic names need them


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as read: `id` is its stem, `path` as people see it, `digest` of its bytes."""

    kind: FileKind
    id: str
    path: Path
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that stands in one of our folders, not read yet."""

    kind: FileKind
    id: str
    path: Path


def shown_path(path: Path) -> Path:
    """Name a file as people do: relative to the current directory if it lies beneath it."""
    here = Path.cwd()
    whole = Path(os.path.normpath(here / path))
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def digest_of(data: bytes) -> str:
    """Return what tells two versions of a file apart: blake2b of its bytes, in hex."""
    return blake2b(data, digest_size=32).hexdigest()


def read_bytes(path: Path) -> bytes | Problem:
    """Read a regular file of at most 4 MiB; anything else is a problem, and never waits.

    The file is opened without following a link and looked at once it is open, so that nothing
    can be put in its place in between. Opening without waiting keeps a pipe from holding us.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if path.is_symlink():
            return _refused(path, "not-a-file", "this is a link, and links are not followed")
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as wrong:
        return _refused(path, "unreadable", _said(wrong), hint=_mend(wrong))
    try:
        return _read_open(path, handle)
    except OSError as wrong:
        return _refused(path, "unreadable", _said(wrong))
    finally:
        os.close(handle)


def list_folder(root: Path) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """List the campaigns folder and its three subfolders, in a fixed order, and what is odd."""
    found: list[Listed] = []
    problems: list[Problem] = []
    if not root.is_dir():
        message = "there is no such folder"
        return (), (_refused(root, "no-folder", message, hint="make it, or mend `campaigns`"),)
    shown = shown_path(root)
    for kind, name in FOLDERS:
        for path in _names(shown / name, problems):
            if path.suffix.lower() == ".toml" and is_slug(path.stem) and path.suffix == ".toml":
                found.append(Listed(kind, path.stem, path))
            else:
                problems.extend(_misnamed(path))
    if len(found) > MOST_FILES:
        rest = f"{len(found):,} files stand here, and {MOST_FILES:,} are the most"
        problems.append(_refused(root, "too-many-files", f"{rest}: the others are not read"))
    return tuple(found[:MOST_FILES]), tuple(problems)


def _names(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as wrong:
        problems.append(_refused(folder, "unreadable", _said(wrong), hint=_mend(wrong)))
        return
    for path in paths:
        if not any(fnmatch(path.name, dropping) for dropping in _DROPPINGS):
            yield path


def _misnamed(path: Path) -> Iterator[Problem]:
    """Name files that were meant for us and are not read as they are called."""
    name = path.name.lower()
    if name.endswith(".toml"):
        message = "a file's name is its id: small letters, digits and hyphens, then .toml"
        yield _refused(
            path, "file-name", message, hint=f'rename it to "{slug_of(name[:-5])}.toml"'
        )
    elif name.endswith((".toml.txt", ".toml.bak")):
        hint = f'rename it to "{slug_of(name[:-9])}.toml" if it is meant'
        yield _refused(path, "file-name", "only files that end in .toml are read", hint, "warning")


def _read_open(path: Path, handle: int) -> bytes | Problem:
    what = os.fstat(handle)
    if not stat.S_ISREG(what.st_mode):
        return _refused(path, "not-a-file", f"this is {_kind_of(what.st_mode)}, not a file")
    with os.fdopen(os.dup(handle), "rb") as stream:
        data = stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        size = f"{what.st_size / 1024 / 1024:.1f} MiB"
        return _refused(path, "too-large", f"the file has {size}; 4 MiB is the most")
    return data


def _kind_of(mode: int) -> str:
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"


def _said(wrong: OSError) -> str:
    return f"the file cannot be read: {(wrong.strerror or str(wrong)).lower()}"


def _mend(wrong: OSError) -> str | None:
    return "let the tracker's account read it" if isinstance(wrong, PermissionError) else None


def _refused(
    path: Path,
    code: str,
    message: str,
    hint: str | None = None,
    severity: Literal["error", "warning"] = "error",
) -> Problem:
    return Problem(
        file=printable(str(shown_path(path))),
        line=1,
        column=1,
        key="",
        code=code,
        message=message,
        hint=hint,
        severity=severity,
    )


def printable(said: str) -> str:
    """Return a name or a sentence without what a terminal or a mail would choke on."""
    return "".join(
        sign if sign.isprintable() or sign in _JOINERS else "\N{REPLACEMENT CHARACTER}"
        for sign in said
    )

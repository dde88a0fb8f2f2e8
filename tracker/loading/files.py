"""Opens files under caps: regular ones only, never through a link, never more than fits."""

import os
import re
import stat
from collections.abc import Iterator
from fnmatch import translate
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tracker.errors import Problem
from tracker.fields import is_slug, slug_of

FileKind = Literal["campaign", "forum", "playbook", "workdays", "config"]
LARGEST_BYTES = 4 * 1024 * 1024
MOST_FILES = 12_000
FOLDERS: tuple[tuple[FileKind, str], ...] = (
    ("workdays", "workdays"),
    ("forum", "forums"),
    ("playbook", "playbooks"),
    ("campaign", "."),
)
_SUBFOLDERS = frozenset(name for _, name in FOLDERS if name != ".")
_IN_ITS_PLACE = "put the file itself in its place"
MOST_ODD = 100
# What editors and copying programs leave behind, for a moment or for good.
_DROPPINGS = ("*~", ".*", "#*#", "4913", "*.tmp", "*.sw?", "*.part", "*.filepart")


_DROPPED = re.compile("|".join(map(translate, _DROPPINGS)))
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_TO_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_JOINERS = "\u200c\u200d"  # Persian and Indic names need them


class SourceFile(Struct, frozen=True):
    """One file as read: `id` is its stem, `path` as people see it, `digest` of its bytes."""

    kind: FileKind
    id: str
    path: Path
    text: str
    digest: str


class Listed(Struct, frozen=True):
    """A file that stands in one of our folders, not read yet."""

    kind: FileKind
    id: str
    path: Path


def shown_path(path: Path) -> Path:
    """Name a file as people do: relative to the current directory if it lies beneath it.

    Everything lies beneath the root folder, where a service stands: there its whole path is told.
    """
    here = Path.cwd()
    whole = Path(os.path.normpath(here / path))
    beneath = here != Path(here.anchor) and whole.is_relative_to(here)
    return whole.relative_to(here) if beneath else whole


def digest_of(data: bytes) -> str:
    """Return what tells two versions of a file apart: blake2b of its bytes, in hex."""
    return blake2b(data, digest_size=32).hexdigest()


def read_bytes(path: Path) -> bytes | Problem:
    """Read a regular file of at most 4 MiB; anything else is a problem, and never waits.

    The file is opened without following a link and looked at once it is open, so that nothing
    can be put in its place in between. Opening without waiting keeps a pipe from holding us.
    """
    try:
        if not _NO_LINK and path.is_symlink():
            return _is_link(path)
        handle = _opened(path, _TO_READ)
    except OSError as wrong:
        if path.is_symlink():
            return _is_link(path)
        return _refused(path, "unreadable", _said(wrong), hint=_mend(wrong))
    try:
        return _read_open(path, handle)
    except OSError as wrong:
        return _refused(path, "unreadable", _said(wrong))
    finally:
        os.close(handle)


def _is_link(path: Path) -> Problem:
    message = "this is a link, and links are not followed"
    return _refused(path, "not-a-file", message, _IN_ITS_PLACE)


def _opened(path: Path, flags: int) -> int:
    """Open a file within its folder; one of our subfolders must not be a link either.

    The campaigns folder itself may be one: config.toml names it, and that is the administrator's.
    """
    if path.parent.name not in _SUBFOLDERS or os.open not in os.supports_dir_fd:
        return os.open(path, flags)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        return os.open(path.name, flags, dir_fd=folder)
    finally:
        os.close(folder)


def list_folder(root: Path) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """List the campaigns folder and its three subfolders, in a fixed order, and what is odd."""
    found: list[Listed] = []
    problems: list[Problem] = []
    more = 0
    if not os.access(root, os.R_OK | os.X_OK) or not root.is_dir():
        return (), (_shut(root),)
    shown = shown_path(root)
    for kind, name in FOLDERS:
        for path in _names(shown / name, problems):
            if path.suffix == ".toml" and is_slug(path.stem):
                found.append(Listed(kind, path.stem, path))
            elif len(problems) < MOST_ODD:
                problems.extend(_misnamed(path))
            else:
                more += path.name.lower().endswith(".toml")
    if len(found) > MOST_FILES:
        rest = f"{len(found):,} files stand here, and {MOST_FILES:,} are the most"
        problems.append(_refused(root, "too-many-files", f"{rest}: the others are not read"))
    if more:
        message = f"{more:,} more files here cannot be read as they are called"
        hint = "move what is no campaign to another folder"
        problems.append(_refused(root, "file-name", message, hint))
    return tuple(found[:MOST_FILES]), tuple(problems)


def toml_names(folder: Path) -> list[str]:
    """List the names in a folder that are ours to look at, as many as are read; none of a link."""
    try:
        if folder.name in _SUBFOLDERS and folder.is_symlink():
            return []
        names = os.listdir(folder)  # noqa: PTH208 -- a hundred thousand paths take their time
    except OSError:
        return []
    ours = (one for one in names if one.endswith(".toml") and not one.startswith((".", "#")))
    return sorted(ours)[: MOST_FILES + 1]


def _shut(root: Path) -> Problem:
    """Say why nothing of a folder can be listed: it is not there, or not ours to read."""
    if os.access(root, os.F_OK) and root.is_dir():
        message = "the folder cannot be read: permission denied"
        return _refused(root, "unreadable", message, hint="let the tracker's account read it")
    message = "there is no such folder"
    return _refused(root, "no-folder", message, hint="make it, or mend `campaigns`")


def _names(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    if folder.name in _SUBFOLDERS and folder.is_symlink():
        message = "this folder is a link, and links are not followed"
        problems.append(_refused(folder, "not-a-file", message, hint="put the folder itself here"))
        return
    try:
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as wrong:
        problems.append(_refused(folder, "unreadable", _said(wrong), hint=_mend(wrong)))
        return
    for path in paths:
        if not _DROPPED.match(path.name):
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
        message = f"this is {_kind_of(what.st_mode)}, not a file"
        return _refused(path, "not-a-file", message, _IN_ITS_PLACE)
    data = _read(handle, min(what.st_size, LARGEST_BYTES) + 1)
    if len(data) > LARGEST_BYTES:
        size = f"{what.st_size / 1024 / 1024:.1f} MiB"
        message = f"the file has {size}; 4 MiB is the most"
        return _refused(path, "too-large", message, "see that it is the file that you mean")
    return data


def _read(handle: int, size: int) -> bytes:
    """Read to the end, or to beyond what is read at most: a file may grow meanwhile."""
    parts = [os.read(handle, size)]
    while parts[-1] and sum(map(len, parts)) <= LARGEST_BYTES:
        parts.append(os.read(handle, size))
    return b"".join(parts)


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

"""The doctor's look at the database: its file, its owner, its health, who works on it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tracker.app.doctor.finding import Finding, failure, ok, warning
from tracker.app.holding.epoch import must_be_there
from tracker.errors import TrackerError
from tracker.store.engine import database_file, database_url
from tracker.store.lock import is_held
from tracker.store.looking import has_tables, look_at, version_on
from tracker.store.schema import NEWEST
from tracker.store.sqlite import shut_folder

FLOOR_BYTES = 64 * 1024 * 1024
_TIMES_THE_DATABASE = 5
_MEGABYTE = 1024 * 1024
_RESTORE = "put it aside and restore a backup: docs/keeping-and-forgetting.md"


class Found(Struct, frozen=True):
    """What is said of the database, and whether its tables can be asked."""

    findings: tuple[Finding, ...]
    usable: bool


def database(url: str, *, base: Path) -> Found:
    """Look at the database without making or changing anything."""
    try:
        address = database_url(url)
    except TrackerError as wrong:
        return _lost(str(wrong), "mend `database` in config.toml")
    file = database_file(address, base=base)
    return _on_a_server(url, base) if file is None else _on_a_file(file)


def _lost(said: str, fix: str, *others: Finding) -> Found:
    return Found((failure("database", said, fix), *others), usable=False)


def _on_a_file(file: Path) -> Found:
    if file.is_dir():
        return _lost(f"{file} is a folder", 'name a file, like "sqlite:///tracker.db"')
    if not has_tables(file):
        return Found((_to_be_made(file), _space(file.parent, 0)), usable=False)
    findings = [*_modes(file), _space(file.parent, file.stat().st_size), _daemon(file)]
    shut = shut_folder(file)
    return _lost(*shut, *findings) if shut else _looked(file, findings)


def _looked(file: Path, findings: list[Finding]) -> Found:
    """Look into the file, beside what was found without opening it."""
    try:
        look = look_at(file, thorough=False)
    except TrackerError as wrong:
        return _lost(str(wrong), _RESTORE, *findings)
    if look.damage:
        return _lost(f"{file} is damaged: {look.damage[0]}", _RESTORE, *findings)
    rows = ", ".join(f"{count} in {name}" for name, count in look.rows.items())
    said = f"{file} is sound, journal mode {look.journal_mode}; rows: {rows}"
    return Found((_tables(look.version, said), *findings), usable=look.version == NEWEST)


def _on_a_server(url: str, base: Path) -> Found:
    try:
        version = version_on(url, base=base)
    except TrackerError as wrong:
        return _lost(str(wrong), "docs/several-machines.md says how the server is set up")
    if version is None:
        found = ok("database", "the server lets us in; its tables are made at the first start")
        return Found((found,), usable=False)
    said = f"the server lets us in; its tables are of version {version}"
    return Found((_tables(version, said),), usable=version == NEWEST)


def _to_be_made(file: Path) -> Finding:
    try:
        must_be_there(file)
    except TrackerError as gone:
        return failure("database", str(gone), _RESTORE)
    if os.access(file.parent, os.W_OK | os.X_OK):
        return ok("database", f"{file} is made at the first `tracker run`")
    return failure(
        "database",
        f"there is no {file}, and its folder cannot be written",
        f"make the folder and give it to the tracker's user: install -d -m 700 {file.parent}",
    )


def _tables(version: str | None, said: str) -> Finding:
    if version == NEWEST:
        return ok("database", said)
    older = f"its tables are of version {version}, this tracker has those of {NEWEST}"
    if version is not None and version > NEWEST:
        return failure("database", older, "install the newer tracker again")
    return warning("database", older, "back it up; the next start brings it up to date")


def _modes(file: Path) -> Iterator[Finding]:
    found, user = file.stat(), os.geteuid()
    if found.st_uid != user:
        yield failure(
            "database's owner",
            f"{file} belongs to user {found.st_uid}, and this is user {user}",
            "ask as the tracker's own user, or give the file to it",
        )
    if found.st_mode & 0o077:
        yield failure(
            "database's mode",
            f"others may use {file} (mode {found.st_mode & 0o777:o})",
            f"chmod 600 {file}",
        )
    elif not os.access(file, os.W_OK):
        yield failure("database's mode", f"{file} cannot be written", f"chmod 600 {file}")
    else:
        yield ok("database's mode", f"{found.st_mode & 0o777:o}, ours alone")
    if file.parent.stat().st_mode & 0o002:
        yield failure(
            "database's folder",
            f"anybody may put another file in the place of {file}",
            f"chmod o-w {file.parent}",
        )


def _space(folder: Path, database_bytes: int) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as refused:
        said = f"{folder}: {refused.strerror}"
        return failure("free space", said, "make the folder that config.toml names")
    said = f"{free // _MEGABYTE} MB are free on the database's disk"
    if free < FLOOR_BYTES:
        return failure("free space", f"{said}, too few to write mails down", "make room")
    if free < _TIMES_THE_DATABASE * database_bytes:
        return warning("free space", f"{said}, less than five times the database", "make room")
    return ok("free space", said)


def _daemon(file: Path) -> Finding:
    held = is_held(file)
    if held is None:
        return ok("daemon", "this machine does not tell whether one is running")
    if held:
        return ok("daemon", "one is running on this database")
    return warning("daemon", "none is running", "systemctl start advocacy-tracker, or tracker run")

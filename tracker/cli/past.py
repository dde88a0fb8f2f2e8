"""What is taken for the past: the database's memory, or that of a replay."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tracker.cli.moments import Asked, end_of, show_asked
from tracker.cli.reading import Files, must_have_folder, read_files, say_not_in_force
from tracker.events import History, replayed

if TYPE_CHECKING:
    from tracker.store import Store

SQLITE_FILE = "sqlite:///"


class Past(Struct, frozen=True):
    """The files, the moment asked about and the history up to it; `store` is the live one."""

    files: Files
    asked: Asked
    history: History
    store: "Store | None"

    @property
    def now(self) -> datetime:
        """Return the moment asked about."""
        return self.asked.at

    @property
    def said(self) -> str:
        """Say the moment as it was asked."""
        return show_asked(self.asked, self.files.home)


@contextmanager
def looking_back(args: Namespace) -> Iterator[Past]:
    """Open the past that a question is about.

    With `--at` it is what a replay has at that moment; without it is the present, with the
    database's memory if there is a database. None is ever made here.
    """
    real = args.clock()
    files = read_files(args, now=real)
    store = None if args.at else open_store(args, files)
    try:
        if store is not None:
            files = read_files(args, now=real, store=store)
        must_have_folder(files)
        say_not_in_force(files)
        asked = end_of("--at", args.at, files.home) if args.at else Asked(real)
        yield Past(files, asked, _history(files, store, real), store)
    finally:
        if store is not None:
            store.close()


def open_store(args: Namespace, files: Files) -> "Store | None":
    """Open the database if there is one; ConfigError where one is gone that mail was sent from."""
    url, base = files.world.config.database, args.config.parent
    if url.startswith(SQLITE_FILE) and _never_was(base / url.removeprefix(SQLITE_FILE)):
        return None
    from tracker.store import Store  # noqa: PLC0415 -- a third of a second, and mostly not needed

    return Store.open(url, base=base)


def _never_was(file: Path) -> bool:
    """Say that there is no database yet; a file with nothing in it is none, and stays empty."""
    if file.exists() and file.stat().st_size:
        return False
    if file.with_name(f"{file.name}.epoch").exists():
        from tracker.app.holding.epoch import must_be_there  # noqa: PLC0415 -- as above

        must_be_there(file)
    return True


def _history(files: Files, store: "Store | None", now: datetime) -> History:
    if store is None:
        return replayed(files.world)
    from tracker.app.live import live_history  # noqa: PLC0415 -- as above

    return live_history(store, files.world, now=now)

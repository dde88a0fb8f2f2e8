"""What is taken for the past: the database's memory, or that of a replay."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from tracker.cli.database import open_store
from tracker.cli.moments import Asked, end_of, show_asked
from tracker.cli.reading import Files, must_have_folder, read_files, say_not_in_force
from tracker.events import History, replayed

if TYPE_CHECKING:
    from tracker.store import Store


class Past(Struct, frozen=True):
    """The files, the moment asked about and the history up to it; `store` is the live one.

    `is_first` says that there is none, and the present is that of a tracker that first runs now.
    """

    files: Files
    asked: Asked
    history: History
    store: "Store | None"
    is_first: bool = False

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
    database's memory, or that of a tracker which has none yet. No database is ever made here.
    """
    real = args.clock()
    files = read_files(args, now=real)
    store = None if args.at else open_store(args, files.world.config)
    try:
        if store is not None:
            files = read_files(args, now=real, store=store)
        must_have_folder(files)
        say_not_in_force(files)
        asked = end_of("--at", args.at, files.home, near=real) if args.at else Asked(real)
        is_first = store is None and not args.at
        yield Past(files, asked, _history(args, files, store, real), store, is_first)
    finally:
        if store is not None:
            store.close()


def _history(args: Namespace, files: Files, store: "Store | None", now: datetime) -> History:
    """Return what is remembered; where nothing is, what a tracker knows that starts now."""
    if args.at:
        return replayed(files.world)
    from tracker.app.live import first_history, live_history  # noqa: PLC0415 -- loads the database

    if store is None:
        return first_history(files.world, now=now)
    return live_history(store, files.world, now=now)

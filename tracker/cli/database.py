"""The database that config.toml names: opened where there is one, and never made."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config

if TYPE_CHECKING:
    from tracker.store import Store

SQLITE_FILE = "sqlite:///"


def open_store(args: Namespace, config: Config) -> "Store | None":
    """Open the database if there is one; ConfigError where one is gone that mail was sent from."""
    url, base = config.database, args.config.parent
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

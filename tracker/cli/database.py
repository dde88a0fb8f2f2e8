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
    if _is_none(args, config):
        return None
    from tracker.store import Store  # noqa: PLC0415 -- a third of a second, and mostly not needed

    return Store.open(config.database, base=args.config.parent)


def open_as_it_is(args: Namespace, config: Config) -> "Store | None":
    """Open the database if there is one whose tables need not be made, nor brought up to date."""
    if _is_none(args, config):
        return None
    from tracker.store import Store  # noqa: PLC0415 -- as above
    from tracker.store.looking import version_on  # noqa: PLC0415 -- as above
    from tracker.store.schema import NEWEST  # noqa: PLC0415 -- as above

    url, base = config.database, args.config.parent
    return Store.open(url, base=base) if version_on(url, base=base) == NEWEST else None


def _is_none(args: Namespace, config: Config) -> bool:
    url, base = config.database, args.config.parent
    return url.startswith(SQLITE_FILE) and _never_was(base / url.removeprefix(SQLITE_FILE))


def _never_was(file: Path) -> bool:
    """Say that there is no database yet; a file with nothing in it is none, and stays empty."""
    if file.exists() and file.stat().st_size:
        return False
    if file.with_name(f"{file.name}.epoch").exists():
        from tracker.app.holding.epoch import must_be_there  # noqa: PLC0415 -- as above

        must_be_there(file)
    return True

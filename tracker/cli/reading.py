"""The files as the commands read them, and what is said of those that are not in force."""

import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.campaign import World
from tracker.cli.database import open_as_it_is
from tracker.cli.nearest import no_such
from tracker.cli.wrapping import say
from tracker.config import Config
from tracker.dates import zone
from tracker.digest.say import many
from tracker.errors import ConfigError, Problem, QuestionError, TrackerError
from tracker.loading.campaigns_folder import folder_problems
from tracker.loading.config_alone import read_config
from tracker.loading.files import shown_path
from tracker.loading.world import Reading, read_world
from tracker.report import show_problems

if TYPE_CHECKING:
    from tracker.store import Store


class Remembered(Struct, frozen=True):
    """A reading among what the database remembers.

    `kept` says of when the last good versions are that are in force, by path.
    """

    reading: Reading
    kept: Mapping[str, str] = {}


class Files(Struct, frozen=True):
    """A reading whose config.toml could be used; `kept` as in Remembered."""

    reading: Reading
    world: World
    kept: Mapping[str, str] = {}

    @property
    def home(self) -> ZoneInfo:
        """Return config.toml's zone: that of its default working-day calendar."""
        return _home(self.world)

    def campaign(self, campaign_id: str) -> str:
        """Return the id of a campaign in force, else raise QuestionError with the nearest."""
        if campaign_id in self.world.campaigns:
            return campaign_id
        broken = [
            file for file in self.reading.not_in_force if file.endswith(f"/{campaign_id}.toml")
        ]
        if broken:
            raise QuestionError(
                f"{broken[0]} has errors and is not in force: run `tracker check {broken[0]}`."
            )
        raise QuestionError(no_such("campaign", campaign_id, self.world.campaigns))

    def coordinator(self, coordinator_id: str) -> str:
        """Return the id of a coordinator, else raise QuestionError with the nearest."""
        ids = [one.id for one in self.world.config.coordinator]
        if coordinator_id not in ids:
            raise QuestionError(no_such("coordinator", coordinator_id, ids))
        return coordinator_id


def read_files(
    args: Namespace,
    *,
    now: datetime | None = None,
    store: "Store | None" = None,
) -> Files:
    """Read everything; ConfigError, with its problems, where there is nothing to go by.

    With a `store` the files are as the daemon has them: last good versions stand for files with
    errors and for edits that are held. Without one they do so, from the database if there is one,
    only where the default calendar has errors, and all else hangs on it.
    """
    must_exist(args)
    if store is not None:
        return _usable(args, as_the_daemon(args, store, now=now or args.clock()))
    reading = read_world(args.config, now=now)
    if reading.world is None:
        return _usable(args, remembered(args, reading, now=now or args.clock()))
    return Files(reading, reading.world)


def as_the_daemon(args: Namespace, store: "Store", *, now: datetime) -> Remembered:
    """Read everything among what the database remembers."""
    from tracker.app.last_good import kept_since, read_as_kept  # noqa: PLC0415 -- loads the database

    reading = read_as_kept(args.config, store, now=now)
    if reading.world is None:
        return Remembered(reading)
    home = _home(reading.world)
    since = kept_since(reading, store)
    return Remembered(reading, {path: _version(at, home) for path, at in since.items()})


def remembered(args: Namespace, reading: Reading, *, now: datetime) -> Remembered:
    """Read everything as the daemon does, if there is a database to ask; else as it was read."""
    if reading.config is None:
        return Remembered(reading)
    try:
        store = open_as_it_is(args, reading.config)
        if store is None:
            return Remembered(reading)
        with store:
            return as_the_daemon(args, store, now=now)
    except (TrackerError, OSError):  # what is in the files can be told all the same
        return Remembered(reading)


def _usable(args: Namespace, found: Remembered) -> Files:
    reading = found.reading
    if reading.world is not None:
        return Files(reading, reading.world, found.kept)
    config = str(reading.config_path)
    said = show_problems(reading.problems, files=len(reading.files), config=config)
    say(said, file=sys.stderr)
    raise ConfigError(f"{_at_fault(args, reading)}: mend it and run `tracker check`.")


def _at_fault(args: Namespace, reading: Reading) -> str:
    """Name the file without which nothing can be told: config.toml or its default calendar."""
    calendar = ("workdays", f"{reading.config.workdays}.toml" if reading.config else "")
    for path in reading.not_in_force:
        if Path(path).parts[-2:] == calendar:
            return f"{path} has errors, and it is {args.config}'s default calendar"
    return f"{args.config} cannot be used"


def _version(at: datetime, home: ZoneInfo) -> str:
    there = at.astimezone(home)
    return f"{there.day} {there:%b %Y %H:%M}"


def _home(world: World) -> ZoneInfo:
    return zone(world.workdays[world.config.workdays].timezone)


def config_of(args: Namespace) -> Config:
    """Return config.toml, read by itself; ConfigError, with its faults, if it has any."""
    must_exist(args)
    read = read_config(args.config)
    if read.config is None:
        config = str(shown_path(args.config))
        raise ConfigError(show_problems(read.problems, files=1, config=config))
    return read.config


def must_exist(args: Namespace) -> None:
    """Raise ConfigError, with the fix, where there is no config.toml."""
    if not os.path.lexists(args.config):
        raise ConfigError(
            f"There is no {args.config}. Run this in the folder that has one,"
            " or name it: tracker --config FILE ..."
        )


def must_have_folder(files: Files) -> None:
    """Raise ConfigError where the campaigns folder is shut, and nothing of it is remembered."""
    shut = folder_problems(files.reading.problems)
    if shut and not files.world.campaigns:
        config = str(files.reading.config_path)
        raise ConfigError(show_problems(shut, files=1, config=config))


def say_not_in_force(files: Files, *, beneath: Path | None = None) -> None:
    """Name on stderr the files with errors, all or those beneath a folder, and what stands."""
    for path in files.reading.not_in_force:
        if beneath is not None and not Path(path).is_relative_to(shown_path(beneath)):
            continue
        errors = [one for one in files.reading.problems if one.file == path]
        count = many(sum(one.severity == "error" for one in errors), "error")
        more = "run `tracker check`" if beneath is None else _first(errors)
        say(_consequence(path, f"{count}; {more}", files.kept.get(path)), file=sys.stderr)


def _consequence(path: str, why: str, kept: str | None) -> str:
    if kept is None:
        return f"Not in force: {path} ({why})."
    return f"With errors: {path} ({why}): the version of {kept} stays in force."


def _first(problems: list[Problem]) -> str:
    """Say the first error of a file that `tracker check` does not look at."""
    errors = (one for one in problems if one.severity == "error")
    return next((f"line {one.line}: {one.message}" for one in errors), "see its last version")

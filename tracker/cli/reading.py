"""The files as the commands read them, and what is said of those that are not in force."""

import os
import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.campaign import World
from tracker.cli.nearest import no_such
from tracker.config import Config
from tracker.dates import zone
from tracker.errors import ConfigError, Problem, QuestionError
from tracker.loading.campaigns_folder import folder_problems
from tracker.loading.config_alone import read_config
from tracker.loading.files import shown_path
from tracker.loading.world import Reading, read_world
from tracker.report import show_problems

if TYPE_CHECKING:
    from tracker.store import Store


class Files(Struct, frozen=True):
    """A reading whose config.toml could be used."""

    reading: Reading
    world: World

    @property
    def home(self) -> ZoneInfo:
        """Return config.toml's zone: that of its default working-day calendar."""
        return zone(self.world.workdays[self.world.config.workdays].timezone)

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
    """Read everything; ConfigError, with its problems, where config.toml cannot be used.

    With a `store` the files are as the daemon has them: last good versions stand for files with
    errors and for edits that are held.
    """
    must_exist(args)
    reading = _as_the_daemon(args, now, store) if store else read_world(args.config, now=now)
    if reading.world is None:
        config = str(reading.config_path)
        said = show_problems(reading.problems, files=len(reading.files), config=config)
        print(said, file=sys.stderr)
        raise ConfigError(f"{args.config} cannot be used: mend it and run `tracker check`.")
    return Files(reading, reading.world)


def _as_the_daemon(args: Namespace, now: datetime | None, store: "Store") -> Reading:
    from tracker.app.files_seen import ended  # noqa: PLC0415 -- loads the database
    from tracker.app.guarding import held_edits  # noqa: PLC0415 -- loads the database

    moment = now or args.clock()
    return read_world(
        args.config,
        now=now,
        last_good=store.last_good(),
        ended=ended(store, now=moment),
        held=held_edits(store),
    )


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
    """Name on stderr the files that the answer leaves out, all or those beneath a folder."""
    for path in files.reading.not_in_force:
        if beneath is not None and not Path(path).is_relative_to(shown_path(beneath)):
            continue
        errors = [one for one in files.reading.problems if one.file == path]
        count = sum(one.severity == "error" for one in errors)
        word = "error" if count == 1 else "errors"
        more = "run `tracker check`" if beneath is None else _first(errors)
        print(f"Not in force: {path} ({count} {word}; {more}).", file=sys.stderr)


def _first(problems: list[Problem]) -> str:
    """Say the first error of a file that `tracker check` does not look at."""
    errors = (one for one in problems if one.severity == "error")
    return next((f"line {one.line}: {one.message}" for one in errors), "see its last version")

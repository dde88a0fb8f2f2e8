"""Reads config.toml by itself, for questions that need no campaign."""

from pathlib import Path

from msgspec import Struct

from tracker.config import Config
from tracker.errors import Problem
from tracker.loading.checks import own_faults
from tracker.loading.files import Listed, shown_path
from tracker.loading.one_file import Read, read_listed
from tracker.loading.placing import placed
from tracker.loading.toml import parse


class ReadConfig(Struct, frozen=True):
    """config.toml as far as it could be read; `config` is None where it has an error."""

    config: Config | None
    problems: tuple[Problem, ...]


def read_config(path: Path) -> ReadConfig:
    """Read and check config.toml; whether its calendar exists only all files together show."""
    read = read_listed(Listed("config", path.stem, shown_path(path)))
    if not isinstance(read.shape, Config):
        return ReadConfig(None, read.problems)
    problems = (*read.problems, *placed(read.source, own_faults("config", read.shape)))
    wrong = any(one.severity == "error" for one in problems)
    return ReadConfig(None if wrong else read.shape, problems)


def named_folder(read: Read, config: Config | None) -> str | None:
    """Return the campaigns folder that config.toml names, whatever else is wrong with it.

    None if that cannot be told: its own line or a part of the file cannot be read.
    """
    if config is not None:
        return config.campaigns
    parsed = parse(read.source.text)
    named = (parsed.values or {}).get("campaigns", None if parsed.slips else "campaigns")
    return named if isinstance(named, str) else None

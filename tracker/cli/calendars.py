"""A working-day calendar by name, from the campaigns folder or from those that ship."""

from pathlib import Path

from tracker.campaign import Workdays
from tracker.cli.nearest import no_such
from tracker.config import Config
from tracker.dates import WorkingDays
from tracker.errors import ConfigError, Problem, QuestionError
from tracker.loading import read_text, shipped_folder
from tracker.workdays import calendar

_MOST_BYTES = 4 * 1024 * 1024


def named_calendar(config_path: Path, name: str | None) -> WorkingDays:
    """Read a calendar; without a name that of config.toml, and config.toml need not be there.

    Raise ConfigError if config.toml is broken, QuestionError for an unknown or broken calendar.
    """
    config = _config(config_path) if config_path.exists() else None
    folders = [config_path.parent / config.campaigns] if config else [Path("campaigns")]
    shipped = shipped_folder()
    folders += [shipped] if shipped else []
    files = {
        file.stem: file
        for folder in reversed(folders)
        for file in sorted((folder / "workdays").glob("*.toml"))
    }
    wanted = name or (config.workdays if config else "")
    if wanted not in files:
        raise QuestionError(no_such("working-day calendar", wanted, files))
    shape, problems = read_text("workdays", wanted, files[wanted], _bytes(files[wanted]))
    if not isinstance(shape, Workdays):
        raise QuestionError(_first(problems))
    return calendar(shape)


def _config(path: Path) -> Config:
    shape, problems = read_text("config", "config", path, _bytes(path))
    if not isinstance(shape, Config):
        raise ConfigError(_first(problems))
    return shape


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as refused:
        raise ConfigError(f"{path} cannot be read: {refused.strerror}.") from None


def _first(problems: list[Problem]) -> str:
    one = problems[0]
    return f"{one.file}:{one.line}:{one.column}: {one.message}. `tracker check` shows more."

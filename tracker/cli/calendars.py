"""A working-day calendar by name, from the campaigns folder or from those that ship."""

from collections.abc import Sequence
from pathlib import Path

from tracker.campaign import Workdays
from tracker.checking.calendars import workdays_faults
from tracker.cli.nearest import no_such
from tracker.config import Config
from tracker.dates import WorkingDays
from tracker.errors import ConfigError, Problem, QuestionError
from tracker.loading import read_text, shipped_folder
from tracker.loading.one_file import read_data
from tracker.loading.placing import placed
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
    return calendar(_shape(wanted, files[wanted]))


def _shape(name: str, path: Path) -> Workdays:
    """Read a calendar that can be counted on: its form is right, and so are its days."""
    read = read_data("workdays", name, path, _bytes(path))
    if not isinstance(read.shape, Workdays):
        raise QuestionError(_first(read.problems))
    wrong = placed(read.source, workdays_faults(read.shape))
    if wrong:
        raise QuestionError(_first(wrong))
    return read.shape


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


def _first(problems: Sequence[Problem]) -> str:
    one = problems[0]
    return f"{one.file}:{one.line}:{one.column}: {one.message}. `tracker check` shows more."

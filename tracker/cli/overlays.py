"""Folders of edits, named by the moment from which each is laid over the campaigns folder."""

from argparse import Namespace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from tracker.app.replay import Overlay
from tracker.cli.reading import Files, say_not_in_force
from tracker.errors import QuestionError
from tracker.loading.files import FOLDERS, list_folder
from tracker.loading.world import read_world
from tracker.when.words import FIRST_YEAR, LAST_YEAR

EXAMPLE = "2010-06-23T15:00Z"


def read_overlays(args: Namespace, folder: Path, files: Files) -> list[Overlay]:
    """Read every folder of edits, each laid over those before it, the earliest first.

    What has errors in one of them stays as it was before, as it would for the daemon.
    """
    overlays: list[Overlay] = []
    laid: list[Path] = []
    reading = files.reading
    for at, path in _by_moment(folder):
        laid.append(path)
        last_good = {key: file.text for key, file in reading.in_force.items()}
        reading = read_world(args.config, now=args.clock(), last_good=last_good, over=laid)
        assert reading.world is not None  # config.toml is the same, and so is what it needs
        say_not_in_force(Files(reading, reading.world), beneath=path)
        overlays.append(Overlay(at, reading.world, reading.problems))
    return overlays


def _by_moment(folder: Path) -> list[tuple[datetime, Path]]:
    if not folder.is_dir():
        raise QuestionError(
            f"There is no folder {folder}: make one with a folder in it for each edit,"
            f" named by its moment, like {folder / EXAMPLE}."
        )
    names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found = [(_moment(path), path) for path in names if path.is_dir() or path.suffix == ".toml"]
    if not found:
        raise QuestionError(
            f"{folder} has no edit in it: make a folder named by a moment, like"
            f" {folder / EXAMPLE}, and put the changed files there."
        )
    for _, path in found:
        _check_filled(path)
    return sorted(found)


def _moment(path: Path) -> datetime:
    if not path.is_dir():
        raise QuestionError(
            f"{path}: an edit stands in a folder named by its moment, like"
            f" {path.parent / EXAMPLE / path.name}."
        )
    try:
        at = datetime.fromisoformat(path.name)
    except ValueError:
        raise QuestionError(
            f"{path}: this name is not a moment; write date, time and zone, like {EXAMPLE}"
            " or 2010-06-23T17:00+02:00."
        ) from None
    if at.tzinfo is None:
        zoned = f"{path.name}T15:00Z" if len(path.name) == len("2010-06-23") else f"{path.name}Z"
        raise QuestionError(
            f"{path}: a moment needs its time and zone: rename the folder, like {zoned}."
        )
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise QuestionError(f"{path}: the year must be {FIRST_YEAR} to {LAST_YEAR}.")
    return at.astimezone(UTC)


def _check_filled(path: Path) -> None:
    listed, odd = list_folder(path)
    if listed or odd:
        return
    known = [name for _, name in FOLDERS if name != "."]
    for name in sorted(one.name for one in path.iterdir() if one.is_dir()):
        near = get_close_matches(name, known, n=1)
        if near:
            raise QuestionError(f"{path / name}: rename this folder to {near[0]}.")
    raise QuestionError(
        f"{path} has no file that the tracker reads: put x.toml there, or forums/x.toml,"
        " playbooks/x.toml, workdays/x.toml."
    )

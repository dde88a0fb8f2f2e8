"""Reads a campaign's own file again, among shared files that are in force already."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from tracker.campaign import Campaign, World
from tracker.errors import Problem
from tracker.loading.checks import campaign_faults, own_faults
from tracker.loading.files import Listed, SourceFile, shown_path
from tracker.loading.one_file import read_listed
from tracker.loading.placing import placed


class EditedFile(Struct, frozen=True):
    """A file whose contents are others than before, by their digests."""

    path: Path
    was: str
    becomes: str


class Reread(Struct, frozen=True):
    """A sound campaign as its file has it now; its problems are warnings."""

    source: SourceFile
    campaign: Campaign
    problems: tuple[Problem, ...]


def reread(name: str, file: EditedFile, world: World, *, now: datetime) -> Reread | None:
    """Read and check a campaign's file; None if it has an error, or was saved again since."""
    read = read_listed(Listed("campaign", name, shown_path(file.path)))
    if not isinstance(read.shape, Campaign) or read.source.digest != file.becomes:
        return None
    faults = [
        *own_faults(name, read.shape),
        *campaign_faults(world, {}, now, name, read.shape, errors_only=True),
    ]
    if any(one.severity == "error" for one in faults):
        return None
    return Reread(read.source, read.shape, tuple(placed(read.source, faults)))

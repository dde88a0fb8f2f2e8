"""Which version of a file stands: an edit of one file takes no other file down."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path

from tracker.campaign import Campaign
from tracker.config import Config
from tracker.errors import Problem
from tracker.loading.files import (
    FOLDERS,
    FileKind,
    SourceFile,
    printable,
    read_bytes,
    shown_path,
)
from tracker.loading.placing import slipped
from tracker.loading.shipped import shipped_folder
from tracker.loading.slip import Slip

FileKey = tuple[str, str]
KINDS: Mapping[str, FileKind] = {kind: kind for kind, _ in FOLDERS}
_CALLED = {
    "forum": "forum",
    "playbook": "playbook",
    "workdays": "working-day calendar",
    "config": "config.toml",
}


def path_of(key: FileKey, campaigns: Path) -> Path:
    """Return where the file of a kind and id stands in a campaigns folder."""
    kind, name = key
    return shown_path(campaigns / dict(FOLDERS)[KINDS[kind]] / f"{name}.toml")


def shipped_text(key: FileKey) -> str | None:
    """Return the text of the shipped file of a kind and id, if there is one."""
    folder = shipped_folder()
    if folder is None or key[0] in {"campaign", "config"}:
        return None
    data = read_bytes(path_of(key, folder))
    return None if isinstance(data, Problem) else data.decode("utf-8")


def needed_by(campaign: Campaign, config: Config) -> Iterator[FileKey]:
    """Yield the files that a campaign cannot do without."""
    for meeting in campaign.meeting:
        if meeting.forum is not None:
            yield "forum", meeting.forum
    if campaign.playbook is not None:
        yield "playbook", campaign.playbook
    yield "workdays", campaign.workdays or config.workdays


def is_gone(key: FileKey, path: Path, names: Iterable[str]) -> Problem:
    """Make the problem that a file which others need is not there any more."""
    return Problem(
        file=printable(str(path)),
        line=1,
        column=1,
        key="",
        code="file-gone",
        message=f"this {_CALLED[key[0]]} is gone, and {_campaigns(names)} it",
        hint="put the file back; until then its last good version stays in force",
    )


def would_break(new: SourceFile, old: str, campaign: SourceFile, why: str) -> Problem:
    """Make the problem that an edit, sound by itself, would put a campaign out of force.

    It is placed where the edit begins.
    """
    same = takewhile(lambda pair: pair[0] == pair[1], zip(new.text, old, strict=False))
    begin = sum(1 for _ in same)
    begin = new.text.rfind("\n", 0, begin) + 1
    end = new.text.find("\n", begin)
    width = max((len(new.text) if end < 0 else end) - begin, 1)
    message = f"with this edit campaign {campaign.id} ({campaign.path}) could not go on: {why}"
    hint = f"undo the edit here, or mend {campaign.path} too"
    return slipped(new, [Slip(begin, width, "breaks-campaign", message, hint)])[0]


def in_order(problems: Iterable[Problem], config_path: Path) -> tuple[Problem, ...]:
    """Return problems by file, line and column, those of config.toml first."""
    config = str(shown_path(config_path))
    return tuple(
        sorted(problems, key=lambda one: (one.file != config, one.file, one.line, one.column))
    )


def _campaigns(names: Iterable[str]) -> str:
    named = sorted(names)
    if len(named) == 1:
        return f"campaign {named[0]} needs"
    return f"{len(named)} campaigns need"

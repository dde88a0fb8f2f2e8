"""Word about files: what happened to one, and who is to hear of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

WordKind = Literal["problem", "fixed", "missing", "held"]
FileKey = tuple[str, str]
# What is wrong for less than this is somebody still typing, or a file between two names.
STILL_TYPING = timedelta(seconds=30)
# A campaign whose file has gone is as paused for so long, and after that as closed.
GRACE = timedelta(hours=24)
# How the `fault` of a word begins that speaks of a fact which the log has lost.
LOST_FACT = "lost-fact"


class Said(Struct, frozen=True):
    """One thing that a word says: what, where in the file, how to mend it, lines to paste."""

    text: str
    place: str = ""
    mend: str = ""
    paste: str = ""


class FileWord(Struct, frozen=True, kw_only=True):
    """Word about one file, said once to each of `to`.

    `key` is what makes it one and the same word for ever. `of` and `id` name the file as the
    tracker does (campaign, forum, playbook, workdays, config, or folder), `file` as people do.
    `fault` tells one problem of a file from another. `at` is when it may leave; `since` is the
    moment that the word speaks of: of which version is in force, or when the file went. `settle`
    is the command that it waits for.
    """

    key: str
    kind: WordKind
    of: str
    id: str
    file: str
    to: tuple[str, ...]
    at: datetime
    subject: str
    headline: str = ""
    fault: str = ""
    since: datetime | None = None
    entries: tuple[Said, ...] = ()
    settle: str = ""

    @property
    def campaign(self) -> str | None:
        """Return the campaign whose file this is about."""
        return self.id if self.of == "campaign" else None

    @property
    def about(self) -> FileKey:
        """Return the kind and id of the file."""
        return (self.of, self.id)


def gone_files(words: Iterable[FileWord]) -> Mapping[str, datetime]:
    """Return the campaigns whose file has gone, with the moment it went."""
    return {
        word.id: word.since
        for word in words
        if word.kind == "missing" and word.of == "campaign" and word.since is not None
    }

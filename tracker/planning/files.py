"""Word about files as lines, and the lines of a campaign whose file has gone."""

from collections.abc import Iterable, Iterator
from typing import Literal, cast

from msgspec.structs import replace

from tracker.events import GRACE, LOST_FACT, FileWord, History, WordKind
from tracker.occurrence import LineKind, Occurrence, Origin
from tracker.planning.reader import Readers

_OfFile = Literal["campaign", "playbook", "forum", "workdays", "config"]
# No id can hold a colon, so no campaign's keys begin like these.
PREFIX = "file:"


def key_of_word(word: str, reader: str) -> str:
    """Return the key of the line that says a word to one reader."""
    return f"{PREFIX}{word}/{reader}"


def file_notices(history: History, readers: Readers) -> Iterator[Occurrence]:
    """Yield one notice a reader for each word about a file.

    By day it leaves at once; nobody is woken for it at night.
    """
    for word in history.words:
        of = word.of if word.of != "folder" else "config"
        for reader in readers.known(word.to):
            yield Occurrence(
                key=key_of_word(word.key, reader.id),
                kind=LineKind.NOTICE,
                campaign=word.campaign,
                item=word.kind,
                owner=reader.id,
                to=reader.id,
                due=reader.by_day(word.at),
                expires=None,
                what=word.subject,
                why=_why(word),
                origin=Origin(cast("_OfFile", of), word.id),
            )


def waiting_for_their_file(lines: Iterable[Occurrence], history: History) -> Iterator[Occurrence]:
    """Keep back what a campaign has planned while its file is gone, until it counts as closed.

    A line keeps its place in the outbox: once the file is back, it has its own moment again.
    """
    gone = history.missing
    for one in lines:
        since = gone.get(one.campaign or "")
        if since is None or one.due is None or one.state != "planned":
            yield one
        else:
            yield replace(one, due=max(one.due, since + GRACE))


def _why(word: FileWord) -> str:
    if word.fault.startswith(LOST_FACT):
        return "the file was read, and a fact is gone from its log"
    if word.of == "folder":
        return "the folder was looked at, and something is wrong with it"
    return _WHY[word.kind]


_WHY: dict[WordKind, str] = {
    "problem": "the file was read and has an error",
    "fixed": "you were told that something was wrong with this file",
    "missing": "the file was there and is gone",
    "held": "the edit would change more than is usual at once",
}

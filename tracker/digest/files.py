"""Word about files said to a reader: what to do, what stays in force, what is wrong where."""

from collections.abc import Iterable, Sequence

from tracker.content import Entry, Notice, Section
from tracker.digest.lines import Saying
from tracker.digest.say import moment
from tracker.errors import Problem
from tracker.events import GRACE, FileWord, History, Said
from tracker.occurrence import Occurrence
from tracker.planning.files import PREFIX, key_of_word

MOST = 16
TO_DO = frozenset({"problem", "missing", "held"})
_ORDER = ("missing", "problem", "held", "fixed")
_HEADINGS = {"problem": "What is wrong", "held": "What it would change"}

MENDED = "The file is in force as it stands now."
MENDED_AND_HELD = (
    "What was wrong is mended, but the edit waits for a coordinator's word: until then the"
    " version before it stays in force."
)


def file_words(
    lines: Iterable[Occurrence], saying: Saying, history: History
) -> tuple[Notice, ...]:
    """Say the word about each file once, with all that it has to say; what is to be done first."""
    known = {key_of_word(word.key, saying.reader.id): word for word in history.words}
    found: dict[tuple[str, str], list[FileWord]] = {}
    for word in _in_order([known[one.key] for one in lines if one.key in known]):
        found.setdefault((word.kind, word.file), []).append(word)
    held = {word.about for word in history.words if word.kind == "held"}
    return tuple(_notice(words, saying, held=words[0].about in held) for words in found.values())


def lost_lines(lines: Iterable[Occurrence], history: History) -> list[str]:
    """Return what to paste back into files that have lost it."""
    keys = [one.key for one in lines]
    return [
        f"# at the end of {word.file}\n{said.paste}"
        for word in history.words
        for said in word.entries
        if said.paste and any(one.startswith(f"{PREFIX}{word.key}/") for one in keys)
    ]


def faults(
    problems: Iterable[Problem], lines: Iterable[Occurrence], saying: Saying, history: History
) -> tuple[Entry, ...]:
    """Say what is wrong with files, but for what a word in the same mail says."""
    keys = {one.key for one in lines}
    here = [word for word in history.words if key_of_word(word.key, saying.reader.id) in keys]
    return tuple(
        Entry(text=f"{one.file}, line {one.line}: {one.message}", detail=one.hint or "")
        for one in problems
        if not any(_says(word, one) for word in here)
    )


def _says(word: FileWord, one: Problem) -> bool:
    """Say whether a word is about a fault; its line may have been another one then."""
    return one.file.endswith(word.file) and any(
        said.text.endswith(one.message) for said in word.entries
    )


def _in_order(words: list[FileWord]) -> list[FileWord]:
    return sorted(words, key=lambda word: (_ORDER.index(word.kind), word.file, word.at))


def _notice(words: Sequence[FileWord], saying: Saying, *, held: bool) -> Notice:
    first = words[0]
    entries = [Entry(text=said.text, when=said.place, detail=said.mend) for said in _said(words)]
    section = Section(
        id=first.kind, heading=_HEADINGS.get(first.kind, "What happened"), entries=tuple(entries)
    )
    return Notice(
        item=first.kind,
        campaign=first.campaign or first.id,
        title=first.file,
        headline=first.headline or _headline(first, saying, held=held),
        settle=first.settle,
        sections=(section,) if entries else (),
    )


def _said(words: Sequence[FileWord]) -> list[Said]:
    every = [said for word in words for said in word.entries]
    if words[0].kind == "held" or len(every) <= MOST:
        return every  # what a person is to confirm is shown whole, or says itself what is left out
    return [*every[:MOST], Said(f"and {len(every) - MOST} more: see tracker check")]


def _headline(word: FileWord, saying: Saying, *, held: bool) -> str:
    zone = saying.reader.zone
    since = moment(word.since, zone, zone) if word.since else ""
    match word.kind:
        case "problem" if since:
            return (
                "Mend the file and save it. Until then its version of"
                f" {since}, stays in force, and nothing is cancelled."
            )
        case "problem":
            return "Mend the file and save it. Until then nothing is planned from it."
        case "missing":
            assert word.since is not None
            over = moment(word.since + GRACE, zone, zone)
            return (
                f"Put the file back. It has been gone since {since}: nothing of this campaign"
                f" leaves, and from {over}, on it counts as closed. A file with the same text"
                " under a new name goes on as this campaign."
            )
        case "fixed":
            return MENDED_AND_HELD if held else MENDED
        case "held":
            return "Confirm the edit, or undo it."

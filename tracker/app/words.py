"""Word about files in the journal: what is said, what no longer holds, and who was told of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct, field
from msgspec.structs import asdict

from tracker.events import FileWord, Said
from tracker.events.words import FileKey, WordKind
from tracker.planning.files import key_of_word
from tracker.store import JournalEntry, Store

WORD, UNSAID, MENDED = "word", "unsaid", "mended"
KINDS = frozenset({WORD, UNSAID, MENDED})
_TOLD = frozenset({"sending", "sent", "unknown"})


class Spoken(Struct):
    """What the journal says of the files: the words that hold, by key.

    `run` has, for each file that something is wrong with, every word since it was last sound,
    those that no longer hold among them: whoever heard one of them hears that it is mended.
    """

    words: dict[str, FileWord] = field(default_factory=dict)
    run: dict[FileKey, list[FileWord]] = field(default_factory=dict)

    def of(self, about: FileKey, *kinds: WordKind) -> list[FileWord]:
        """Return the words of these kinds about a file that hold."""
        return [one for one in self.words.values() if one.about == about and one.kind in kinds]

    def gone(self) -> Mapping[str, datetime]:
        """Return the campaigns whose file has gone, with the moment it went."""
        found = (one for one in self.words.values() if one.kind == "missing")
        return {one.id: one.since for one in found if one.since is not None}


def spoken(entries: Iterable[JournalEntry]) -> Spoken:
    """Add up what the journal says about the files."""
    found = Spoken()
    for entry in entries:
        if entry.kind == WORD:
            word = _read(entry)
            found.words[word.key] = word
            if word.kind in {"problem", "missing"}:
                found.run.setdefault(word.about, []).append(word)
        elif entry.kind == UNSAID:
            found.words.pop(entry.data["word"], None)
        elif entry.kind == MENDED:
            found.run.pop((entry.data["of"], entry.data["id"]), None)
    return found


def word_key(kind: WordKind, about: FileKey, fault: str, at: datetime) -> str:
    """Return the key of a word: the same fault, mended and made again, is another word."""
    short = blake2b(fault.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return "/".join((kind, *about, at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), short))


def say(word: FileWord, *, now: datetime) -> JournalEntry:
    """Make the entry that says a word: it is planned for its readers from now on."""
    data = asdict(word)
    data["at"] = word.at.isoformat()
    data["since"] = word.since.isoformat() if word.since else None
    data["entries"] = tuple(asdict(said) for said in word.entries)
    return JournalEntry(now, WORD, word.campaign, f"{WORD}/{word.key}", data)


def unsay(word: FileWord, *, now: datetime) -> JournalEntry:
    """Make the entry that a word holds no longer: who was not told yet is not told any more."""
    return JournalEntry(now, UNSAID, word.campaign, f"{UNSAID}/{word.key}", {"word": word.key})


def mended(about: FileKey, *, now: datetime) -> JournalEntry:
    """Make the entry that nothing is wrong with a file any more."""
    of, file_id = about
    campaign = file_id if of == "campaign" else None
    key = f"{MENDED}/{of}/{file_id}/{now.isoformat()}"
    return JournalEntry(now, MENDED, campaign, key, {"of": of, "id": file_id})


def told_of(words: Iterable[FileWord], store: Store) -> tuple[str, ...]:
    """Return who was told of any of these words, or may have been."""
    heard = (
        reader
        for word in words
        for reader in word.to
        if (line := store.line(key_of_word(word.key, reader))) is not None
        and (line.state in _TOLD or (line.state == "queued" and line.mail is not None))
    )
    return tuple(dict.fromkeys(heard))


def _read(entry: JournalEntry) -> FileWord:
    data = dict(entry.data)
    data["to"] = tuple(data["to"])
    data["at"] = datetime.fromisoformat(data["at"])
    data["since"] = datetime.fromisoformat(data["since"]) if data["since"] else None
    data["entries"] = tuple(Said(**said) for said in data["entries"])
    return FileWord(**data)

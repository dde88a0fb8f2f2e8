"""What a look at the files found out about them, written down before it is in force."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from tracker.app.confirming import ACCEPTED, confirmed
from tracker.app.lost_facts import lost_facts, still_lost
from tracker.app.words import (
    KINDS,
    Spoken,
    mended,
    say,
    spoken,
    told_of,
    unsay,
    word_key,
)
from tracker.campaign import World
from tracker.errors import Problem, expectation
from tracker.events import GRACE, LOST_FACT, STILL_TYPING, FileWord, Said
from tracker.events.words import FileKey
from tracker.loading.files import printable, shown_path
from tracker.loading.standing import needed_by
from tracker.loading.world import Reading
from tracker.store import JournalEntry, Store
from tracker.store.journal import RENAMED

MOST_A_FILE = 10
SHIPPED_STANDS = (
    "Mend the file and save it. Until then the one that comes with the tracker stays in force, and"
    " nothing is cancelled."
)
MOST_A_LOOK = 200
_LINE = re.compile(r"\b(line|lines) [\d,]+")


def texts_in_force(store: Store, *, now: datetime) -> dict[tuple[str, str], str]:
    """Return the last good texts, without campaigns whose file has been gone for a day."""
    over = ended(store, now=now)
    texts = store.last_good()
    return {key: one for key, one in texts.items() if key[0] != "campaign" or key[1] not in over}


def ended(store: Store, *, now: datetime) -> frozenset[str]:
    """Return the campaigns that count as closed, their file having been gone for a day."""
    gone = spoken(store.journal(kinds=KINDS)).gone()
    return frozenset(one for one, since in gone.items() if since + GRACE <= now)


def note_renames(store: Store, reading: Reading, *, now: datetime) -> dict[str, str]:
    """Let a campaign go on under a new name if its text does; return the new id of each old."""
    state = spoken(store.journal(kinds=KINDS))
    found = dict(_renames(store, reading, state, now))
    for old, new in found.items():
        about = ("campaign", old)
        store.rename_campaign(old, new)
        data = {"old": old, "new": new}
        entry = JournalEntry(now, RENAMED, new, f"{RENAMED}/{old}/{new}/{now.isoformat()}", data)
        words = state.of(about, "problem", "missing", "fixed", "held")
        store.record([entry, *(unsay(one, now=now) for one in words), mended(about, now=now)])
    return found


def _renames(
    store: Store, reading: Reading, state: Spoken, now: datetime
) -> Iterator[tuple[str, str]]:
    good = store.good_files()
    gone = {key[1] for key in reading.gone} | set(state.gone())
    lost = {
        good["campaign", one].digest: one
        for one in sorted(gone)
        if ("campaign", one) in good and ("campaign", one) not in reading.present
    }
    for kind, name in sorted(reading.present):
        source = reading.in_force.get((kind, name))
        if kind == "campaign" and source and source.digest in lost and _is_new(name, store, now):
            yield lost.pop(source.digest), name


def _is_new(campaign: str, store: Store, now: datetime) -> bool:
    """Say whether a campaign was first seen within the last day, or is not known yet."""
    seen = store.journal(campaign=campaign, kinds={"seen"})
    return not seen or min(one.at for one in seen) >= now - GRACE


def note_files(store: Store, reading: Reading, world: World, *, now: datetime) -> None:
    """Write down which files have new faults, have none any more, are gone or are back.

    `world` are the files in force from now on. What the files held before is compared, so this
    goes before they are remembered.
    """
    looked = _Look(store, reading, world, now)
    store.record(list(looked.entries()))


class _Look:
    """One look at the files against what was said of them before."""

    def __init__(self, store: Store, reading: Reading, world: World, now: datetime) -> None:
        self.store = store
        self.reading = reading
        self.world = world
        self.now = now
        self.state = spoken(store.journal(kinds=KINDS))
        self.good = store.good_files()
        self.left = MOST_A_LOOK

    def entries(self) -> Iterator[JournalEntry]:
        faults = self._faults()
        for about in sorted(faults):
            yield from self._new(about, faults[about])
        for key in sorted(self.reading.gone):
            yield from self._gone(key)
        for about in sorted(self.state.run):
            yield from self._settled(about, faults.get(about, {}))

    def _faults(self) -> dict[FileKey, dict[str, Said]]:
        """Return what is wrong now, by file and then by what tells one fault from another."""
        known = {printable(str(one.path)): (one.kind, one.id) for one in self.reading.files}
        found: dict[FileKey, dict[str, Said]] = {}
        for one in self.reading.problems:
            if one.severity != "error":
                continue
            about: FileKey = known.get(one.file) or _gone_key(one) or ("folder", one.file)
            here = found.setdefault(about, {})
            here.setdefault(_identity(one, here), _said(one))
        for kind, name in sorted(self.reading.present):
            if kind == "campaign":
                self._lost(name, found)
        return found

    def _lost(self, campaign: str, found: dict[FileKey, dict[str, Said]]) -> None:
        about = ("campaign", campaign)
        for word in self.state.of(about, "problem"):
            if word.fault.startswith(LOST_FACT) and still_lost(word.fault, campaign, self.world):
                found.setdefault(about, {})[word.fault] = word.entries[0]
        new = list(lost_facts(campaign, self.good, self.reading))
        if new and not self._is_confirmed(about):
            found.setdefault(about, {}).update({lost.fault: lost.said for lost in new})

    def _is_confirmed(self, about: FileKey) -> bool:
        """Say whether somebody was shown what this version of a file takes out, and meant it."""
        source = self.reading.in_force.get(about)
        known = confirmed(self.store.journal(kinds={ACCEPTED}))
        return source is not None and (*about, source.digest) in known

    def _new(self, about: FileKey, faults: Mapping[str, Said]) -> Iterator[JournalEntry]:
        open_ = {one.fault for one in self.state.of(about, "problem")}
        if faults.keys() - open_:
            for word in self.state.of(about, "fixed"):
                yield unsay(word, now=self.now)
        for fault in list(faults)[:MOST_A_FILE]:
            if fault not in open_ and self.left > 0:
                self.left -= 1
                yield say(self._problem(about, fault, faults[fault]), now=self.now)

    def _problem(self, about: FileKey, fault: str, said: Said) -> FileWord:
        file = self._file(about)
        good = self.good.get(about)
        kept = about in self.reading.in_force
        headline = "" if good or not kept else SHIPPED_STANDS
        since = good.read_at if kept and good else None
        subject = f"Mend {file}" if kept else f"Mend {file}: it is not in force"
        if about[0] == "folder":
            subject = f"Look at {file}: {said.text}"
            headline = "Until that is mended everything else goes on as it was."
        if fault.startswith(LOST_FACT):
            subject = f"Look at {file}: a fact is gone from it"
            headline, since = "The file is in force as it stands: is anything missing?", None
        return replace(
            self._word("problem", about, fault),
            subject=subject,
            headline=headline,
            since=since,
            entries=(said,),
        )

    def _gone(self, key: FileKey) -> Iterator[JournalEntry]:
        for word in self.state.of(key, "problem", "fixed"):
            yield unsay(word, now=self.now)
        if not self.state.of(key, "missing"):
            subject = f"Put {self._file(key)} back: the file is gone"
            word = replace(self._word("missing", key, ""), subject=subject, since=self.now)
            yield say(word, now=self.now)

    def _settled(self, about: FileKey, faults: Mapping[str, Said]) -> Iterator[JournalEntry]:
        """Take back what holds no longer; once nothing is wrong, say so to those who were told."""
        if about in self.reading.gone or (
            about[0] == "campaign" and about not in self.reading.present and self._was_there(about)
        ):
            return
        words = self.state.of(about, "problem", "missing")
        over = [one for one in words if one.kind == "missing" or one.fault not in faults]
        for word in over:
            yield unsay(word, now=self.now)
        if faults:
            return
        run = self.state.run[about]
        told = told_of(run, self.store)
        if told:
            yield say(self._fixed(about, run, told), now=self.now)
        yield mended(about, now=self.now)

    def _was_there(self, about: FileKey) -> bool:
        """Say whether a campaign without a file is one that counts as gone."""
        return bool(self.state.of(about, "missing")) or self.reading.emptied

    def _fixed(self, about: FileKey, run: Iterable[FileWord], told: tuple[str, ...]) -> FileWord:
        file = self._file(about)
        back = any(one.kind == "missing" for one in run)
        folder = about[0] == "folder"
        there = about in self.reading.in_force or folder
        over = (
            "What was wrong with it is mended." if folder else "The file with the error is gone."
        )
        return FileWord(
            key=word_key("fixed", about, "", self.now),
            kind="fixed",
            of=about[0],
            id=about[1],
            file=file,
            to=told,
            at=self.now,
            subject=f"{'Back' if back else 'Mended'}: {file}" if there else f"Gone: {file}",
            headline="" if there and not folder else over,
        )

    def _word(self, kind: Literal["problem", "missing"], about: FileKey, fault: str) -> FileWord:
        return FileWord(
            key=word_key(kind, about, fault, self.now),
            kind=kind,
            of=about[0],
            id=about[1],
            file=self._file(about),
            to=readers_of(about, self.world),
            at=self.now + STILL_TYPING,
            subject="",
            fault=fault,
        )

    def _file(self, about: FileKey) -> str:
        for one in (*self.reading.files, *self.reading.gone.values()):
            if (one.kind, one.id) == about:
                return file_name(self.reading, one.path)
        run = self.state.run.get(about)
        return run[0].file if run else file_name(self.reading, Path(about[1]))


def readers_of(about: FileKey, world: World) -> tuple[str, ...]:
    """Return who hears of a file: those of the campaigns in force that it is, or that need it.

    A file that no campaign in force needs, a new one above all, concerns everybody.
    """
    everybody = tuple(one.id for one in world.config.coordinator)
    concerned = {
        reader
        for name, one in world.campaigns.items()
        if about == ("campaign", name) or about in needed_by(one, world.config)
        for reader in one.coordinators
    }
    return tuple(one for one in everybody if one in concerned) or everybody


def file_name(reading: Reading, path: Path) -> str:
    """Name a file as people do who keep it: from the folder of config.toml."""
    home = shown_path(reading.config_path.parent)
    return printable(str(path.relative_to(home) if path.is_relative_to(home) else path))


def _gone_key(problem: Problem) -> FileKey | None:
    """Return the file of a problem with one that is not there: it has no source."""
    if problem.code != "file-gone":
        return None
    folder, _, name = problem.file.rpartition("/")
    kinds = {"forums": "forum", "playbooks": "playbook", "workdays": "workdays"}
    return kinds[folder.rpartition("/")[2]], name.removesuffix(".toml")


def _identity(problem: Problem, known: Mapping[str, Said]) -> str:
    """Tell one fault of a file from another, wherever in the file it stands."""
    said = _LINE.sub("line", f"{problem.code}|{problem.key}|{problem.distinct}")
    number = 1
    while (name := said if number == 1 else f"{said}|{number}") in known:
        number += 1
    return name


def _said(problem: Problem) -> Said:
    mend = problem.hint or (expectation(problem.expected) if problem.expected else "")
    place = problem.excerpt.strip()
    where = "" if problem.code in {"file-gone", "emptied"} else f"Line {problem.line}: "
    return Said(text=f"{where}{problem.message}", place=place, mend=mend)

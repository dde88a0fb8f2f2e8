"""Edits that wait for a person's word: found at a look, written down, confirmed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from tracker.app.confirming import ACCEPTED, confirmed, shown
from tracker.app.edits import with_file
from tracker.app.engine import Engine
from tracker.app.files_seen import file_name, readers_of
from tracker.app.in_force import with_only
from tracker.app.live import live_history
from tracker.app.telling import HOW_IT_FARED, as_kept, moves_made, telling_from
from tracker.app.words import KINDS, say, spoken, unsay, word_key
from tracker.campaign import Campaign, World
from tracker.changes import (
    Effect,
    Kept,
    Telling,
    compare,
    edit_alone,
    effect_of,
    in_brief,
    why_held,
)
from tracker.errors import QuestionError
from tracker.events import FileWord, History
from tracker.loading import SourceFile, read_again
from tracker.loading.files import digest_of
from tracker.loading.standing import FileKey, needed_by, shipped_text
from tracker.loading.world import Reading
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import HORIZON, Memo, Plan, plan
from tracker.store import GoodFile, JournalEntry, Store

HELD, LET_GO = "held", "let-go"
DIGITS = 8
_FOLDERS = {"forum": "forums/", "playbook": "playbooks/", "workdays": "workdays/"}


class Held(Struct, frozen=True):
    """One edit that is held: the file, the digest of the version shown, and why."""

    about: FileKey
    digest: str
    file: str
    reason: str

    @property
    def file_id(self) -> str:
        """Return the id of the file as a person types it: campaigns have no folder."""
        return f"{_FOLDERS.get(self.about[0], '')}{self.about[1]}"

    @property
    def version_id(self) -> str:
        """Return the id of the file with the version that was shown."""
        return f"{self.file_id}@{self.digest[:DIGITS]}"


def held(entries: Iterable[JournalEntry]) -> dict[FileKey, Held]:
    """Add up which edits are held: the last one of each file, until it is confirmed or gone."""
    found: dict[FileKey, Held] = {}
    for entry in entries:
        about = (entry.data.get("of", ""), entry.data.get("id", ""))
        if entry.kind == HELD:
            found[about] = Held(
                about, entry.data["digest"], entry.data["file"], entry.data["reason"]
            )
        elif entry.kind in {ACCEPTED, LET_GO}:
            found.pop(about, None)
    return found


def held_edits(store: Store) -> Mapping[FileKey, str]:
    """Return the digests of the edits that are held, by kind and id of the file."""
    entries = store.journal(kinds={HELD, ACCEPTED, LET_GO})
    return {about: one.digest for about, one in held(entries).items()}


def accept(store: Store, file_id: str, *, there: Mapping[FileKey, str], now: datetime) -> Held:
    """Confirm exactly the version that was shown; QuestionError where that is not what is held.

    A bare file id will do where only one version of the file was shown. `there` are the digests
    of the files as they are: a newer save is asked about anew.
    """
    entries = store.journal(kinds={HELD, ACCEPTED, LET_GO})
    name, _, version = file_id.partition("@")
    found = next((one for one in held(entries).values() if one.file_id == name), None)
    if found is None:
        raise QuestionError(_none_held(name, held(entries).values()))
    shown = _shown(entries, found.about)
    if (version and not found.digest.startswith(version)) or (not version and len(shown) > 1):
        raise QuestionError(_other_version(found, version, shown))
    if there.get(found.about) != found.digest:
        raise QuestionError(
            f"{found.file} was saved again since: the daemon looks at what it holds now, and asks"
            " anew if it has to."
        )
    data = {"of": found.about[0], "id": found.about[1], "digest": found.digest}
    key = f"{ACCEPTED}/{'/'.join(found.about)}/{found.digest}/{now.isoformat()}"
    store.record([JournalEntry(now, ACCEPTED, None, key, data)])
    return found


def _other_version(found: Held, version: str, shown: Collection[str]) -> str:
    said = f"{found.file} was saved again since: what is held now"
    if version and not any(one.startswith(version) for one in shown):
        said = f"{found.file} has no version {version} that was shown: held"
    return (
        f"{said} is {found.version_id} ({found.reason})."
        f" Confirm that with `tracker accept {found.version_id}`."
    )


def _shown(entries: Iterable[JournalEntry], about: FileKey) -> set[str]:
    """Return the versions of a file that were shown since an edit of it was last confirmed."""
    shown: set[str] = set()
    for entry in entries:
        if (entry.data["of"], entry.data["id"]) == about:
            if entry.kind == HELD:
                shown.add(entry.data["digest"])
            elif entry.kind == ACCEPTED:
                shown.clear()
    return shown


def _none_held(name: str, others: Iterable[Held]) -> str:
    ids = ", ".join(one.version_id for one in others)
    waiting = f" Held are: {ids}." if ids else " Nothing is held."
    return f"No edit of {name} waits to be confirmed.{waiting}"


def hold_back(engine: Engine, reading: Reading, before: World, *, now: datetime) -> bool:
    """Write down which edits are held from now on, and which are no longer; say if any is new.

    An edit is judged file by file against the files in force. A version that was confirmed, and
    one that is held already, is not judged again.
    """
    store = engine.store
    entries = store.journal(kinds={HELD, ACCEPTED, LET_GO})
    open_ = held(entries)
    accepted = confirmed(entries)
    guard = _Guard(engine, reading, before, now)
    new = [
        entry
        for file in guard.edited()
        if (file.kind, file.id, file.digest) not in accepted
        for entry in guard.judged(file)
    ]
    store.record([*guard.let_go(open_), *new])
    return bool(new)


class Outlook(Struct, frozen=True):
    """What the effect of an edit on the campaigns concerned is worked out from."""

    now: datetime
    concerned: frozenset[str]
    kept: Mapping[str, Kept]
    history: Callable[[World], History]
    telling: Callable[[World, World], Telling]
    memo: Memo = field(default_factory=Memo)  # of the files after the edit


def judge(old: World, new: World, outlook: Outlook) -> tuple[Effect, str | None]:
    """Return what an edit would do, and why it is held if it is."""
    whole = new
    old, new = edit_alone(old, new)
    if _same_objects(new, whole):
        new = whole  # of which pages may be known
    quick = _effect_on_steps(old, new, outlook)
    if quick is not None and why_held(quick) is None:
        return quick, None
    effect = effect_on(old, new, outlook)
    return effect, why_held(effect)


def effect_on(old: World, new: World, outlook: Outlook) -> Effect:
    """Plan for the files before and after an edit, and compare."""
    if old == new:
        return Effect(pending={})
    before, after = _Planned.of(old, outlook), _Planned.of(new, outlook, outlook.memo)
    return _effect(before.plan(None), after.plan(None), outlook, outlook.telling(old, new))


def _effect_on_steps(old: World, new: World, outlook: Outlook) -> Effect | None:
    """Return the effect of an edit of one campaign's steps, without going over its other steps.

    Their lines are the same before and after. They are missing from `pending`, so that this
    effect looks graver than it is, never slighter. None where something else was edited, too.
    """
    pairs = [(old.campaigns[one], new.campaigns[one]) for one in sorted(outlook.concerned)]
    shared = replace(old, campaigns={}) == replace(new, campaigns={})
    if len(pairs) != 1 or not shared or not _differ_in_steps(*pairs[0]):
        return None
    before, after = _Planned.of(old, outlook), _Planned.of(new, outlook, outlook.memo)
    was, becomes = before.instances(), after.instances()
    items = {one for one in was.keys() | becomes.keys() if was.get(one) != becomes.get(one)}
    return _effect(before.plan(items), after.plan(items), outlook, outlook.telling(old, new))


def _same_objects(one: World, other: World) -> bool:
    return one.campaigns.keys() == other.campaigns.keys() and all(
        one.campaigns[name] is other.campaigns[name] for name in one.campaigns
    )


def _differ_in_steps(old: Campaign, new: Campaign) -> bool:
    steps = {"deadline": (), "follow_up": ()}
    return old.model_copy(update=steps) == new.model_copy(update=steps)


class _Planned(Struct, frozen=True):
    """The plan of the campaigns concerned, of all their steps or of some."""

    world: World
    history: History
    outlook: Outlook
    memo: Memo

    @classmethod
    def of(cls, world: World, outlook: Outlook, memo: Memo | None = None) -> "_Planned":
        return cls(world, outlook.history(world), outlook, memo or Memo())

    def plan(self, items: Collection[str] | None) -> Plan:
        return plan(
            self.world,
            self.history,
            now=self.outlook.now,
            until=self.outlook.now + HORIZON,
            only=self.outlook.concerned,
            items=items,
            memo=self.memo,
        )

    def instances(self) -> dict[str, list[tuple[object, ...]]]:
        """Return the instances of each step."""
        found: dict[str, list[tuple[object, ...]]] = {}
        for those in self.plan(()).instances.values():
            for one in those:
                found.setdefault(one.step.id, []).append(one.itself)
        return found


def _effect(before: Plan, after: Plan, outlook: Outlook, telling: Telling) -> Effect:
    effect = effect_of(before, after, outlook.kept, telling)
    known = {one.key for one in _corrections(before, outlook, telling)}
    corrected = _corrections(after, outlook, telling)
    more = tuple(one for one in corrected if one.key not in known)
    return replace(effect, at_once=(*effect.at_once, *more))


def _corrections(planned: Plan, outlook: Outlook, telling: Telling) -> list[Occurrence]:
    # A digest that comes in time says it instead.
    digests = (one.occurrence for one in outlook.kept.values() if _is_ahead(one, outlook.now))
    ahead = replace(planned, occurrences=(*planned.occurrences, *digests))
    changes = compare(ahead, outlook.kept.values(), now=outlook.now, telling=telling)
    return [one for one in changes.add if one.kind == LineKind.CORRECTION]


def _is_ahead(one: Kept, now: datetime) -> bool:
    expires = one.occurrence.expires
    return one.occurrence.kind == LineKind.DIGEST and (expires is None or expires > now)


class _Guard:
    """One look at edits: each alone, against the files in force until now."""

    def __init__(self, engine: Engine, reading: Reading, before: World, now: datetime) -> None:
        self.store = engine.store
        self.reading = reading
        self.before = before
        self.now = now
        good = engine.store.good_files()
        self.good = dict(_shipped(reading.present - good.keys(), good.values())) | good

    def edited(self) -> Iterator[SourceFile]:
        """Yield the sound files whose text is another than the one in force."""
        for key, file in self.reading.in_force.items():
            kept = self.good.get(key)
            if kept is not None and kept.digest != file.digest and key in self.reading.present:
                yield file

    def let_go(self, open_: Mapping[FileKey, Held]) -> Iterator[JournalEntry]:
        """Yield the end of each hold whose version is no longer what the file holds."""
        there: dict[FileKey, str] = {
            (file.kind, file.id): file.digest for file in self.reading.files
        }
        over = {about for about, one in open_.items() if there.get(about) != one.digest}
        for about in sorted(over):
            data = {"of": about[0], "id": about[1]}
            key = f"{LET_GO}/{'/'.join(about)}/{self.now.isoformat()}"
            yield JournalEntry(self.now, LET_GO, None, key, data)
        for word in spoken(self.store.journal(kinds=KINDS)).words.values():
            if word.kind == "held" and (word.about in over or word.about not in open_):
                yield unsay(word, now=self.now)

    def judged(self, file: SourceFile) -> Iterator[JournalEntry]:
        """Yield the entry that an edit is held, and the word about it; nothing if it may stand."""
        about: FileKey = (file.kind, file.id)
        was = read_again(file.kind, self.good[about].text)
        becomes = read_again(file.kind, file.text)
        if was is None or becomes is None:
            return
        old, new = (with_file(self._ground(), file.id, one) for one in (was, becomes))
        concerned = _concerned(about, old)
        old, new = with_only(old, concerned), with_only(new, concerned)
        if old == new:
            return
        effect, reason = judge(old, new, self._outlook(concerned))
        if reason is None and is_cut_short(file.text, self.good[about].text):
            effect = effect_on(old, new, self._outlook(concerned))
            reason = why_held(effect, cut_short=True)
        if reason is not None:
            yield from self._hold(file, reason, effect, (old, new))

    def _ground(self) -> World:
        """Return the files in force, with those that are new: an edit may need them."""
        after, before = self.reading.world, self.before
        if after is None:
            return before
        return replace(
            before,
            forums={**after.forums, **before.forums},
            playbooks={**after.playbooks, **before.playbooks},
            workdays={**after.workdays, **before.workdays},
        )

    def _outlook(self, concerned: frozenset[str]) -> "Outlook":
        def telling(old: World, new: World) -> Telling:
            entries = self.store.journal(kinds=HOW_IT_FARED)
            entries += moves_made(old, new, now=self.now)
            told = self.store.passing.of(new.campaigns)
            return telling_from(entries, told, new, (), edited_at=None)

        def history(world: World) -> History:
            return live_history(self.store, world, now=self.now)

        lines = (*self.store.lines_beside_campaigns(), *self.store.lines_of(concerned))
        kept = {one.occurrence.key: one for one in as_kept(lines)}
        return Outlook(self.now, concerned, kept, history, telling)

    def _hold(
        self, file: SourceFile, reason: str, effect: Effect, worlds: tuple[World, World]
    ) -> Iterator[JournalEntry]:
        about = (file.kind, file.id)
        name = file_name(self.reading, file.path)
        one = Held(about, file.digest, name, reason)
        data = {"of": about[0], "id": about[1], "digest": file.digest}
        yield JournalEntry(
            self.now,
            HELD,
            None,
            f"{HELD}/{'/'.join(about)}/{file.digest}/{self.now.isoformat()}",
            {**data, "file": name, "reason": reason},
        )
        word = FileWord(
            key=word_key("held", about, file.digest, self.now),
            kind="held",
            of=about[0],
            id=about[1],
            file=name,
            to=readers_of(about, self.before),
            at=self.now,
            subject=f"Confirm an edit of {name}: {in_brief(reason)}",
            headline=(
                f"This edit waits for your word: {reason}. Until then the version before it stays"
                " in force. Undo it, or confirm it if it is meant:"
            ),
            settle=f"tracker accept {one.version_id}",
            since=self.good[about].read_at,
            entries=tuple(shown(effect, worlds)),
        )
        yield say(word, now=self.now)


def _shipped(
    keys: Iterable[FileKey], known: Collection[GoodFile]
) -> Iterator[tuple[FileKey, GoodFile]]:
    """Yield the shipped files that new ones take the place of: each is the version before."""
    since = min((one.read_at for one in known), default=None)
    for key in keys:
        text = shipped_text(key)
        if since is not None and text is not None:
            yield key, GoodFile(*key, digest_of(text.encode()), text, since)


def is_cut_short(text: str, before: str) -> bool:
    """Say whether a text is only the beginning of the version before it."""
    cut = text.rstrip()
    return before.startswith(cut) and len(cut) < len(before.rstrip())


def _concerned(about: FileKey, world: World) -> frozenset[str]:
    """Return the campaigns whose plan an edit of a file can change."""
    kind, name = about
    if kind == "config":
        return frozenset(world.campaigns)
    return frozenset(
        one
        for one, campaign in world.campaigns.items()
        if about == ("campaign", one) or (kind, name) in needed_by(campaign, world.config)
    )

"""Forgetting a person: who that is, what stands in the way, what is taken out."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from tracker.config import Config
from tracker.errors import QuestionError
from tracker.fields import is_slug
from tracker.loading.one_file import read_data
from tracker.loading.world import Reading
from tracker.store import JournalEntry, Store
from tracker.store.forgetting import Forgotten, Person, forget, is_known, mailboxes

FORGOTTEN = "forgotten"
SHORTEST = 3


class Report(Struct, frozen=True):
    """What was forgotten, or would be, and under which words."""

    words: tuple[str, ...]
    coordinator: str | None
    done: Forgotten


def forget_person(
    store: Store, reading: Reading, who: str, *, now: datetime, really: bool
) -> Report:
    """Take a person out of the database; without `really`, find out what that would be.

    `who` is a name, an address, or the id of a coordinator whom config.toml no longer has. Raise
    QuestionError where a file still has the person: what it says would be read again.
    """
    if len(who.strip()) < SHORTEST:
        raise QuestionError(f'"{who}" is too short: it would be found in words of other people.')
    with store.laying_hands(really=really) as connection:
        coordinator = who if is_slug(who) and is_known(connection, who) else None
        words = {who.strip()}
        if coordinator:
            words = mailboxes(connection, who) | _in_the_config_in_force(store, who)
        person = Person(
            words=tuple(sorted(words)),
            id=coordinator,
            alias=f"forgotten-{secrets.token_hex(4)}",
            gone=frozenset(store.good_files().keys() - reading.present),
        )
        _refuse_while_it_stands(store, reading, person)
        done = forget(connection, person, now=now)
        if done:
            store.record([_entry(done, now)])
    return Report(person.words, coordinator, done)


def _in_the_config_in_force(store: Store, coordinator: str) -> set[str]:
    """Return what the config.toml that was read last calls a coordinator: the disk has another."""
    for (kind, name), good in store.good_files().items():
        if kind == "config":
            shape = read_data("config", name, Path(f"{name}.toml"), good.text.encode()).shape
            one = shape.who(coordinator) if isinstance(shape, Config) else None
            return {one.name, one.email} if one is not None else set()
    return set()


def _refuse_while_it_stands(store: Store, reading: Reading, person: Person) -> None:
    if person.id is not None and reading.config and reading.config.who(person.id):
        raise QuestionError(
            f'"{person.id}" is a coordinator: take them out of config.toml first, let the daemon'
            " read that, and ask again."
        )
    places = list(_places(reading, person))
    if places:
        raise QuestionError(
            f"The files still have {_said(person)}: {', '.join(places[:5])}. Take it out there,"
            " let the daemon read that, and ask again: what the files say is read anew each time."
        )
    there = {(file.kind, file.id): file.digest for file in reading.files}
    for key, good in store.good_files().items():
        if key in there and there[key] != good.digest and person.pattern().search(good.text):
            what = "config.toml" if key[0] == "config" else " ".join(key)
            raise QuestionError(
                f"The daemon has not taken the last edit of {what} yet: start it, see"
                " that `tracker check` is content, and ask again."
            )


def _places(reading: Reading, person: Person) -> Iterator[str]:
    pattern = person.pattern()
    for file in reading.files:
        for number, line in enumerate(file.text.splitlines(), start=1):
            if pattern.search(line):
                yield f"{file.path}:{number}"


def _said(person: Person) -> str:
    return " or ".join(f'"{word}"' for word in person.words) or f'"{person.id}"'


def _entry(done: Forgotten, now: datetime) -> JournalEntry:
    """Note that somebody was forgotten, and not who."""
    data = {"mails": done.mails, "lines": done.lines, "entries": done.entries}
    return JournalEntry(now, FORGOTTEN, None, f"{FORGOTTEN}/{now.isoformat()}", data)

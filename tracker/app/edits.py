"""What an edit did, written down when it comes in force, and read back for digests."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from tracker.campaign import Campaign, Forum, Playbook, Workdays, World
from tracker.config import Config
from tracker.difference import Edit, from_data, to_data
from tracker.differences import concerned, differences
from tracker.loading import SourceFile, read_again
from tracker.loading.shapes import Shape
from tracker.store import GoodFile, JournalEntry, Store
from tracker.store.journal import RENAMED

EDIT = "edit"
_KEPT_IN: dict[type[Shape], str] = {
    Campaign: "campaigns",
    Forum: "forums",
    Playbook: "playbooks",
    Workdays: "workdays",
}


def edit_entries(before: World, after: World, *, now: datetime) -> list[JournalEntry]:
    """Note what an edit did to the campaigns in force; what nobody's campaign uses is no news.

    The key is made of what was said and when, so that writing it down twice changes nothing. A
    campaign that is new has no differences: its accepted notice tells it whole.
    """
    edits = [
        Edit(now, one, concerned(one, after))
        for one in differences(before, after)
        if not one.whole_file
    ]
    return [_entry(one) for one in edits if one.campaigns]


def edits_from(entries: Iterable[JournalEntry]) -> tuple[Edit, ...]:
    """Read the differences that a journal holds.

    An entry about one campaign's file is that campaign's, also once the file has a new name.
    """
    found: list[Edit] = []
    for entry in entries:
        if entry.kind == RENAMED:
            found = [renamed(one, entry.data["old"], entry.data["new"]) for one in found]
        elif entry.kind == EDIT:
            edit = from_data(entry.at, entry.data)
            found.append(replace(edit, campaigns=(entry.campaign,)) if entry.campaign else edit)
    return tuple(found)


def renamed(edit: Edit, old: str, new: str) -> Edit:
    """Let an edit of a shared file concern a campaign under its new id."""
    return replace(edit, campaigns=tuple(new if one == old else one for one in edit.campaigns))


def as_remembered(
    world: World,
    in_force: Mapping[tuple[str, str], SourceFile],
    good: Mapping[tuple[str, str], GoodFile],
) -> World:
    """Return the files as the last good versions in the database have them.

    Only those whose bytes are others than now are read anew: an edit that was made while no
    daemon ran is an edit, too.
    """
    before = world
    for key, file in in_force.items():
        kept = good.get(key)
        if kept is not None and kept.digest != file.digest:
            shape = read_again(file.kind, kept.text)
            if shape is not None:  # else an older tracker took it; nothing can be said of it
                before = with_file(before, file.id, shape)
    return before


def with_returned(
    world: World, in_force: Mapping[tuple[str, str], SourceFile], store: Store
) -> World:
    """Return the files with those campaigns as they last were whose file is back after days.

    They counted as closed, and are in force again with whatever was edited meanwhile.
    """
    returned = {key for key in in_force if key[0] == "campaign" and key[1] not in world.campaigns}
    good = {key: one for key in sorted(returned) if (one := store.good_file(*key)) is not None}
    shapes = {key[1]: read_again("campaign", one.text) for key, one in good.items()}
    before = {name: one for name, one in shapes.items() if isinstance(one, Campaign)}
    return replace(world, campaigns={**world.campaigns, **before}) if before else world


def with_file(world: World, name: str, shape: Shape) -> World:
    """Return the files with one of them in another version."""
    if isinstance(shape, Config):
        return replace(world, config=shape)
    kept = _KEPT_IN[type(shape)]
    files: dict[str, Any] = {kept: {**getattr(world, kept), name: shape}}
    return replace(world, **files)


def _entry(edit: Edit) -> JournalEntry:
    one = edit.difference
    words = "\n".join((one.kind, *map(str, one.origin.path), one.text))
    mark = blake2b(words.encode("utf-8", "replace"), digest_size=8).hexdigest()
    alone = edit.campaigns[0] if one.origin.kind == "campaign" else None
    file = alone or f"{one.origin.kind}/{one.origin.id}"
    key = f"{EDIT}/{file}/{mark}/{edit.at.isoformat()}"
    return JournalEntry(edit.at, EDIT, alone, key, to_data(edit))

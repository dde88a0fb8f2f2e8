"""Facts that a file has lost: known to the journal, and gone from the log."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tracker.appending import NewFact, log_lines
from tracker.campaign import Campaign, World
from tracker.dates import show_day
from tracker.events import LOST_FACT, Fact, Said, frame, read_facts
from tracker.loading.one_file import read_again
from tracker.loading.world import Reading
from tracker.store import GoodFile


class Lost(Struct, frozen=True):
    """A fact that a campaign's file had; `fault` names it, `said` has the lines to paste."""

    fault: str
    said: Said


def lost_facts(
    campaign: str, good: Mapping[tuple[str, str], GoodFile], reading: Reading
) -> Iterator[Lost]:
    """Yield what the version now read has lost against the one remembered.

    A fact that says the same of the same item, target, ask and meeting on another day is edited,
    not lost.
    """
    key = ("campaign", campaign)
    before, source, world = good.get(key), reading.in_force.get(key), reading.world
    if before is None or source is None or world is None or before.digest == source.digest:
        return
    shape = read_again("campaign", before.text)
    if not isinstance(shape, Campaign) or (shape.workdays or "") not in {"", *world.workdays}:
        return
    old = _facts(campaign, replace(world, campaigns={campaign: shape}))
    yield from lost_between(old, _facts(campaign, world))


def lost_between(old: Collection[Fact], now: Collection[Fact]) -> Iterator[Lost]:
    """Yield the facts that one version of a log has and another does not.

    What stood there twice and stands there once still counts.
    """
    lacking = Counter(map(_slot, old)) - Counter(map(_slot, now))
    kept = {_said(fact) for fact in now}
    for fact in sorted(old, key=lambda one: _said(one) in kept):
        slot = _slot(fact)
        if lacking[slot]:
            lacking[slot] -= 1
            if _said(fact) in kept:
                continue
            number = sum(_slot(one) == slot for one in now) + lacking[slot] + 1
            yield Lost(f"{LOST_FACT}|{slot}|{number}", _lines(fact))


def still_lost(fault: str, campaign: str, world: World) -> bool:
    """Say whether a lost fact is still not in the file."""
    if campaign not in world.campaigns:
        return True
    _, slot, number = fault.split("|")
    return sum(_slot(one) == slot for one in _facts(campaign, world)) < int(number)


def _facts(campaign: str, world: World) -> Collection[Fact]:
    return read_facts(frame(campaign, world))


def _slot(fact: Fact) -> str:
    words = (fact.kind, fact.item, fact.target, fact.ask, fact.meeting)
    return "/".join(str(word) if word else "-" for word in words)


def _said(fact: Fact) -> tuple[object, ...]:
    return (_slot(fact), fact.at, fact.result, fact.stance, fact.to)


def _lines(fact: Fact) -> Said:
    new = NewFact(
        on=fact.on,
        fact=fact.kind,
        item=fact.item,
        target=fact.target,
        ask=fact.ask,
        meeting=fact.meeting,
        result=fact.result,
        to=fact.to,
        stance=fact.stance,
        by=fact.by,
        note=fact.note,
    )
    about = "".join(f" of {one}" for one in (fact.item, fact.ask, fact.target) if one)
    return Said(
        text=f"The log has lost: {fact.kind}{about} on {show_day(fact.on)}",
        mend="it counts no more; if that was a slip, paste it back at the end of the file",
        paste="\n".join(log_lines(new)),
    )

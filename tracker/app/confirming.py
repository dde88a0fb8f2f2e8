"""A person's word on an edit: what they are shown that it would do, and what they confirmed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from tracker.campaign import World
from tracker.changes import Effect
from tracker.dates import day_in, show_day_short
from tracker.differences import differences
from tracker.digest.say import many
from tracker.events import Said, frame
from tracker.occurrence import Occurrence
from tracker.store import JournalEntry

ACCEPTED = "accepted-edit"
MOST_SAID = 12
Lines = Sequence[Occurrence]


def confirmed(entries: Iterable[JournalEntry]) -> frozenset[tuple[str, str, str]]:
    """Return the versions that somebody confirmed: kind and id of the file, and its digest."""
    return frozenset(
        (entry.data["of"], entry.data["id"], entry.data["digest"])
        for entry in entries
        if entry.kind == ACCEPTED
    )


def shown(effect: Effect, worlds: tuple[World, World]) -> Iterator[Said]:
    """Show the difference: what was edited, then what it would cancel and send.

    Facts taken out are all shown: once they are confirmed nobody asks about them again.
    """
    edits = differences(*worlds)
    told = [one for n, one in enumerate(edits) if n < MOST_SAID or one.kind == "fact removed"]
    for edit in told:
        yield Said(text=edit.text)
    if left := len(edits) - len(told):
        yield Said(text=f"and {many(left, 'more edit')}")
    yield from _lines("Cancelled", effect.cancelled, worlds[0])
    yield from _lines("Sent at once", effect.at_once, worlds[0])


def _lines(what: str, lines: Lines, world: World) -> Iterator[Said]:
    """Say lines by the day that they speak of; what is repeated stands once, with how often."""
    things = sorted(_things(lines), key=_first)
    several = len({one.campaign for one in lines}) > 1
    for those in things[:MOST_SAID]:
        of = f" [{those[0].campaign}]" if several else ""
        yield Said(text=f"{what}: {those[0].what}{of}", place=_when_and_for_whom(those, world))
    left = sum(map(len, things[MOST_SAID:]))
    if left:
        see = f"see tracker plan --against {world.config.campaigns}"
        yield Said(text=f"and {many(left, 'more line')} {what.lower()}: {see}")


def _things(lines: Iterable[Occurrence]) -> Iterable[Lines]:
    """Put together the lines of one thing, whoever gets them and however often."""
    found: dict[tuple[object, ...], list[Occurrence]] = {}
    for one in lines:
        found.setdefault((one.campaign, one.topic, one.what), []).append(one)
    return found.values()


def _first(those: Lines) -> tuple[bool, str, str]:
    days = [one.states.isoformat() for one in those if one.states is not None]
    return (not days, min(days, default=""), those[0].key)


def _when_and_for_whom(those: Lines, world: World) -> str:
    lines_for = f"{len(those)} for {', '.join(sorted({one.owner for one in those}))}"
    days = sorted(_days(those, world))
    if not days:
        return lines_for
    more = f" and {many(len(days) - 1, 'more time')}, so far to {show_day_short(days[-1])}"
    return f"{show_day_short(days[0])}{more if len(days) > 1 else ''}: {lines_for}"


def _days(those: Lines, world: World) -> set[date]:
    """Return the days that lines speak of, where their campaign is at home."""
    return {
        day_in(one.states, frame(one.campaign, world).workdays.zone)
        for one in those
        if one.states is not None and one.campaign is not None
    }

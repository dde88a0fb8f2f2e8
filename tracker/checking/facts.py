"""Checks the facts of a campaign against its meetings and the present, where these are known."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from tracker.campaign import Campaign, LoggedFact, World
from tracker.dates import day_in, show_day
from tracker.errors import Fault, KeyPath
from tracker.events import frame, log_faults, read_facts
from tracker.when import Date

_MEETINGS_HANG_ON = frozenset({"ask", "meeting", "opened", "workdays"})
_ZONES_APART = timedelta(hours=26)  # the farthest: from Baker Island to Kiritimati


def fact_faults(
    campaign_id: str,
    campaign: Campaign,
    world: World,
    faults: Collection[Fault],
    now: datetime | None,
) -> list[Fault]:
    """Return what is wrong with facts that are sound by themselves, but for the `faults` known.

    Whether a meeting exists is told only where nothing that is at fault might have made it one.
    With `now` (UTC) a fact in the future is a fault.
    """
    off = {one.path for one in faults}
    unread = _unread(campaign, off) if off else set()
    sound = _mended(campaign, off, unread) if off else campaign
    alone = replace(world, campaigns={campaign_id: sound})
    found = [] if _meetings_in_doubt(campaign, off) else log_faults(campaign_id, alone)
    if now is not None:
        unknown_zone = ("workdays",) in off
        found += _future_faults(campaign_id, alone, now + _ZONES_APART * unknown_zone)
    return [one for one in found if one.path[1] not in unread or one.path[2:] != ("on",)]


def _meetings_in_doubt(campaign: Campaign, off: Collection[KeyPath]) -> bool:
    """Say whether a fault may change which meetings there are: an outcome may add one."""
    if any(path[:1] and path[0] in _MEETINGS_HANG_ON for path in off):
        return True
    return any(campaign.log[number].fact == "outcome" for number in _faulty(off))


def _faulty(off: Collection[KeyPath]) -> set[int]:
    """Return the places of the facts that have a fault."""
    return {path[1] for path in off if path[0:1] == ("log",) and isinstance(path[1], int)}


def _unread(campaign: Campaign, off: Collection[KeyPath]) -> set[int]:
    """Return the places of the facts whose day is not known: without `opened`, nor is a year."""
    unread = {number for number in _faulty(off) if ("log", number, "on") in off}
    if ("opened",) not in off:
        return unread
    days = enumerate(one.on.day for one in campaign.log)
    return unread | {n for n, day in days if isinstance(day, Date) and day.year is None}


def _mended(campaign: Campaign, off: Collection[KeyPath], unread: Collection[int]) -> Campaign:
    """Return the campaign as it can be looked at: a note for each fact that has a fault."""
    log = list(campaign.log)
    for number in {*_faulty(off), *unread}:
        on = campaign.dated if number in unread else log[number].on
        log[number] = LoggedFact(fact="note", on=on)
    left_out = {key: None for key in ("opened", "closed", "paused", "workdays") if (key,) in off}
    return campaign.model_copy(update={"log": tuple(log), **left_out})


def _future_faults(campaign_id: str, world: World, now: datetime) -> Iterator[Fault]:
    home = frame(campaign_id, world)
    today = day_in(now, home.workdays.zone)
    for fact in read_facts(home):
        if fact.at > now if fact.exact else fact.on > today:
            yield Fault(
                path=("log", fact.index, "on"),
                code="fact-in-future",
                message=f"{show_day(fact.on)} is still to come, and a fact has happened",
                hint="log it once it has happened",
            )

"""Checks a campaign against all the other files."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import PurePosixPath

from msgspec.structs import replace

from tracker.campaign import Campaign, World
from tracker.checking.facts import fact_faults
from tracker.checking.faults import day_of, missing_file, phrase_fault, twice, unknown
from tracker.checking.log import Names, log_key_faults
from tracker.checking.meetings import Meetings
from tracker.checking.merged import listed
from tracker.checking.remarks import remarks
from tracker.checking.steps import Ground, step_faults
from tracker.dates import show_day
from tracker.errors import Fault
from tracker.when import PhraseError, span_days
from tracker.workdays import calendar

Broken = Mapping[tuple[str, str], str]


def campaign_faults(
    campaign_id: str,
    campaign: Campaign,
    world: World,
    *,
    broken: Broken | None = None,
    now: datetime | None = None,
    errors_only: bool = False,
) -> list[Fault]:
    """Return everything wrong with a campaign, and if nothing is, what is worth a warning.

    With `errors_only` there are no warnings, which take as long as all errors together. `broken`
    are the paths of files that are not in force, by kind and id. With `now` (UTC) a fact in the
    future is a fault.
    """
    broken = broken or {}
    faults = [*_name_faults(campaign, world, broken), *_source_faults(campaign)]
    days = _opening_days(campaign, faults, now)
    if not days:
        return faults
    faults += _agreed(_dated_faults(campaign, world, broken, day) for day in days)
    faults += fact_faults(campaign_id, campaign, world, faults, now)
    if faults or errors_only:
        return faults
    return remarks(campaign_id, replace(world, campaigns={campaign_id: campaign}), now)


def _agreed(several: Iterable[list[Fault]]) -> list[Fault]:
    """Return the faults that there are whichever day is the right one to count from."""
    first, *others = several
    return [one for one in first if all(one in other for other in others)]


def _name_faults(campaign: Campaign, world: World, broken: Broken) -> Iterator[Fault]:
    people = {one.id: one.name for one in world.config.coordinator}
    named = [(("coordinators", n), name) for n, name in enumerate(campaign.coordinators)]
    for path, name in named:
        if name not in people:
            yield unknown(path, "coordinator", name, people, "config.toml")
    yield from twice(named, "coordinator")
    yield from twice(((("ask", n, "id"), one.id) for n, one in enumerate(campaign.ask)), "id")
    yield from twice(
        ((("target", n, "id"), one.id) for n, one in enumerate(campaign.target)), "id"
    )
    files = (
        ("playbook", campaign.playbook, world.playbooks),
        ("workdays", campaign.workdays, world.workdays),
    )
    for kind, wanted, known in files:
        if wanted is not None and wanted not in known:
            yield missing_file((kind,), kind, wanted, known, broken.get((kind, wanted), ""))


def _source_faults(campaign: Campaign) -> Iterator[Fault]:
    if campaign.file is None:
        return
    if campaign.source is not None:
        message = "the text has a `source` and a `file`"
        hint = "leave one of the two out"
        yield Fault(path=("file",), code="two-sources", message=message, hint=hint)
    path = PurePosixPath(campaign.file.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or path.parts[0][1:2] == ":":
        message = "the file must lie beneath this folder"
        hint = 'write its path from here, like "letters/x.pdf"'
        yield Fault(path=("file",), code="file-outside", message=message, hint=hint)


def _opening_days(
    campaign: Campaign, faults: list[Fault], now: datetime | None
) -> tuple[date, ...]:
    """Return the day that work began: none if it cannot be read, two if either may be wrong."""
    near = day_of(("opened",), campaign.opened, None, []) or (now and now.date())
    dated = day_of(("dated",), campaign.dated, None, faults, near)
    opened = day_of(("opened",), campaign.opened, dated, faults) if dated else None
    if dated is None or campaign.opened is None:
        return () if dated is None else (dated,)
    if opened is not None and opened > dated:
        message = f"work began on {show_day(opened)}, after the letter's date, {show_day(dated)}"
        hint = "`opened` is the day of the letter at the latest"
        faults.append(Fault(path=("opened",), code="opened-late", message=message, hint=hint))
        return (dated, opened)
    return () if opened is None else (opened,)


def _dated_faults(campaign: Campaign, world: World, broken: Broken, opened: date) -> list[Fault]:
    """Return what is wrong with what may hang on the day that work began."""
    return [
        *_span_faults(campaign, opened),
        *_content_faults(campaign, world, broken, opened),
    ]


def _span_faults(campaign: Campaign, opened: date) -> list[Fault]:
    faults: list[Fault] = []
    closed = day_of(("closed",), campaign.closed, opened, faults)
    if closed is not None and closed < opened:
        message = f"it closed on {show_day(closed)}, before it opened on {show_day(opened)}"
        faults.append(Fault(path=("closed",), code="closed-early", message=message))
    if campaign.paused is not None:
        try:
            span_days(campaign.paused, opened)
        except PhraseError as wrong:
            faults.append(phrase_fault(("paused",), wrong))
    for number, one in enumerate(campaign.signatory):
        day_of(("signatory", number, "signed"), one.signed, opened, faults)
    return faults


def _content_faults(campaign: Campaign, world: World, broken: Broken, opened: date) -> list[Fault]:
    asks = frozenset(one.id for one in campaign.ask)
    targets = frozenset(one.id for one in campaign.target)
    out = {name: path for (kind, name), path in broken.items() if kind == "forum"}
    faults = Meetings(world, opened, asks, out).faults(campaign.meeting)
    playbook = world.playbooks.get(campaign.playbook) if campaign.playbook else None
    known = campaign.playbook is None or playbook is not None
    workdays = world.workdays.get(campaign.workdays or world.config.workdays)
    own = list(listed(campaign.deadline, campaign.follow_up))
    ground = Ground(
        config=world.config,
        playbook=playbook,
        known=known,
        elsewhere=None if known else _steps_elsewhere(world, broken),
        targets=targets,
        opened=opened,
        workdays=calendar(workdays) if workdays else None,
    )
    faults += step_faults(own, ground)
    shared = [] if playbook is None else listed(playbook.deadline, playbook.follow_up)
    items = frozenset(one.id for _, one in (*shared, *own)) if known else None
    names = Names(targets=targets, asks=asks, items=items, opened=opened)
    return faults + log_key_faults(campaign.log, names)


def _steps_elsewhere(world: World, broken: Broken) -> frozenset[str] | None:
    """Return the steps of all playbooks; None where one of them cannot be read."""
    if any(kind == "playbook" for kind, _ in broken):
        return None
    books = world.playbooks.values()
    return frozenset(one.id for book in books for _, one in listed(book.deadline, book.follow_up))

"""The checks that a file has to pass, by itself and among the others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

from tracker import checking
from tracker.campaign import Campaign, Forum, Playbook, Workdays, World
from tracker.config import Config
from tracker.errors import Fault, Problem
from tracker.loading.files import FileKind
from tracker.loading.one_file import Read
from tracker.loading.placing import placed
from tracker.loading.shapes import Shape

Check = Callable[[str, Shape], list[Fault]]


def own_faults(_: str, shape: Shape) -> list[Fault]:
    """Return the faults that a file shows by itself."""
    match shape:
        case Config():
            return checking.config_faults(shape)
        case Workdays():
            return checking.workdays_faults(shape)
        case Forum():
            return checking.forum_faults(shape)
        case Campaign() | Playbook():
            return []


def playbook_faults(config: Config, _: str, shape: Shape) -> list[Fault]:
    """Return what is wrong with a playbook among these coordinators."""
    assert isinstance(shape, Playbook)
    return checking.playbook_faults(shape, config)


def campaign_faults(
    world: World,
    broken: Mapping[tuple[str, str], str],
    now: datetime | None,
    name: str,
    shape: Shape,
    *,
    errors_only: bool = False,
) -> list[Fault]:
    """Return what is wrong with a campaign among these files."""
    assert isinstance(shape, Campaign)
    return checking.campaign_faults(
        name, shape, world, broken=broken, now=now, errors_only=errors_only
    )


def passes(read: Read, check: Check) -> bool:
    """Say whether a file passes a check without an error."""
    assert read.shape is not None
    return all(fault.severity == "warning" for fault in check(read.source.id, read.shape))


def draft_problems(reads: Iterable[Read], kind: FileKind, check: Check) -> Iterator[Problem]:
    """Yield what else is wrong with files that have no shape: all is told at once."""
    for read in reads:
        if read.draft is not None and read.source.kind == kind:
            yield from placed(read.source, read.draft.faults(partial(check, read.source.id)))

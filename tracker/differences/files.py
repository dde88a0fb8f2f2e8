"""What an edit did, over all files: the world as it was against the world as it is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeVar

from tracker.campaign import Campaign, Forum, Playbook, Workdays, World
from tracker.difference import Act, Difference
from tracker.differences.calendars import workdays_differences
from tracker.differences.campaigns import campaign_differences
from tracker.differences.config_file import config_differences
from tracker.differences.forums import forum_differences
from tracker.differences.playbooks import playbook_differences
from tracker.differences.version import Version
from tracker.occurrence import Origin
from tracker.planning.steps import written_steps

Kind = Literal["campaign", "playbook", "forum", "workdays"]
AnyFile = Campaign | Playbook | Forum | Workdays
File = TypeVar("File", Campaign, Playbook, Forum, Workdays)
_CALLED: dict[Kind, str] = {
    "campaign": "Campaign",
    "playbook": "Playbook",
    "forum": "Forum",
    "workdays": "Working days",
}


def differences(before: World, after: World) -> tuple[Difference, ...]:
    """Return everything that differs between two readings of the files, shared files first.

    The order and the form of what is written make no difference. A file that came or went is one
    difference: what a new campaign holds, its accepted notice tells.
    """

    def playbook(name: str, old: Playbook, new: Playbook) -> Iterator[Difference]:
        yield from playbook_differences(name, old, new, after)

    def campaign(name: str, old: Campaign, new: Campaign) -> Iterator[Difference]:
        yield from campaign_differences(Version(name, old, before), Version(name, new, after))

    return (
        *config_differences(before.config, after.config),
        *_each("workdays", before.workdays, after.workdays, workdays_differences),
        *_each("forum", before.forums, after.forums, forum_differences),
        *_each("playbook", before.playbooks, after.playbooks, playbook),
        *_each("campaign", before.campaigns, after.campaigns, campaign),
    )


def _each(
    kind: Kind,
    old: Mapping[str, File],
    new: Mapping[str, File],
    compared: Callable[[str, File, File], Iterator[Difference]],
) -> Iterator[Difference]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield _whole("added", kind, name, new[name])
        elif name not in new:
            yield _whole("removed", kind, name, old[name])
        elif not _same(old[name], new[name]):
            yield from compared(name, old[name], new[name])


def _whole(act: Act, kind: Kind, name: str, file: AnyFile) -> Difference:
    called = file.title if isinstance(file, Campaign) else file.name
    done = "added" if act == "added" else "gone"
    return Difference(
        thing="file",
        act=act,
        origin=Origin(kind, name),
        text=f"{_CALLED[kind]} {done}: {called} ({name})",
        name=called,
    )


def _same(old: AnyFile, new: AnyFile) -> bool:
    """Say whether two versions are equal, so that most files of a big folder cost nothing.

    Equality does not see which keys a step sets itself; over a playbook's step they count.
    """
    if old is new or old != new:
        return old is new
    if isinstance(old, Campaign) and isinstance(new, Campaign):
        steps = zip(written_steps(old), written_steps(new), strict=True)
        return all(was.model_fields_set == one.model_fields_set for (was, _), (one, _) in steps)
    return True

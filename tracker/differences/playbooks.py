"""What an edit did to a playbook."""

from collections.abc import Iterator

from tracker.campaign import Playbook, World
from tracker.difference import Difference, Thing
from tracker.differences.saying import Said, changes, one_line, said_leads
from tracker.differences.steps import playbook_step_differences
from tracker.occurrence import Origin

# Each key with what it is called in a sentence, and where it stands.
_KEYS: dict[str, tuple[Thing, str, tuple[str, ...]]] = {
    "name": ("name", "name", ("name",)),
    "summary": ("summary", "summary", ("summary",)),
    "remind": ("reminders", "reminders of the meeting", ("meeting", "remind")),
}


def playbook_differences(
    playbook: str, old: Playbook, new: Playbook, world: World
) -> Iterator[Difference]:
    """Yield what an edit did to a playbook, its own keys first."""
    for change in changes(_said(old), _said(new)):
        thing, label, path = _KEYS[change.key]
        said = change.said(label, quiet=change.key == "summary")
        yield Difference(
            thing=thing,
            act=change.act,
            origin=Origin("playbook", playbook, path),
            text=f"Playbook {old.name}: {said}",
            name=new.name,
        )
    yield from playbook_step_differences(playbook, old, new, world)


def _said(one: Playbook) -> Said:
    return {
        "name": one.name,
        "summary": one_line(one.summary),
        "remind": said_leads(one.meeting.remind),
    }

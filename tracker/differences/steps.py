"""What an edit did to the deadlines and follow-ups of a campaign or a playbook."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from tracker.campaign import Deadline, Playbook, World
from tracker.difference import Act, Difference
from tracker.differences.saying import (
    Change,
    Said,
    changes,
    content,
    joined,
    said_leads,
    said_when,
    short,
)
from tracker.differences.version import Version
from tracker.occurrence import Origin
from tracker.planning.reminders import DEFAULT_LEADS
from tracker.planning.steps import AnyStep, laid_over, written_steps
from tracker.planning.wording import called

_LABELS = {"who": "who acts:", "remind": "reminders", "escalate": "escalation to"}


class _Side(Struct, frozen=True, kw_only=True):
    """The steps of one version: as they hold, and where the file under comparison has them."""

    kind: Literal["campaign", "playbook"]
    id: str
    world: World
    opened: date | None
    held: Mapping[str, AnyStep]  # without those that are left out
    places: Mapping[str, tuple[str | int, ...]]
    prefix: str = ""
    targets: Mapping[str, str] = field(default_factory=dict)

    @property
    def around(self) -> tuple[object, ...]:
        """Return what a step's sentences depend on beside the step."""
        return (self.world.config, self.opened, self.targets)

    def at(self, step: str) -> Origin:
        """Return where the file has a step."""
        return Origin(self.kind, self.id, self.places.get(step, ()))


def campaign_step_differences(old: Version, new: Version) -> Iterator[Difference]:
    """Yield what became of the steps that a campaign itself has, or has changed.

    Both versions are laid over the playbook in force, so that what became of the playbook's own
    steps is told once: as the playbook's.
    """
    playbook = new.campaign.playbook
    shared = new.world.playbooks.get(playbook) if playbook else None
    yield from _differences(_own(old, shared), _own(new, shared))


def playbook_step_differences(
    playbook: str, old: Playbook, new: Playbook, world: World
) -> Iterator[Difference]:
    """Yield what became of a playbook's steps."""
    before, after = (_shared(playbook, one, new.name, world) for one in (old, new))
    yield from _differences(before, after)


def _shared(playbook: str, one: Playbook, name: str, world: World) -> _Side:
    return _Side(
        kind="playbook",
        id=playbook,
        world=world,
        opened=None,
        held={step.id: step for step, _ in written_steps(one)},
        places={step.id: path for step, path in written_steps(one)},
        prefix=f"Playbook {name}: ",
    )


def _own(one: Version, shared: Playbook | None) -> _Side:
    base = {step.id: step for step, _ in written_steps(shared)} if shared else {}
    held = dict(base)
    for step, _ in written_steps(one.campaign):
        over = base.get(step.id)
        held[step.id] = step if over is None else laid_over(over, step)
    return _Side(
        kind="campaign",
        id=one.id,
        world=one.world,
        opened=one.opened,
        held={name: step for name, step in held.items() if not step.skip},
        places={step.id: path for step, path in written_steps(one.campaign)},
        targets={target.id: called(target) for target in one.campaign.target},
    )


def _differences(old: _Side, new: _Side) -> Iterator[Difference]:
    around = old.around == new.around
    for name in dict.fromkeys((*new.places, *old.places)):
        was, one = old.held.get(name), new.held.get(name)
        if type(was) is not type(one):
            yield from _came_and_went(name, old, new)
        elif was is not None and one is not None and not (around and was == one):
            for change in changes(_said(was, old), _said(one, new)):
                yield _changed(change, one, old, new)


def _came_and_went(name: str, old: _Side, new: _Side) -> Iterator[Difference]:
    was, one = old.held.get(name), new.held.get(name)
    if was is not None:
        left_out = name in new.places
        done = "left out" if left_out else "taken out"
        text = f"{new.prefix}{_thing(was)} {done}: {_named(was)}"
        act: Act = "cancelled" if left_out else "removed"
        origin = (new if left_out else old).at(name)
        yield replace(_difference(act, origin, was, text), content=content(_said(was, old)))
    if one is not None:
        back = name in old.places
        text = f"{new.prefix}{_thing(one)} {'back again' if back else 'added'}: {_named(one)}"
        due = said_when(one.due, new.opened)
        act = "restored" if back else "added"
        came = _difference(act, new.at(name), one, f"{text}, {due}" if due else text)
        yield replace(came, content=content(_said(one, new)))


def _changed(change: Change, one: AnyStep, old: _Side, new: _Side) -> Difference:
    place = new if one.id in new.places else old  # what overrode a playbook's key is gone
    origin = place.at(one.id)
    subject = f"{new.prefix}{_thing(one)} {one.id}"
    moved = change.key == "due" and change.act == "changed"
    said = f"{change.was} → {change.becomes}"
    if not moved:
        said = change.said(_LABELS.get(change.key, change.key))
    return _difference(
        "moved" if moved else "changed",
        Origin(origin.kind, origin.id, (*origin.path, change.key)),
        one,
        f"{_capital(subject)}: {said}",
        change,
    )


def _difference(
    act: Act, origin: Origin, one: AnyStep, text: str, change: Change | None = None
) -> Difference:
    return Difference(
        thing="deadline" if isinstance(one, Deadline) else "follow-up",
        act=act,
        origin=origin,
        text=_capital(text),
        name=_named(one),
        item=one.id,
        was=(change.was or None) if change else None,
        becomes=(change.becomes or None) if change else None,
    )


def _thing(one: AnyStep) -> str:
    return "deadline" if isinstance(one, Deadline) else "follow-up"


def _named(one: AnyStep) -> str:
    return f"{short(one.what)} ({one.id})" if one.what else one.id


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _said(one: AnyStep, side: _Side) -> Said:
    names = {who.id: who.name for who in side.world.config.coordinator}
    said = {
        "what": one.what or "",
        "due": said_when(one.due, side.opened),
        "for": one.for_ or "",
        "until": one.until,
        "who": "all" if one.who is None else joined(names.get(who, who) for who in one.who),
        "target": side.targets.get(one.target, one.target) if one.target else "",
    }
    if isinstance(one, Deadline):
        leads = DEFAULT_LEADS if one.remind is None else one.remind
        return said | {"remind": said_leads(leads)}
    escalate = names.get(one.escalate, one.escalate) if one.escalate else ""
    return said | {"repeat": str(one.repeat or ""), "escalate": escalate}

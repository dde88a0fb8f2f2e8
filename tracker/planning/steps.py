"""The steps of a campaign: its playbook's, overridden key by key by its own."""

from collections.abc import Iterator

from msgspec import Struct

from tracker.campaign import Campaign, Deadline, FollowUp, Playbook, StepFor, World
from tracker.events import Frame
from tracker.occurrence import Origin
from tracker.when import When

AnyStep = Deadline | FollowUp


class PlannedStep(Struct, frozen=True, kw_only=True):
    """A step with everything filled in: where it is written and what it is for."""

    step: AnyStep
    due: When
    what: str
    scope: StepFor
    origin: Origin

    @property
    def id(self) -> str:
        """Return the step's id."""
        return self.step.id


def steps_of(home: Frame, world: World) -> tuple[PlannedStep, ...]:
    """Merge the playbook's steps with the campaign's; `skip = true` drops one."""
    merged = _merged(home, world)
    written = {step.id: step for step, _ in merged.values()}
    return tuple(
        PlannedStep(
            step=step,
            due=step.due,
            what=step.what,
            scope=scope_of(step, written),
            origin=origin,
        )
        for step, origin in merged.values()
        if not step.skip and step.due is not None and step.what is not None
    )


def scope_of(
    step: AnyStep, steps: dict[str, AnyStep], seen: frozenset[str] = frozenset()
) -> StepFor:
    """Say what a step is for: as written, else by what its due date counts from."""
    if step.for_ is not None or step.due is None or step.id in seen:
        return step.for_ or "campaign"
    for name in step.due.anchors:
        if name == "meeting":
            return "meeting"
        if name == "decision":
            return "each ask"
        if name in steps:
            return scope_of(steps[name], steps, seen | {step.id})
    return "campaign"


def laid_over(base: AnyStep, step: AnyStep) -> AnyStep:
    """Return a playbook's step with the keys that a campaign's step of the same id sets."""
    return base.model_copy(update={name: getattr(step, name) for name in step.model_fields_set})


def written_steps(file: Campaign | Playbook) -> Iterator[tuple[AnyStep, tuple[str | int, ...]]]:
    """Yield the steps that a file has, each with its place in it."""
    for number, deadline in enumerate(file.deadline):
        yield deadline, ("deadline", number)
    for number, follow_up in enumerate(file.follow_up):
        yield follow_up, ("follow-up", number)


def _merged(home: Frame, world: World) -> dict[str, tuple[AnyStep, Origin]]:
    found: dict[str, tuple[AnyStep, Origin]] = {}
    if home.campaign.playbook is not None:
        playbook = world.playbooks[home.campaign.playbook]
        for step, path in written_steps(playbook):
            found[step.id] = (step, Origin("playbook", home.campaign.playbook, path))
    for step, path in written_steps(home.campaign):
        origin = Origin("campaign", home.id, path)
        found[step.id] = _over(found.get(step.id), step, origin)
    return found


def _over(
    base: tuple[AnyStep, Origin] | None, step: AnyStep, origin: Origin
) -> tuple[AnyStep, Origin]:
    if base is None:
        return step, origin
    return laid_over(base[0], step), origin if "due" in step.model_fields_set else base[1]

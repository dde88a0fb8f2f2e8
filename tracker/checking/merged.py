"""Merges a playbook's steps with a campaign's, keeping in mind where each key is written."""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import Deadline, FollowUp, Playbook, StepFor
from tracker.errors import KeyPath
from tracker.planning.steps import scope_of

AnyStep = Deadline | FollowUp


class CheckedStep(Struct, frozen=True):
    """A step as it holds: `own` are the keys that the file under check itself sets.

    `path` is the step's place in that file; None where it only comes from the playbook. `over`
    is the playbook's step that it changes, if it changes one.
    """

    step: AnyStep
    path: KeyPath | None
    own: frozenset[str]
    over: AnyStep | None = None

    @property
    def id(self) -> str:
        """Return the step's id."""
        return self.step.id

    @property
    def whole(self) -> bool:
        """Say whether the step is planned at all: it is not skipped and lacks nothing."""
        return not self.step.skip and self.step.what is not None and self.step.due is not None

    def at(self, key: str) -> KeyPath:
        """Return the place of a key; of the step itself where the playbook has the key."""
        path = self.path or ()
        return (*path, key) if key in self.own else path


def listed(
    deadlines: tuple[Deadline, ...], follow_ups: tuple[FollowUp, ...]
) -> Iterator[tuple[KeyPath, AnyStep]]:
    """Yield the steps of one file with their places."""
    for number, deadline in enumerate(deadlines):
        yield ("deadline", number), deadline
    for number, follow_up in enumerate(follow_ups):
        yield ("follow-up", number), follow_up


def merge(
    own: Iterator[tuple[KeyPath, AnyStep]], playbook: Playbook | None
) -> dict[str, CheckedStep]:
    """Return the steps by id, the file's own over the playbook's."""
    found: dict[str, CheckedStep] = {}
    if playbook is not None:
        for _, step in listed(playbook.deadline, playbook.follow_up):
            found[step.id] = CheckedStep(step, None, frozenset())
    for path, step in own:
        keys = frozenset(_written(name) for name in step.model_fields_set)
        base = found.get(step.id)
        if base is None or base.path is not None:
            found[step.id] = CheckedStep(step, path, keys)
        else:
            changed = {name: getattr(step, name) for name in step.model_fields_set}
            over = base.step.model_copy(update=changed)
            found[step.id] = replace(base, step=over, path=path, own=keys, over=base.step)
    return found


def scopes(steps: Mapping[str, CheckedStep]) -> dict[str, StepFor]:
    """Return what each step is for, as the plan has it."""
    plain = {name: one.step for name, one in steps.items()}
    return {name: scope_of(step, plain) for name, step in plain.items()}


def _written(name: str) -> str:
    return {"for_": "for"}.get(name, name)

"""Merges a playbook's steps with a campaign's, keeping in mind where each key is written."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from tracker.campaign import Deadline, FollowUp, Playbook, StepFor
from tracker.errors import KeyPath
from tracker.planning.steps import laid_over, scope_of

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
) -> tuple[dict[str, CheckedStep], list[CheckedStep]]:
    """Return the steps by id, the file's own over the playbook's, and those that the file writes.

    Of several with one id the last holds; each of them is among those that the file writes.
    """
    shared = [] if playbook is None else listed(playbook.deadline, playbook.follow_up)
    found = {step.id: CheckedStep(step, None, frozenset()) for _, step in shared}
    mine = [_over(found.get(step.id), path, step) for path, step in own]
    return found | {one.id: one for one in mine}, mine


def _over(base: CheckedStep | None, path: KeyPath, step: AnyStep) -> CheckedStep:
    keys = frozenset(_written(name) for name in step.model_fields_set)
    if base is None:
        return CheckedStep(step, path, keys)
    over = laid_over(base.step, step)
    return CheckedStep(over, path, keys, over=base.step)


def scopes(steps: Mapping[str, CheckedStep], mine: Iterable[CheckedStep]) -> list[StepFor]:
    """Return what each step of `mine` is for, as the plan has it among these steps."""
    plain = {name: one.step for name, one in steps.items()}
    return [scope_of(one.step, plain) for one in mine]


def _written(name: str) -> str:
    return {"for_": "for"}.get(name, name)

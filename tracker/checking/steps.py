"""Checks steps: their anchors, their places to fill, who must act and what they change."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches

from msgspec import Struct

from tracker.campaign import Deadline, FollowUp, Playbook, StepFor
from tracker.checking.faults import nearest, phrase_fault, twice, unknown
from tracker.checking.merged import AnyStep, CheckedStep, merge, scopes
from tracker.config import Config
from tracker.dates import WorkingDays
from tracker.errors import Fault, KeyPath, advice
from tracker.when import ANCHORS, RESERVED, Context, PhraseError, anchor_error, resolve

_TAKEN = frozenset({*ANCHORS, *RESERVED, "none"})
_BRACE = re.compile(r"\{[^{}]*\}|[{}]")
_PLACES = ("target", "meeting", "ask", "title")


class Ground(Struct, frozen=True, kw_only=True):
    """What steps are checked against; a playbook knows no targets and no opening.

    Where a campaign's playbook is not `known`, what its steps might settle is not judged; where it
    is only misnamed, `elsewhere` are the steps of all playbooks.
    """

    config: Config
    playbook: Playbook | None = None
    known: bool = True
    elsewhere: frozenset[str] | None = None
    targets: frozenset[str] | None = None
    opened: date | None = None
    workdays: WorkingDays | None = None


def step_faults(own: Iterable[tuple[KeyPath, AnyStep]], ground: Ground) -> list[Fault]:
    """Return what is wrong with the steps that one file writes."""
    written = list(own)
    steps, mine = merge(iter(written), ground.playbook)
    faults = [*twice((((*path, "id"), one.id) for path, one in written), "id")]
    for one, what_for in zip(mine, scopes(steps, mine), strict=True):
        faults += _override_faults(one, ground)
        if not one.step.skip:
            faults += _people_faults(one, ground)
            faults += _fill_faults(one, steps, what_for, ground)
    shared = [one for one in steps.values() if one.path is None]
    faults += _anchor_faults([*shared, *mine], steps, ground)
    return faults


def _override_faults(one: CheckedStep, ground: Ground) -> Iterator[Fault]:
    path, step = one.path or (), one.step
    if step.id in _TAKEN:
        message = f'"{step.id}" has a meaning of its own in dates and cannot be an id'
        hint = f'write another, like "{step.id}-step"'
        yield Fault(path=(*path, "id"), code="id-taken", message=message, hint=hint)
    if one.over is None:
        if ground.known:
            yield from _new_step_faults(one, path)
        return
    kind, other = str(path[0]), "follow-up" if path[0] == "deadline" else "deadline"
    if isinstance(one.over, Deadline) != (kind == "deadline"):
        yield Fault(
            path=(*path, "id"),
            code="other-kind",
            message=f'the playbook has "{step.id}" as a [[{other}]]',
            hint=f"write [[{other}]], or give this one another id",
        )


def _new_step_faults(one: CheckedStep, path: KeyPath) -> Iterator[Fault]:
    if one.step.skip:
        message = f'the playbook has no step "{one.id}" to skip'
        yield Fault(path=(*path, "id"), code="nothing-to-skip", message=message)
        return
    examples = {"what": 'what = "…"', "due": 'due = "2 working days before meeting"'}
    for key, example in examples.items():
        if getattr(one.step, key) is None:
            yield Fault(
                path=path,
                code="missing-key",
                message=f"`{key}` is missing in [[{path[0]}]], and no playbook has the step",
                hint=f"write {example}",
            )


def _people_faults(one: CheckedStep, ground: Ground) -> Iterator[Fault]:
    step, path = one.step, one.path or ()
    if "who" in one.own:
        known = _people(ground)
        for number, name in enumerate(step.who or ()):
            if name not in known:
                yield unknown((*path, "who", number), "coordinator", name, known, "config.toml")
        if step.who == ():
            hint = "leave `who` out if everybody must act"
            yield Fault(path=(*path, "who"), code="too-few", message="nobody is named", hint=hint)
    if isinstance(step, FollowUp):
        yield from _escalation(one, step, ground)
    yield from _target_faults(one, ground)


def _people(ground: Ground) -> dict[str, str]:
    return {person.id: person.name for person in ground.config.coordinator}


def _escalation(one: CheckedStep, step: FollowUp, ground: Ground) -> Iterator[Fault]:
    if step.escalate is None or not {"escalate", "repeat"} & one.own:
        return
    if "escalate" in one.own and step.escalate not in (known := _people(ground)):
        yield unknown(one.at("escalate"), "coordinator", step.escalate, known, "config.toml")
    if not ground.known and step.repeat is None:
        return
    if step.repeat is None or step.repeat.more is None:
        yield Fault(
            path=one.at("escalate"),
            code="escalate-without-count",
            message="`escalate` comes after the last repeat, and this repeats until it is settled",
            hint='give `repeat` a count, like "every 7 days, 2 more times"',
        )


def _target_faults(one: CheckedStep, ground: Ground) -> Iterator[Fault]:
    step = one.step
    if step.target is None:
        return
    if step.for_ == "each target":
        message = 'a step `for = "each target"` has no `target` of its own'
        hint = "leave one of the two out"
        yield Fault(path=one.at("target"), code="two-targets", message=message, hint=hint)
    if "target" not in one.own or ground.targets is None:
        return
    if step.target not in ground.targets:
        yield unknown(one.at("target"), "target", step.target, ground.targets, "this campaign")


def _fill_faults(
    one: CheckedStep, steps: Mapping[str, CheckedStep], what_for: StepFor, ground: Ground
) -> Iterator[Fault]:
    what = one.step.what
    if what is None or not {"what", "for", "due", "target"} & one.own:
        return
    can = _fillable(one, steps, what_for) if ground.known else set(_PLACES)
    for found in _BRACE.finditer(what):
        fault = _brace_fault(found[0], can)
        if fault is not None:
            message, hint = fault
            yield Fault(
                path=one.at("what"),
                code="cannot-fill",
                message=message,
                hint=hint,
                span=(found.start(), len(found[0])),
            )


def _fillable(one: CheckedStep, steps: Mapping[str, CheckedStep], what_for: StepFor) -> set[str]:
    """Return the places that can be filled in what a step says."""
    can = {"title"}
    if one.step.target is not None or what_for == "each target":
        can.add("target")
    if what_for == "meeting" or counts_from(one, "meeting", steps):
        can.add("meeting")
    if what_for == "each ask":
        can.add("ask")
    return can


def _brace_fault(brace: str, can: set[str]) -> tuple[str, str | None] | None:
    name = brace[1:-1]
    if brace in {"{", "}"}:
        return f"this {brace} has no partner", "write it like {meeting}, or leave it out"
    if name in can:
        return None
    if name not in _PLACES:
        meant = nearest(name.strip().lower(), _PLACES)
        known = "known are {target}, {meeting}, {ask} and {title}"
        return f"nothing can be filled in for {brace}", advice(meant and f"{{{meant}}}", known)
    return f"{brace} cannot be filled here", _WHY_NOT[name]


_WHY_NOT = {
    "target": 'give the step a `target`, or for = "each target"',
    "meeting": "the step is not for a meeting and does not count from one",
    "ask": 'only a step for = "each ask" has one ask',
}


def counts_from(
    one: CheckedStep | None,
    anchor: str,
    steps: Mapping[str, CheckedStep],
    seen: frozenset[str] = frozenset(),
) -> bool:
    """Say whether a step counts from an anchor, by itself or through other steps."""
    if one is None or one.step.due is None or one.id in seen:
        return False
    return any(
        used == anchor or counts_from(steps.get(used), anchor, steps, seen | {one.id})
        for used in one.step.due.anchors
    )


def _anchor_faults(
    checked: list[CheckedStep], steps: Mapping[str, CheckedStep], ground: Ground
) -> Iterator[Fault]:
    several = {name for name, count in Counter(one.id for one in checked).items() if count > 1}
    for one in checked:
        if one.step.due is None or one.step.skip:
            continue
        for name in one.step.due.anchors:
            # Of several steps with one id nobody can say which is meant.
            fault = None if name in several else _anchor_fault(one, name, steps, ground)
            if fault is not None:
                yield fault
        if one.path is not None and "due" in one.own:
            yield from _date_faults(one, ground)


def _anchor_fault(
    one: CheckedStep, name: str, steps: Mapping[str, CheckedStep], ground: Ground
) -> Fault | None:
    if name in ANCHORS:
        return None
    other = steps.get(name)
    mine = one.path is not None and "due" in one.own
    if not ground.known and (other is None or not other.whole):
        return _no_anchor(one, name, steps) if mine and _is_slip(name, ground) else None
    if other is None or not other.whole:
        return _no_anchor(one, name, steps) if mine else _skipped_anchor(one, other)
    if other.step.for_ == "each target":
        return _each_target(one, other) if mine or "for" in other.own else None
    # Each circle that is not the playbook's own has a link that this file writes.
    return _circle(one, name) if mine and counts_from(other, one.id, steps) else None


def _is_slip(name: str, ground: Ground) -> bool:
    """Say whether a name that is no step of any playbook can only be meant for an anchor."""
    if ground.elsewhere is None or name in ground.elsewhere:
        return False
    return bool(get_close_matches(name, ANCHORS, n=1, cutoff=0.75))


def _each_target(one: CheckedStep, other: CheckedStep) -> Fault:
    mine = one.path is not None and "due" in one.own
    return Fault(
        path=one.at("due") if mine else other.at("for"),
        code="no-anchor",
        message=f'"{other.id}" is for each target, so it has no one day to count from',
        hint="count from what it counts from",
        span=one.step.due.anchor_place if mine and one.step.due else None,
    )


def _circle(one: CheckedStep, name: str) -> Fault:
    round_trip = f'"{one.id}" counts from "{name}", which counts from "{one.id}" again'
    return Fault(
        path=one.at("due"),
        code="anchor-cycle",
        message=f'"{name}" counts from itself' if name == one.id else round_trip,
        span=one.step.due.anchor_place if one.step.due else None,
    )


def _no_anchor(one: CheckedStep, name: str, steps: Mapping[str, CheckedStep]) -> Fault:
    assert one.step.due is not None
    known = [
        other.id
        for other in steps.values()
        if other.whole and other.id != one.id and other.step.for_ != "each target"
    ]
    return phrase_fault(one.at("due"), anchor_error(one.step.due, name, [*ANCHORS, *known]))


def _skipped_anchor(one: CheckedStep, other: CheckedStep | None) -> Fault | None:
    """Say that a step of the playbook counts from one that this file skips."""
    if other is None or other.path is None:
        return None  # the playbook's own fault, told in its own file
    return Fault(
        path=other.at("skip"),
        code="anchor-skipped",
        message=f'the playbook counts "{one.id}" from "{other.id}", which is skipped here',
        hint=f'skip "{one.id}" too, or give it a `due` of its own',
    )


def _date_faults(one: CheckedStep, ground: Ground) -> Iterator[Fault]:
    """Read the phrase once with every anchor at hand: some faults only a year shows."""
    due = one.step.due
    if due is None or ground.workdays is None or ground.opened is None:
        return
    days = dict.fromkeys(due.anchors, ground.opened)
    context = Context(workdays=ground.workdays, opened=ground.opened, anchors=days)
    try:
        resolve(due, context)
    except PhraseError as wrong:
        yield phrase_fault(one.at("due"), wrong)
    except ValueError as wrong:
        yield Fault(path=one.at("due"), code="no-working-day", message=str(wrong))

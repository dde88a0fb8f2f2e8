"""Offers a name that there is where a file writes one that cannot be any."""

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from tracker.campaign import Campaign
from tracker.checking.faults import MOST_SHOWN, nearest_of
from tracker.config import Config
from tracker.errors import Problem, advice
from tracker.loading.shapes import Shape

_NAMES = {
    **dict.fromkeys(("coordinators", "who", "escalate", "deputy"), "coordinator"),
    **{kind: kind for kind in ("forum", "playbook", "workdays")},
}
_QUOTED = re.compile(r'"([^"]*)"')


def offering_names(
    problems: Iterable[Problem], shapes: Mapping[tuple[str, str], Shape]
) -> list[Problem]:
    """Return the problems; where a name of a file or a person is no id, those there are are named.

    An id made of the words that were written would be that of nothing.
    """
    return [_offering(one, shapes) if _is_name(one) else one for one in problems]


def _is_name(problem: Problem) -> bool:
    named = problem.key.rpartition(".")[2] in _NAMES
    return named and problem.code in {"not-a-slug", "list-expected"}


def _offering(problem: Problem, shapes: Mapping[tuple[str, str], Shape]) -> Problem:
    key = problem.key.rpartition(".")[2]
    called = _called(_NAMES[key], shapes)
    said = problem.message if problem.code == "not-a-slug" else problem.hint or ""
    meant = [nearest_of(name, called) for name in _QUOTED.findall(said)[:MOST_SHOWN]]
    if not called or not meant:
        return problem
    if problem.code == "not-a-slug":
        hint = advice(meant[0], None)
    else:
        listed = ", ".join(f'"{one or "…"}"' for one in meant)
        hint = f"write {key} = [{listed}]"
    choices = tuple(sorted(called)[:MOST_SHOWN])
    return replace(problem, hint=hint, expected=() if all(meant) else choices)


def _called(kind: str, shapes: Mapping[tuple[str, str], Shape]) -> dict[str, str]:
    """Return what each file of a kind, or each coordinator, is called, by id."""
    if kind == "coordinator":
        people = (one.coordinator for one in shapes.values() if isinstance(one, Config))
        return {one.id: one.name for several in people for one in several}
    return {
        name: one.name
        for (its, name), one in shapes.items()
        if its == kind and not isinstance(one, (Campaign, Config))
    }

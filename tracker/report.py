"""Shows problems to their author: the place, the line as typed, the carets and the way out."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from tracker.errors import Problem, expectation

Kept = Sequence[str] | Mapping[str, str]
_WIDE = frozenset({"W", "F"})
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def show_problems(
    problems: Iterable[Problem],
    *,
    files: int,
    kept: Kept = (),
    config: str = "config.toml",
) -> str:
    """Write problems as text, warnings last, with what follows from them in the last line.

    `files` is the number of campaigns. `kept` names the campaigns (or other files, by id) whose
    last good version stays in force; as a mapping it says of when that version is. `config` is
    the server's file as problems name it; whatever it is called, it is no campaign.
    """
    errors = [one for one in problems if one.severity == "error"]
    warnings = [one for one in problems if one.severity == "warning"]
    blocks = [_block(one) for one in (*errors, *warnings)]
    return "\n\n".join([*blocks, _summary(errors, warnings, files, kept, config)])


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as one object of `check --json`."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "code": problem.code,
        "message": problem.message,
        "hint": way_out(problem),
        "severity": problem.severity,
    }


def way_out(problem: Problem) -> str | None:
    """Return what to write, else which words there are; None where a problem has neither."""
    if problem.hint:
        return problem.hint.replace("\n", "; ")
    return expectation(problem.expected) if problem.expected else None


def _block(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}:{problem.column}:"
    severity = " warning:" if problem.severity == "warning" else ""
    key = f" {problem.key}:" if problem.key else ""
    gutter = " " * len(str(problem.line))
    lines = [f"{place}{severity}{key} {problem.message}"]
    if problem.excerpt.strip():
        lines.append(f"{gutter} |")
        lines.append(f"{problem.line} | {problem.excerpt}")
        lines.append(f"{gutter} | {_carets(problem)}")
    if problem.expected:
        lines.append(f"{gutter} = {expectation(problem.expected)}")
    lines += [f"{gutter} = {line}" for line in (problem.hint or "").splitlines()]
    return "\n".join(lines)


def _carets(problem: Problem) -> str:
    before = problem.excerpt[: problem.caret]
    under = problem.excerpt[problem.caret : problem.caret + problem.width]
    indent = "".join(sign if sign == "\t" else " " * _columns(sign) for sign in before)
    return indent + "^" * max(sum(map(_columns, under)), 1)


def _columns(sign: str) -> int:
    """Return how many columns of a terminal a character takes."""
    if unicodedata.category(sign) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in _WIDE else 1


def _summary(
    errors: list[Problem], warnings: list[Problem], files: int, kept: Kept, config: str
) -> str:
    if not errors:
        return f"{_number(len(warnings), 'warning')}, no errors."
    broken = list(dict.fromkeys(one.file for one in errors))
    only_campaigns = all(_is_campaign(file, config) for file in broken)
    where = f"{len(broken)} of {_number(files, 'campaign')}"
    if not only_campaigns:
        where = _number(len(broken), "file")
    besides = f", and {_number(len(warnings), 'warning')}" if warnings else ""
    parts = [_consequence(file, kept, config) for file in broken]
    others = files - len(broken)
    if only_campaigns and others > 0:
        parts.append(
            "the other one is loaded" if others == 1 else f"the other {others} are loaded"
        )
    return f"{_number(len(errors), 'error')} in {where}{besides}. {'; '.join(parts)}."


def _is_campaign(file: str, config: str) -> bool:
    path = PurePath(file)
    elsewhere = path.parent.name in {"forums", "playbooks", "workdays"}
    return path.suffix == ".toml" and file != config and not elsewhere


def _consequence(file: str, kept: Kept, config: str) -> str:
    path = PurePath(file)
    name = path.stem if _is_campaign(file, config) else file
    for known in (path.stem, file):
        if known in kept:
            version = f"the version of {kept[known]}" if isinstance(kept, Mapping) else _LAST_GOOD
            return f"{name} keeps running on {version}"
    return f"{name} is not in force"


_LAST_GOOD = "its last good version"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

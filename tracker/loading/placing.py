"""Gives faults their place: line, column, the author's own line and the width of the carets."""

import re
import unicodedata
from collections.abc import Iterable

from msgspec.structs import replace

from tracker.errors import Fault, KeyPath, Problem
from tracker.loading.files import SourceFile, printable
from tracker.loading.positions import Spot, line_and_column, spots_of
from tracker.loading.slip import Slip

LONGEST_EXCERPT = 160
_AROUND = 60
# The value of a key like `password` (not of `password_file`), and the one inside an address.
_SECRET = re.compile(
    r"(\b\w*(?:password|passwd|secret|token)\b[\"']?\s*[=:]\s*)(\S.*)|(://[^@/\s\"':]*:)([^@/\s\"']+)(?=@)",
    re.IGNORECASE,
)
_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MARK = "\N{REPLACEMENT CHARACTER}"


def place(file: SourceFile, path: KeyPath) -> tuple[int, int]:
    """Return line and column, from 1, of the deepest known part of a key path."""
    spot = _spot(file.text, path)
    return line_and_column(file.text, spot.key)


def placed(file: SourceFile, faults: Iterable[Fault]) -> list[Problem]:
    """Turn faults into problems of a file."""
    return [_placed(file, fault) for fault in faults]


def slipped(file: SourceFile, slips: Iterable[Slip]) -> list[Problem]:
    """Turn slips of form into problems of a file."""
    return [
        _problem(
            file,
            Fault(path=(), code=slip.code, message=slip.message, hint=slip.hint),
            (slip.offset, slip.width),
        )
        for slip in slips
    ]


def _placed(file: SourceFile, fault: Fault) -> Problem:
    spot = _spot(file.text, fault.path)
    if fault.code == "misplaced-key":
        fault = _with_move(file, fault)
    if fault.first is not None:
        line = place(file, fault.first)[0]
        fault = replace(fault, message=f"{fault.message}, first on line {line}")
    if fault.span is not None:
        inside = _inside(file.text, spot, fault.span)
        if inside is not None:
            return _problem(file, fault, inside)
    begin, end = (spot.key, spot.key_end) if fault.on_key else (spot.start, spot.end)
    return _problem(file, fault, (begin, end - begin))


def _with_move(file: SourceFile, fault: Fault) -> Fault:
    """Say above which line a key belongs that joined the table before it."""
    first = min(
        (spot.start for path, spot in spots_of(file.text).items() if _is_header(file, path, spot)),
        default=0,
    )
    line = line_and_column(file.text, first)[0]
    return replace(fault, message=f"{fault.message}: move it above line {line}")


def _is_header(file: SourceFile, path: KeyPath, spot: Spot) -> bool:
    return len(path) <= 2 and file.text.startswith("[", spot.start) and spot.start < spot.key  # noqa: PLR2004 -- a list and its element


def _spot(text: str, path: KeyPath) -> Spot:
    """Find the deepest known part of a path; parts that are no keys are passed over."""
    spots = spots_of(text)
    known: KeyPath = ()
    for part in path:
        if (*known, part) in spots:
            known = (*known, part)
    return spots.get(known) or _first_line(text)


def _first_line(text: str) -> Spot:
    end = text.find("\n")
    end = len(text) if end < 0 else end
    return Spot(0, min(end, 1), 0, min(end, 1))


def _inside(text: str, spot: Spot, span: tuple[int, int]) -> tuple[int, int] | None:
    """Return the place of words inside a string, where its signs stand one to one in the file."""
    raw = text[spot.start : spot.end]
    quote = raw[:1]
    plain = quote in {'"', "'"} and not raw.startswith(quote * 3) and "\n" not in raw
    if not plain or (quote == '"' and "\\" in raw):
        return None
    offset, length = span
    at = min(offset, max(len(raw) - 2, 0))
    return spot.start + 1 + at, max(min(length, len(raw) - 2 - at), 1)


def _problem(file: SourceFile, fault: Fault, at: tuple[int, int]) -> Problem:
    offset, width = at
    line, column = line_and_column(file.text, offset)
    excerpt, caret = _excerpt(file.text, offset)
    excerpt, secret = _without_secrets(excerpt)
    return Problem(
        file=printable(str(file.path)),
        line=line,
        column=column,
        key=".".join(part for part in fault.path if isinstance(part, str)),
        code=fault.code,
        message=printable(fault.message),
        hint=None if secret and fault.code != "password" else _printable_lines(fault.hint),
        expected=tuple(map(printable, fault.expected)),
        excerpt=excerpt,
        caret=caret,
        width=max(1, min(width, len(excerpt) - caret)),
        severity=fault.severity,
    )


def _printable_lines(hint: str | None) -> str | None:
    return None if hint is None else "\n".join(map(printable, hint.split("\n")))


def _excerpt(text: str, offset: int) -> tuple[str, int]:
    """Return the line around a place, or a part of a very long one, and the place in it."""
    begin = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    caret = offset - begin
    if end - begin <= LONGEST_EXCERPT:
        return _visible(text[begin:end].rstrip()), caret
    left = max(offset - _AROUND, begin)
    before = "…" if left > begin else ""
    after = "…" if left + LONGEST_EXCERPT < end else ""
    part = text[left : min(left + LONGEST_EXCERPT, end)]
    return _visible(f"{before}{part}{after}"), offset - left + len(before)


def _without_secrets(excerpt: str) -> tuple[str, bool]:
    """Blot out a password, sign by sign: problems are mailed and logged."""
    shown = _SECRET.sub(_blotted, excerpt)
    return shown, shown != excerpt


def _blotted(found: re.Match[str]) -> str:
    shown, secret = found[1] or found[3], found[2] or found[4]
    return shown + "*" * len(secret)


def _visible(line: str) -> str:
    """Show each sign that a terminal would obey, or hide, as one mark; tabs stay."""
    return "".join(
        sign if sign == "\t" or unicodedata.category(sign) not in _OBEYED else _MARK
        for sign in line
    )

"""A new fact as the lines of a `[[log]]` table, and a file's bytes with them at the end."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import fields

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SHORT = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"}


class NewFact(Struct, frozen=True, kw_only=True):
    """What happened, as it is to stand in a campaign's log; the order of fields is the file's.

    A moment without a zone is of the campaign's own zone. Nothing is checked here: the file is
    read as a whole with these lines in it before it replaces the old one.
    """

    on: date | datetime
    fact: str
    item: str | None = None
    target: str | None = None
    ask: str | None = None
    meeting: date | str | None = None
    result: str | None = None
    to: date | None = None
    stance: str | None = None
    by: str | None = None
    note: str | None = None


def log_lines(fact: NewFact) -> tuple[str, ...]:
    r"""Return the `[[log]]` table of a fact, its equals signs in one column.

    >>> print("\n".join(log_lines(NewFact(on=date(2010, 6, 22), fact="delivered"))))
    [[log]]
    on   = 2010-06-22
    fact = "delivered"
    """
    pairs = [(field.name, getattr(fact, field.name)) for field in fields(fact)]
    said = [(name, value) for name, value in pairs if value is not None]
    width = max(len(name) for name, _ in said)
    return ("[[log]]", *(f"{name:{width}} = {toml_text(value)}" for name, value in said))


def appended(before: bytes, lines: Sequence[str]) -> bytes:
    r"""Return a file's bytes with these lines at its end, all that was there untouched.

    The lines end as the file's last one does (CRLF stays CRLF), a missing final line end is
    added, and one empty line stands before them.

    >>> appended(b"a = 1\r\nb = 2", ["[[log]]"])
    b'a = 1\r\nb = 2\r\n\r\n[[log]]\r\n'
    """
    end = _line_end(before)
    block = b"".join(line.encode() + end for line in lines)
    return before + _gap(before, end) + block


def _line_end(text: bytes) -> bytes:
    last = text.rfind(b"\n")
    return b"\r\n" if last > 0 and text[last - 1 : last] == b"\r" else b"\n"


def _gap(before: bytes, end: bytes) -> bytes:
    if before in {b"", BYTE_ORDER_MARK}:
        return b""
    if not before.endswith(b"\n"):
        return end + end
    rest = before.removesuffix(b"\n").removesuffix(b"\r")
    return b"" if not rest or rest.endswith(b"\n") else end


def toml_text(value: date | datetime | str) -> str:
    """Write a date or a text as TOML has it."""
    if isinstance(value, date):
        return value.isoformat()
    return f'"{"".join(_escaped(sign) for sign in value)}"'


def _escaped(sign: str) -> str:
    if sign in {'"', "\\"}:
        return f"\\{sign}"
    if sign in _SHORT:
        return _SHORT[sign]
    return f"\\u{ord(sign):04x}" if ord(sign) < ord(" ") or sign == "\x7f" else sign

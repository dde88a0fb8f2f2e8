"""Reads bytes as TOML, or says in a coordinator's words why they are none."""

import re
from typing import Any

import tomli
from msgspec import Struct

from tracker.loading.slip import GOES_ON, Slip

MOST_VALUES = 400_000  # 4 MiB of honest file have fewer; a list of two million ones does not
MOST_SLIPS = 20
LONGEST_REREAD = 200_000  # characters; a longer text is not read twenty times
SAVE = 'save the file as UTF-8 ("Save as…", then the encoding)'
_MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?=[ \n]|$)", re.MULTILINE)
_PLAIN_LINE = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*[=:]")
_LONG_NUMBER = re.compile(r"[0-9_]{4300,}")
_MANY_ZEROS = 4
_BLANKED = re.compile(r"[^\n]")


class Parsed(Struct, frozen=True):
    """What a file holds: its values (None if it is no TOML) and what is wrong with its form.

    `lost` are the keys on lines left out because they could not be read, so that nobody is told
    that they are missing.
    """

    values: dict[str, Any] | None
    slips: tuple[Slip, ...] = ()
    lost: frozenset[str] = frozenset()


def decode(data: bytes) -> tuple[str, Slip | None]:
    """Return the text of a file, with LF line ends and without a mark, and what is wrong with it.

    Notepad's byte order mark and Windows line ends are accepted; other encodings than UTF-8 are
    named.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_wide(data):
        text = data.decode("utf-16", "replace")
        return _folded(text), Slip(0, 1, "not-utf-8", "the file is saved as UTF-16", SAVE)
    try:
        return _folded(data.decode("utf-8-sig")), None
    except UnicodeDecodeError as wrong:
        begin = len(_folded(data[: wrong.start].decode("utf-8-sig", "replace")))
        sign = data[wrong.start : wrong.start + 1].decode("cp1252", "replace")
        message = f'the letter "{sign}" is not saved as UTF-8'
        if not sign.isprintable() or sign == "\N{REPLACEMENT CHARACTER}":
            message = "this is not text in UTF-8"
        return _folded(data.decode("utf-8-sig", "replace")), Slip(
            begin, 1, "not-utf-8", message, SAVE
        )


def parse(text: str) -> Parsed:
    """Read a text as TOML; every line that cannot be read is named, up to twenty of them.

    After a slip that is confined to its line, reading goes on without that line.
    """
    marker = _MARKER.search(text)
    slips: list[Slip] = []
    lost: set[str] = set()
    while True:
        values, slip = _attempt(text)
        if slip is None:
            return Parsed(values, tuple(slips), frozenset(lost))
        if marker and _is_conflict(text):
            return Parsed(None, (_conflict(marker),))
        slips.append(slip)
        line = _confined(text, slip)
        if line is None or len(slips) >= MOST_SLIPS or len(text) > LONGEST_REREAD:
            return Parsed(None, tuple(slips))
        begin, end, key = line
        lost.add(key)
        text = text[:begin] + _BLANKED.sub(" ", text[begin:end]) + text[end:]


def _attempt(text: str) -> tuple[dict[str, Any] | None, Slip | None]:
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as wrong:
        from tracker.loading.slips import slip_of  # noqa: PLC0415 -- patterns that few files need

        return None, slip_of(wrong.msg, text, min(wrong.pos, len(text)))
    except RecursionError:
        return None, Slip(0, 1, "too-deep", "keys or lists are nested too deep here")
    except (ValueError, OverflowError):
        found = _LONG_NUMBER.search(text)
        begin = found.start() if found else 0
        return None, Slip(begin, 1, "number-too-long", "this number is too long")
    # Each takes two signs at least, so that of nearly all files none need be counted.
    if len(text) > 2 * MOST_VALUES and _count(values) > MOST_VALUES:
        message = f"the file holds more than {MOST_VALUES:,} values"
        return None, Slip(0, 1, "too-large", message)
    return values, None


def _count(values: dict[str, Any]) -> int:
    count = 0
    waiting: list[Any] = [values]
    while waiting:
        one = waiting.pop()
        inside = one.values() if isinstance(one, dict) else one
        count += len(inside)
        if count > MOST_VALUES:
            break
        waiting.extend(part for part in inside if isinstance(part, (dict, list)))
    return count


def _confined(text: str, slip: Slip) -> tuple[int, int, str] | None:
    """Return the line of a slip and its key, if the slip cannot reach into other lines.

    A text without its last quotes may go on to the next line, which is then no second slip.
    """
    if not slip.in_line:
        return None
    begin = text.rfind("\n", 0, slip.offset) + 1
    end = text.find("\n", slip.offset)
    end = len(text) if end < 0 else end
    found = _PLAIN_LINE.match(text, begin, end)
    further = GOES_ON.match(text, end) if slip.code == "quotes-open" else None
    end = further.end() if further else end
    return (begin, end, found[1]) if found else None


def _is_conflict(text: str) -> bool:
    return all(re.search(rf"^{sign}{{7}}", text, re.MULTILINE) for sign in ("<", ">"))


def _conflict(marker: re.Match[str]) -> Slip:
    return Slip(
        marker.start(),
        len(marker[0]),
        "conflict",
        "two versions of this file were joined here and nobody chose between them",
        "keep the lines that hold, and delete the lines of <<<<<<<, ======= and >>>>>>>",
    )


def _looks_wide(data: bytes) -> bool:
    """Say whether every other byte is zero, as in UTF-16 without a mark."""
    head = data[:64]
    even, odd = head[0::2], head[1::2]
    if len(head) < 2 * _MANY_ZEROS:
        return False
    return any(
        half.count(0) > len(half) // 2 and other.count(0) == 0
        for half, other in ((even, odd), (odd, even))
    )


def _folded(text: str) -> str:
    return text.replace("\r\n", "\n")

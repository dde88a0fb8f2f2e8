"""Finds where in a file each key and value stands, for texts that tomli has accepted."""

import re
from contextlib import suppress
from functools import lru_cache

import tomli
from msgspec import Struct, field

from tracker.errors import KeyPath

# The shapes are four levels deep. Without a floor, a list nested 400 times would fill the memory
# with paths that no fault can ever name.
DEEPEST = 8
# No possessive repeats (`*+`): Python before 3.11.5 matches them wrong (gh-106052). Plain ones
# would fill a stack with a string of four million characters: ends are looked for one by one.
_BLANK = re.compile(r"[ \t\n]*(#[^\n]*)?")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CLOSING = {
    '"""': re.compile(r'\\[\s\S]|"{3,5}'),
    "'''": re.compile(r"'{3,5}"),
    '"': re.compile(r'\\.|["\n]'),
    "'": re.compile(r"['\n]"),
}
_SCALAR = re.compile(r"[^,\]}#\n]+")


class Spot(Struct, frozen=True):
    """Where a key (`key`, `key_end`) and its value (`start`, `end`) stand, as offsets.

    The value of a table is its header, of a list's element the key is the element itself.
    """

    key: int
    key_end: int
    start: int
    end: int


@lru_cache(maxsize=64)
def spots_of(text: str) -> dict[KeyPath, Spot]:
    """Map every key path of a TOML text, eight levels deep, to its place.

    The text has LF line ends, no byte order mark, and is known to be TOML. Where it is not, the
    map ends where the reading does.
    """
    reader = _Reader(text)
    with suppress(_NotTomlError, IndexError):  # what has been found until then is right
        reader.read()
    return reader.spots


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Count lines and columns from 1, in characters."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _NotTomlError(Exception):
    """The text ended, or went on, as no TOML does."""


class _Open(Struct):
    """A list or an inline table that has begun and not ended."""

    path: KeyPath
    begin: int
    closes: str
    count: int = 0


class _Reader(Struct):
    text: str
    at: int = 0
    spots: dict[KeyPath, Spot] = field(default_factory=dict)
    table: KeyPath = ()
    elements: dict[KeyPath, int] = field(default_factory=dict)  # the last of each [[list]]

    def read(self) -> None:
        self._blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair(self.table)
            self._blank()

    def _blank(self) -> None:
        while (found := _BLANK.match(self.text, self.at)) and found[1] is not None:
            self.at = found.end()
        self.at = found.end() if found else self.at

    def _header(self) -> None:
        begin = self.at
        double = self.text.startswith("[[", begin)
        self.at += 2 if double else 1
        parts = self._parts()
        # A heading that nobody closed may end with the text.
        self.at = min(self.at + (2 if double else 1), len(self.text))
        path: KeyPath = ()
        for name, key, key_end in parts[:-1]:
            path = self._into(path, name, Spot(key, key_end, begin, self.at))
        name, key, key_end = parts[-1]
        path = _deeper(path, name)
        whole = Spot(key, key_end, begin, self.at)
        if double:
            self.spots.setdefault(path, whole)
            self.elements[path] = self.elements.get(path, -1) + 1
            path = _deeper(path, self.elements[path])
        self.spots[path] = whole
        self.table = path

    def _into(self, path: KeyPath, name: str, spot: Spot) -> KeyPath:
        """Register a key when it is first seen, and go on to the last element of a list."""
        path = _deeper(path, name)
        self.spots.setdefault(path, spot)
        if path in self.elements:
            path = _deeper(path, self.elements[path])
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        parts = self._parts()
        self._expect("=")
        for name, key, key_end in parts[:-1]:
            path = self._into(path, name, Spot(key, key_end, key, key_end))
        name, key, key_end = parts[-1]
        self._blank()
        self._value(_deeper(path, name), key, key_end)

    def _value(self, path: KeyPath, key: int, key_end: int) -> None:
        """Read a value and everything in it; a stack of our own, for lists may be 400 deep."""
        stack: list[_Open] = []
        self._begin(stack, path, (key, key_end))
        while stack:
            self._blank()
            top = stack[-1]
            sign = self.text[self.at]
            if sign == top.closes:
                self.at += 1
                self._end(stack.pop())
            elif sign == ",":
                self.at += 1
            elif top.closes == "]":
                top.count += 1
                self._begin(stack, _deeper(top.path, top.count - 1), None)
            else:
                self._inline_pair(stack, top)

    def _inline_pair(self, stack: list[_Open], top: _Open) -> None:
        path = top.path
        parts = self._parts()
        self._expect("=")
        for name, key, key_end in parts[:-1]:
            path = self._into(path, name, Spot(key, key_end, key, key_end))
        name, key, key_end = parts[-1]
        self._blank()
        self._begin(stack, _deeper(path, name), (key, key_end))

    def _begin(self, stack: list[_Open], path: KeyPath, key: tuple[int, int] | None) -> None:
        begin = self.at
        sign = self.text[begin]
        if sign in "[{":
            self.at += 1
            stack.append(_Open(path, begin, "]" if sign == "[" else "}"))
        else:
            self._scalar()
        first, last = key or (begin, self.at)
        self.spots.setdefault(path, Spot(first, last, begin, self.at))

    def _end(self, done: _Open) -> None:
        spot = self.spots[done.path]
        if spot.start == done.begin:
            self.spots[done.path] = Spot(spot.key, spot.key_end, done.begin, self.at)

    def _scalar(self) -> None:
        end = _string_end(self.text, self.at)
        if end is None and (found := _SCALAR.match(self.text, self.at)):
            end = self.at + len(found[0].rstrip())
        if end is None:
            raise _NotTomlError
        self.at = end

    def _parts(self) -> list[tuple[str, int, int]]:
        """Read a key, dotted or not, up to what follows it."""
        parts: list[tuple[str, int, int]] = []
        while True:
            self._blank()
            bare = _BARE.match(self.text, self.at)
            end = bare.end() if bare else _string_end(self.text, self.at)
            if end is None:
                raise _NotTomlError
            parts.append((_unquoted(self.text[self.at : end]), self.at, end))
            self.at = end
            self._blank()
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _expect(self, sign: str) -> None:
        if not self.text.startswith(sign, self.at):
            raise _NotTomlError
        self.at += len(sign)


def _string_end(text: str, at: int) -> int | None:
    """Return where the string that begins here ends; None where none begins, or none ends."""
    for quote in (text[at : at + 3], text[at : at + 1]):
        closing = _CLOSING.get(quote)
        ends = closing.finditer(text, at + len(quote)) if closing else ()
        end = next((one for one in ends if not one[0].startswith("\\")), None)
        if end is not None and end[0] != "\n":
            return end.end()
    return None


def _deeper(path: KeyPath, part: str | int) -> KeyPath:
    return (*path, part) if len(path) < DEEPEST else path


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    if "\\" not in key:
        return key[1:-1]
    name: str = tomli.loads(f"key = {key}")["key"]
    return name

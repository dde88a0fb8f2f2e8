"""One part of a mail, its text or its HTML, made from a template right here."""

import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError
from msgspec import Struct

from tracker.compose.inlining import Inliner
from tracker.compose.loader import environment

LONGEST_PART = 256 * 1024
LONGEST_INLINED = 1024 * 1024  # every element gets its styles, which may be many
# What no mail program shows: the control signs but for tab and line break.
_UNSAYABLE = bytes({*range(32), 127} - {*b"\t\n\r"})


class BrokenTemplate(Struct, frozen=True):
    """What is wrong with a template, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class Parts:
    """Makes parts from the templates of some folders, the first that has one wins."""

    def __init__(self, *folders: Path) -> None:
        self._templates = environment(*folders)
        self._inliner = Inliner()

    def part(self, name: str, values: Mapping[str, Any]) -> str | BrokenTemplate:
        """Render a template with plain data; what it gives is whole, or a problem."""
        try:
            text = self.as_written(name, values)
            if not text.strip():
                return BrokenTemplate(name, 1, "gives nothing at all")
            made = self._inliner.inline(text) if name.endswith(".html") else text
        except Exception as broken:  # noqa: BLE001 -- whatever it is, a template must not stop a mail
            return _problem(broken, name)
        return made if len(made) <= LONGEST_INLINED else _too_long(name, LONGEST_INLINED)

    def as_written(self, name: str, values: Mapping[str, Any]) -> str:
        """Return what a template gives, before any styles are inlined; may raise anything."""
        return tidy("".join(self._pieces(name, values)))

    def get_ready(self) -> None:
        """Compile every template now, so that no mail waits for it."""
        for name in self._templates.list_templates():
            self.problem(name)

    def problem(self, name: str) -> BrokenTemplate | None:
        """Compile one template and say what is wrong with it."""
        try:
            self._templates.get_template(name)
        except Exception as broken:  # noqa: BLE001 -- a template's author may break anything
            return _problem(broken, name)
        return None

    def _pieces(self, name: str, values: Mapping[str, Any]) -> Iterator[str]:
        size = 0
        for piece in self._templates.get_template(name).generate(values):
            size += len(piece)
            if size > LONGEST_PART:
                raise _TooLongError(_too_long(name, LONGEST_PART).message)
            yield piece


class _TooLongError(Exception):
    """A template gives more than a mail may hold."""


def tidy(text: str) -> str:
    """Drop what no mail program shows and lone surrogates, which cannot be written as UTF-8."""
    raw = text.encode(errors="ignore").translate(None, _UNSAYABLE)
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()


def _too_long(name: str, most: int) -> BrokenTemplate:
    return BrokenTemplate(name, 1, f"gives more than {most // 1024} KiB")


def _problem(broken: Exception, name: str) -> BrokenTemplate:
    """Say in which template and line it broke: Jinja puts them into the traceback."""
    message = " ".join(str(broken).split()) or type(broken).__name__
    if isinstance(broken, MemoryError):
        message = "needs more memory than a template may have"
    if isinstance(broken, TemplateSyntaxError):
        return BrokenTemplate(
            broken.filename or broken.name or name, broken.lineno, broken.message or ""
        )
    places = [
        (frame.filename, frame.lineno or 1)
        for frame in traceback.extract_tb(broken.__traceback__)
        if frame.filename.endswith((".html", ".txt"))
    ]
    file, line = places[-1] if places and not isinstance(broken, _TooLongError) else (name, 1)
    return BrokenTemplate(file, line, message)

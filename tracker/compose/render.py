"""A mail's content to its subject, text and HTML, whatever state the templates are in."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateSyntaxError
from msgspec import to_builtins

from tracker.compose.clean import clean
from tracker.compose.inlining import Inliner
from tracker.compose.loader import environment
from tracker.compose.plain import plain
from tracker.content import MailContent

KINDS = ("reminder", "digest", "correction", "notice")
NOTICES = ("accepted", "problem", "fixed", "held", "missing", "restart")
LONGEST_PART = 256 * 1024
# What no mail program shows: the control signs but for tab and line break.
_UNSAYABLE = bytes({*range(32), 127} - {*b"\t\n\r"})


@dataclass(frozen=True, slots=True)
class BrokenTemplate:
    """What is wrong with a template, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One mail in words; `html` is empty where its template is broken.

    Then `text` is the template's, or, if that one is broken too, the built-in plain text, which
    needs no template and leaves nothing out. `problems` says what was wrong.
    """

    subject: str
    text: str
    html: str
    problems: tuple[BrokenTemplate, ...] = ()


class Renderer:
    """Renders mails from an organisation's templates, else from the shipped ones."""

    def __init__(self, templates: Path, fallback: Path | None) -> None:
        self.folders = (templates, fallback) if fallback else (templates,)
        self._templates = environment(*self.folders)
        self._inliner = Inliner()

    def render(self, content: MailContent) -> Rendered:
        """Render both parts; a broken template costs its own part only, and is reported."""
        values = to_builtins(content)
        text = _part(self._templates, f"{content.kind}.txt", values)
        html = _part(self._templates, f"{content.kind}.html", values)
        return Rendered(
            subject=clean(content.subject) or "Campaign tracker",
            text=tidy(plain(content)) if isinstance(text, BrokenTemplate) else f"{text.strip()}\n",
            html="" if isinstance(html, BrokenTemplate) else self._inliner.inline(html),
            problems=tuple(part for part in (text, html) if isinstance(part, BrokenTemplate)),
        )

    def problem(self, name: str) -> BrokenTemplate | None:
        """Compile one template and say what is wrong with it."""
        try:
            self._templates.get_template(name)
        except Exception as broken:  # noqa: BLE001 -- a template's author may break anything
            return _problem(broken, name)
        return None


def tidy(text: str) -> str:
    """Drop what no mail program shows and lone surrogates, which cannot be written as UTF-8."""
    raw = text.encode(errors="ignore").translate(None, _UNSAYABLE)
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()


def _part(templates: Environment, name: str, values: Mapping[str, Any]) -> str | BrokenTemplate:
    """Render one template; what it gives is whole, or a problem."""
    try:
        pieces, size = [], 0
        for piece in templates.get_template(name).generate(values):
            size += len(piece)
            if size > LONGEST_PART:
                return BrokenTemplate(name, 1, f"gives more than {LONGEST_PART // 1024} KiB")
            pieces.append(piece)
    except Exception as broken:  # noqa: BLE001 -- whatever it is, a template must not stop a mail
        return _problem(broken, name)
    text = tidy("".join(pieces))
    return text if text.strip() else BrokenTemplate(name, 1, "gives nothing at all")


def _problem(broken: Exception, name: str) -> BrokenTemplate:
    """Say in which template and line it broke: Jinja puts them into the traceback."""
    message = " ".join(str(broken).split()) or type(broken).__name__
    if isinstance(broken, TemplateSyntaxError):
        return BrokenTemplate(
            broken.filename or broken.name or name, broken.lineno, broken.message or ""
        )
    places = [
        (frame.filename, frame.lineno or 1)
        for frame in traceback.extract_tb(broken.__traceback__)
        if frame.filename.endswith((".html", ".txt"))
    ]
    file, line = places[-1] if places else (name, 1)
    return BrokenTemplate(file, line, message)

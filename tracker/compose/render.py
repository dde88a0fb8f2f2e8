"""A mail's content to its subject, text and HTML, whatever state the templates are in."""

from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from tracker.compose.apart import Apart
from tracker.compose.clean import clean
from tracker.compose.isolating import in_elements, isolating, mapped
from tracker.compose.own import OwnFolder
from tracker.compose.parts import BrokenTemplate, Parts, tidy
from tracker.compose.plain import plain
from tracker.content import MailContent

KINDS = ("reminder", "digest", "correction", "notice")
NOTICES = ("accepted", "problem", "fixed", "held", "missing", "restart")


class Rendered(Struct, frozen=True, kw_only=True):
    """One mail in words; `html` is empty where its template is broken.

    Then `text` is the template's, or, if that one is broken too, the built-in plain text, which
    needs no template and leaves nothing out. `problems` says what was wrong.
    """

    subject: str
    text: str
    html: str
    problems: tuple[BrokenTemplate, ...] = ()


class Renderer:
    """Renders mails from an organisation's templates, else from the shipped ones.

    The shipped ones are rendered right here. An organisation's may hold anything: if its folder
    has more than copies of the shipped, a program of its own renders all. Where there are no
    `shipped` ones besides, those of the folder are taken for them.
    """

    def __init__(self, own: Path, shipped: Path | None) -> None:
        self._own = OwnFolder(own, shipped or own)
        self._parts = Parts(shipped or own)
        self._apart = Apart(own, shipped or own)

    def render(self, content: MailContent) -> Rendered:
        """Render both parts; a broken template costs its own part only, and is reported."""
        values = plain_data(content)
        subject = clean(content.subject) or "Campaign tracker"
        if content.names:
            values = mapped(values, isolating(content.names))
            subject = isolating(map(clean, content.names))(subject)
        text = self._part(f"{content.kind}.txt", values)
        html = self._part(f"{content.kind}.html", values)
        if content.names and isinstance(html, str):
            html = in_elements(html)
        return Rendered(
            subject=subject,
            text=tidy(plain(content)) if isinstance(text, BrokenTemplate) else f"{text.strip()}\n",
            html="" if isinstance(html, BrokenTemplate) else html,
            problems=tuple(part for part in (text, html) if isinstance(part, BrokenTemplate)),
        )

    def get_ready(self) -> None:
        """Compile the shipped templates now, if mails are made from those alone."""
        if self._own.version() is None:
            self._parts.get_ready()

    def problem(self, name: str) -> BrokenTemplate | None:
        """Compile one template and say what is wrong with it."""
        version = self._own.version()
        if version is None:
            return self._parts.problem(name)
        return self._apart.problem(name, version)

    def _part(self, name: str, values: dict[str, Any]) -> str | BrokenTemplate:
        version = self._own.version()
        if version is None:
            return self._parts.part(name, values)
        return self._apart.part(name, values, version)


def plain_data(content: MailContent) -> dict[str, Any]:
    """Return what a template may know: texts in lists and tables, and no moments or methods."""
    values: dict[str, Any] = to_builtins(content)
    del values["invitations"], values["names"]
    for section in (*values["sections"], *(s for n in values["notices"] for s in n["sections"])):
        for entry in section["entries"]:
            del entry["tells"]
    return values

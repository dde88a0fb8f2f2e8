"""One coordinator's mail as the bytes that are kept and sent."""

import re
from datetime import datetime
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any

from msgspec import Struct

from tracker.compose.headers import (
    date_of,
    fingerprint,
    id_host,
    list_id,
    mailbox,
    message_id,
    roots,
    sender,
)
from tracker.compose.parts import BrokenTemplate
from tracker.compose.render import Rendered, Renderer
from tracker.content import Invitation, MailContent

LONGEST_FILE_NAME = 60  # a longer one is parted into several parameters, which few programs join


class Envelope(Struct, frozen=True, kw_only=True):
    """Whom a mail is from and to, when it is sent and which campaigns it belongs to.

    `sent_at` is aware. `seed` is a text that only this mail has: its id and the boundary of its
    parts follow from it, so that a replay makes the same bytes. `list_id_host` is the sender's
    domain unless given.
    """

    sender: str
    to_name: str
    to_address: str
    sent_at: datetime
    seed: str
    campaigns: tuple[str, ...] = ()
    list_id_host: str = ""


class Composed(Struct, frozen=True, kw_only=True):
    """A mail's bytes, with CRLF, and the id they carry.

    `problems` says which templates were broken, and where, if any were.
    """

    message_id: str
    raw: bytes
    subject: str
    problems: tuple[BrokenTemplate, ...] = ()


class Composer:
    """Makes mails out of the organisation's templates, else of the shipped ones.

    Templates are compiled once; a change of one on disk is noticed at the next mail.
    """

    def __init__(self, templates: Path, fallback: Path | None = None) -> None:
        self.folder = templates
        self.renderer = Renderer(templates, fallback)

    def render(self, content: MailContent) -> Rendered:
        """Return a mail's subject, text and HTML."""
        return self.renderer.render(content)

    def compose(self, content: MailContent, envelope: Envelope) -> Composed:
        """Return a mail's bytes: the same content and envelope always give the same.

        Raises ConfigError where the sender or the recipient is not one address.
        """
        rendered = self.render(content)
        message = _message(rendered, envelope)
        if content.invitations:
            _attach(message, content.invitations, envelope)
        return Composed(
            message_id=message["Message-ID"],
            raw=message.as_bytes(),
            subject=rendered.subject,
            problems=rendered.problems,
        )


def _message(rendered: Rendered, envelope: Envelope) -> EmailMessage:
    """Build the message; the names of its headers are those of `HEADERS`, in that order."""
    origin = sender(envelope.sender)
    to = mailbox(envelope.to_name, envelope.to_address)
    host = envelope.list_id_host or origin.domain
    plain_ascii = f"{origin.username}{to.username}".isascii()
    message = EmailMessage(policy=_ASCII if plain_ascii else _UTF8)
    message["From"] = origin
    message["To"] = to
    message["Subject"] = rendered.subject
    message["Date"] = date_of(envelope.sent_at)
    message["Message-ID"] = message_id(envelope.seed, host)
    if envelope.campaigns:
        message["References"] = roots(envelope.campaigns, host)
    message["List-Id"] = list_id(host)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    # Quoted-printable: 8bit would need a server with 8BITMIME.
    message.set_content(rendered.text, cte="quoted-printable")
    if rendered.html:
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        # `email` would draw one at random; "=_" never stands in quoted-printable text.
        message.set_boundary(f"=_{fingerprint('boundary', envelope.seed)}")
    return message


def _attach(
    message: EmailMessage, invitations: tuple[Invitation, ...], envelope: Envelope
) -> None:
    """Put a calendar file of each meeting behind the text."""
    from tracker.compose.calendar_file import calendar_file  # noqa: PLC0415 -- 90 ms, rarely used

    origin = sender(envelope.sender)
    host = id_host(envelope.list_id_host or origin.domain)
    for one in invitations:
        message.add_attachment(
            calendar_file(one, origin, host, stamp=envelope.sent_at),
            maintype="text",
            subtype="calendar",
            params={"charset": "utf-8", "method": "PUBLISH"},
            filename=_file_name(one, alone=len(invitations) == 1),
        )
    message.set_boundary(f"=_{fingerprint('attached', envelope.seed)}")


def _file_name(one: Invitation, *, alone: bool) -> str:
    """Name the only file `session.ics`; of several each says which meeting it is."""
    named = re.sub(r"[^a-z0-9]+", "-", one.seed)
    return "session.ics" if alone else f"{named[-LONGEST_FILE_NAME:]}.ics"


class _Headers(HeaderRegistry):
    """Keeps the class that `email` makes for each name of a header.

    Left alone, it makes one for each header of each mail: a third of the time that a mail takes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[Any]] = {}

    def __getitem__(self, name: str) -> type[Any]:
        key = name.lower()
        if key not in self._made:
            self._made[key] = super().__getitem__(name)
        return self._made[key]


_ASCII = SMTP.clone(header_factory=_Headers())
_UTF8 = SMTPUTF8.clone(header_factory=_Headers())

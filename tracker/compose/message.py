"""One coordinator's mail as the bytes that are kept and sent."""

import re
from base64 import encodebytes
from binascii import b2a_qp
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

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
from tracker.compose.kept_headers import ASCII, UTF8, address_header, kept_header
from tracker.compose.parts import BrokenTemplate
from tracker.compose.render import Rendered, Renderer
from tracker.compose.writing import as_bytes
from tracker.content import Invitation, MailContent

# `email` would draw a boundary at random; "=_" never stands in quoted-printable text, and a text
# that holds it goes as that.
BEGINS_BOUNDARY = "=_"
CALENDAR = 'text/calendar; charset="utf-8"; method="PUBLISH"'
ALTERNATIVE = 'multipart/alternative; boundary="=_words"'
LONGEST_LINE = 990  # RFC 5322 2.1.1 allows 998
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

    def get_ready(self) -> None:
        """Load now what the first mail would wait for."""
        import tracker.compose.calendar_file  # noqa: F401, PLC0415 -- see _attach

        self.renderer.get_ready()

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
            raw=as_bytes(message),
            subject=rendered.subject,
            problems=rendered.problems,
        )


def _message(rendered: Rendered, envelope: Envelope) -> EmailMessage:
    """Build the message; the names of its headers are those of `HEADERS`, in that order."""
    origin = sender(envelope.sender)
    to = mailbox(envelope.to_name, envelope.to_address)
    host = envelope.list_id_host or origin.domain
    plain_ascii = f"{origin.username}{to.username}".isascii()
    message = EmailMessage(policy=ASCII if plain_ascii else UTF8)
    message["From"] = address_header("From", origin)
    message["To"] = address_header("To", to)
    message["Subject"] = rendered.subject
    message["Date"] = kept_header("Date", date_of(envelope.sent_at))
    message["Message-ID"] = message_id(envelope.seed, host)
    if envelope.campaigns:
        message["References"] = kept_header("References", roots(envelope.campaigns, host))
    message["List-Id"] = kept_header("List-Id", list_id(host))
    message["Auto-Submitted"] = kept_header("Auto-Submitted", "auto-generated")
    message["X-Auto-Response-Suppress"] = kept_header("X-Auto-Response-Suppress", "All")
    message["MIME-Version"] = kept_header("MIME-Version", "1.0")
    if not rendered.html:
        _set_text(message, rendered.text, "plain")
        return message
    message["Content-Type"] = kept_header("Content-Type", ALTERNATIVE)
    for subtype, text in (("plain", rendered.text), ("html", rendered.html)):
        part = EmailMessage(policy=message.policy)
        _set_text(part, text, subtype)
        message.attach(part)
    return message


def _set_text(part: EmailMessage, text: str, subtype: str) -> None:
    """Give a part its text in ASCII, as it is or as quoted-printable.

    8bit would need a server with 8BITMIME. `set_content` encodes sign by sign in Python: half of
    what a mail costs.
    """
    if subtype == "html" and not text.isascii():
        text = _in_references(text)
    longest = max(map(len, text.split("\n")))
    plain = text.isascii() and longest <= LONGEST_LINE and BEGINS_BOUNDARY not in text
    encoding = "7bit" if plain else "quoted-printable"
    part["Content-Type"] = kept_header("Content-Type", f'text/{subtype}; charset="utf-8"')
    part["Content-Transfer-Encoding"] = kept_header("Content-Transfer-Encoding", encoding)
    part.set_payload(text if plain else b2a_qp(text.encode()).decode())


def _in_references(html: str) -> str:
    """Write other letters as references, which a style alone does not read."""
    head, mark, body = html.partition("<body")
    return f"{head}{mark}{body.encode('ascii', 'xmlcharrefreplace').decode()}"


def _attach(
    message: EmailMessage, invitations: tuple[Invitation, ...], envelope: Envelope
) -> None:
    """Put a calendar file of each meeting behind the text.

    `add_attachment` parses each header anew with each of its parameters: a fifth of what a mail
    costs.
    """
    from tracker.compose.calendar_file import calendar_file  # noqa: PLC0415 -- 90 ms, rarely used

    origin = sender(envelope.sender)
    host = id_host(envelope.list_id_host or origin.domain)
    words = _moved_into_a_part(message)
    boundary = f"=_{fingerprint('attached', envelope.seed)}"
    message["Content-Type"] = f'multipart/mixed; boundary="{boundary}"'
    message.attach(words)
    for one in invitations:
        file = calendar_file(one, origin, host, stamp=envelope.sent_at)
        _attach_file(message, file, _file_name(one, alone=len(invitations) == 1))


def _moved_into_a_part(message: EmailMessage) -> EmailMessage:
    """Take the content out of a message, and return it as a part of its own."""
    part = EmailMessage(policy=message.policy)
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        if name in message:
            part[name] = message[name]
    part.set_payload(message.get_payload())
    message.clear_content()
    return part


def _attach_file(message: EmailMessage, file: bytes, name: str) -> None:
    part = EmailMessage(policy=message.policy)
    for header, said in (
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f'attachment; filename="{name}"'),
        ("Content-Type", CALENDAR),
        ("MIME-Version", "1.0"),
    ):
        part[header] = kept_header(header, said)
    part.set_payload(encodebytes(file).decode("ascii"))
    message.attach(part)


def _file_name(one: Invitation, *, alone: bool) -> str:
    """Name the only file `session.ics`; of several each says which meeting it is."""
    named = re.sub(r"[^a-z0-9]+", "-", one.seed)
    return "session.ics" if alone else f"{named[-LONGEST_FILE_NAME:]}.ics"

"""Whether this Python can be made to write a header that nobody set, and whether we let it."""

from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP

from tracker.compose.headers import HEADERS
from tracker.compose.message import Composer, Envelope
from tracker.compose.specimen import sample

# An encoded word with a line break in it (CVE-2024-6923, CVE-2026-1299).
HOSTILE = "=?utf-8?q?Hi=0D=0ABcc:_probe=40example.org?="
_MIME = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")
_KNOWN = frozenset(name.lower() for name in (*HEADERS, *_MIME))


def python_breaks_headers() -> bool:
    """Say whether `email`, left alone, lets the hostile text end its header."""
    message = EmailMessage(policy=SMTP)
    try:
        message["Subject"] = HOSTILE
        return "bcc" in _names(message.as_bytes())
    except (MessageError, ValueError):
        return False  # a patched one refuses it


def strange_headers(composer: Composer) -> frozenset[str]:
    """Compose a mail from the hostile text; return the headers in it that we never set."""
    envelope = Envelope(
        sender=f"{HOSTILE} <tracker@example.org>",
        to_name=HOSTILE,
        to_address="probe@example.org",
        sent_at=datetime(2010, 6, 22, tzinfo=UTC),
        seed="probe",
    )
    mail = composer.compose(sample("notice", subject=HOSTILE), envelope)
    return _names(mail.raw) - _KNOWN


def _names(raw: bytes) -> frozenset[str]:
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    lines = (line for line in head.split("\r\n") if line[:1] not in {" ", "\t"})
    return frozenset(line.partition(":")[0].lower() for line in lines)

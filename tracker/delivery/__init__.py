"""A mail to the server, or into a Maildir: bytes in, what became of them out.

Both transports have `async deliver(raw, *, sender, recipient)`, which answers with an Outcome and
raises nothing but a cancellation, and `async close()`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.delivery.maildir import MaildirTransport
from tracker.delivery.outcome import Cause, Outcome
from tracker.delivery.secrets import VARIABLE, Secret, read_secret
from tracker.delivery.spec import SmtpSettings, read_spec
from tracker.errors import ConfigError

if TYPE_CHECKING:
    from tracker.delivery.smtp import SmtpTransport

__all__ = [
    "VARIABLE",
    "Cause",
    "MaildirTransport",
    "Outcome",
    "Secret",
    "open_transport",
    "read_secret",
]


def open_transport(
    spec: str, *, base: Path, secret: Callable[[], Secret | None]
) -> "MaildirTransport | SmtpTransport":
    """Open what `transport` in config.toml names; `secret` is asked only for a login.

    Raise ConfigError, with what to write, for anything that cannot work.
    """
    place = read_spec(spec, base=base)
    if isinstance(place, Path):
        return MaildirTransport(place)
    return _open_smtp(place, secret)


def _open_smtp(settings: SmtpSettings, secret: Callable[[], Secret | None]) -> "SmtpTransport":
    # A tenth of a second that a Maildir need not spend.
    from tracker.delivery.smtp import SmtpTransport  # noqa: PLC0415 -- see above

    if settings.user is None:
        return SmtpTransport(settings)
    found = secret()
    if found is None:
        raise ConfigError(
            f"{settings.place} wants a login of {settings.user}, and there is no password: name a"
            " file in password_file, or set TRACKER_MAIL_PASSWORD"
        )
    return SmtpTransport(settings, found)

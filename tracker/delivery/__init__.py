"""A mail to the server, or into a Maildir: bytes in, what became of them out.

Both transports have `async deliver(raw, *, sender, recipient)`, which answers with an Outcome and
raises nothing but a cancellation, and `async close()`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.delivery.maildir import MaildirTransport
from tracker.delivery.outcome import Cause, Outcome
from tracker.delivery.passwords import read_password
from tracker.delivery.spec import SmtpSettings, read_spec
from tracker.errors import ConfigError

if TYPE_CHECKING:
    from tracker.delivery.smtp import SmtpTransport

__all__ = ["Cause", "MaildirTransport", "Outcome", "open_transport", "read_password"]


def open_transport(
    spec: str, *, base: Path, password: Callable[[], str | None]
) -> "MaildirTransport | SmtpTransport":
    """Open what `transport` in config.toml names; `password` is asked only for a login.

    Raise ConfigError, with what to write, for anything that cannot work.
    """
    place = read_spec(spec, base=base)
    if isinstance(place, Path):
        return MaildirTransport(place)
    return _open_smtp(place, password)


def _open_smtp(settings: SmtpSettings, password: Callable[[], str | None]) -> "SmtpTransport":
    # A tenth of a second that a Maildir need not spend.
    from tracker.delivery.smtp import SmtpTransport  # noqa: PLC0415 -- see above

    if settings.user is None:
        return SmtpTransport(settings)
    secret = password()
    if secret is None:
        raise ConfigError(
            f"{settings.place} wants a login of {settings.user}, and there is no password: name a"
            " file in password_file, or set TRACKER_MAIL_PASSWORD"
        )
    return SmtpTransport(settings, secret)

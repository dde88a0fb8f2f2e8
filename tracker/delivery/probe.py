"""A connection to the mail server that sends nothing: whether it answers and lets us in."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

from aiosmtplib import SMTPException

from tracker.delivery.connection import Connection, Patience
from tracker.delivery.spec import SmtpSettings

PATIENCE = Patience(connect=10.0, envelope=30.0)


@dataclass(frozen=True, slots=True)
class Reached:
    """How the server received us; `expires` is its certificate's end, None without TLS."""

    tls: str | None
    expires: datetime | None
    logged_in: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Why no mail could be handed over; `protection` if it is for want of a sound TLS."""

    said: str
    protection: bool


async def reach(
    settings: SmtpSettings, password: str | None, *, trust: ssl.SSLContext | None = None
) -> Reached | Refused:
    """Connect, protect, verify, log in and say goodbye."""
    try:
        connection = await Connection.open(settings, password, trust=trust, patience=PATIENCE)
    except (SMTPException, OSError, TimeoutError) as cause:
        return Refused(str(cause) or type(cause).__name__, _for_want_of_tls(cause))
    secured = connection.tls
    await connection.quit()
    if secured is None:
        return Reached(None, None, settings.user is not None)
    certificate = secured.getpeercert() or {}
    ends = str(certificate.get("notAfter", ""))
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
    return Reached(secured.version(), expires, settings.user is not None)


def _for_want_of_tls(cause: BaseException) -> bool:
    chain: BaseException | None = cause
    while chain is not None:
        if isinstance(chain, ssl.SSLError) or "STARTTLS" in str(chain):
            return True
        chain = chain.__cause__ or chain.__context__
    return False

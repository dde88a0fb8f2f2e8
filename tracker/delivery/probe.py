"""A connection to the mail server that sends nothing: whether it answers and lets us in."""

import asyncio
import ssl
from datetime import UTC, datetime

from msgspec import Struct

from tracker.delivery.connection import Connection
from tracker.delivery.opening import Opening
from tracker.delivery.outcome import Outcome
from tracker.delivery.patience import Patience
from tracker.delivery.secrets import Secret
from tracker.delivery.smtp import strict
from tracker.delivery.spec import SmtpSettings

PATIENCE = Patience(connect=10.0, envelope=30.0)


class Reached(Struct, frozen=True):
    """How the server received us; `expires` is its certificate's end, None without TLS."""

    tls: str | None
    expires: datetime | None


async def reach(
    settings: SmtpSettings, secret: Secret | None, *, trust: ssl.SSLContext | None = None
) -> Reached | Outcome:
    """Connect, protect, verify, log in and say goodbye, as a mail's delivery would."""
    context = None if settings.protection == "none" else strict(trust)
    opening = Opening(settings, secret, trust=context, patience=PATIENCE)
    until = asyncio.get_running_loop().time() + PATIENCE.envelope
    shut_out = await opening.run(until=until)
    if shut_out is not None:
        return shut_out
    assert opening.replies is not None
    reached = _protected(opening.client.get_transport_info("ssl_object"))
    await Connection(opening.client, opening.replies, PATIENCE).quit()
    return reached


def _protected(secured: object) -> Reached:
    if not isinstance(secured, ssl.SSLObject):
        return Reached(None, None)
    ends = str((secured.getpeercert() or {}).get("notAfter", ""))
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
    return Reached(secured.version(), expires)

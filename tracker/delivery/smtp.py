"""Mail to the organisation's own server, over a few connections that are used again."""

import asyncio
import ssl

from tracker.delivery import answers
from tracker.delivery.connection import Connection
from tracker.delivery.envelope import Envelope
from tracker.delivery.opening import Opening
from tracker.delivery.outcome import Outcome, outcome
from tracker.delivery.patience import Patience
from tracker.delivery.secrets import Secret
from tracker.delivery.spec import SmtpSettings

MOST_CONNECTIONS = 14  # four that are served, and ten that may hang beside them (app.places)
MOST_IDLE = 4  # more are of no use, and count towards what a server allows


class SmtpTransport:
    """Sends one mail at a time to one recipient, at most fourteen at once.

    Use it within one event loop and close it before that ends; closed, it may be used again.
    `trust` is for a certificate authority of one's own, else the machine's decide.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        secret: Secret | None = None,
        *,
        trust: ssl.SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.settings = settings
        self._secret = secret
        self._trust = None if settings.protection == "none" else strict(trust)
        self._patience = patience or Patience()
        self._idle: list[Connection] = []
        self._places = asyncio.Semaphore(MOST_CONNECTIONS)

    async def deliver(self, raw: bytes, *, sender: str, recipient: str) -> Outcome:
        """Send these bytes; `sender` may be the whole `from`, `recipient` is one plain address.

        A server that has only had enough of a used connection is asked once more on a new one.
        """
        try:
            envelope = Envelope.of(sender, recipient)
        except ValueError as wrong:
            return outcome("permanent", None, str(wrong))
        async with self._places:
            clock = asyncio.get_running_loop().time
            until = clock() + self._patience.envelope
            used = await self._take_idle()
            if used is not None:
                answer = await self._send(used, envelope, raw, until)
                if not answers.ends_session(answer) or clock() >= until:
                    return answer
            return await self._send_anew(envelope, raw, until)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.quit() for connection in idle))

    async def _take_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fresh:
                return connection
            await connection.quit()
        return None

    async def _send_anew(self, envelope: Envelope, raw: bytes, until: float) -> Outcome:
        opening = Opening(self.settings, self._secret, trust=self._trust, patience=self._patience)
        shut_out = await opening.run(until=until)
        if shut_out is not None:
            return shut_out
        assert opening.replies is not None
        connection = Connection(opening.client, opening.replies, self._patience)
        return await self._send(connection, envelope, raw, until)

    async def _send(
        self, connection: Connection, envelope: Envelope, raw: bytes, until: float
    ) -> Outcome:
        answer = await connection.send(envelope, raw, until=until)
        is_spare = len(self._idle) >= MOST_IDLE and not self._places.locked()
        if answers.ends_session(answer) or is_spare or not connection.is_fresh:
            await connection.quit()
        else:
            self._idle.append(connection)
        return answer


def strict(trust: ssl.SSLContext | None) -> ssl.SSLContext:
    """Ask for a certificate of the right name, and for no TLS that is known to be broken."""
    context = trust or ssl.create_default_context()
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context

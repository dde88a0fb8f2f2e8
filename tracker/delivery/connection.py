"""One connection to a mail server, used for one mail after another."""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Self

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from tracker.delivery import answers
from tracker.delivery.envelope import Envelope
from tracker.delivery.outcome import Outcome, outcome
from tracker.delivery.spec import SmtpSettings, is_loopback

MOST_MAILS = 90  # OpenSMTPD ends a connection after 100
LONGEST_LIFE_SECONDS = 300.0
LONGEST_IDLE_SECONDS = 60.0
_SILENT = (SMTPException, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: for a connection, the envelope, the text, a goodbye.

    Ten minutes after the final dot are RFC 5321's (4.5.3.2.6); less makes second copies.
    Envelope and text together end a mail after a quarter of an hour.
    """

    connect: float = 30.0
    envelope: float = 300.0
    text: float = 600.0
    goodbye: float = 5.0


class Connection:
    """A connection that is open; make one with `Connection.open`."""

    def __init__(self, client: SMTP, patience: Patience) -> None:
        self._client = client
        self._patience = patience
        self._born = self._used = asyncio.get_running_loop().time()
        self.mails = 0

    @classmethod
    async def open(
        cls,
        settings: SmtpSettings,
        password: str | None,
        *,
        trust: ssl.SSLContext | None,
        patience: Patience,
    ) -> Self:
        """Connect, protect and log in; whatever fails is raised, and nothing was sent.

        Protection is asked for, never taken as it comes: a server that offers a login but no
        STARTTLS would otherwise get the password in clear.
        """
        client = SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user,
            password=password if settings.user is not None else None,
            # Asking the resolver for our own name is for servers that may check it.
            local_hostname="localhost" if is_loopback(settings.host) else None,
            timeout=patience.connect,
            use_tls=settings.protection == "tls",
            start_tls=settings.protection == "starttls",
            tls_context=trust,
        )
        try:
            async with asyncio.timeout(patience.envelope):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
        except BaseException:
            client.close()
            raise
        return cls(client, patience)

    @property
    def is_fresh(self) -> bool:
        """Say whether the server is likely to take another mail here."""
        now = asyncio.get_running_loop().time()
        young = now - self._born < LONGEST_LIFE_SECONDS and now - self._used < LONGEST_IDLE_SECONDS
        return self._client.is_connected and young and self.mails < MOST_MAILS

    @property
    def tls(self) -> ssl.SSLObject | None:
        """Return the protection of this connection, None where it has none."""
        found = self._client.get_transport_info("ssl_object")
        return found if isinstance(found, ssl.SSLObject) else None

    async def send(self, envelope: Envelope, raw: bytes) -> Outcome:
        """Hand one mail over; the phases are our own, since each means something else."""
        try:
            return await self._introduce(envelope, len(raw)) or await self._hand_over(raw)
        except BaseException:
            # Cancelled, perhaps between the dot and the answer: the session is out of step.
            self._client.close()
            raise

    async def quit(self) -> None:
        """Say goodbye, and close whatever comes of it."""
        try:
            async with asyncio.timeout(self._patience.goodbye):
                await self._client.quit()
        except _SILENT:
            pass
        finally:
            self._client.close()

    async def _introduce(self, envelope: Envelope, size: int) -> Outcome | None:
        options = self._options(envelope, size)
        if options is None:
            why = f"the server cannot take the address {envelope.recipient} (no SMTPUTF8)"
            return outcome("permanent", None, why)
        encoding = "utf-8" if envelope.international else "ascii"
        phase: answers.Phase = "mail"
        try:
            async with asyncio.timeout(self._patience.envelope):
                await self._client.mail(
                    envelope.sender, options=options, encoding=encoding, timeout=None
                )
                phase = "rcpt"
                await self._client.rcpt(envelope.recipient, encoding=encoding, timeout=None)
        except SMTPResponseException as answer:
            await self._reset()
            return answers.refusal(answer, phase)
        except _SILENT as cause:
            self._client.close()
            return answers.silence(cause, phase)
        return None

    async def _hand_over(self, raw: bytes) -> Outcome:
        self.mails += 1
        try:
            async with asyncio.timeout(self._patience.text):
                answer = await self._client.data(raw, timeout=None)
        except SMTPResponseException as refused:
            await self._reset()
            return answers.refusal(refused, "data")
        except _SILENT as cause:
            self._client.close()
            return answers.silence(cause, "data")
        self._used = asyncio.get_running_loop().time()
        return outcome("sent", answer.code, answer.message)

    async def _reset(self) -> None:
        try:
            async with asyncio.timeout(self._patience.goodbye):
                await self._client.rset(timeout=None)
        except _SILENT:
            self._client.close()

    def _options(self, envelope: Envelope, size: int) -> list[str] | None:
        options = [f"SIZE={size}"] if self._client.supports_extension("size") else []
        if not envelope.international:
            return options
        return [*options, "SMTPUTF8"] if self._client.supports_extension("smtputf8") else None

"""One connection to a mail server, used for one mail after another."""

import asyncio
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from tracker.delivery import answers
from tracker.delivery.envelope import Envelope
from tracker.delivery.outcome import Outcome, outcome
from tracker.delivery.patience import Patience
from tracker.delivery.replies import Replies
from tracker.failpoints import here

MOST_MAILS = 90  # OpenSMTPD ends a connection after 100
LONGEST_LIFE_SECONDS = 300.0
LONGEST_IDLE_SECONDS = 60.0
_SILENT = (SMTPException, OSError, TimeoutError)


class Connection:
    """A connection on which the server has let us in."""

    def __init__(self, client: SMTP, replies: Replies, patience: Patience) -> None:
        self._client = client
        self._replies = replies
        self._patience = patience
        self._born = self._used = asyncio.get_running_loop().time()
        self.mails = 0

    @property
    def is_fresh(self) -> bool:
        """Say whether the server is likely to take another mail here."""
        now = asyncio.get_running_loop().time()
        young = now - self._born < LONGEST_LIFE_SECONDS and now - self._used < LONGEST_IDLE_SECONDS
        return self._client.is_connected and young and self.mails < MOST_MAILS

    async def send(self, envelope: Envelope, raw: bytes, *, until: float) -> Outcome:
        """Hand one mail over; the phases are our own, since each means something else.

        Up to the text it may take until that moment of the loop's clock.
        """
        try:
            answer = await self._introduce(envelope, raw, until)
            if answer is None:
                answer = await self._hand_over(raw)
            if not answers.in_step(answer):
                self._let_go()
            elif answer.state != "sent":
                await self._reset()
        except BaseException:
            # Cancelled, perhaps between the dot and the answer: the session is out of step.
            self._let_go()
            raise
        return answer

    async def quit(self) -> None:
        """Say goodbye, and close whatever comes of it."""
        with suppress(*_SILENT):
            async with asyncio.timeout(self._patience.goodbye):
                self._replies.ask()
                await self._client.quit()
        self._let_go()

    async def _introduce(self, envelope: Envelope, raw: bytes, until: float) -> Outcome | None:
        options = self._options(envelope, raw)
        if isinstance(options, Outcome):
            return options
        encoding = "utf-8" if envelope.international else "ascii"
        phase: answers.Phase = "mail"
        try:
            async with asyncio.timeout_at(until):
                self._replies.ask()
                await self._client.mail(
                    envelope.sender, options=options, encoding=encoding, timeout=None
                )
                here("sender-taken")
                phase = "rcpt"
                self._replies.ask()
                await self._client.rcpt(envelope.recipient, encoding=encoding, timeout=None)
                here("recipient-taken")
        except SMTPResponseException as answer:
            return answers.refusal(answer, phase)
        except _SILENT as cause:
            return answers.silence(cause, phase, self._replies.fault)
        return None

    async def _hand_over(self, raw: bytes) -> Outcome:
        self.mails += 1
        try:
            async with asyncio.timeout(self._patience.text):
                self._replies.ask()
                answer = await self._client.data(raw, timeout=None)
        except SMTPResponseException as refused:
            return answers.refusal(refused, "text" if self._replies.text_judged else "data")
        except _SILENT as cause:
            phase: answers.Phase = "text" if self._replies.text_wanted else "data"
            return answers.silence(cause, phase, self._replies.fault)
        here("taken")
        self._used = asyncio.get_running_loop().time()
        return outcome("sent", answer.code, answer.message)

    async def _reset(self) -> None:
        try:
            async with asyncio.timeout(self._patience.goodbye):
                self._replies.ask()
                await self._client.rset(timeout=None)
        except _SILENT:
            self._let_go()

    def _let_go(self) -> None:
        """Close at once: what the server still has to say would be taken for another answer."""
        self._client.close()
        self._replies.hang_up()

    def _options(self, envelope: Envelope, raw: bytes) -> list[str] | Outcome:
        """Return what to say with MAIL, or what the server lacks."""
        options = [f"SIZE={len(raw)}"] if self._offers("size") else []
        if not raw.isascii():
            if not self._offers("8bitmime"):
                return outcome("permanent", None, "the server takes no 8-bit text (no 8BITMIME)")
            options.append("BODY=8BITMIME")
        if envelope.international:
            if not self._offers("smtputf8"):
                why = f"the server cannot take the address {envelope.recipient} (no SMTPUTF8)"
                return outcome("permanent", None, why)
            options.append("SMTPUTF8")
        return options

    def _offers(self, extension: str) -> bool:
        return self._client.supports_extension(extension)

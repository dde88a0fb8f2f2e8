"""The way into a mail server: connect, greet, protect, log in."""

import asyncio
import ssl

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPServerDisconnected

from tracker.delivery import answers
from tracker.delivery.outcome import Outcome, outcome
from tracker.delivery.patience import Patience
from tracker.delivery.replies import Replies
from tracker.delivery.secrets import Secret
from tracker.delivery.spec import SmtpSettings, is_loopback
from tracker.delivery.tokens import TokenCommand, TokenError
from tracker.failpoints import here

FAILURES = (SMTPException, OSError, TimeoutError, ValueError)


class Opening:
    """One try to get in; afterwards `client` and `replies` are what a connection needs.

    Protection is asked for, never taken as it comes: a server that offers a login but no STARTTLS
    would otherwise get the password in clear.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        secret: Secret | None,
        *,
        trust: ssl.SSLContext | None,
        patience: Patience,
    ) -> None:
        self.settings = settings
        self.replies: Replies | None = None
        self.client = SMTP(
            hostname=settings.host,
            port=settings.port,
            # Asking the resolver for our own name is for servers that may check it.
            local_hostname="localhost" if is_loopback(settings.host) else None,
            timeout=patience.connect,
            use_tls=settings.protection == "tls",
            start_tls=False,
            tls_context=trust,
        )
        self._secret = secret
        self._step: answers.Step = "connect"

    async def run(self, *, until: float) -> Outcome | None:
        """Get in until that moment of the loop's clock; return the Outcome where that fails."""
        try:
            async with asyncio.timeout_at(until):
                return await self._get_in()
        except FAILURES as cause:
            why = self.replies.fault if self.replies else ""
            self.let_go()
            return answers.shut_out(cause, self._step, self.settings.place, why)
        except BaseException:
            self.let_go()
            raise

    def let_go(self) -> None:
        """Close the connection at once, whatever is still to be said."""
        self.client.close()
        if self.replies is not None:
            self.replies.hang_up()

    async def _get_in(self) -> Outcome | None:
        here("connecting")
        await self.client.connect()
        here("connected")
        await self._greet()
        here("greeted")
        if self.settings.protection == "starttls":
            self._step = "starttls"
            self._ask()
            await self.client.starttls()
            await self._greet()
            here("protected")
        if self.settings.user is None:
            return None
        self._step = "login"
        refused = await self._log_in(self.settings.user)
        if refused is not None:
            self.let_go()
        here("logged-in")
        return refused

    async def _greet(self) -> None:
        """Listen on what the connection has become, and say who we are."""
        self._step = "greeting"
        if self.client.transport is None:
            raise SMTPServerDisconnected("it hung up after its greeting")
        self.replies = Replies.of(self.client.transport)
        self._ask()
        answer = await self.client.ehlo()
        if not self.replies.is_answered_with(answer.message):
            raise SMTPServerDisconnected("it gave more answers than it was asked for")

    async def _log_in(self, user: str) -> Outcome | None:
        if not isinstance(self._secret, TokenCommand):
            return await self._with_password(user, self._secret or "")
        if "xoauth2" not in self.client.server_auth_methods:
            return self._not_offered("XOAUTH2")
        return await self._with_token(user, self._secret)

    async def _with_password(self, user: str, password: str) -> Outcome | None:
        """Try the first way that the server offers, and that one only: accounts get locked."""
        offered = self.client.server_auth_methods
        log_in = self.client.auth_plain if "plain" in offered else self.client.auth_login
        if not {"plain", "login"}.intersection(offered):
            return self._not_offered("PLAIN or LOGIN")
        try:
            self._ask()
            await log_in(user, password)
        except SMTPAuthenticationError as refused:
            return answers.login_refused(refused, self.settings.place, user, password)
        return None

    async def _with_token(self, user: str, command: TokenCommand) -> Outcome | None:
        """Log in with the token that is known; if it has run out, ask for another, once."""
        try:
            known = command.known()
            if known is not None:
                refused = await self._present(user, known, command)
                if refused is None or refused.cause != "access":
                    return refused
            return await self._present(user, await command.token(), command)
        except TokenError as none:
            return outcome("relay", None, str(none), cause="access")

    async def _present(self, user: str, token: str, command: TokenCommand) -> Outcome | None:
        try:
            self._ask()
            await self.client.auth_xoauth2(user, token)
        except SMTPAuthenticationError as refused:
            answer = answers.login_refused(refused, self.settings.place, user, token)
            if answer.cause == "access":
                command.refuse(token)
            return answer
        return None

    def _ask(self) -> None:
        assert self.replies is not None
        self.replies.ask()

    def _not_offered(self, wanted: str) -> Outcome:
        offered = ", ".join(self.client.server_auth_methods).upper() or "no login"
        text = f"{self.settings.place}: the server offers {offered}, and {wanted} is needed"
        return outcome("relay", None, text, cause="access")

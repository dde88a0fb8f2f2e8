"""Whatever is wrong with TLS: no login, no password and no mail goes over the wire."""

import asyncio
import base64
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from tests.post_office import HOST, server_side, trusting
from tests.turned_clock import run
from tracker.delivery import Outcome
from tracker.delivery.smtp import SmtpTransport
from tracker.delivery.spec import Protection, SmtpSettings

PASSWORD = "correct horse battery staple"  # noqa: S105 -- a test's
SECRETS = [
    PASSWORD.encode(),
    base64.b64encode(PASSWORD.encode()),
    base64.b64encode(f"\0tracker\0{PASSWORD}".encode()),
]
OFFERED = b"250-localhost\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 9000000\r\n"
STRIPPED = b"250-localhost\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 9000000\r\n"
GO_ON = b"220 2.0.0 go on\r\n"
OK = b"250 2.0.0 ok\r\n"
PLAIN = {
    b"AUTH": b"235 2.7.0 welcome\r\n",
    b"MAIL": OK,
    b"RCPT": OK,
    b"DATA": b"354 go on\r\n",
    b".": OK,
}


def old() -> ssl.SSLContext:
    """Speak nothing newer than TLS 1.1."""
    context = server_side()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@dataclass
class Wire:
    """A server that keeps every byte it hears, in clear and under TLS."""

    offers: bytes = OFFERED
    reply: bytes = GO_ON
    then: ssl.SSLContext | bytes | None = None
    implicit: ssl.SSLContext | None = None
    port: int = 0
    clear: bytearray = field(default_factory=bytearray)
    hidden: bytearray = field(default_factory=bytearray)
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = self.hidden if self.implicit else self.clear
        with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            writer.write(b"220 localhost ready\r\n")
            while line := await reader.readline():
                heard += line
                writer.write(self._answer(line))
                await writer.drain()
                if not line.startswith(b"STARTTLS"):
                    continue
                if isinstance(self.then, bytes):
                    await asyncio.sleep(0.01)  # so that it arrives apart from the 220
                    writer.write(self.then)
                elif self.then is not None:
                    await writer.start_tls(self.then)
                    heard = self.hidden
        writer.transport.abort()

    def _answer(self, line: bytes) -> bytes:
        verb = line.strip().partition(b" ")[0].upper()
        return {b"EHLO": self.offers, b"STARTTLS": self.reply, **PLAIN}.get(verb, b"")


@asynccontextmanager
async def listening(wire: Wire) -> AsyncIterator[Wire]:
    server = await asyncio.start_server(wire.serve, HOST, 0, ssl=wire.implicit)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await asyncio.gather(*wire.talks)
        await server.wait_closed()


def told(wire: Wire, protection: Protection, trust: ssl.SSLContext) -> Outcome:
    """Try to send a mail to such a server, with a login."""

    async def story() -> Outcome:
        async with listening(wire):
            settings = SmtpSettings(HOST, wire.port, protection, "tracker")
            transport = SmtpTransport(settings, PASSWORD, trust=trust)
            outcome = await transport.deliver(
                b"Subject: x\r\n\r\nx\r\n", sender="t@example.org", recipient="v@example.org"
            )
            await transport.close()
        return outcome

    return run(story())[0]


def assert_nothing_was_given_away(wire: Wire) -> None:
    for heard in (bytes(wire.clear), bytes(wire.hidden)):
        assert not [secret for secret in SECRETS if secret in heard]
        assert b"AUTH" not in heard.upper()
        assert b"MAIL" not in heard.upper()


# A server too old hangs up in the middle of the handshake, as one does that is merely ill.
STARTTLS = {
    "stripped": (Wire(offers=STRIPPED), "protection"),
    "refused": (Wire(reply=b"502 5.5.1 not here\r\n"), "protection"),
    "not just now": (Wire(reply=b"454 4.7.0 not now\r\n"), None),
    "self-signed": (Wire(then=server_side("self-signed")), "protection"),
    "another name": (Wire(then=server_side("other-name")), "protection"),
    "expired": (Wire(then=server_side("expired")), "protection"),
    "TLS 1.1 only": (Wire(then=old()), None),
    "injected": (Wire(reply=GO_ON + b"250 AUTH PLAIN\r\n", then=server_side()), None),
    "unknown authority": (Wire(then=server_side("unknown-authority")), "protection"),
    "garbage": (Wire(then=b"250 never mind, go on in clear\r\n" * 9), "protection"),
    "silence": (Wire(then=b""), None),
}
IMPLICIT = {
    "self-signed": (Wire(implicit=server_side("self-signed")), "protection"),
    "another name": (Wire(implicit=server_side("other-name")), "protection"),
    "expired": (Wire(implicit=server_side("expired")), "protection"),
    "TLS 1.1 only": (Wire(implicit=old()), None),
    "unknown authority": (Wire(implicit=server_side("unknown-authority")), "protection"),
    "in clear": (Wire(), "protection"),
}


@pytest.mark.parametrize(("wire", "cause"), STARTTLS.values(), ids=STARTTLS)
def test_a_fault_of_starttls_gives_nothing_away(wire: Wire, cause: str | None):
    outcome = told(wire, "starttls", trusting())

    assert (outcome.state, outcome.cause) == ("relay", cause), outcome
    assert_nothing_was_given_away(wire)
    assert b"EHLO" in wire.clear


@pytest.mark.parametrize(("wire", "cause"), IMPLICIT.values(), ids=IMPLICIT)
def test_a_fault_of_tls_from_the_start_gives_nothing_away(wire: Wire, cause: str | None):
    outcome = told(wire, "tls", trusting())

    assert (outcome.state, outcome.cause) == ("relay", cause), outcome
    assert_nothing_was_given_away(wire)


@pytest.mark.parametrize("protection", ["starttls", "tls"])
def test_the_machines_own_authorities_do_not_know_the_tests(protection: Protection):
    implicit = server_side() if protection == "tls" else None
    wire = Wire(then=server_side(), implicit=implicit)

    outcome = told(wire, protection, ssl.create_default_context())

    assert (outcome.state, outcome.cause) == ("relay", "protection")
    assert "certificate" in outcome.text.lower()
    assert_nothing_was_given_away(wire)


# -- that these tests could fail ---------------------------------------------------------------


@pytest.mark.parametrize("protection", ["starttls", "tls"])
def test_with_sound_tls_the_login_and_the_mail_go_over_the_wire(protection: Protection):
    implicit = server_side() if protection == "tls" else None
    wire = Wire(then=server_side(), implicit=implicit)

    outcome = told(wire, protection, trusting())

    assert outcome.state == "sent"
    assert b"AUTH PLAIN " + SECRETS[2] in wire.hidden
    assert b"MAIL FROM" in wire.hidden
    assert b"AUTH" not in wire.clear
    assert b"MAIL" not in wire.clear


def test_the_old_server_is_able_to_speak_with_an_old_client():
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    trust.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        trust.minimum_version = ssl.TLSVersion.TLSv1_1
    wire = Wire(implicit=old())

    async def story() -> str:
        async with listening(wire):
            _, writer = await asyncio.open_connection(HOST, wire.port, ssl=trust)
            spoken = writer.get_extra_info("ssl_object").version()
            writer.transport.abort()
        return str(spoken)

    assert run(story())[0] == "TLSv1.1"


def test_a_careless_context_is_made_careful_about_old_tls():
    trust = trusting()
    trust.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        trust.minimum_version = ssl.TLSVersion.TLSv1
    wire = Wire(implicit=old())

    outcome = told(wire, "tls", trust)

    assert outcome.state == "relay"
    assert_nothing_was_given_away(wire)

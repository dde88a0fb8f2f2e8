"""Mail to a server on loopback: what is taken, refused, left without an answer, and protected."""

import asyncio
import base64
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from tests.post_office import HOST, PostOffice, post_office, trusting
from tracker.compose.headers import mailbox
from tracker.delivery import Outcome, open_transport
from tracker.delivery.connection import MOST_MAILS
from tracker.delivery.patience import Patience
from tracker.delivery.smtp import MOST_CONNECTIONS, MOST_IDLE, SmtpTransport
from tracker.delivery.spec import SmtpSettings

RAW = b"Subject: Tomorrow\r\n\r\nCall.\r\n.hidden dot\r\n..two\r\n" + b"x" * 900 + b"\r\n"
SENDER = "tracker@example.org"
VIENNA = "vienna@example.org"
SHORT = Patience(connect=2.0, envelope=0.3, text=0.3, goodbye=0.3)
PASSWORD = "correct horse battery staple"  # noqa: S105 -- a test's


@asynccontextmanager
async def using(
    settings: SmtpSettings, *args: Any, **options: Any
) -> AsyncIterator[SmtpTransport]:
    transport = SmtpTransport(settings, *args, **options)
    try:
        yield transport
    finally:
        await transport.close()


async def send(transport: SmtpTransport, recipient: str = VIENNA, **changed: str) -> Outcome:
    return await transport.deliver(RAW, sender=changed.get("sender", SENDER), recipient=recipient)


# -- taken -------------------------------------------------------------------------------------


async def test_a_mail_arrives_byte_by_byte():
    async with post_office() as office, using(office.settings()) as transport:
        outcome = await send(transport)

    assert outcome == Outcome("sent", 250, "2.0.0 taken")
    assert office.mails == [RAW]
    assert office.commands == [
        "EHLO localhost",
        f"MAIL FROM:<{SENDER}> SIZE={len(RAW)}",
        f"RCPT TO:<{VIENNA}>",
        "DATA",
        "QUIT",
    ]


async def test_the_whole_from_of_the_configuration_gives_the_sender():
    async with post_office(offers=()) as office, using(office.settings()) as transport:
        await send(transport, sender=f"Campaign tracker <{SENDER}>")

    assert office.commands[1] == f"MAIL FROM:<{SENDER}>"


class Inbox:
    """What another project's server makes of a mail."""

    def __init__(self) -> None:
        self.found: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        self.found.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 2.0.0 kept"


async def test_another_servers_inbox_has_the_same_bytes():
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop), HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with using(SmtpSettings(HOST, port, "none")) as transport:
        outcomes = [await send(transport), await send(transport, "new-york@example.org")]
    server.close()
    await server.wait_closed()

    assert [outcome.state for outcome in outcomes] == ["sent", "sent"]
    assert inbox.found == [
        (SENDER, [VIENNA], RAW),
        (SENDER, ["new-york@example.org"], RAW),
    ]


# -- refused, or without an answer -------------------------------------------------------------

ANSWERS = [
    ("greeting", "421 4.3.2 closing", "relay", 421, 0),
    ("greeting", "554 5.7.1 go away", "relay", 554, 0),
    ("greeting", "close", "relay", None, 0),
    ("EHLO", "close", "relay", None, 0),
    ("MAIL", "421 4.3.0 later", "relay", 421, 0),
    ("MAIL", "451 4.3.0 later", "temporary", 451, 0),
    ("MAIL", "550 5.7.1 not from you", "relay", 550, 0),
    ("MAIL", "530 5.7.0 log in first", "relay", 530, 0),
    ("MAIL", "552 5.3.4 too big", "permanent", 552, 0),
    ("MAIL", "close", "relay", None, 0),
    ("MAIL", "hang", "relay", None, 0),
    ("MAIL", "gibberish", "relay", None, 0),
    ("RCPT", "450 4.2.0 greylisted", "temporary", 450, 0),
    ("RCPT", "451 4.3.0 later", "temporary", 451, 0),
    ("RCPT", "452 4.2.2 mailbox full", "temporary", 452, 0),
    ("RCPT", "421 4.3.0 later", "relay", 421, 0),
    ("RCPT", "550 5.1.1 no such user", "permanent", 550, 0),
    ("RCPT", "close", "relay", None, 0),
    ("RCPT", "hang", "relay", None, 0),
    ("DATA", "452 4.3.1 disk full", "temporary", 452, 0),
    ("DATA", "554 5.5.1 no valid recipients", "permanent", 554, 0),
    ("DATA", "close", "relay", None, 0),
    ("DATA", "hang", "relay", None, 0),
    ("dot", "421 4.3.0 closing", "relay", 421, 1),
    ("dot", "451 4.3.0 later", "temporary", 451, 1),
    ("dot", "552 5.3.4 too big", "permanent", 552, 1),
    ("dot", "554 5.7.1 spam", "permanent", 554, 1),
    ("dot", "close", "unknown", None, 1),
    ("dot", "hang", "unknown", None, 1),
    ("dot", "gibberish", "unknown", None, 1),
    ("dot", "354 what", "unknown", None, 1),
]


@pytest.mark.parametrize(
    ("phase", "answer", "state", "code", "seen"),
    ANSWERS,
    ids=[f"{phase}-{answer.split()[0]}" for phase, answer, *_ in ANSWERS],
)
async def test_each_answer_means_one_thing(
    phase: str, answer: str, state: str, code: int | None, seen: int
):
    async with (
        post_office({phase: answer}) as office,
        using(office.settings(), patience=SHORT) as transport,
    ):
        outcome = await send(transport)

    assert (outcome.state, outcome.code) == (state, code)
    of_this_mail = phase in {"RCPT", "DATA", "dot"}  # the server had let us in
    assert outcome.suspect == (state == "relay" and of_this_mail)
    assert len(office.mails) == seen
    assert office.connections == 1
    assert outcome.text.isprintable()
    if code is not None:
        assert answer[4:] in outcome.text


async def test_nobody_listening_is_the_relays_fault():
    async with post_office() as office:
        settings = office.settings()
    async with using(settings) as transport:
        outcome = await send(transport)

    assert (outcome.state, outcome.code) == ("relay", None)
    assert outcome.text.startswith(f"{HOST}:{settings.port}: ")


async def test_a_long_answer_in_many_lines_is_told_in_one():
    answer = "550-first\r\n550-" + "x" * 2000 + "\r\n550 \x1b[31mlast"
    async with post_office({"RCPT": answer}) as office, using(office.settings()) as transport:
        outcome = await send(transport)

    assert outcome.state == "permanent"
    assert outcome.text.startswith("first xxx")
    assert len(outcome.text) == 500
    assert outcome.text.isprintable()


# -- connections -------------------------------------------------------------------------------


async def test_mails_one_after_another_share_a_connection():
    async with post_office() as office, using(office.settings()) as transport:
        outcomes = [await send(transport) for _ in range(10)]

    assert {outcome.state for outcome in outcomes} == {"sent"}
    assert len(office.mails) == 10
    assert office.connections == 1
    assert office.verbs().count("EHLO") == office.verbs().count("QUIT") == 1


async def test_forty_mails_at_once_use_no_more_connections_than_are_allowed():
    async with post_office() as office, using(office.settings()) as transport:
        outcomes = await asyncio.gather(*(send(transport) for _ in range(40)))

    assert {outcome.state for outcome in outcomes} == {"sent"}
    assert len(office.mails) == 40
    assert office.connections == office.most_at_once == MOST_CONNECTIONS


async def test_of_many_connections_no_more_are_kept_open_than_are_used_again():
    async with post_office() as office, using(office.settings()) as transport:
        await asyncio.gather(*(send(transport) for _ in range(MOST_CONNECTIONS)))
        assert office.commands.count("QUIT") == MOST_CONNECTIONS - MOST_IDLE
        await asyncio.gather(*(send(transport) for _ in range(MOST_IDLE)))

    assert office.connections == MOST_CONNECTIONS


async def test_a_connection_is_changed_before_the_server_tires_of_it():
    async with post_office() as office, using(office.settings()) as transport:
        for _ in range(MOST_MAILS + 1):
            await send(transport)

    assert len(office.mails) == MOST_MAILS + 1
    assert office.connections == 2


async def test_after_a_refusal_the_connection_is_reset_and_used_again():
    script: dict[str, str | list[str]] = {
        "RCPT": ["550 5.1.1 no", "250 ok"],
        "dot": ["451 later", "250 ok"],
    }
    async with post_office(script) as office, using(office.settings()) as transport:
        states = [(await send(transport)).state for _ in range(3)]

    assert states == ["permanent", "temporary", "sent"]
    assert office.connections == 1
    assert office.verbs().count("RSET") == 2


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("MAIL", "421 4.7.0 enough"),
        ("MAIL", "close"),
        ("RCPT", "452 4.5.3 too many recipients"),
        ("RCPT", "421 enough"),
        ("dot", "421 enough"),
    ],
)
async def test_a_server_tired_of_a_connection_gets_a_new_one_at_once(phase: str, answer: str):
    script: dict[str, str | list[str]] = {phase: ["250 ok", answer]}
    async with post_office(script) as office, using(office.settings()) as transport:
        states = [(await send(transport)).state for _ in range(2)]

    assert states == ["sent", "sent"]
    assert office.connections == 2


async def test_an_answer_that_is_lost_is_never_asked_for_again_by_itself():
    script: dict[str, str | list[str]] = {"dot": ["250 ok", "close"]}
    async with post_office(script) as office, using(office.settings()) as transport:
        states = [(await send(transport)).state for _ in range(2)]

    assert states == ["sent", "unknown"]
    assert len(office.mails) == 2


async def test_a_connection_that_the_server_dropped_is_not_used_again():
    script: dict[str, str | list[str]] = {"RSET": "close", "RCPT": ["550 no"]}
    async with post_office(script) as office, using(office.settings()) as transport:
        states = [(await send(transport)).state for _ in range(2)]

    assert states == ["permanent", "sent"]
    assert office.connections == 2


async def test_a_transport_that_was_closed_can_be_used_again():
    async with post_office() as office, using(office.settings()) as transport:
        await send(transport)
        await transport.close()
        assert (await send(transport)).state == "sent"

    assert office.connections == 2


async def test_a_server_that_does_not_say_goodbye_is_left():
    async with post_office({"QUIT": "hang"}) as office:
        transport = SmtpTransport(office.settings(), patience=SHORT)
        await send(transport)
        before = time.monotonic()
        await transport.close()

        assert time.monotonic() - before < 5
        assert office.verbs()[-1] == "QUIT"


async def test_a_send_cut_short_leaves_no_connection_behind():
    async with post_office({"dot": ["hang"]}) as office, using(office.settings()) as transport:
        task = asyncio.create_task(send(transport))
        await office.heard.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()

        assert (await send(transport)).state == "sent"

    assert office.connections == 2


# -- protection --------------------------------------------------------------------------------


def told(office: PostOffice) -> set[str]:
    return set(office.verbs())


async def test_without_starttls_nothing_is_sent():
    offers = ("AUTH PLAIN LOGIN",)
    async with (
        post_office(offers=offers) as office,
        using(office.settings("starttls", "tracker"), PASSWORD, trust=trusting()) as transport,
    ):
        outcome = await send(transport)

    assert outcome.state == "relay"
    assert "STARTTLS" in outcome.text
    assert told(office) <= {"EHLO", "QUIT"}


@pytest.mark.parametrize("answer", ["454 4.7.0 not now", "220 2.0.0 go on"])
async def test_starttls_refused_or_with_an_unknown_certificate_sends_nothing(answer: str):
    async with (
        post_office({"STARTTLS": answer}, offers=("STARTTLS", "AUTH PLAIN")) as office,
        using(office.settings("starttls", "tracker"), PASSWORD, patience=SHORT) as transport,
    ):
        outcome = await send(transport)

    assert outcome.state == "relay"
    assert told(office) <= {"EHLO", "STARTTLS", "QUIT"}


async def test_starttls_with_a_known_certificate_logs_in_and_sends():
    async with (
        post_office(offers=("STARTTLS", "AUTH PLAIN")) as office,
        using(office.settings("starttls", "tracker"), PASSWORD, trust=trusting()) as transport,
    ):
        outcome = await send(transport)

    assert outcome.state == "sent"
    assert office.mails == [RAW]
    verbs = office.verbs()
    assert verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
    secret = base64.b64encode(f"\0tracker\0{PASSWORD}".encode()).decode()
    assert office.commands[3] == f"AUTH PLAIN {secret}"


async def test_tls_from_the_start_sends_only_to_a_known_certificate():
    async with post_office(implicit_tls=True) as office:
        async with using(office.settings("tls"), trust=trusting()) as transport:
            assert (await send(transport)).state == "sent"
        before = len(office.commands)
        async with using(office.settings("tls")) as transport:
            outcome = await send(transport)

    assert outcome.state == "relay"
    assert "certificate" in outcome.text.lower()
    assert len(office.commands) == before


async def test_a_certificate_for_another_name_sends_nothing():
    async with post_office(implicit_tls=True) as office:
        elsewhere = SmtpSettings("127.0.0.2", office.port, "tls")
        async with using(elsewhere, trust=trusting()) as transport:
            refused = await send(transport)

    assert refused.state == "relay"
    assert office.mails == []


async def test_a_server_on_this_machine_needs_no_protection():
    async with post_office() as office:
        transport = open_transport(
            f"smtp://{HOST}:{office.port}", base=Path(), secret=lambda: None
        )
        assert isinstance(transport, SmtpTransport)
        outcome = await send(transport)
        await transport.close()

    assert outcome.state == "sent"
    assert "STARTTLS" not in told(office)


async def test_a_refused_login_is_not_the_mails_fault():
    async with (
        post_office({"AUTH": "535 5.7.8 wrong password"}, offers=("AUTH PLAIN",)) as office,
        using(office.settings("none", "tracker"), PASSWORD) as transport,
    ):
        outcome = await send(transport)

    assert (outcome.state, outcome.code) == ("relay", 535)
    assert "MAIL" not in told(office)
    assert PASSWORD not in outcome.text


async def test_a_server_without_logins_gets_no_mail_when_a_login_is_wanted():
    async with (
        post_office() as office,
        using(office.settings("none", "tracker"), PASSWORD) as transport,
    ):
        outcome = await send(transport)

    assert outcome.state == "relay"
    assert told(office) <= {"EHLO", "QUIT"}


def test_a_password_is_in_nothing_that_is_printed():
    transport = SmtpTransport(SmtpSettings(HOST, 25, "none", "tracker"), PASSWORD)

    assert PASSWORD not in repr(transport)
    assert PASSWORD not in repr(transport.settings)


# -- addresses ---------------------------------------------------------------------------------

BROKEN = [
    "",
    "vienna",
    "vienna@",
    "@example.org",
    "a@x.org, b@y.org",
    "b@y.org> NOTIFY=NEVER",
    "Vienna <b@y.org>",
    "a@x.org(<b@y.org>)",
    "a@x.org\r\nRCPT TO:<b@y.org>",
    "a@x.org\n",
    " a@x.org",
    "a@b@x.org",
    '"a b"@x.org',
    "a@[127.0.0.1]",
    "a@x..org",
    "a@-x.org",
    "a" * 65 + "@x.org",
    "a@" + "x" * 64 + ".org",
    "a@" + "x.".join("y" * 60 for _ in range(5)) + ".org",
    "a\u202e@x.org",
    "a\0@x.org",
    "\ud800@x.org",
]


@pytest.mark.parametrize("recipient", BROKEN, ids=ascii)
async def test_an_address_that_needs_repair_reaches_nobody(recipient: str):
    async with post_office() as office, using(office.settings()) as transport:
        outcome = await send(transport, recipient)

    assert outcome.state == "permanent"
    assert "address" in outcome.text or "domain" in outcome.text
    assert office.connections == 0


async def test_a_broken_sender_is_no_sender():
    async with post_office() as office, using(office.settings()) as transport:
        outcome = await send(transport, sender="Tracker <a@x.org> SIZE=1")

    assert outcome.state == "permanent"
    assert office.connections == 0


async def test_a_domain_in_another_script_is_written_in_ascii():
    async with post_office() as office, using(office.settings()) as transport:
        outcome = await send(transport, "vienna@bücher.example")

    assert outcome.state == "sent"
    assert "RCPT TO:<vienna@xn--bcher-kva.example>" in office.commands


async def test_a_domain_is_the_same_on_the_wire_as_in_the_header():
    async with post_office() as office, using(office.settings()) as transport:
        await send(transport, "vienna@straße.example")

    assert mailbox("", "vienna@straße.example").addr_spec == "vienna@xn--strae-oqa.example"
    assert "RCPT TO:<vienna@xn--strae-oqa.example>" in office.commands


async def test_a_name_in_another_script_needs_a_server_that_knows_it():
    async with (
        post_office(offers=("SMTPUTF8", "8BITMIME")) as able,
        using(able.settings()) as transport,
    ):
        assert (await send(transport, "zoë@example.org")).state == "sent"
    async with post_office() as unable, using(unable.settings()) as transport:
        refused = await send(transport, "zoë@example.org")

    assert f"MAIL FROM:<{SENDER}> SMTPUTF8" in able.commands
    assert "RCPT TO:<zoë@example.org>" in able.commands
    assert refused.state == "permanent"
    assert "SMTPUTF8" in refused.text
    assert "MAIL" not in told(unable)

"""Every way in which a mail server may misbehave, at every point of the dialogue.

Real sockets and the patience of the real daemon; only the clock is turned.
"""

import asyncio
import resource
from dataclasses import dataclass

import pytest

from tests.bad_servers import MISBEHAVIOURS, PHASES, BadServer, bad_server
from tests.post_office import trusting
from tests.turned_clock import run
from tracker.delivery import Outcome
from tracker.delivery.patience import Patience
from tracker.delivery.smtp import SmtpTransport

SENDER, VIENNA, NEW_YORK = "tracker@example.org", "vienna@example.org", "new-york@example.org"
PASSWORD = "correct horse battery staple"  # noqa: S105 -- a test's
RAW = b"Subject: Tomorrow\r\n\r\nCall.\r\n.dot\r\n"
LONG = b"Subject: Tomorrow\r\n\r\n" + (b"y" * 70 + b"\r\n") * 60_000  # more than sockets hold
BEFORE_LOGIN = PHASES[:5]
A_QUARTER_OF_AN_HOUR = 900.0

# What becomes of the mail, and by which letter:
#   s sent   t temporary   f failed for good   u unknown, the server may have it
#   r the relay is ill   a it will not have us (access)   p no trusted TLS (protection)
# Two letters: which of two things comes first is up to the machine.
# At RSET a recipient was refused before, at QUIT a mail was sent: that is what remains.
TABLE = """
                  greet EHLO STLS EHLO AUTH MAIL RCPT DATA text dot  RSET QUIT
hang                r    r    r    r    r    r    r    r    u    u    f    s
close               r    r    r    r    r    r    r    r    u    u    f    s
reset               r    r    r    r    r    r    r    r    u    u    f    s
half-close          r    r    r    r    r    r    r    r    u    u    f    s
answer-and-close    r    r    r    r    r    r    r    u    s    s    f    s
drip                r    r    r    r    r    r    r    r    u    u    f    s
late                r    r    r    r    r    r    r    r    u    u    f    s
endless-lines       r    r    r    r    r    r    r    r    u    u    f    s
endless-line        r    r    r    r    r    r    r    r    u    u    f    s
8-KiB-line          s    s    s    s    s    s    s    s    s    s    f    s
9-KiB-line          r    r    r    r    r    r    r    r    u    u    f    s
two-answers         r    r    r    r    r    r    r    r    s    s    f    s
unasked-later       r|p  r    p|r  r    r    r    r    s|r  s    s    f    s
NUL-in-code         r    r    r    r    r    r    r    r    u    u    f    s
gibberish           r    r    r    r    r    r    r    r    u    u    f    s
TLS-record          r    r    r    r    r    r    r    r    u    u    f    s
HTTP                r    r    r    r    r    r    r    r    u    u    f    s
two-digits          r    r    r    r    r    r    r    r    u    u    f    s
signed-code         r    r    r    r    r    r    r    r    u    u    f    s
multi-line-lie      s    r    r    r    r    r    r    r    u    u    f    s
199                 r    r    r    r    r    r    r    r    u    u    f    s
299                 r    r    r    r    r    r    r    r    s    s    f    s
334                 r    r    r    r    r    r    r    r    u    u    f    s
split-CRLF          s    s    s    s    s    s    s    s    s    s    f    s
split-code          s    s    s    s    s    s    s    s    s    s    f    s
LF-only             s    s    s    s    s    s    s    s    s    s    f    s
bare-code           s    p    s    a    s    s    s    s    s    s    f    s
NUL-in-text         s    s    s    s    s    s    s    s    s    s    f    s
not-UTF-8           s    s    s    s    s    s    s    s    s    s    f    s
421                 r    r    r    r    r    r    r    r    r    r    f    s
451-greylisted      r    r    r    r    r    t    t    t    t    t    f    s
450-rate-limit      r    r    r    r    r    t    t    t    t    t    f    s
452-session-full    r    r    r    r    r    t    t    t    t    t    f    s
454                 r    r    r    r    r    t    t    t    t    t    f    s
550-for-all         r    r    p    r    a    a    f    f    f    f    f    s
552-too-big         r    r    p    r    a    f    f    f    f    f    f    s
535                 a    a    p    a    a    a    a    a    a    a    f    s
530                 a    a    p    a    a    a    a    a    a    a    f    s
"""
LETTERS = {
    ("sent", None): "s",
    ("temporary", None): "t",
    ("permanent", None): "f",
    ("unknown", None): "u",
    ("relay", None): "r",
    ("relay", "access"): "a",
    ("relay", "protection"): "p",
}
ROWS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()[1:]}
PAIRS = [
    pytest.param(name, phase, meant, id=f"{name}-{phase}")
    for name, letters in ROWS.items()
    for phase, meant in zip(PHASES, letters, strict=True)
]
# It says that it has the text when it cannot have read it: sent, by all that anybody can know.
LIE = ("unasked-later", "DATA")
# On a connection that was used before, the server is asked once more where it cannot have the
# text and may only have had enough of us; patience that is used up is used up.
IN_THE_LETTER = ("MAIL", "RCPT", "DATA", "dot")
TIRED = {"421", "452-session-full"}
SLOW = {"hang", "drip", "late"}
USED = [
    pytest.param(
        name,
        phase,
        "s" if name in TIRED or (letter == "r" and name not in SLOW) else letter[0],
        id=f"{name}-{phase}",
    )
    for name, letters in ROWS.items()
    for phase, letter in zip(PHASES, letters, strict=True)
    if phase in IN_THE_LETTER
]


@dataclass
class Seen:
    first: Outcome
    again: Outcome
    server: BadServer


def letter_of(outcome: Outcome) -> str:
    return LETTERS[outcome.state, outcome.cause]


def test_the_table_says_something_of_every_misbehaviour():
    assert list(ROWS) == list(MISBEHAVIOURS)
    assert len(ROWS) >= 24


async def try_twice(name: str, phase: str) -> Seen:
    """Send a mail into the misbehaviour and then, the server being well again, another."""
    protected = phase in BEFORE_LOGIN
    async with bad_server(phase, MISBEHAVIOURS[name]) as server:
        settings = server.settings(*(("starttls", "tracker") if protected else ("none",)))
        transport = SmtpTransport(settings, PASSWORD if protected else None, trust=trusting())
        server.refuses = [b"550 5.1.1 nobody\r\n"] if phase == "RSET" else []
        raw = LONG if phase == "text" else RAW
        first = await transport.deliver(raw, sender=SENDER, recipient=VIENNA)
        if phase == "QUIT":
            await transport.close()
        again = await transport.deliver(RAW, sender=SENDER, recipient=NEW_YORK)
        await transport.close()
    return Seen(first, again, server)


@pytest.mark.parametrize(("name", "phase", "meant"), PAIRS)
def test_each_misbehaviour_has_its_one_outcome(name: str, phase: str, meant: str):
    seen, took = run(try_twice(name, phase))

    letter = letter_of(seen.first)
    assert letter in meant.split("|"), seen.first
    assert took < A_QUARTER_OF_AN_HOUR + 60
    assert seen.first.text.isprintable()
    assert len(seen.first.text) <= 500
    assert PASSWORD not in seen.first.text
    # The server has the whole text once, where it came to the dot, and else never.
    has_it = phase == "dot" or (letter == "s" and phase != "text")
    assert seen.server.mails == ([RAW, RAW] if has_it else [RAW]) or (name, phase) == LIE
    # The next mail is judged by its own answers: a connection that is out of step is not used.
    assert (seen.again.state, seen.again.code) == ("sent", 250)
    if letter in "rupa" and seen.first.code is None:
        assert seen.server.connections == 2


async def try_on_a_used_connection(name: str, phase: str) -> Seen:
    async with bad_server(phase, MISBEHAVIOURS[name], turn=2) as server:
        transport = SmtpTransport(server.settings())
        assert (await transport.deliver(RAW, sender=SENDER, recipient=VIENNA)).state == "sent"
        first = await transport.deliver(RAW, sender=SENDER, recipient=VIENNA)
        again = await transport.deliver(RAW, sender=SENDER, recipient=NEW_YORK)
        await transport.close()
    return Seen(first, again, server)


@pytest.mark.parametrize(("name", "phase", "letter"), USED)
def test_a_used_connection_gets_one_more_try_where_the_server_cannot_have_the_text(
    name: str, phase: str, letter: str
):
    seen, took = run(try_on_a_used_connection(name, phase))

    assert letter_of(seen.first) == letter, seen.first
    assert took < A_QUARTER_OF_AN_HOUR + 60
    assert (seen.again.state, seen.again.code) == ("sent", 250)
    # A refusal with a code is an answer: only after one may the server see the text again.
    copies = 1 + (name in TIRED) if phase == "dot" else int(letter == "s")
    assert seen.server.mails == [RAW] * (2 + copies) or (name, phase) == LIE


ENDLESS = [name for name in MISBEHAVIOURS if name.startswith("endless")]


@pytest.mark.parametrize("phase", ["greeting", "EHLO", "MAIL", "dot", "QUIT"])
@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_answer_is_cut_off_and_fills_no_memory(name: str, phase: str):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    seen, _ = run(try_twice(name, phase))

    # What sockets hold had been said by the time that we hung up, of 64 MiB that were to come.
    assert seen.server.said_badly < 16 * 1024 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_a_server_that_never_reads_the_text_is_left_after_ten_minutes():
    async def story() -> tuple[Outcome, int]:
        async with bad_server("text", MISBEHAVIOURS["hang"]) as server:
            transport = SmtpTransport(server.settings())
            outcome = await transport.deliver(LONG, sender=SENDER, recipient=VIENNA)
            await transport.close()
        return outcome, server.connections

    (outcome, connections), took = run(story())

    assert (outcome.state, connections) == ("unknown", 1)
    assert Patience().text <= took < Patience().text + 60


def test_four_hanging_connections_hold_up_the_fifth_mail_and_no_longer_than_promised():
    async def story() -> list[Outcome]:
        async with bad_server("RCPT", MISBEHAVIOURS["hang"]) as server:
            transport = SmtpTransport(server.settings())
            outcomes = await asyncio.gather(
                *(transport.deliver(RAW, sender=SENDER, recipient=VIENNA) for _ in range(5))
            )
            await transport.close()
        return outcomes

    outcomes, took = run(story())

    assert sorted(letter_of(one) for one in outcomes) == ["r", "s", "s", "s", "s"]
    assert took < A_QUARTER_OF_AN_HOUR


@pytest.mark.parametrize("phase", ["dot", "RSET"])
def test_a_connection_on_which_the_server_spoke_unasked_is_not_used_again(phase: str):
    async def story() -> tuple[list[str], int]:
        async with bad_server(phase, MISBEHAVIOURS["unasked-later"]) as server:
            transport = SmtpTransport(server.settings())
            server.refuses = [b"550 5.1.1 nobody\r\n"] if phase == "RSET" else []
            states: list[str] = []
            for _ in range(2):
                outcome = await transport.deliver(RAW, sender=SENDER, recipient=VIENNA)
                states.append(outcome.state)
                await asyncio.sleep(1.0)  # the second answer comes while nobody waits for one
            await transport.close()
        return states, server.connections

    (states, connections), _ = run(story())

    assert states == ["permanent" if phase == "RSET" else "sent", "sent"]
    assert connections == 2


# -- what a server lacks, or has too little of -------------------------------------------------


def offering(name: bytes, recipient: str, raw: bytes = RAW) -> tuple[Outcome, BadServer]:
    """Send a mail to a server whose EHLO offers just this."""
    from tests.bad_servers import answering  # noqa: PLC0415

    async def story() -> tuple[Outcome, BadServer]:
        async with bad_server("EHLO", answering(b"250-localhost\r\n250 " + name + b"\r\n")) as one:
            transport = SmtpTransport(one.settings())
            outcome = await transport.deliver(raw, sender=SENDER, recipient=recipient)
            await transport.close()
        return outcome, one

    return run(story())[0]


def test_a_server_without_smtputf8_gets_no_address_that_needs_it():
    outcome, server = offering(b"8BITMIME", "zoë@example.org")

    assert outcome.state == "permanent"
    assert "SMTPUTF8" in outcome.text
    assert not [one for one in server.commands if one.startswith(("MAIL", "RCPT"))]


def test_a_server_without_8bitmime_gets_no_8bit_text():
    raw = "Subject: Zoë\r\n\r\nZoë\r\n".encode()
    refused, unable = offering(b"SIZE", VIENNA, raw)
    taken, able = offering(b"8BITMIME", VIENNA, raw)

    assert (refused.state, taken.state) == ("permanent", "sent")
    assert "8BITMIME" in refused.text
    assert unable.mails == []
    assert able.mails == [raw]
    assert f"MAIL FROM:<{SENDER}> BODY=8BITMIME" in able.commands


def test_a_server_is_told_the_size_before_it_gets_the_text():
    outcome, server = offering(b"SIZE 10", VIENNA)

    assert outcome.state == "sent"
    assert f"MAIL FROM:<{SENDER}> SIZE={len(RAW)}" in server.commands

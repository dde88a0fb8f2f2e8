"""Logging in: by password once, by access token at most twice, and never out loud."""

import asyncio
import base64
import os
from contextlib import suppress
from pathlib import Path

import pytest

from tests.post_office import PostOffice, post_office
from tracker.delivery import Outcome, tokens
from tracker.delivery.smtp import SmtpTransport
from tracker.delivery.tokens import TokenCommand, TokenError

PASSWORD = "correct horse battery staple"  # noqa: S105 -- a test's
OFFERS = ("AUTH PLAIN LOGIN XOAUTH2",)
Script = dict[str, str | list[str]]


async def send(office: PostOffice, secret: str | TokenCommand, times: int = 1) -> list[Outcome]:
    transport = SmtpTransport(office.settings("none", "tracker"), secret)
    outcomes = []
    for _ in range(times):
        outcomes.append(
            await transport.deliver(
                b"Subject: x\r\n\r\nx\r\n", sender="t@example.org", recipient="v@example.org"
            )
        )
        await transport.close()  # so that the next mail has to log in again
    return outcomes


def logins(office: PostOffice) -> list[str]:
    return [command for command in office.commands if command.startswith("AUTH")]


def presented(office: PostOffice) -> list[str]:
    """Return the tokens that were shown to the server."""
    said = [base64.b64decode(login.split()[2]).decode() for login in logins(office)]
    assert all(one.startswith("user=tracker\1auth=Bearer ") for one in said)
    return [one.split("Bearer ")[1].rstrip("\1") for one in said]


# -- with a password ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offer", "way"),
    [
        ("AUTH LOGIN PLAIN", "AUTH PLAIN"),
        ("AUTH CRAM-MD5 LOGIN", "AUTH LOGIN"),
        ("AUTH=PLAIN", "AUTH PLAIN"),
    ],
)
async def test_a_password_is_tried_in_one_way_and_once(offer: str, way: str):
    async with post_office({"AUTH": "535 5.7.8 wrong"}, offers=(offer,)) as office:
        (outcome,) = await send(office, PASSWORD)

    assert (outcome.state, outcome.code, outcome.cause) == ("relay", 535, "access")
    assert len(logins(office)) == 1  # a second one may lock the account
    assert logins(office)[0].startswith(way)


@pytest.mark.parametrize("offer", ["SIZE 9", "AUTH CRAM-MD5 GSSAPI", "AUTH XOAUTH2"])
async def test_a_login_that_we_do_not_know_is_named(offer: str):
    async with post_office(offers=(offer,)) as office:
        (outcome,) = await send(office, PASSWORD)

    assert (outcome.state, outcome.cause) == ("relay", "access")
    assert "PLAIN or LOGIN is needed" in outcome.text
    assert office.verbs() == ["EHLO"]


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("454 4.7.0 not now", None),
        ("421 4.3.2 closing", None),
        ("432 4.7.12 change it", None),
        ("500 5.5.1 what", "access"),
        ("534 5.7.9 use another way", "access"),
        ("550 5.7.30 basic login is off", "access"),
    ],
)
async def test_only_a_refusal_for_good_is_for_the_administrator(answer: str, cause: str | None):
    async with post_office({"AUTH": answer}, offers=OFFERS) as office:
        (outcome,) = await send(office, PASSWORD)

    assert (outcome.state, outcome.cause) == ("relay", cause)
    assert "MAIL" not in office.verbs()


@pytest.mark.parametrize("secret", [PASSWORD, "x7"])
async def test_a_server_that_repeats_the_login_does_not_get_it_into_our_logs(secret: str):
    plain = base64.b64encode(f"\0tracker\0{secret}".encode()).decode()
    answer = f"500 5.5.1 unknown: AUTH PLAIN {plain} ({secret}, {plain[4:30]})"
    async with post_office({"AUTH": answer}, offers=OFFERS) as office:
        (outcome,) = await send(office, secret)

    assert "unknown: AUTH PLAIN […]" in outcome.text
    for said in (secret, plain, plain[4:24]):
        assert said not in outcome.text


# -- with a token ------------------------------------------------------------------------------


class Issuer:
    """A token command: a small program that counts how often it was asked."""

    def __init__(self, folder: Path, *says: str, patience: float = 20.0) -> None:
        self.asked = folder / "asked"
        program = folder / "mail-token"
        program.write_text("\n".join(["#!/bin/sh", f"echo x >> {self.asked}", *says, ""]))
        program.chmod(0o700)
        self.command = TokenCommand(("./mail-token",), folder=folder, patience=patience)

    @property
    def count(self) -> int:
        return len(self.asked.read_text().split()) if self.asked.exists() else 0


NUMBERED = 'echo "ya29.token-$(wc -l < asked | tr -d " ")"'


async def test_a_token_logs_in_and_is_kept_for_the_next_connection(tmp_path: Path):
    issuer = Issuer(tmp_path, NUMBERED)
    async with post_office(offers=OFFERS) as office:
        outcomes = await send(office, issuer.command, times=3)

    assert [one.state for one in outcomes] == ["sent"] * 3
    assert presented(office) == ["ya29.token-1"] * 3
    assert issuer.count == 1


async def test_a_token_that_has_run_out_is_asked_for_anew_and_the_mail_leaves(tmp_path: Path):
    issuer = Issuer(tmp_path, NUMBERED)
    script: Script = {"AUTH": ["235 ok", "334 eyJzdGF0dXMiOiI0MDEifQ==", "235 ok"]}
    async with post_office(script, offers=OFFERS) as office:
        outcomes = await send(office, issuer.command, times=2)

    assert [one.state for one in outcomes] == ["sent", "sent"]
    assert presented(office) == ["ya29.token-1", "ya29.token-1", "ya29.token-2"]
    assert issuer.count == 2


async def test_a_new_token_that_is_refused_is_not_tried_twice(tmp_path: Path):
    issuer = Issuer(tmp_path, NUMBERED)
    async with post_office({"AUTH": "535 5.7.8 no"}, offers=OFFERS) as office:
        outcomes = await send(office, issuer.command, times=2)

    assert [(one.state, one.cause) for one in outcomes] == [("relay", "access")] * 2
    assert presented(office) == ["ya29.token-1", "ya29.token-2"]
    assert "MAIL" not in office.verbs()


async def test_a_server_that_is_busy_does_not_cost_the_token(tmp_path: Path):
    issuer = Issuer(tmp_path, NUMBERED)
    script: Script = {"AUTH": ["235 ok", "454 4.7.0 not now", "235 ok"]}
    async with post_office(script, offers=OFFERS) as office:
        outcomes = await send(office, issuer.command, times=3)

    assert [(one.state, one.cause) for one in outcomes] == [
        ("sent", None),
        ("relay", None),
        ("sent", None),
    ]
    assert issuer.count == 1


async def test_an_old_token_is_not_shown_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokens, "KEPT_SECONDS", 0.0)
    issuer = Issuer(tmp_path, NUMBERED)
    async with post_office(offers=OFFERS) as office:
        await send(office, issuer.command, times=2)

    assert presented(office) == ["ya29.token-1", "ya29.token-2"]


async def test_several_connections_ask_for_one_token(tmp_path: Path):
    issuer = Issuer(tmp_path, NUMBERED)
    async with post_office(offers=OFFERS) as office:
        transport = SmtpTransport(office.settings("none", "tracker"), issuer.command)
        await asyncio.gather(
            *(transport.deliver(b"x", sender="t@x.org", recipient="v@x.org") for _ in range(8))
        )
        await transport.close()

    assert len(presented(office)) == 8
    assert issuer.count == 1


async def test_a_server_without_xoauth2_sees_no_token_and_the_command_is_not_run(tmp_path: Path):
    issuer = Issuer(tmp_path, NUMBERED)
    async with post_office(offers=("AUTH PLAIN",)) as office:
        (outcome,) = await send(office, issuer.command)

    assert (outcome.state, outcome.cause) == ("relay", "access")
    assert "XOAUTH2 is needed" in outcome.text
    assert issuer.count == 0


SAYS = "s3cret-half-a-token"
BROKEN = {
    "exit code": ([f"echo {SAYS}", "exit 3"], "ended with exit code 3"),
    "nothing": (["true"], "printed no token"),
    "an empty line": (["echo; echo later"], "printed no token"),
    "a sentence": ([f"echo Error: {SAYS} has run out"], "printed no token"),
    "control characters": ([f"printf '{SAYS}\\001x'"], "printed no token"),
    "another script": ([f"echo {SAYS}ü"], "printed no token"),
    "too much": (["head -c 99999 /dev/zero | tr '\\0' x"], "printed more than 16 KiB"),
    "without end": (["cat /dev/zero"], "printed more than 16 KiB"),
    "only on the other channel": ([f"echo {SAYS} >&2"], "printed no token"),
}


@pytest.mark.parametrize(("says", "why"), BROKEN.values(), ids=BROKEN)
async def test_a_command_that_gives_no_token_is_explained_without_its_words(
    says: list[str], why: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    issuer = Issuer(tmp_path, *says)
    async with post_office(offers=OFFERS) as office:
        (outcome,) = await send(office, issuer.command)

    assert (outcome.state, outcome.cause) == ("relay", "access")
    assert why in outcome.text
    assert SAYS not in outcome.text
    assert logins(office) == []
    assert SAYS not in "".join(capfd.readouterr())


def has_ended(process: int) -> bool:
    """Say whether a process is gone, or has ended and nobody has asked how."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


async def test_a_command_that_waits_for_somebody_is_ended_with_all_it_started(tmp_path: Path):
    issuer = Issuer(tmp_path, "sleep 600 & echo $! > child", "wait", patience=0.6)
    with pytest.raises(TokenError, match=r"longer than 0\.6 seconds"):
        await issuer.command.token()

    assert has_ended(int((tmp_path / "child").read_text()))


async def test_a_command_cut_short_leaves_nothing_running(tmp_path: Path):
    issuer = Issuer(tmp_path, "echo $$ > self", "exec sleep 600")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.6):
            await issuer.command.token()

    assert has_ended(int((tmp_path / "self").read_text()))


@pytest.mark.parametrize("command", [("./nowhere",), ("",), ("no\0thing",)])
async def test_a_command_that_is_none_is_said_to_be_none(command: tuple[str, ...], tmp_path: Path):
    with pytest.raises(TokenError, match="cannot be started"):
        await TokenCommand(command, folder=tmp_path).token()


async def test_no_shell_reads_the_command(tmp_path: Path):
    command = ("/bin/echo", "a;touch$IFS./bad", "$(touch bad)", "`touch bad`")
    with suppress(TokenError):
        await TokenCommand(command, folder=tmp_path).token()

    assert os.listdir(tmp_path) == []  # noqa: PTH208 -- no waiting here


async def test_a_token_and_a_password_are_in_nothing_that_is_printed(tmp_path: Path):
    issuer = Issuer(tmp_path, "echo ya29.s3cret")
    assert await issuer.command.token() == "ya29.s3cret"
    async with post_office(offers=OFFERS) as office:
        shown = repr(SmtpTransport(office.settings(user="tracker"), issuer.command))

    assert "s3cret" not in repr(issuer.command) + shown

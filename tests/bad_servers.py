"""A mail server that is well-behaved but once, at one point of the dialogue, in one bad way."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.post_office import HOST, server_side
from tracker.delivery.spec import Protection, SmtpSettings

PHASES = (
    *("greeting", "EHLO", "STARTTLS", "EHLO-again", "AUTH"),
    *("MAIL", "RCPT", "DATA", "text", "dot", "RSET", "QUIT"),
)
LATE = 700.0  # seconds: when nobody is waiting any more
GOOD = {
    "greeting": b"220 localhost ready\r\n",
    "EHLO": b"250-localhost\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 SIZE 9000000\r\n",
    "STARTTLS": b"220 2.0.0 go on\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
    "MAIL": b"250 2.1.0 ok\r\n",
    "RCPT": b"250 2.1.5 ok\r\n",
    "DATA": b"354 go on\r\n",
    "text": b"250 2.0.0 taken\r\n",
    "dot": b"250 2.0.0 taken\r\n",
    "RSET": b"250 2.0.0 ok\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}


class Talk:
    """One conversation; what `good` is would be the right answer now."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.good = b""
        self.said = 0
        self.last = b""

    async def say(self, *pieces: bytes, wait: float = 0.0) -> None:
        """Say something in pieces that arrive apart."""
        self.last = (b"".join(pieces).splitlines() or [b""])[-1][:3]
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(wait or 0.001)
            self.writer.write(piece)
            self.said += len(piece)
            await self.writer.drain()

    async def until_left(self) -> None:
        """Wait until the client hangs up."""
        with suppress(ConnectionError, ssl.SSLError):
            while await self.reader.read(65536):
                pass


Misbehaviour = Callable[[Talk], Awaitable[bool]]
"""Says what it says and returns whether the conversation goes on."""


async def hang(talk: Talk) -> bool:
    await talk.until_left()
    return False


async def close(_talk: Talk) -> bool:
    return False


async def reset(talk: Talk) -> bool:
    plug = talk.writer.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.writer.transport.abort()
    return False


async def half_close(talk: Talk) -> bool:
    """Say that nothing will be said any more, but go on listening."""
    if talk.writer.can_write_eof():
        talk.writer.write_eof()
        await talk.until_left()
    return False


async def answer_and_close(talk: Talk) -> bool:
    await talk.say(talk.good)
    return False


async def drip(talk: Talk) -> bool:
    """Give a byte every few seconds of an answer that is longer than anybody's patience."""
    with suppress(ConnectionError, ssl.SSLError):
        await talk.say(*(bytes([sign]) for sign in b"250 " + b"x" * int(LATE)), wait=8.0)
    return False


async def late(talk: Talk) -> bool:
    await asyncio.sleep(LATE)
    with suppress(ConnectionError, ssl.SSLError):
        await talk.say(talk.good)
    return True


def endless(piece: bytes) -> Misbehaviour:
    async def talk_on(talk: Talk) -> bool:
        with suppress(ConnectionError, ssl.SSLError):
            while talk.said < 64 * 1024 * 1024:
                await talk.say(piece)
        return False

    return talk_on


def answering(*pieces: bytes) -> Misbehaviour:
    """Answer with these bytes, in pieces that arrive apart."""

    async def answer(talk: Talk) -> bool:
        await talk.say(*pieces)
        return True

    return answer


def twisting(twist: Callable[[bytes], tuple[bytes, ...]]) -> Misbehaviour:
    """Answer rightly, but in a strange form."""

    async def answer(talk: Talk) -> bool:
        await talk.say(*twist(talk.good))
        return True

    return answer


def text_of(good: bytes) -> bytes:
    """Return the last line of an answer."""
    return good.splitlines()[-1][4:]


def lie(good: bytes) -> tuple[bytes, ...]:
    """Begin with one code and end with another."""
    other = b"250" if good[:1] == b"5" else b"550"
    return (other + b"-no\r\n" + good,)


MISBEHAVIOURS: dict[str, Misbehaviour] = {
    # silence
    "hang": hang,
    "close": close,
    "reset": reset,
    "half-close": half_close,
    "answer-and-close": answer_and_close,
    "drip": drip,
    "late": late,
    # too much
    "endless-lines": endless(b"250-and on it goes\r\n" * 200),
    "endless-line": endless(b"x" * 4000),
    "8-KiB-line": twisting(lambda good: (good[:-2] + b" " + b"x" * 8000 + b"\r\n",)),
    "9-KiB-line": twisting(lambda good: (good[:-2] + b" " + b"x" * 9000 + b"\r\n",)),
    "two-answers": twisting(lambda good: (good + b"250 2.0.0 and ok\r\n",)),
    "unasked-later": twisting(lambda good: (good, b"250 2.0.0 and ok\r\n")),
    # no answer at all
    "NUL-in-code": twisting(lambda good: (good[:1] + b"\0" + good[1:],)),
    "gibberish": answering(b"hello there\r\n"),
    "TLS-record": answering(b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n"),
    "HTTP": answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "two-digits": answering(b"25 ok\r\n"),
    "signed-code": answering(b"+25 ok\r\n"),
    "multi-line-lie": twisting(lie),
    # an answer, but to another question
    "199": answering(b"199 what\r\n"),
    "299": answering(b"299 2.0.0 what\r\n"),
    "334": answering(b"334 dGVsbCBtZQ==\r\n"),
    # the right one, strangely said
    "split-CRLF": twisting(lambda good: (good[:-1], good[-1:])),
    "split-code": twisting(lambda good: (good[:2], good[2:])),
    "LF-only": twisting(lambda good: (good.replace(b"\r\n", b"\n"),)),
    "bare-code": twisting(lambda good: (good[:3] + b"\r\n",)),
    "NUL-in-text": twisting(lambda good: (good[:-2] + b" o\0k\r\n",)),
    "not-UTF-8": twisting(lambda good: (good[:-2] + b" \xff\xfe\x1b[31m\r\n",)),
    # refusals
    "421": answering(b"421 4.3.2 closing\r\n"),
    "451-greylisted": answering(b"451 4.7.1 greylisted, come back\r\n"),
    "450-rate-limit": answering(b"450 4.7.1 too fast\r\n"),
    "452-session-full": answering(b"452 4.5.3 too many\r\n"),
    "454": answering(b"454 4.7.0 not now\r\n"),
    "550-for-all": answering(b"550 5.7.1 no\r\n"),
    "552-too-big": answering(b"552 5.3.4 too big\r\n"),
    "535": answering(b"535 5.7.8 wrong\r\n"),
    "530": answering(b"530 5.7.0 log in first\r\n"),
}


class BadServer:
    """Misbehaves at the `turn`-th time that it comes to `phase`, and else does what is right."""

    def __init__(self, phase: str, misbehaviour: Misbehaviour, *, turn: int = 1) -> None:
        self.phase = phase
        self.misbehaviour = misbehaviour
        self.turn = turn
        self.port = 0
        self.connections = 0
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        self.said_badly = 0
        self.refuses: list[bytes] = []
        self._talks: set[asyncio.Task[None]] = set()

    def settings(self, protection: Protection = "none", user: str | None = None) -> SmtpSettings:
        return SmtpSettings(HOST, self.port, protection, user)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks.add(asyncio.create_task(self._serve(reader, writer)))

    async def close(self) -> None:
        async with asyncio.timeout(2 * LATE):  # a client that never hangs up fails the test
            await asyncio.gather(*self._talks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, ssl.SSLError):
            await self._talk(Talk(reader, writer))
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _talk(self, talk: Talk) -> None:
        on = await self._answer(talk, "greeting")
        protected = ""
        while on and (line := await talk.reader.readline()):
            command = line.decode("utf-8", "replace").strip()
            self.commands.append(command)
            verb = command.split()[0].upper() if command else ""
            phase = f"{verb}{protected}" if verb == "EHLO" else verb
            on = await self._answer(talk, phase) and verb != "QUIT"
            if on and verb == "STARTTLS" and talk.last == b"220":
                await talk.writer.start_tls(server_side())
                protected = "-again"
            if on and verb == "DATA" and talk.last == b"354":
                on = await self._text(talk)

    async def _text(self, talk: Talk) -> bool:
        line = await talk.reader.readline()
        if self._bad_now("text"):
            return await self._misbehave(talk, "text")
        lines: list[bytes] = []
        while line and line != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
            line = await talk.reader.readline()
        if not line:
            return False
        self.mails.append(b"".join(lines))
        return await self._answer(talk, "dot")

    async def _answer(self, talk: Talk, phase: str) -> bool:
        if self._bad_now(phase):
            return await self._misbehave(talk, phase)
        if phase == "RCPT" and self.refuses:
            await talk.say(self.refuses.pop())
            return True
        await talk.say(_good(phase))
        return True

    def _bad_now(self, phase: str) -> bool:
        if phase != self.phase:
            return False
        self.turn -= 1
        return self.turn == 0

    async def _misbehave(self, talk: Talk, phase: str) -> bool:
        talk.good, talk.said = _good(phase), 0
        try:
            return await self.misbehaviour(talk)
        finally:
            self.said_badly = talk.said


def _good(phase: str) -> bytes:
    return GOOD.get(phase.removesuffix("-again"), b"500 5.5.1 unknown\r\n")


@asynccontextmanager
async def bad_server(
    phase: str, misbehaviour: Misbehaviour, *, turn: int = 1
) -> AsyncIterator[BadServer]:
    """Open such a server on a loopback port of its own, and close it with all its connections."""
    bad = BadServer(phase, misbehaviour, turn=turn)
    server = await asyncio.start_server(bad.serve, HOST, 0)
    bad.port = server.sockets[0].getsockname()[1]
    try:
        yield bad
    finally:
        server.close()
        await bad.close()
        await server.wait_closed()

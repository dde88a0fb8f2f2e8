"""An SMTP server that does what a test tells it to, and remembers what it was told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tracker.delivery.spec import Protection, SmtpSettings

HOST = "127.0.0.1"
_TLS = Path(__file__).parent / "tls"
_PLAIN: dict[str, str] = {
    "greeting": "220 localhost ready",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "dot": "250 2.0.0 taken",
    "RSET": "250 2.0.0 ok",
    "AUTH": "235 2.7.0 welcome",
    "nothing": "535 5.7.8 no",  # what a client says that was asked once more at its login
    "STARTTLS": "220 2.0.0 go on",
    "QUIT": "221 2.0.0 bye",
}


def trusting() -> ssl.SSLContext:
    """Trust the test's own authority, as strictly as the newest Python does."""
    context = ssl.create_default_context(cafile=str(_TLS / "authority.pem"))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


class PostOffice:
    """Answers each command from `script`: one answer for all, or a list used up one by one.

    "close" ends the connection instead of answering, "hang" says nothing until the end.
    """

    def __init__(self, script: Mapping[str, str | list[str]], offers: tuple[str, ...]) -> None:
        self.script = {
            phase: list(told) if isinstance(told, list) else told for phase, told in script.items()
        }
        self.offers = offers
        self.port = 0
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        self.heard = asyncio.Event()
        self.ended = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()

    def settings(self, protection: Protection = "none", user: str | None = None) -> SmtpSettings:
        return SmtpSettings(HOST, self.port, protection, user)

    def verbs(self) -> list[str]:
        return [command.split()[0].upper() for command in self.commands if command]

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks.add(asyncio.create_task(self._serve(reader, writer)))

    async def close(self) -> None:
        self.ended.set()
        async with asyncio.timeout(10):  # a client that never hangs up fails the test
            await asyncio.gather(*self._talks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        with suppress(ConnectionError, ssl.SSLError):
            if await self._answer(writer, "greeting"):
                await self._talk(reader, writer)
        self.at_once -= 1
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            command = line.decode("utf-8").strip()
            self.commands.append(command)
            verb = command.split()[0].upper() if command else "nothing"
            if not await self._answer(writer, verb) or verb == "QUIT":
                return
            if verb == "STARTTLS":
                await writer.start_tls(server_side())
            if verb == "DATA" and self._last == "354":
                self.mails.append(await _text(reader))
                self.heard.set()
                if not await self._answer(writer, "dot"):
                    return

    async def _answer(self, writer: asyncio.StreamWriter, phase: str) -> bool:
        told = self._told(phase)
        self._last = told[:3]
        match told:
            case "close":
                return False
            case "hang":
                await self.ended.wait()
                return False
            case _:
                writer.write(f"{told}\r\n".encode())
                await writer.drain()
                return True

    def _told(self, phase: str) -> str:
        told = self.script.get(phase)
        if isinstance(told, list):
            told = told.pop(0) if told else None
        if told is None and phase == "EHLO":
            return "\r\n".join(["250-localhost", *(f"250-{one}" for one in self.offers), "250 OK"])
        return told or _PLAIN[phase]


async def _text(reader: asyncio.StreamReader) -> bytes:
    lines: list[bytes] = []
    while (line := await reader.readline()) != b".\r\n":
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


def server_side(certificate: str = "localhost") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(_TLS / f"{certificate}.pem")
    return context


@asynccontextmanager
async def post_office(
    script: Mapping[str, str | list[str]] | None = None,
    *,
    offers: tuple[str, ...] = ("SIZE 1000000",),
    implicit_tls: bool = False,
) -> AsyncIterator[PostOffice]:
    """Open a server on a loopback port of its own, and close it with all its connections."""
    office = PostOffice(script or {}, offers)
    context = server_side() if implicit_tls else None
    server = await asyncio.start_server(office.serve, HOST, 0, ssl=context)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await office.close()
        await server.wait_closed()

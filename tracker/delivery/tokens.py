"""Access tokens for the mail server, from a command of the administrator's (XOAUTH2)."""

import asyncio
import os
import re
import signal
from contextlib import suppress
from pathlib import Path

from tracker.errors import TrackerError

LONGEST_WAIT_SECONDS = 30.0
LONGEST_TOKEN = 16 * 1024
KEPT_SECONDS = 300.0
_LONGEST_END_SECONDS = 5.0
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750 section 2.1, and base64


class TokenError(TrackerError):
    """The command gave no token; says why, and never what it printed."""


class TokenCommand:
    """Asks for a token where none is known, the last is older than five minutes, or was refused.

    The command runs without a shell, in the folder of config.toml, with nothing to read; its
    first line is the token.
    """

    def __init__(
        self, command: tuple[str, ...], *, folder: Path, patience: float = LONGEST_WAIT_SECONDS
    ) -> None:
        self.command = command
        self._folder = folder
        self._patience = patience
        self._token: str | None = None
        self._asked_at = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def token(self) -> str:
        """Return a token, the one that is known or a new one; raise TokenError where none is."""
        async with self._one_at_a_time:
            known = self.known()
            if known is None:
                known = self._token = await self._ask()
                self._asked_at = asyncio.get_running_loop().time()
            return known

    def known(self) -> str | None:
        """Return the token that is known, unless it is old."""
        if asyncio.get_running_loop().time() - self._asked_at > KEPT_SECONDS:
            self._token = None
        return self._token

    def refuse(self, token: str) -> None:
        """Forget a token that the server refused."""
        if self._token == token:
            self._token = None

    async def _ask(self) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as refused:
            raise TokenError(f"token_command cannot be started: {_words(refused)}") from None
        try:
            async with asyncio.timeout(self._patience):
                said = await _first(process)
        except BaseException as cut_short:
            await _end(process)
            if not isinstance(cut_short, TimeoutError):
                raise
            why = f"token_command took longer than {self._patience:g} seconds"
            raise TokenError(why) from None
        return _checked(said, process.returncode)


async def _first(process: asyncio.subprocess.Process) -> bytes:
    """Read until the command ends or has said too much."""
    assert process.stdout is not None
    said = b""
    while len(said) <= LONGEST_TOKEN and (more := await process.stdout.read(LONGEST_TOKEN)):
        said += more
    if len(said) > LONGEST_TOKEN:
        await _end(process)
    else:
        await process.wait()
    return said


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and all that it started, which may be waiting for a person."""
    assert process.stdout is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    # It counts as ended once its output is read; a program that left the group may hold that.
    with suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_END_SECONDS):
            while await process.stdout.read(LONGEST_TOKEN):
                pass
            await process.wait()


def _checked(said: bytes, code: int | None) -> str:
    if len(said) > LONGEST_TOKEN:
        raise TokenError(f"token_command printed more than {LONGEST_TOKEN // 1024} KiB")
    if code:
        raise TokenError(f"token_command ended with exit code {code}")
    token = said.decode("ascii", "replace").partition("\n")[0].strip()
    if not _TOKEN.fullmatch(token):
        raise TokenError("token_command printed no token: its first line has to be one")
    return token


def _words(refused: OSError | ValueError) -> str:
    return (isinstance(refused, OSError) and refused.strerror) or "it is no command"

"""What the server says, heard before the client hears it: one answer to one command, or goodbye.

The client takes whatever arrives next for the answer to its last command. One answer too many, and
each mail from then on would be judged by the answer to another.
"""

import asyncio
from typing import Self, cast

from tracker.failpoints import here

LONGEST_LINE = 8 * 1024  # the client's own limit
LONGEST_ANSWER = 32 * 1024
_MORE_TO_COME = ord("-")
_GO_ON = ord("3")
_TEXT_PLEASE = b"354"


class Replies(asyncio.Protocol):
    """Listens on a transport in the client's place and passes on what is in step.

    `fault` says what was wrong when it hung up. `text_wanted` is true from the server's 354 to
    DATA on: only from then can it have the text; `text_judged` once it answered to the final dot.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self.fault = ""
        self.text_wanted = False
        self.text_judged = False
        self._transport = transport
        self._client = cast("asyncio.Protocol", transport.get_protocol())
        self._asked = False
        self._code = b""
        self._line = b""
        self._size = 0
        self._last = b""

    @classmethod
    def of(cls, transport: asyncio.BaseTransport) -> Self:
        """Listen on this transport from now on."""
        replies = cls(cast("asyncio.Transport", transport))
        transport.set_protocol(replies)
        return replies

    def ask(self) -> None:
        """Say that a command is about to be sent: it may be answered once."""
        self._asked = True
        self.text_wanted = self.text_judged = False

    def is_answered_with(self, message: str) -> bool:
        """Say whether the client read what was heard here, and not what was left from before."""
        return message.encode("utf-8", "surrogateescape").endswith(self._last)

    def hang_up(self) -> None:
        """Let the connection go at once: no goodbye, nothing more is written or read."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Pass on what is in step; hang up on the rest."""
        if self._transport.is_closing():
            return
        before, self.fault = self._in_step(data)
        if before:
            self._client.data_received(before)
        if self.fault:
            self.hang_up()

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return self._client.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on."""
        self._client.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass it on."""
        self._client.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._client.resume_writing()

    def _in_step(self, data: bytes) -> tuple[bytes, str]:
        """Return as much of what arrived as may be passed on, and what is wrong with the rest."""
        if not self._asked:
            return b"", "it spoke without being asked"
        end = 0
        while (line_end := data.find(b"\n", end) + 1) > 0:
            line, self._line = self._line + data[end:line_end], b""
            end = line_end
            wrong = self._fault_of(line)
            if wrong:
                return b"", wrong
            if line[3] != _MORE_TO_COME:
                return self._answered(line, data, end)
            self._code = line[:3]
        self._line += data[end:]
        too_long = "its answer has no end" if self._is_too_long(self._line) else ""
        return (b"" if too_long else data), too_long

    def _is_too_long(self, line: bytes) -> bool:
        return len(line) > LONGEST_LINE or self._size + len(line) > LONGEST_ANSWER

    def _fault_of(self, line: bytes) -> str:
        code = line[:3]
        if self._is_too_long(line):
            return "its answer has no end"
        self._size += len(line)
        if not code.isdigit() or not b"200" <= code <= b"599":
            return f"it gave an answer that is none: {line[:40].decode('ascii', 'replace')}"
        if self._code not in {b"", code}:
            return f"its answer contradicts itself: {self._code.decode()} and {code.decode()}"
        return ""

    def _answered(self, line: bytes, data: bytes, end: int) -> tuple[bytes, str]:
        """Take in the last line of an answer; nothing may follow it before the next command."""
        code, self._last = line[:3], line[4:].strip()
        self._code, self._size = b"", 0
        self._asked = code[0] == _GO_ON  # a 3yz is answered by us, and that again by the server
        too_much = "it gave more answers than it was asked for" if data[end:] else ""
        if too_much and self._asked:
            return b"", too_much  # what it wanted is not sent any more
        self.text_judged = self.text_wanted
        if code == _TEXT_PLEASE:
            self.text_wanted = True
            here("text-wanted")
        return data[:end], too_much

"""Problems in files are data, broken promises of the world are exceptions.

Fault            something wrong in a file, before it has a line and a column
Problem          a fault with its place, ready to be shown to the author
TrackerError     the world broke a promise; its class carries the exit code
  QuestionError    1   the question cannot be answered (no such campaign, …)
  UsageError       2   the command line is off
  BusyError        75  try again later (another daemon, a file that cannot be written)
  ConfigError      78  config.toml or the machine's set-up
"""

from typing import ClassVar, Literal

from msgspec import Struct

Severity = Literal["error", "warning"]
KeyPath = tuple[str | int, ...]


class Fault(Struct, frozen=True, kw_only=True):
    """Something wrong in a file: where in its keys, what, and how to mend it.

    `span` is (offset, length) in characters inside a string value, for the caret; `on_key` puts
    the caret under the key instead of its value. `first` is what was there before: its line is
    added to the message. A `hint` may have several lines.
    """

    path: KeyPath
    code: str
    message: str
    hint: str | None = None
    expected: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    on_key: bool = False
    first: KeyPath | None = None
    severity: Severity = "error"


class Problem(Struct, frozen=True, kw_only=True):
    """A fault with its place: `line` and `column` count from 1, in characters.

    `excerpt` is the author's own line (a part of it where it is very long), `caret` the offset in
    it of the words at fault and `width` their number of characters.
    """

    file: str
    line: int
    column: int
    key: str
    code: str
    message: str
    hint: str | None = None
    expected: tuple[str, ...] = ()
    excerpt: str = ""
    caret: int = 0
    width: int = 1
    severity: Severity = "error"

    @property
    def distinct(self) -> str:
        """Return the words that tell it from other faults of its file and key.

        An emptied folder is one fault, however many of its campaigns have ended since.
        """
        return "" if self.code == "emptied" else self.message


def expectation(words: tuple[str, ...]) -> str:
    """Say which words could stand there.

    >>> expectation(("every",)), expectation(("days", "weeks"))
    ('expected every', 'expected one of: days, weeks')
    """
    return f"expected {words[0]}" if len(words) == 1 else f"expected one of: {', '.join(words)}"


def advice(suggestion: str | None, hint: str | None) -> str | None:
    """Join what was probably meant and what to do, one a line; None if there is neither."""
    meant = None if suggestion is None else f'did you mean: "{suggestion}"'
    return "\n".join(line for line in (meant, hint) if line) or None


class TrackerError(Exception):
    """The world broke a promise; the message is one that a person can act on."""

    exit_code: ClassVar[int] = 1


class QuestionError(TrackerError):
    """The question cannot be answered as it was asked."""


class UsageError(TrackerError):
    """The command line is not one that the tracker knows."""

    exit_code = 2


class BusyError(TrackerError):
    """Not now: try again later."""

    exit_code = 75


class ConfigError(TrackerError):
    """config.toml or the machine's set-up keeps the tracker from starting."""

    exit_code = 78


class UnwritableError(ConfigError):
    """The database cannot be written; a daemon at work waits until it can."""

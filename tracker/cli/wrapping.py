"""Text for people: its lines wrapped on a terminal, each of them whole in a file or a pipe."""

import re
import sys
from collections.abc import Iterator
from typing import TextIO

# The author's own line and the carets under it stay one line each.
_EXCERPT = re.compile(r" *\d* \| ")
_BEFORE = re.compile(r"(?: +\d* )?= | *")
_FURTHER = 2


def say(text: str, *, file: TextIO | None = None, hang: int | None = None) -> None:
    """Print text; what does not fit into a terminal's line goes on further in, or at `hang`."""
    stream = file or sys.stdout
    print(told(text, stream, hang=hang), file=stream)


def told(text: str, stream: TextIO | None, *, hang: int | None = None) -> str:
    """Return text as it is to be written to a stream."""
    if stream is None or not stream.isatty():
        return text
    return "\n".join(part for line in text.split("\n") for part in _folded(line, stream, hang))


def _folded(line: str, stream: TextIO, hang: int | None) -> Iterator[str]:
    # Rich knows how wide a sign is; it costs a tenth of a second, and a pipe needs none of it.
    from tracker.cli.show import screen, wrapped  # noqa: PLC0415 -- see above

    if _EXCERPT.match(line):
        yield line
        return
    before = _BEFORE.match(line)
    assert before is not None
    first = before[0]
    more = hang or len(first) + (0 if first.endswith("= ") else _FURTHER)
    for part in wrapped(screen(stream), line[len(first) :], max(more, len(first))):
        yield first + part
        first = " " * more

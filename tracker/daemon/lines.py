"""The daemon's log: one line an effect, on standard error, as the service manager wants it."""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

_PRIORITIES = {
    logging.CRITICAL: 2,
    logging.ERROR: 3,
    logging.WARNING: 4,
    logging.INFO: 6,
    logging.DEBUG: 7,
}


LONGEST = 1_000
_TAIL = 600


class Lines(logging.Formatter):
    """One line a record: with `<N>` before it under systemd, else with the time."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what would break it into several is joined with bars.

        File names are not ours: what cannot be seen in one is shown as a replacement sign.
        """
        said = _short(" | ".join(map(_seen, super().format(record).splitlines())))
        if self._journal:
            return f"<{_PRIORITIES.get(record.levelno, 6)}>{said}"
        at = datetime.fromtimestamp(record.created, UTC)
        return f"{at:%Y-%m-%d %H:%M:%SZ} {record.levelname.lower()}: {said}"


def log_to(stream: TextIO = sys.stderr, *, environ: Mapping[str, str]) -> None:
    """Send the log of the whole process to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(journal=bool(environ.get("JOURNAL_STREAM"))))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("tracker").setLevel(logging.INFO)
    # That it did not ring while it was ringing is no news: whoever was woken looks at everything.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _seen(line: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)


def _short(line: str) -> str:
    """Cut a line in its middle: the end of a long one says what went wrong."""
    if len(line) <= LONGEST:
        return line
    return f"{line[: LONGEST - _TAIL]} … {line[-_TAIL:]}"

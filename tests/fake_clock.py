"""A program under a clock that is set from outside while it runs: Debian's libfaketime."""

import os
import time
from datetime import datetime
from pathlib import Path

_PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")


def library() -> Path | None:
    """Return where libfaketime is, None if it is not installed."""
    found = (path for place in _PLACES for path in Path("/").glob(place.lstrip("/")))
    return next(found, None)


class FakeClock:
    """What a program started with `environ` takes for the wall clock; its uptime is real."""

    def __init__(self, file: Path, now: datetime) -> None:
        found = library()
        assert found is not None
        self._file = file
        self.set(now)
        self.environ = {
            "LD_PRELOAD": str(found),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "TZ": "UTC",
        }

    def set(self, now: datetime) -> None:
        """Set it, as somebody does with `date`; it goes on from there."""
        ahead = now.timestamp() - time.time()
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{ahead:+.0f}\n")
        os.replace(beside, self._file)  # noqa: PTH105 -- read at every look: never half of it

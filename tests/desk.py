"""A desk to sit at: the shipped files in a folder of their own, and commands run in process."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker.cli import main

PROGRAM = "from tracker.cli import main; main()"
ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Return what was printed, read as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Desk:
    """Runs commands in a folder with the shipped files, at a moment that is given."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.now = NOW
        self._capsys = capsys

    def run(self, *words: str, clock: Callable[[], datetime] | None = None) -> Said:
        """Run one command as the console script does."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words, clock=clock or (lambda: self.now))
        said = self._capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, said.out, said.err)

    def campaign(self, name: str) -> Path:
        """Return the file of a campaign."""
        return self.folder / "campaigns" / f"{name}.toml"


def a_copy_of_the_shipped_files(folder: Path) -> Path:
    """Copy config.toml, campaigns and templates."""
    shutil.copy(ROOT / "config.toml", folder)
    shutil.copytree(ROOT / "campaigns", folder / "campaigns")
    shutil.copytree(ROOT / "templates", folder / "templates")
    return folder


def process(
    folder: Path,
    *words: str,
    text: str = "",
    program: str = PROGRAM,
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, in a folder."""
    return subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"},
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def on_a_terminal(
    folder: Path, *words: str, code: int = 0, errors: bool = False, **environ: str
) -> str:
    """Run a command whose output is a terminal, and return what it drew there.

    With `errors` that is what it says on stderr.
    """
    ours, theirs = os.openpty()
    started = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **environ},
        stdout=subprocess.DEVNULL if errors else theirs,
        stderr=theirs if errors else None,
    )
    os.close(theirs)
    drawn = b""
    with os.fdopen(ours, "rb", buffering=0) as screen:
        while True:
            try:
                part = screen.read(65_536)
            except OSError:  # how Linux says that nobody writes to the terminal any more
                break
            if not part:
                break
            drawn += part
    assert started.wait(timeout=60) == code
    return drawn.decode().replace("\r\n", "\n")


LETTER = """\
title        = "Open the border crossing"
dated        = 2010-06-01
coordinators = ["vienna"]

[[ask]]
id   = "crossing"
text = "Open the crossing at Dostuk"

[[meeting]]
forum = "osce-permanent-council"
date  = 2010-06-24

[[target]]
id   = "chair"
post = "Chairperson of the Permanent Council"

[[deadline]]
id   = "calls"
what = "Call the chair"
due  = "2 working days before meeting at 12:00"
"""


def a_folder_with_one_letter(folder: Path) -> Path:
    """Make a folder with the shipped config.toml, forums and calendars, and one small letter."""
    a_copy_of_the_shipped_files(folder)
    for path in (folder / "campaigns").glob("*.toml"):
        path.unlink()
    (folder / "campaigns" / "border.toml").write_text(LETTER)
    return folder

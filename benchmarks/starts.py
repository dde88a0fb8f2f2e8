"""How long a command takes from its start to its end, and which heavy packages it loads."""

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from measure import print_table, take_turns

ROOT = Path(__file__).parent.parent
HEAVY = ("sqlmodel", "apscheduler", "jinja2", "rich", "holidays", "pydantic", "alembic", "smtplib")
COMMANDS = {
    "tracker --help": ("--help",),
    "tracker when, in days": ("when", "5 days before 2010-06-24"),
    "tracker when, in working days": (
        "when",
        "2 working days before meeting",
        "--meeting",
        "2010-06-24",
    ),
    "tracker check": ("check",),
}
REPLAY = ("replay", "--from", "2010-06-14", "--to", "2010-08-10", "--out")
UNWANTED = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONSTARTUP"}
# Beside the checkout, so that measuring leaves nothing in it; it goes with the process.
COMPILED = tempfile.TemporaryDirectory(prefix="tracker-compiled-")
MILLISECOND = ("ms", 1e-3)


def command(*arguments: str) -> list[str]:
    """Return what starts the tracker as its console script does."""
    return [sys.executable, "-c", "from tracker.cli import main; main()", *arguments]


def surroundings() -> dict[str, str]:
    """Return the environment of a program: compiled once, as an installed one is."""
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    ours = {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": COMPILED.name}
    return kept | ours | {"TZ": "UTC", "LC_ALL": "C.UTF-8"}


def run(line: list[str], *, text: str | None = None) -> str:
    """Run a program in the checkout and return what it printed."""
    done = subprocess.run(
        line,
        cwd=ROOT,
        env=surroundings(),
        input=text or "",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def print_starts(rounds: int) -> None:
    """Print bare Python beside the commands that must start fast."""
    bare = [sys.executable, "-c", "pass"]
    lines = {"bare Python": bare} | {name: command(*words) for name, words in COMMANDS.items()}
    timings = take_turns({name: partial(run, line) for name, line in lines.items()}, rounds=rounds)
    more = {one.name: median(one.more) * 1000 for one in timings}
    notes = {
        name: f"{more[name]:.0f} ms more than bare Python; {_loads(words)}"
        for name, words in COMMANDS.items()
    }
    print_table("Start to end of a command", timings, unit=MILLISECOND, notes=notes)


def print_replay(rounds: int) -> None:
    """Print the whole summer of 2010, every mail rendered and put into a Maildir."""
    mails = 0

    def replay() -> None:
        nonlocal mails
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "summer-2010"
            run(command(*REPLAY, str(out)))
            mails = sum(1 for _ in (out / "new").iterdir())

    bare = [sys.executable, "-c", "pass"]
    timings = take_turns(
        {"bare Python": lambda: run(bare), "tracker replay": replay}, rounds=rounds
    )
    notes = {"tracker replay": f"{mails} mails; the limit is 2,000 ms"}
    print_table("The summer of 2010 into a Maildir", timings, unit=MILLISECOND, notes=notes)


def _loads(words: tuple[str, ...]) -> str:
    """Say which heavy packages a command has loaded when it ends."""
    program = (
        "import atexit, sys\n"
        f"heavy = {HEAVY!r}\n"
        "loaded = lambda: sys.__stderr__.write(' '.join(n for n in heavy if n in sys.modules))\n"
        "atexit.register(loaded)\n"
        "from tracker.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        env=surroundings(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return f"loads {done.stderr or 'none of the heavy packages'}"

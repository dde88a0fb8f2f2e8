"""Kill a real daemon while it mails a real server, hundreds of times, and count what came of it.

PYTHONPATH=. python benchmarks/kills.py [kills [seed]]

Needs smtp-sink (Debian: postfix). Each round is a fresh database with 120 readers of one mail.
"""

import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

from tests.kills import Fate, killed

READERS = 120


def main() -> None:
    """Go round after round until the daemon has been killed so often."""
    left = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004 -- the second argument
    begun, rounds = time.monotonic(), list[Fate]()
    print(" ".join(["seed", *(field.name for field in fields(Fate))]))
    while left > 0:
        with tempfile.TemporaryDirectory() as home:
            fate = killed(Path(home), readers=READERS, kills=left, seed=seed)
        print(seed, *(getattr(fate, field.name) for field in fields(Fate)), flush=True)
        rounds.append(fate)
        left, seed = left - fate.kills, seed + 1
    kills, copies, lost = (
        sum(fate.kills for fate in rounds),
        sum(fate.copies for fate in rounds),
        sum(len(fate.lost) for fate in rounds),
    )
    mails = sum(fate.mails for fate in rounds)
    seconds = time.monotonic() - begun
    print(f"{kills} kills, {mails} mails, {lost} lost, {copies} second copies, {seconds:.0f} s")


if __name__ == "__main__":
    main()

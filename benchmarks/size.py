"""The table of docs/benchmarks.md about size: `python benchmarks/size.py [--quick]`.

Ten thousand campaigns of about 7 kB with a year of lines each, the same at every run. It wants the
package's own dependencies, Debian's postfix (smtp-sink, smtp-source) and PostgreSQL, and nothing
else to do. `--quick` takes a tenth of everything; `--only` some of the parts.
"""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from corpus import fill
from daemons import pace_rows
from edits import edit_rows
from mailing import mail_rows
from measure import print_machine
from rows import HEAD, Row
from starting import start_rows
from wakes import FEW, MANY, wake_rows

ROUNDS = 5
CAMPAIGNS = 10_000
OF_A_WAKE = 100  # campaigns behind the lines that come due
TENTH = 10


def main() -> None:
    """Measure, and print Markdown."""
    asked = _arguments()
    print_machine(ROUNDS)
    print(f"\n{HEAD}", flush=True)
    for name, measure in PARTS.items():
        if not asked.only or name in asked.only:
            for row in measure(TENTH if asked.quick else 1):
                print(row, flush=True)


def _starts(part: int) -> Iterator[Row]:
    """Measure what wants all files at once."""
    count = CAMPAIGNS // part
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, count)
        yield from start_rows(home, count, ROUNDS)
        yield from edit_rows(home, count)


def _wakes(part: int) -> Iterator[Row]:
    yield from wake_rows(OF_A_WAKE, wakes=100 // part, many=max(MANY // part, FEW))


def _mails(part: int) -> Iterator[Row]:
    yield from mail_rows(mails=max(200 // part, 40), rounds=ROUNDS)


def _daemons(part: int) -> Iterator[Row]:
    yield from pace_rows(mails=max(200 // part, 60), rounds=ROUNDS)


PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "starts": _starts,
    "wakes": _wakes,
    "mails": _mails,
    "daemons": _daemons,
}


def _arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="only these parts")
    return parser.parse_args()


if __name__ == "__main__":
    main()

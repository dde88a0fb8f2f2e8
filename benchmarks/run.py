"""Prints every table of docs/benchmarks.md: `python benchmarks/run.py [--rounds N]`.

Run it in a checkout with the package's own dependencies installed and nothing else to do; for
the dates Debian's `remind` must be there.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from days import print_days
from files import print_files
from measure import print_machine
from starts import print_replay, print_starts

LEAST_ROUNDS = 5


def main() -> None:
    """Measure, and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="at least 5")
    rounds = max(parser.parse_args().rounds, LEAST_ROUNDS)
    print_machine(rounds)
    print_starts(rounds)
    print_replay(rounds)
    print_days(rounds)
    print_files(rounds)


if __name__ == "__main__":
    main()

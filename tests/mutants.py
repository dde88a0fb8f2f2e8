"""Files as people and machines spoil them, and what comes of each: run as a program.

`python -m tests.mutants FIRST COUNT` reads so many spoilt files with 200 MB to spare and says
which of them ended otherwise than as a campaign or as problems with a place, or took too long.
"""

import random
import resource
import sys
import time
from pathlib import Path

from tests.builders import CONFIG, COUNCIL, LETTER, NEW_YORK, VIENNA, a_world, at
from tests.campaigns_made import a_campaign
from tracker.loading.files import FileKind
from tracker.loading.one_file import read_text
from tracker.loading.trial import try_campaign

MOST_SECONDS = 2.0
MOST_BYTES = 200 * 1024 * 1024
HOSTILE = (
    "\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\x1b[31m", "\u0301" * 40, "\u2028",
    "\U000e0001", "\ud800", "\u0085", "\U0001f1e6", "\u202egnp.exe", "\r", "\v",
    "'''", '"""', "[[", "]]",
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-8-sig", "cp037")


def spoilt(number: int) -> tuple[FileKind, bytes]:
    """Make the spoilt file of a number: always the same one."""
    dice = random.Random(number)  # noqa: S311 -- a test's own dice
    kinds: list[tuple[FileKind, str]] = [
        ("campaign", a_campaign(number)),
        ("campaign", LETTER),
        ("campaign", a_campaign(number + 1)),
        ("forum", COUNCIL),
        ("workdays", dice.choice((VIENNA, NEW_YORK))),
        ("config", CONFIG),
    ]
    kind, text = dice.choice(kinds)
    data = text.encode()
    for _ in range(dice.randint(1, 3)):
        data = dice.choice(WAYS)(data, dice)
    return kind, data


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _swap(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _splice(data: bytes, dice: random.Random) -> bytes:
    other = a_campaign(dice.randrange(50)).encode()
    return data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other)) :]


def _double(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    line = dice.choice(lines)
    at = dice.randrange(len(lines) + 1)
    return b"".join([*lines[:at], line * dice.choice((1, 2, 500)), *lines[at:]])


def _recode(data: bytes, dice: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(dice.choice(ENCODINGS), "replace")


def _bytes(data: bytes, dice: random.Random) -> bytes:
    spoilt_ = bytearray(data)
    for _ in range(dice.randint(1, 12)):
        spoilt_.insert(dice.randrange(len(spoilt_) + 1), dice.randrange(256))
    return bytes(spoilt_)


def _hostile(data: bytes, dice: random.Random) -> bytes:
    sign = dice.choice(HOSTILE).encode("utf-8", "surrogatepass")
    at = dice.randrange(len(data) + 1)
    return data[:at] + sign * dice.choice((1, 1, 3, 2000)) + data[at:]


def _deep(data: bytes, dice: random.Random) -> bytes:
    more = (b"a" + b".b" * 20_000 + b" = 1\n", b"x = " + b"[" * 500 + b"]" * 500 + b"\n",
            b"x = " + b"9" * 5000 + b"\n", b'"' + b"y" * 100_000 + b'" = 1\n')  # fmt: skip
    return dice.choice(more) + data


WAYS = (_cut, _swap, _splice, _double, _recode, _bytes, _hostile, _deep)


def complaint(number: int) -> str | None:
    """Read a spoilt file; say what is wrong with what came of it, None if nothing is."""
    kind, data = spoilt(number)
    began = time.process_time()
    try:
        if kind == "campaign":
            trial = try_campaign("made", Path("made.toml"), data, WORLD, now=MOMENT)
            sound, problems = trial.world is not None, trial.problems
        else:
            shape, listed = read_text(kind, "made", Path("made.toml"), data)
            sound, problems = shape is not None, tuple(listed)
    except Exception as fell:  # noqa: BLE001 -- any at all is the finding
        return f"{number} ({kind}): {type(fell).__name__}: {fell}"
    if time.process_time() - began > MOST_SECONDS:
        return f"{number} ({kind}): took too long"
    errors = [one for one in problems if one.severity == "error"]
    if sound == bool(errors):
        return f"{number} ({kind}): neither a campaign nor problems"
    if any(not one.file or one.line < 1 or one.column < 1 or not one.message for one in errors):
        return f"{number} ({kind}): a problem without a place"
    return None


def main() -> None:
    """Read the spoilt files of these numbers."""
    first, count = int(sys.argv[1]), int(sys.argv[2])
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, used + MOST_BYTES))
    found = [said for number in range(first, first + count) if (said := complaint(number))]
    sys.stdout.write("".join(f"{said}\n" for said in found) + f"{count} read\n")


MOMENT = at("2026-11-20 12:00")
WORLD = a_world()

if __name__ == "__main__":
    main()

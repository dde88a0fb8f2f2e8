"""The machine that the tracker runs on, asked for what only it knows."""

import time
from argparse import Namespace
from pathlib import Path
from shutil import disk_usage

from tracker.app.holding import Machine

_MACHINE = Path("/etc/machine-id")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def machine_of(args: Namespace) -> Machine | None:
    """Return the machine that bears the clock out; none where the clock is a given one."""
    given: Machine | None = args.machine
    return given or (this_machine() if args.is_real else None)


def this_machine() -> Machine:
    """Return the machine that this process runs on."""
    return Machine(
        id=_line(_MACHINE), boot=_line(_BOOT), up_seconds=_up_seconds, free_bytes=_free_bytes
    )


def _up_seconds() -> float:
    # CLOCK_MONOTONIC stands still while the machine sleeps, and a weekend would look like a jump.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _free_bytes(folder: Path) -> int:
    return disk_usage(folder).free


def _line(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""

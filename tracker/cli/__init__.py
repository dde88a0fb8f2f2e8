"""Read the arguments, ask the tracker, print the answer."""

import atexit
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tracker.programs import OBJECTS_BEFORE_COLLECTING

if TYPE_CHECKING:
    from tracker.app.holding import Machine

INTERRUPTED = 130
PIPE_CLOSED = 141
Clock = Callable[[], datetime]


def read_clock() -> datetime:
    """Return the real moment in UTC: the one place where the tracker reads the clock."""
    return datetime.now(UTC)  # noqa: TID251 -- everything else takes the moment as an argument


def main(
    argv: Sequence[str] | None = None,
    *,
    clock: Clock = read_clock,
    machine: "Machine | None" = None,
) -> None:
    """Run one command and exit with its code; a fault is one message, never a traceback.

    Whoever gives a clock answers for it: only a `machine` given with it makes the tracker doubt.
    """
    # Before anything is written: mails, the database and its journals are nobody else's.
    os.umask(0o077)
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)
    # At its end the interpreter looks for garbage in all that was loaded, more than once, although
    # the whole process goes: what is frozen it leaves alone.
    atexit.register(gc.freeze)
    # Pydantic would look through every installed package for plugins: slow, and not for our files.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _say_everything(sys.stdout)
    _say_everything(sys.stderr)
    sys.exit(_run(sys.argv[1:] if argv is None else argv, clock, machine))


def _run(argv: Sequence[str], clock: Clock, machine: "Machine | None") -> int:
    try:
        return _answered(argv, clock, machine)
    except KeyboardInterrupt:
        return INTERRUPTED


def _answered(argv: Sequence[str], clock: Clock, machine: "Machine | None") -> int:
    # Whoever interrupts while these load, a second on a slow machine, is left as quietly as later.
    from tracker.cli.arguments import parse  # noqa: PLC0415 -- see above
    from tracker.cli.wrapping import say  # noqa: PLC0415 -- see above
    from tracker.errors import TrackerError  # noqa: PLC0415 -- see above

    try:
        args = parse(argv)
        args.clock, args.machine = clock, machine
        args.is_real = clock is read_clock
        code = int(args.func(args))
        sys.stdout.flush()
    except TrackerError as wrong:
        say(f"tracker: {wrong}", file=sys.stderr)
        return wrong.exit_code
    except BrokenPipeError:
        # Whoever read our output has had enough; what is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except OSError as refused:
        say(f"tracker: {refused.filename or 'output'}: {refused.strerror}", file=sys.stderr)
        return TrackerError.exit_code
    return code


def _say_everything(stream: object) -> None:
    """Write signs that the terminal's encoding lacks as escapes instead of failing on them."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")

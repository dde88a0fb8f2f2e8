"""`tracker run`: keep watch over the campaigns and send what is due."""

import os
import resource
import sys
from argparse import Namespace
from contextlib import suppress

from tracker.cli.arguments import Commands, command
from tracker.errors import TrackerError


def add(commands: Commands) -> None:
    """Add the command's parser."""
    command(
        commands,
        "run",
        run_run,
        about="Keep watch over the campaigns and send what is due, until told to stop."
        " SIGTERM and Ctrl-C finish the work in hand; SIGHUP looks at the files at once."
        " One daemon at a time works on a SQLite database, several may on PostgreSQL.",
        examples=(
            ("tracker run", "with ./config.toml, whose mail goes into the Maildir `outbox`"),
            ("tracker --config /etc/tracker/config.toml run", "as a service would start it"),
        ),
    )


def run_run(args: Namespace) -> int:
    """Run until a signal ends it; 78 and 75 say why it did not start."""
    # What was in memory when the process died is nobody else's, either.
    with suppress(OSError, ValueError):  # where it may not be set, it is the machine's to decide
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        return _run(args)
    except TrackerError as wrong:
        if not os.environ.get("JOURNAL_STREAM"):
            raise
        for line in str(wrong).splitlines():  # an error, as the journal understands it
            print(f"<3>{line}", file=sys.stderr)
        return wrong.exit_code


def _run(args: Namespace) -> int:
    # The database and the scheduler cost half a second that no other command need spend.
    from tracker.cli.machine import machine_of  # noqa: PLC0415 -- see above
    from tracker.cli.reading import must_exist  # noqa: PLC0415 -- see above
    from tracker.cli.waiting import counted  # noqa: PLC0415 -- see above
    from tracker.daemon import log_to, serve  # noqa: PLC0415 -- see above

    must_exist(args)
    log_to(environ=os.environ)
    machine = machine_of(args)
    with counted("Reading the files") as watch:
        serve(args.config, clock=args.clock, environ=os.environ, machine=machine, watch=watch)
    return 0

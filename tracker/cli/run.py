"""`tracker run`: keep watch over the campaigns and send what is due."""

import os
from argparse import Namespace

from tracker.cli.arguments import Commands, command


def add(commands: Commands) -> None:
    """Add the command's parser."""
    command(
        commands,
        "run",
        run_run,
        about="Keep watch over the campaigns and send what is due, until told to stop."
        " SIGTERM and Ctrl-C finish the work in hand; SIGHUP looks at the files at once."
        " One daemon at a time works on one database.",
        examples=(
            ("tracker run", "with ./config.toml, whose mail goes into the Maildir `outbox`"),
            ("tracker --config /etc/tracker/config.toml run", "as a service would start it"),
        ),
    )


def run_run(args: Namespace) -> int:
    """Run until a signal ends it; 78 and 75 say why it did not start."""
    # The database and the scheduler cost half a second that no other command need spend.
    from tracker.cli.machine import machine_of  # noqa: PLC0415 -- see above
    from tracker.cli.reading import must_exist  # noqa: PLC0415 -- see above
    from tracker.daemon import log_to, serve  # noqa: PLC0415 -- see above

    must_exist(args)
    log_to(environ=os.environ)
    machine = machine_of(args)
    serve(args.config, clock=args.clock, environ=os.environ, machine=machine)
    return 0

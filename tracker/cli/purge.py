"""`tracker purge`: the text of mails that left long ago is taken out of the database."""

from argparse import Namespace

from tracker.cli.arguments import Commands, command
from tracker.cli.database import open_store
from tracker.cli.reading import read_files
from tracker.digest.say import many


def add(commands: Commands) -> None:
    """Add the command's parser."""
    command(
        commands,
        "purge",
        run_purge,
        about="Take out of the database the text of mails that left, failed or expired longer ago"
        " than `bodies` of [keep] in config.toml says. The daemon does so once a day. What was"
        " sent to whom, when and with which lines is kept.",
        examples=(
            ("tracker purge", "now, rather than in the coming night"),
            ("tracker --config /etc/tracker/config.toml purge", "as on a server"),
        ),
    )


def run_purge(args: Namespace) -> int:
    """Purge, and say how many mails had a text."""
    files = read_files(args)
    bodies = files.world.config.keep.bodies
    store = open_store(args, files.world.config)
    purged = 0
    if store is not None:
        with store:
            purged = store.purge(args.clock() - bodies)
    print(f"{many(purged, 'mail')} purged, that ended more than {many(bodies.days, 'day')} ago.")
    return 0

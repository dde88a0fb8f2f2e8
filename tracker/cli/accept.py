"""`tracker accept`: a person's word that a held edit is meant."""

from argparse import Namespace

from tracker.app.guarding import accept, held_edits
from tracker.cli.arguments import Commands, command
from tracker.cli.database import open_store
from tracker.cli.reading import read_files
from tracker.errors import QuestionError
from tracker.loading.standing import FileKey

NO_DATABASE = "There is no database yet: nothing was ever in force, so no edit is held."


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "accept",
        run_accept,
        about="Confirm an edit that the tracker holds, because it would send one person more than"
        " 20 lines at once, cancel most of what a campaign has planned, or looks like a save cut"
        " short. The mail that says so names the edit; exactly that version comes in force, at"
        " the daemon's next look.",
        examples=(
            ("tracker accept osce@1f2e3d4c", "confirm the edit of campaigns/osce.toml shown so"),
            ("tracker accept forums/osce-permanent-council", "the only version that was shown"),
        ),
    )
    parser.add_argument("file_id", metavar="FILE-ID", help="as the mail about the edit gives it")


def run_accept(args: Namespace) -> int:
    """Write the word down; the daemon does the rest."""
    files = read_files(args)
    store = open_store(args, files.world.config)
    if store is None:
        raise QuestionError(NO_DATABASE)
    with store:
        there: dict[FileKey, str] = {
            (file.kind, file.id): file.digest for file in files.reading.files
        }
        found = accept(store, args.file_id, there=there, now=args.clock())
        left = len(held_edits(store))
    print(f"Confirmed: {found.version_id} ({found.reason}).")
    more = f" {left} more held." if left else ""
    print(f"It comes in force at the daemon's next look.{more}")
    return 0

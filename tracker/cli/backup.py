"""`tracker backup`: a copy of the database, while the daemon runs."""

import json
from argparse import Namespace
from pathlib import Path

from tracker.cli.arguments import Commands, command
from tracker.cli.reading import config_of
from tracker.errors import QuestionError

NO_DATABASE = "There is no database yet: `tracker run` makes it, and nothing can be lost."
NO_FILE = "This database is no file: copy it with the tools of its server (pg_dump)."


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "backup",
        run_backup,
        about="Copy the database into a new file while the daemon runs. The copy is the state of"
        " one moment, readable by its owner alone, and verified: every page, every index, every"
        " count. Nothing is overwritten. Campaigns and config.toml are files: keep copies of them"
        " as of any other.",
        examples=(
            ("tracker backup /var/backups/tracker-2026-11-24.db", "today's copy"),
            ("tracker backup copy.db --json", "as JSON: file, size, rows"),
        ),
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
    parser.add_argument("--json", action="store_true", help="one object")


def run_backup(args: Namespace) -> int:
    """Make the copy and say what is in it."""
    # SQLAlchemy would cost a third of a second before a wrong file name is told.
    from tracker.store.backup import back_up  # noqa: PLC0415 -- see above

    database = database_of(args)
    made = back_up(database, args.file)
    if args.json:
        said = {"file": str(made.file), "bytes": made.size, "rows": dict(made.rows)}
        print(json.dumps(said, ensure_ascii=False))
        return 0
    rows = ", ".join(f"{count} in {name}" for name, count in made.rows.items())
    print(f"{made.file}: {made.size:,} bytes, sound; rows: {rows}.")
    print("It has every mail of the last days in it: keep it as safe as the database.")
    return 0


def database_of(args: Namespace) -> Path:
    """Return the file of the database that config.toml names; it is there."""
    from tracker.app.holding.epoch import must_be_there  # noqa: PLC0415 -- as above
    from tracker.store.engine import database_file, database_url  # noqa: PLC0415 -- as above
    from tracker.store.looking import has_tables  # noqa: PLC0415 -- as above

    url = database_url(config_of(args).database)
    file = database_file(url, base=args.config.parent)
    if file is None:
        raise QuestionError(NO_FILE)
    must_be_there(file)
    if not has_tables(file):
        raise QuestionError(NO_DATABASE)
    return file

"""`tracker schema`: JSON Schema of each kind of file, for editors."""

import json
from argparse import Namespace
from pathlib import Path

from tracker.app.schemas import SHAPES, schema_of
from tracker.cli.arguments import Commands, command
from tracker.errors import UsageError
from tracker.loading.shipped import reference_page


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "schema",
        run_schema,
        about="Print the JSON Schema of a kind of file, or write those of all kinds into a"
        " folder. An editor that knows TOML schemas completes keys and words, tells what they"
        " mean and underlines slips while you type: let the first line of your file name the"
        " schema, as the files that come with the tracker do.",
        examples=(
            ("tracker schema campaign", "the schema of a campaign's file"),
            ("tracker schema --out schemas", "all of them: schemas/campaign.json and so on"),
        ),
    )
    parser.add_argument("kind", nargs="?", choices=tuple(SHAPES), help="default: all, with --out")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write KIND.json into this folder")


def run_schema(args: Namespace) -> int:
    """Print one schema, or write one or all of them."""
    if args.out is None and args.kind is None:
        raise UsageError(f"Which kind of file? One of {', '.join(SHAPES)}; or --out DIR for all.")
    page = reference_page()
    for kind in SHAPES:
        if args.kind in {None, kind}:
            text = json.dumps(schema_of(kind, page), indent=2, ensure_ascii=False) + "\n"
            _give(text, args.out and args.out / f"{kind}.json")
    return 0


def _give(text: str, path: Path | None) -> None:
    if path is None:
        print(text, end="")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"Written: {path}")

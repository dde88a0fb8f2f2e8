"""The commands there are, and how the words of a command line choose one.

Each command is a module of this package with its own name. It has `add(commands)`, which makes
its parser with `command(...)`, and `run_NAME(args) -> int`, which returns the exit code; `args`
holds the options, `config` (the path of config.toml) and `clock` (a callable that returns now).
Only the module of the command asked for is imported, so `tracker when` never loads a database.
"""

import argparse
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import TypeAlias

from tracker import __version__
from tracker.errors import UsageError

COMMANDS = {
    "run": "keep watch over the campaigns and send what is due (the daemon)",
    "check": "validate every file, and show what each date phrase comes to",
    "plan": "show every line to come, and what is left out",
    "replay": "run a past summer again, and print every mail",
    "status": "show how far campaigns have come",
    "digest": "show a coordinator's digest as it would be sent",
    "log": "write down what happened, in the campaign's file",
    "when": "say what a date phrase comes to, and why",
    "why": "explain a mail or a line: file, rule, date arithmetic, every attempt",
    "outbox": "list mails and what became of them; send one again",
    "accept": "confirm an edit that the tracker holds",
    "doctor": "look at every setting and what it hangs on, and say how to mend it",
    "backup": "copy the database into a file, while the daemon runs",
    "forget": "take a person's data out of the database",
    "purge": "take the text of mails that left long ago out of the database",
    "new": "ask a few questions and write a new campaign's file",
    "schema": "write JSON Schema for editors that complete and check files",
    "completion": "print what a shell needs to complete commands and options",
    "man": "print the manual page",
    "resume": "say why mail is held, and let it go on",
}
Parser: TypeAlias = argparse.ArgumentParser
# argparse has no public name for what add_subparsers() returns.
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 -- see above
Run = Callable[[argparse.Namespace], int]
ABOUT = "Turns advocacy letters into deadlines, reminders and follow-ups, mailed on the right day."
MORE = """\
Start with `tracker check`; `tracker COMMAND --help` shows examples of each command.
Exit codes: 0 fine, 1 something is wrong with the files or the question, 2 usage,
75 try again later, 78 configuration."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read a command line; argparse itself ends a wrong one with exit code 2."""
    chosen = _chosen(argv)
    return parser_of(frozenset() if chosen is None else frozenset({chosen})).parse_args(argv)


def parser_of(loaded: frozenset[str]) -> Parser:
    """Return the parser of all commands, with the options of those that are `loaded`."""
    parser = argparse.ArgumentParser(
        prog="tracker",
        description=ABOUT,
        epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("config.toml"),
        metavar="FILE",
        help="default: ./config.toml",
    )
    parser.add_argument("--version", action="version", version=f"tracker {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, line in COMMANDS.items():
        if name in loaded:
            import_module(f"tracker.cli.{name}").add(commands)
        else:
            commands.add_parser(name, help=line)
    return parser


def parsers_of(parser: Parser) -> dict[str, Parser]:
    """Return the parser of each command that `parser_of` made."""
    (chosen,) = (one for one in options_of(parser) if isinstance(one.choices, dict))
    assert isinstance(chosen.choices, dict)
    return dict(chosen.choices)


def options_of(parser: Parser) -> list[argparse.Action]:
    """Return a parser's options and arguments, in their order."""
    return parser._actions  # noqa: SLF001 -- argparse has no public name for them


def command(
    commands: Commands, name: str, run: Run, *, about: str, examples: Sequence[tuple[str, str]]
) -> Parser:
    """Add a command's parser; `examples` are (command line, what it shows)."""
    shown = "\n".join(f"  {line}\n      {what}" for line, what in examples)
    parser = commands.add_parser(
        name,
        help=COMMANDS[name],
        description=fill(about, get_terminal_size().columns - 2, break_on_hyphens=False),
        epilog=f"examples:\n{shown}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(func=run)
    return parser


def _chosen(argv: Sequence[str]) -> str | None:
    """Return the command that is asked for: the first word that is no option of ours."""
    words = iter(argv)
    for word in words:
        if word == "--config":
            next(words, None)
        elif not word.startswith("-"):
            if word not in COMMANDS:
                raise UsageError(_no_such_command(word))
            return word
    return None


def _no_such_command(word: str) -> str:
    close = get_close_matches(word, COMMANDS, n=1)
    meant = f" Did you mean `tracker {close[0]}`?" if close else ""
    return f'There is no command "{word}".{meant} `tracker --help` lists them all.'

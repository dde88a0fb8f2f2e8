"""`tracker man`: the manual page, made from the commands' own help."""

import argparse
import re
from argparse import Namespace
from collections.abc import Iterator

from tracker import __version__
from tracker.cli.arguments import (
    ABOUT,
    COMMANDS,
    MORE,
    Commands,
    Parser,
    command,
    options_of,
    parser_of,
    parsers_of,
)

LINE_START = re.compile(r"^(?=[.'])", re.MULTILINE)


def add(commands: Commands) -> None:
    """Add the command's parser."""
    command(
        commands,
        "man",
        run_man,
        about="Print the manual page in the language of man pages; it says what the --help of all"
        " commands says.",
        examples=(
            ("tracker man | man -l -", "read it"),
            ("tracker man > /usr/local/share/man/man1/tracker.1", "install it"),
        ),
    )


def run_man(_: Namespace) -> int:
    """Print the page."""
    print(manual_page(), end="")
    return 0


def manual_page() -> str:
    """Return the page; the same on every day and every screen."""
    parser = parser_of(frozenset(COMMANDS))
    lines = [
        f'.TH TRACKER 1 "" "tracker {__version__}" "Advocacy campaign tracker"',
        ".SH NAME",
        f"tracker \\- {_roff(ABOUT[0].lower() + ABOUT[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        r"\fBtracker\fR [\fB\-\-config\fR \fIFILE\fR] \fICOMMAND\fR ...",
        ".SH OPTIONS",
        *_options(parser),
        ".SH COMMANDS",
        *(line for name, one in parsers_of(parser).items() for line in _command(name, one)),
        ".SH EXIT STATUS",
        _roff(" ".join(MORE.partition("Exit codes: ")[2].split())),
    ]
    return "\n".join(lines) + "\n"


def _command(name: str, parser: Parser) -> Iterator[str]:
    """Yield a command's part: what it does, its options, its examples."""
    yield f".SS {_roff(name)}"
    yield _roff(" ".join((parser.description or "").split()))
    yield from _options(parser)
    examples = (parser.epilog or "").partition("\n")[2].splitlines()
    for line in examples:
        if line.startswith("      "):
            yield f".RS 4\n{_roff(line.strip())}\n.RE"
        else:
            yield f".PP\n\\fB{_roff(line.strip())}\\fR"


def _options(parser: Parser) -> Iterator[str]:
    for one in options_of(parser):
        if isinstance(one.choices, dict) or one.dest == "help":
            continue
        yield ".TP"
        yield _named(one)
        yield _roff(one.help or "")


def _named(one: argparse.Action) -> str:
    choices = ", ".join(map(str, one.choices or ()))
    value = one.metavar if isinstance(one.metavar, str) else choices
    value = value or ("" if one.nargs == 0 else one.dest.upper())
    names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in one.option_strings)
    return " ".join(filter(None, (names, value and f"\\fI{_roff(value)}\\fR")))


def _roff(text: str) -> str:
    """Write a text so that nothing in it is taken for a request."""
    plain = text.replace("%%", "%").replace("\\", r"\e").replace("-", r"\-")
    return LINE_START.sub(r"\\&", plain)

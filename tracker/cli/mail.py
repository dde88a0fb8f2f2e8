"""A mail's text in a terminal: the very same words, with what matters made to stand out."""

from collections.abc import Iterator
from itertools import pairwise

from rich.console import Console
from rich.text import Text

from tracker.cli.show import printable

_RULES = ({"-"}, {"="})
_STYLES = (
    ("    tracker ", "cyan"),
    ("  Overdue", "bold red"),
    ("  Why: ", "dim"),
    ("  To settle it:", "dim"),
    ("* ", "bold"),
)


def show_mail(out: Console, subject: str, text: str) -> None:
    """Print a mail line by line as it is sent; its 72 columns fit every screen."""
    out.print(Text(f"Subject: {printable(subject)}\n", style="bold"), soft_wrap=True)
    for line, style in _styled(printable(text).split("\n")):
        out.print(Text(line, style=style), soft_wrap=True)


def _styled(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Give each line its style: that of a heading, or of how it begins; a text goes on in it."""
    style = ""
    for line, below in pairwise([*lines, ""]):
        if _is_rule(below):
            yield line, "bold"
        elif _is_rule(line):
            yield line, "dim"
        else:
            begun = next((one for start, one in _STYLES if line.startswith(start)), None)
            style = begun or ""
            yield line, style


def _is_rule(line: str) -> bool:
    return len(line) > 2 and set(line) in _RULES  # noqa: PLR2004 -- "--" begins the footer

"""What people see in a terminal: width and colour respected, plain text in a pipe."""

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tracker.dates import show_day
from tracker.digest.say import city

NARROW = 60
LEAST_ROOM = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Screen(Console):
    """A console that leaves a closed pipe to `main`; rich itself would end with 1, a fault."""

    def on_broken_pipe(self) -> None:
        """Say that whoever read our output has had enough."""
        raise BrokenPipeError


def screen(file: TextIO | None = None) -> Console:
    """Return a console on stdout, or on `file`; it draws nothing but what it is given."""
    return _Screen(file=file or sys.stdout, highlight=False, markup=False, emoji=False)


def paragraph(
    screen: Console, text: str, *, indent: int = 0, mark: str = "", style: str = ""
) -> None:
    """Print text wrapped to the screen, every line indented, with a mark before the first."""
    room = max(screen.width - indent - len(mark), LEAST_ROOM)
    before = " " * indent + mark
    for line in Text(printable(text), style=style).wrap(screen, room):
        line.rstrip()
        screen.print(Text(before) + line, soft_wrap=True)
        before = " " * len(before)


def wrapped(screen: Console, text: str, indent: int) -> list[str]:
    """Return the lines that a text takes on the screen beside an indent."""
    room = max(screen.width - indent, LEAST_ROOM)
    return [line.plain.rstrip() for line in Text(printable(text)).wrap(screen, room)] or [""]


def heading(screen: Console, text: str) -> None:
    """Print a heading with an empty line before it."""
    screen.print()
    paragraph(screen, text, style="bold")


def facts(screen: Console, rows: Iterable[tuple[str, str]]) -> None:
    """Print names and what they are, in two columns; empty ones are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in rows:
        if text:
            grid.add_row(name, printable(text))
    draw(screen, grid)


def table(screen: Console, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table without lines; cells wrap rather than be cut."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*(printable(cell) for cell in row))
    draw(screen, drawn)


def draw(screen: Console, drawn: Table) -> None:
    """Print a table; in a file or a pipe without the blanks that fill its cells."""
    if screen.is_terminal:
        screen.print(drawn)
        return
    with screen.capture() as captured:
        screen.print(drawn)
    for line in captured.get().splitlines():
        screen.print(line.rstrip(), soft_wrap=True)


def printable(text: str) -> str:
    """Replace signs that would move a terminal's cursor or change its colours."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def show_moment(at: datetime, zone: ZoneInfo) -> str:
    """Say a moment with weekday, year, hour and place."""
    there = at.astimezone(zone)
    return f"{show_day(there.date())}, {there:%H:%M} {city(zone)}"


def show_optional_day(day: date | None) -> str:
    """Say a day, or nothing."""
    return show_day(day) if day else ""

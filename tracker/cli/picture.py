"""The next weeks in a terminal: a row a week, a letter behind each day with something on it."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tracker.cli.show import draw, heading, paragraph
from tracker.content import Picture, PictureDay


def show_picture(out: Console, picture: Picture) -> None:
    """Draw the weeks with their legend; where only a recess is near, say that alone."""
    if picture.weeks:
        heading(out, picture.heading)
        drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        drawn.add_column("")
        for name in picture.weekdays:
            drawn.add_column(name)
        for week in picture.weeks:
            drawn.add_row(Text(week.month, style="dim"), *(_cell(day) for day in week.days))
        draw(out, drawn)
        paragraph(out, picture.legend, style="dim")
    else:
        out.print()
    for note in picture.notes:
        paragraph(out, note)


def _cell(day: PictureDay) -> Text:
    """Write a day; letters and brackets say what colours only repeat."""
    style = {"marked": "bold cyan", "pause": "dim"}.get(day.look, "")
    return Text(day.said, style=style or ("bold" if day.said.startswith("[") else ""))

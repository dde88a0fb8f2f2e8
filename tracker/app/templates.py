"""What is wrong with the organisation's templates, found before a mail needs them."""

from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from msgspec.structs import replace

from tracker.errors import Problem
from tracker.loading import shipped_templates
from tracker.loading.files import shown_path

SUFFIXES = frozenset({".html", ".txt"})
LONGEST_EXCERPT = 160
HINT = """\
mails leave all the same, without what this template is for, until it is mended
without this file the template that comes with the tracker is used"""


def template_problems_in(folder: Path) -> tuple[Problem, ...]:
    """Return the faults of the templates in a folder of the organisation's, each in its place.

    Templates that are byte for byte those that come with the tracker are known to be sound, and
    where there are no others Jinja, which takes long to load, is not asked.
    """
    if not any(map(_differs, templates_in(folder))):
        return ()
    from tracker.compose import Composer, template_problems  # noqa: PLC0415 -- see above

    found = template_problems(Composer(folder, shipped_templates()))
    return tuple(placed(*one, folder=folder) for one in found)


def strange_templates_in(folder: Path) -> tuple[Problem, ...]:
    """Warn of files that no mail is made with: no template has their name or takes them in."""
    known = {path.name for path in templates_in(shipped_templates())}
    texts = {path: _text(path) for path in templates_in(folder)}
    return tuple(
        _strange(path, known)
        for path in texts
        if path.name not in known
        and not any(path.name in text for other, text in texts.items() if other != path)
    )


def _strange(path: Path, known: Iterable[str]) -> Problem:
    close = get_close_matches(path.name, sorted(known), n=1)
    hint = f"did you mean: {close[0]}" if close else f"there are: {', '.join(sorted(known))}"
    found = placed(path.name, 1, "no mail is made with this template", folder=path.parent)
    return replace(found, severity="warning", hint=hint)


def placed(file: str, line: int, message: str, *, folder: Path) -> Problem:
    """Make a problem of what is wrong with a template, with the line as its author typed it."""
    path = _path(file, folder)
    excerpt = _line(path, line)
    said = excerpt.strip()
    caret = excerpt.find(said)
    return Problem(
        file=str(shown_path(path)),
        line=line,
        column=caret + 1,
        key="",
        code="template",
        message=message,
        hint=HINT,
        excerpt=excerpt,
        caret=caret,
        width=len(said) or 1,
    )


def templates_in(folder: Path) -> list[Path]:
    """Return the files of a folder that are named like templates; none if it cannot be read."""
    with suppress(OSError):
        return [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    return []


def _differs(path: Path) -> bool:
    """Say whether a file is anything but a copy of the shipped template of its name."""
    shipped = shipped_templates() / path.name
    with suppress(OSError):
        if path.is_file() and not path.is_symlink() and shipped.is_file():
            same_size = path.stat().st_size == shipped.stat().st_size
            return not same_size or path.read_bytes() != shipped.read_bytes()
    return True


def _path(file: str, folder: Path) -> Path:
    """Find the file that a problem names: by its path or, where it gives nothing, by its name."""
    if Path(file).name != file:
        return Path(file)
    own = folder / file
    return own if own.exists() else shipped_templates() / file


def _line(path: Path, number: int) -> str:
    """Return a line of a template as its author typed it, as far as it can be read."""
    return "".join(_text(path).split("\n")[number - 1 : number])[:LONGEST_EXCERPT].rstrip()


def _text(path: Path) -> str:
    with suppress(OSError):
        if path.is_file() and not path.is_symlink():
            return path.read_text("utf-8", "replace")
    return ""

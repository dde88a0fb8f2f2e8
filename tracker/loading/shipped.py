"""Finds what comes with the program: forums, playbooks, calendars, templates, a paper."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_CHECKOUT = _PACKAGE.parent


@cache
def shipped_folder() -> Path | None:
    """Return the folder with the shipped forums, playbooks and workdays; None if there is none.

    An installed program carries its own; in a checkout the repository's folder serves.
    """
    return _first(_PACKAGE / "shipped" / "campaigns", _CHECKOUT / "campaigns")


@cache
def shipped_templates() -> Path:
    """Return the folder with the shipped templates."""
    inside = _PACKAGE / "shipped" / "templates"
    return _first(inside, _CHECKOUT / "templates") or inside


@cache
def shipped_digest() -> str:
    """Return a digest of all that is shipped beside templates: another release has another."""
    folder = shipped_folder()
    files = sorted(folder.glob("*/*.toml")) if folder else []
    found = blake2b(digest_size=8)
    for one in files:
        found.update(one.read_bytes())
    return found.hexdigest()


def reference_page() -> str:
    """Return the text of docs/campaign-files.md: what each key of each file means."""
    inside = _PACKAGE / "shipped" / "campaign-files.md"
    page = inside if inside.exists() else _CHECKOUT / "docs" / "campaign-files.md"
    return page.read_text(encoding="utf-8")


def _first(*folders: Path) -> Path | None:
    return next((folder for folder in folders if folder.is_dir()), None)

"""Finds the forums, playbooks, working days and templates that come with the program."""

from functools import cache
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


def _first(*folders: Path) -> Path | None:
    return next((folder for folder in folders if folder.is_dir()), None)

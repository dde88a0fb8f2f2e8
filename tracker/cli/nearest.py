"""What somebody may have meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def no_such(kind: str, wanted: str, known: Iterable[str]) -> str:
    """Say that there is no such thing, what was perhaps meant, and what there is.

    A name that goes on where the wanted one stops is meant rather than one that looks alike.
    """
    names = sorted(known)
    longer = [name for name in names if wanted and name.startswith(wanted)]
    close = longer or get_close_matches(wanted, names, n=1)
    meant = f' Did you mean "{close[0]}"?' if close else ""
    there = f" There are: {', '.join(names)}." if names else ""
    return f'There is no {kind} "{wanted}".{meant}{there}'

"""Chinese, Japanese and Korean text in lines: two columns a letter, and no blanks to break at."""

import re
from unicodedata import category

# What Unicode's annex 11 calls wide or full width, in ranges.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff"
    "\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)
_CLOSING, _OPENING = frozenset(("Pe", "Pf", "Po")), frozenset(("Ps", "Pi"))


def is_wide(text: str) -> bool:
    """Say whether a text has letters that take two columns."""
    return not text.isascii() and _WIDE.search(text) is not None


def columns_of(text: str) -> int:
    """Count the columns that a text takes.

    >>> columns_of("東京 Tokyo")
    10
    """
    return len(text) + len(_WIDE.findall(text))


def fitting(text: str, room: int) -> int:
    """Return how many letters of a text stand in so many columns, up to where it may be broken.

    That is at a blank or beside a wide letter, but a closing sign begins no line and an opening
    one ends none. A word of narrow letters that is longer is never cut.

    >>> text = "東京へ、Tokyo"
    >>> [text[: fitting(text, room)] for room in (3, 6, 12)]
    ['東', '東京', '東京へ、']
    """
    used, best = 0, 0
    for n, sign in enumerate(text):
        if n and _breaks(text[n - 1], sign):
            best = n if used <= room or not best else best
            if used > room:
                return best
        used += columns_of(sign)
    return best if used > room and best else len(text)


def _breaks(before: str, after: str) -> bool:
    if " " in (before, after):
        return after == " "
    return (
        (is_wide(before) or is_wide(after))
        and category(after) not in _CLOSING
        and category(before) not in _OPENING
    )

"""Names written from right to left, kept from turning the words and figures around them.

Left alone, the "2" of "Tomorrow مجلس: 2 things to do" is drawn on the name's other side. Each name
in a sentence of ours stands between a first strong isolate and its end (UAX #9).
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

BEGINS, ENDS = "\u2068", "\u2069"
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"
# What is typed and not among the names, such as one that a subject had to cut.
_RUN = f"{_LETTER}(?:[^{BEGINS}{ENDS}A-Za-z0-9\n]*{_LETTER})?"
# Not inside a word, whose letters join, and not before the points of its last letter.
_WHOLE = r"(?<!\w)(?:{})(?![\w\u0591-\u05c7\u064b-\u065f])"
_TO_COPY = frozenset({"settle", "others", "paste"})
RIGHT_TO_LEFT = re.compile(_LETTER)


def isolating(names: Iterable[str]) -> Callable[[str], str]:
    """Return what isolates names in a sentence; a text that is nothing else is left as it is."""
    known = sorted(filter(RIGHT_TO_LEFT.search, names), key=len, reverse=True)
    named = [_WHOLE.format("|".join(map(re.escape, known)))] if known else []
    whole, found = frozenset(known), re.compile("|".join((*named, _RUN)))

    def isolated(text: str) -> str:
        if text in whole:
            return text
        return found.sub(lambda name: f"{BEGINS}{name[0]}{ENDS}", text)

    return isolated


def mapped(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 -- a template's values
    """Return plain data with its texts changed, but for those that are there to be copied."""
    match value:
        case str():
            return change(value)
        case list() | tuple():
            return [mapped(one, change) for one in value]
        case {"item": "problem"}:
            return value
        case dict():
            return {
                key: one if key in _TO_COPY else mapped(one, change) for key, one in value.items()
            }
        case _:
            return value


def in_elements(html: str) -> str:
    """Write isolates as elements, which older mail programs draw; a title holds none."""
    head, mark, body = html.partition("<body")
    return head + mark + body.replace(BEGINS, "<bdi>").replace(ENDS, "</bdi>")

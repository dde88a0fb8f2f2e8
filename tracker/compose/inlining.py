"""Styles put into the elements, each start tag by css-inline once, and kept for later mails."""

import re
from functools import lru_cache

import css_inline

_RULES = re.compile(r"([^{}]+)\{[^{}]*\}")
# One element by its name or class alone: whatever stands around it makes no difference.
_ALONE = re.compile(r"[a-z][a-z0-9]*|\.[a-z-]+")
_START = re.compile(r"<([a-z][a-z0-9]*)(?: [^<>]*)?>")
_INSIDE_A_ROW = frozenset({"td", "th"})
_IN_A_TABLE = frozenset({"tr", "tbody", "thead"})
MOST_KEPT = 4096
MOST_SHEETS = 8  # as many as edits of the templates have left


class Inliner:
    """Inlines a document's plain `<style>` block; one that carries attributes stays.

    A sheet of names and classes alone gives the same start tag the same style wherever it stands,
    so that each distinct one is worked out once. For any other sheet css-inline reads the whole
    document, mail by mail.
    """

    def __init__(self) -> None:
        self._whole = css_inline.CSSInliner(
            load_remote_stylesheets=False, keep_style_tags=False, keep_link_tags=False
        )
        self._kept: dict[str, dict[str, str]] = {}

    def inline(self, html: str) -> str:
        """Return the document with its styles in its elements."""
        before, _, rest = html.partition("<style>")
        sheet, _, after = rest.partition("</style>")
        if "<style>" in after or not _is_simple(sheet):
            return self.inline_whole(html)
        head, mark, body = after.lstrip().partition("<body")
        kept = self._kept.setdefault(sheet, {})
        if len(kept) > MOST_KEPT or len(self._kept) > MOST_SHEETS:
            self._kept = {sheet: (kept := {})}

        def styled(tag: re.Match[str]) -> str:
            found = kept.get(tag[0])
            if found is None:
                found = kept[tag[0]] = self._worked_out(sheet, tag[0], tag[1])
            return found

        return f"{before}{head}{_START.sub(styled, mark + body)}"

    def inline_whole(self, html: str) -> str:
        """Return the same as css-inline makes it of the document as a whole."""
        return self._whole.inline(html)

    def _worked_out(self, sheet: str, tag: str, name: str) -> str:
        """Return a start tag with its style, as css-inline makes it."""
        marked = f"<{name} data-here{tag[len(name) + 1 :]}"
        inlined = self._whole.inline(
            f"<html><head><style>{sheet}</style></head>{_around(name, marked)}</html>"
        )
        found = re.search(rf'<{name}[^>]* data-here=""[^>]*>', inlined)
        return found[0].replace(' data-here=""', "") if found else tag


def _around(name: str, tag: str) -> str:
    """Put a start tag where HTML allows it, since elsewhere it is dropped."""
    if name == "body":
        return tag
    if name in _INSIDE_A_ROW:
        return f"<body><table><tr>{tag}"
    return f"<body><table>{tag}" if name in _IN_A_TABLE else f"<body>{tag}"


@lru_cache(64)
def _is_simple(sheet: str) -> bool:
    selectors = (one.strip() for rule in _RULES.findall(sheet) for one in rule.split(","))
    return all(_ALONE.fullmatch(one) for one in selectors)

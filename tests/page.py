"""Reads a mail's HTML as a browser would: tags, texts, and the colours of each in both schemes."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

LARGEST = 40_000
ENOUGH = 4.5
ODD = frozenset(
    {"a", "img", "link", "script", "form", "iframe", "object", "svg", "input", "button"}
)
VOID = frozenset({"meta", "br", "img", "hr", "link", "input"})
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_PAIR = re.compile(r"([a-z-]+)\s*:\s*([^;]+)")
Colours = tuple[str, str]


@dataclass
class _Element:
    tag: str
    light: Colours
    dark: Colours
    hidden: bool = False


@dataclass
class Page(HTMLParser):
    """What one page holds: `faults` of form, tags, headings, and the colours of its texts."""

    faults: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)
    light: set[Colours] = field(default_factory=set)
    dark: set[Colours] = field(default_factory=set)
    styles: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.open = [_Element("", ("#000000", "#ffffff"), ("#000000", "#ffffff"))]

    @classmethod
    def read(cls, html: str) -> "Page":
        page = cls()
        page.styles = "".join(re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL))
        page.feed(html)
        page.close()
        page.faults += [f"<{one.tag}> is never closed" for one in page.open[1:]]
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append((tag, known))
        if tag in VOID:
            return
        above = self.open[-1]
        own = dict(_PAIR.findall(known.get("style") or ""))
        night = own | self._at_night(tag, (known.get("class") or "").split())
        self.open.append(
            _Element(
                tag,
                light=_colours(above.light, own),
                dark=_colours(above.dark, night),
                hidden=above.hidden or own.get("display") == "none" or tag in {"title", "style"},
            )
        )

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes <{self.open[-1].tag}> at {self.getpos()}")
        elif len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        here = self.open[-1]
        if not data.strip() or here.hidden:
            return
        self.light.add(here.light)
        self.dark.add(here.dark)
        if re.fullmatch("h[1-6]", here.tag):
            self.headings.append((here.tag, data))

    def _at_night(self, tag: str, classes: list[str]) -> dict[str, str]:
        """Return what the dark rules set, a class's after the tag's."""
        wanted = [tag, *(f".{name}" for name in classes)]
        _, _, rules = self.styles.partition("(prefers-color-scheme: dark)")
        found: dict[str, str] = {}
        for which in wanted:
            for selectors, body in _RULE.findall(rules.partition("{")[2]):
                if which in [one.strip() for one in selectors.split(",")]:
                    found |= dict(_PAIR.findall(body.replace("!important", "")))
        return found


def faults_of(html: str) -> list[str]:
    """Return what is wrong with a mail's HTML for its readers; nothing, where all is well."""
    page = Page.read(html)
    tags = dict(page.tags)
    faults = [*page.faults]
    if len(html.encode()) >= LARGEST:
        faults.append(f"{len(html.encode())} bytes")
    if re.search(r"url\(|@import|https?:|src=|href=", html):
        faults.append("it refers to something outside")
    faults += [f"<{tag}> has no place in a mail" for tag in {name for name, _ in page.tags} & ODD]
    if tags["html"].get("lang") != "en" or "title" not in tags:
        faults.append("no language or no title")
    depths = [int(tag[1]) for tag, _ in page.headings]
    if depths.count(1) != 1 or any(after - before > 1 for before, after in pairwise(depths)):
        faults.append(f"headings {depths}")
    return faults + [
        f"{text} on {ground} is hard to read"
        for text, ground in page.light | page.dark
        if contrast(text, ground) < ENOUGH
    ]


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours (WCAG 2.1, 1.4.3)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _colours(above: Colours, own: dict[str, str]) -> Colours:
    text, ground = own.get("color", above[0]), own.get("background-color", above[1])
    return text.strip(), ground.strip()


def _luminance(colour: str) -> float:
    assert re.fullmatch("#[0-9a-f]{6}", colour), colour
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

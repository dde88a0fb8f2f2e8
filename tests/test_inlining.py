"""Styles in the elements: the same as css-inline makes of the whole document."""

import re

import pytest

from tests.samples import SAMPLES, name_of
from tests.summer import HOME
from tracker.compose.inlining import Inliner
from tracker.compose.loader import environment
from tracker.compose.render import plain_data
from tracker.content import MailContent

TEMPLATES = environment(HOME / "templates")
SHEET = "<html><head><style>{}</style></head><body class='page'>{}</body></html>"


def starts(html: str) -> list[str]:
    """Return the start tags of a body; a parser adds a <tbody> that nobody wrote."""
    return [
        one
        for one in re.findall(r"<[a-z][^>]*>", html.partition("<body")[2])
        if "tbody" not in one
    ]


@pytest.mark.parametrize("content", SAMPLES, ids=name_of)
def test_each_start_tag_has_the_style_that_it_has_in_the_whole_document(content: MailContent):
    inliner = Inliner()
    html = TEMPLATES.get_template(f"{content.kind}.html").render(plain_data(content))

    assert starts(inliner.inline(html)) == starts(inliner.inline_whole(html))
    assert "<style>" not in inliner.inline(html)
    assert "prefers-color-scheme" in inliner.inline(html)


@pytest.mark.parametrize(
    "rule",
    [
        ".page p { color: #111111; }",
        "p.a { color: #111111; }",
        "p:first-child { color: #111111; }",
        "* { color: #111111; }",
    ],
)
def test_a_sheet_that_looks_around_is_left_to_the_whole_document(rule: str):
    html = SHEET.format(rule, "<p class='a'>one</p><p>two</p>")

    assert Inliner().inline(html) == Inliner().inline_whole(html)


def test_an_edited_sheet_gives_new_styles():
    inliner = Inliner()
    first, second = (
        inliner.inline(SHEET.format(f".a {{ color: {colour}; }}", "<p class='a'>one</p>"))
        for colour in ("#111111", "#222222")
    )

    assert "color: #111111" in first
    assert "color: #222222" in second

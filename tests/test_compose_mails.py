"""What a reader gets: each kind of mail, whole, in text and in HTML."""

import re
import subprocess
import sys
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st
from msgspec.structs import replace

from tests.page import Page, contrast
from tests.samples import DIGEST, ENVELOPE, NOTICE, REMINDER, SAMPLES, name_of
from tracker.compose import Composer
from tracker.compose.parts import Parts
from tracker.compose.render import KINDS, NOTICES, plain_data
from tracker.content import CampaignLines, Entry, Group, Line, MailContent, Section

TEMPLATES = Path(__file__).parents[1] / "templates"
COMPOSER = Composer(TEMPLATES)
each_kind = pytest.mark.parametrize("content", SAMPLES, ids=name_of)
# Surrogates as well: what cannot be written as UTF-8 must not stop a mail.
TEXT = st.text(st.characters(), max_size=30)


def line_of(text: str) -> Line:
    return Line(
        kind="overdue",
        tag=text,
        what=text,
        when=text,
        why=text,
        settle=text,
        late=text,
        detail=text,
    )


def content_of(kind: str, text: str) -> MailContent:
    lines = CampaignLines(campaign=text, title=text, lines=(line_of(text),))
    return MailContent(
        kind=kind,
        reader=text,
        zone=text,
        date="Wednesday 23 June 2010",
        subject=text,
        preheader=text,
        headline=text,
        groups=(Group(heading=text, place=text, note=text, campaigns=(lines,)),),
        state=text,
        sections=(Section(id="ahead", heading=text, entries=(Entry(text=text, when=text),)),),
        paste=text,
        footer=text,
    )


def visible(html: str) -> str:
    body = html.partition("<body class")[2].partition(">")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_there_is_a_sample_of_every_kind():
    kinds = [name_of(one) for one in SAMPLES]

    assert sorted(kinds) == sorted({*KINDS, *NOTICES} - {"notice"})


@each_kind
def test_a_mail_reads_as_it_did(content, golden):
    rendered = COMPOSER.render(content)

    golden(f"mails/{name_of(content)}.txt", f"Subject: {rendered.subject}\n\n{rendered.text}")
    golden(f"mails/{name_of(content)}.html", rendered.html)


@each_kind
def test_text_is_wrapped_at_72_columns_but_for_what_is_to_be_copied(content):
    text = COMPOSER.render(content).text
    commands = [one.settle for group in content.groups for c in group.campaigns for one in c.lines]

    long = [line for line in text.splitlines() if len(line) > 72]

    assert all(line.strip() in [*commands, *content.paste.splitlines()] for line in long)
    assert all(line.isprintable() for line in text.splitlines())
    assert "\n\n\n\n" not in text


def test_a_command_is_never_parted_in_either_part():
    rendered = COMPOSER.render(REMINDER)
    command = "tracker log hrw-osce-ambassadors done --item embassy-calls --meeting 2010-06-24"

    assert f"    {command}\n" in rendered.text
    assert command in re.sub(r"<[^>]*>", "", rendered.html)


def test_lines_to_paste_are_never_wrapped():
    paste = f'[[log]]\nnote = "{"word " * 30}"'

    assert f"\n{paste}\n" in COMPOSER.render(replace(REMINDER, paste=paste)).text


def test_lines_to_paste_stand_at_the_margin():
    assert f"\n\n{REMINDER.paste}\n" in COMPOSER.render(REMINDER).text
    assert f">{REMINDER.paste}</pre>" in unescape(COMPOSER.render(REMINDER).html)


def test_the_first_thing_said_is_what_to_do():
    text = COMPOSER.render(REMINDER).text

    assert text.splitlines()[:3] == [REMINDER.date, "", REMINDER.headline]


def test_a_notice_stands_first_in_a_notice_and_last_in_a_digest():
    entry = Section(id="x", heading="Where things stand", entries=(Entry(text="All is calm"),))
    digest = COMPOSER.render(replace(DIGEST, notices=NOTICE.notices)).text
    notice = COMPOSER.render(replace(NOTICE, sections=(entry,))).text
    title = NOTICE.notices[0].title

    assert digest.index("Files with errors") < digest.rindex(title)
    assert notice.index(title) < notice.index("Where things stand")


@each_kind
def test_text_and_html_say_the_same(content):
    rendered = COMPOSER.render(content)
    shown = visible(rendered.html)

    for group in content.groups:
        for campaign in group.campaigns:
            for line in campaign.lines:
                for said in (line.what, line.when, line.why, line.detail, line.late):
                    rest = said[1:]  # sentences begin with a capital
                    assert rest in " ".join(rendered.text.split())
                    assert rest in shown
    for section in (*content.sections, *(s for n in content.notices for s in n.sections)):
        for entry in section.entries:
            for said in (section.heading, entry.text, entry.when, entry.detail):
                assert said in " ".join(rendered.text.split())
                assert said in shown


@each_kind
def test_html_is_well_formed_and_small(content):
    html = COMPOSER.render(content).html

    assert html.startswith("<!DOCTYPE html>")
    assert Page.read(html).faults == []
    assert len(html.encode()) < 40_000


@each_kind
def test_templates_are_well_formed_before_the_styles_are_inlined(content):
    """Inlining mends what is broken, so that only this can tell."""
    html = Parts(TEMPLATES).as_written(f"{content.kind}.html", plain_data(content))

    assert Page.read(html).faults == []


@each_kind
def test_html_fetches_nothing_and_links_nowhere(content):
    html = COMPOSER.render(content).html

    assert not {tag for tag, _ in Page.read(html).tags} & {
        *("a", "img", "link", "script", "form", "iframe", "object", "svg", "input", "button"),
    }
    assert re.search(r"url\(|@import|https?:|src=|href=", html) is None


@each_kind
def test_html_says_its_language_title_and_headings(content):
    page = Page.read(COMPOSER.render(content).html)
    tags = dict(page.tags)

    assert (tags["html"]["lang"], tags["html"]["dir"]) == ("en", "ltr")
    assert "title" in tags
    assert [text for tag, text in page.headings if tag == "h1"] == [content.headline]
    depths = [int(tag[1]) for tag, _ in page.headings]
    assert all(after - before <= 1 for before, after in pairwise(depths))
    tables = [known.get("role") for tag, known in page.tags if tag == "table"]
    # Only the picture of the weeks is a table to a screen reader: its days have headings.
    assert [role for role in tables if role != "presentation"] == [None] * bool(content.picture)
    scopes = {known.get("scope") for tag, known in page.tags if tag == "th"}
    assert scopes == ({None, "row", "col"} if content.picture else set())


@each_kind
def test_every_text_stands_out_by_day_and_by_night(content):
    page = Page.read(COMPOSER.render(content).html)

    assert page.light != page.dark
    for text, ground in page.light | page.dark:
        assert contrast(text, ground) >= 4.5, (text, ground)
        assert not {text, ground} & {"#000000", "#ffffff"}


def test_the_dark_ground_is_dark_and_the_light_one_light():
    page = Page.read(COMPOSER.render(REMINDER).html)

    assert all(contrast(ground, "#000000") > 10 for _, ground in page.light)
    assert all(contrast(ground, "#000000") < 2 for _, ground in page.dark)


@each_kind
def test_a_long_address_is_parted_and_widens_no_phone(content):
    inside = re.search(r'<td class="inside" style="([^"]*)"', COMPOSER.render(content).html)

    assert inside is not None
    assert "overflow-wrap: anywhere" in inside[1]
    assert "word-break: break-word" in inside[1], "of mail programs that know no other"


def test_late_is_said_in_words_and_not_by_colour_alone():
    assert "Overdue: 2 days late" in visible(COMPOSER.render(REMINDER).html)


def test_what_was_typed_is_shown_and_never_obeyed():
    typed = "<script>alert(1)</script> {{ 7*7 }} & <b>"
    rendered = COMPOSER.render(content_of("digest", typed))

    assert typed in rendered.text
    assert "<script" not in rendered.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} &amp; &lt;b&gt;" in rendered.html
    assert Page.read(rendered.html).faults == []


@given(st.sampled_from(KINDS), TEXT)
@example("reminder", "a\ud800b\0c\x1bd\re")
def test_any_text_gives_a_whole_mail(kind: str, text: str):
    composed = COMPOSER.compose(content_of(kind, text), ENVELOPE)
    rendered = COMPOSER.render(content_of(kind, text))

    assert composed.problems == ()
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", composed.raw) is None
    assert max(map(len, composed.raw.split(b"\r\n"))) <= 998
    assert Page.read(rendered.html).faults == []


def test_a_bare_mail_has_no_empty_headings():
    bare = MailContent(
        kind="digest",
        reader="Vienna desk",
        zone="Vienna",
        date="Monday 2 August 2010",
        subject="Digest of Monday 2 August 2010",
        preheader="",
        headline="Nothing is to be done today.",
    )

    rendered = COMPOSER.render(bare)

    assert rendered.text == "Monday 2 August 2010\n\nNothing is to be done today.\n"
    assert Page.read(rendered.html).headings == [("h1", "Nothing is to be done today.")]


def test_an_inbox_shows_the_first_thing_to_do_beside_the_subject():
    line = REMINDER.groups[0].campaigns[0].lines[0]
    bare = replace(REMINDER, groups=(), notices=())

    for content, shown in (
        (REMINDER, line.what),
        (DIGEST, DIGEST.preheader),
        (NOTICE, NOTICE.notices[0].title),
        (bare, REMINDER.headline),
    ):
        assert visible(COMPOSER.render(content).html).startswith(f"{shown} ")


def test_an_empty_subject_is_never_sent():
    assert COMPOSER.render(replace(REMINDER, subject="\r\n \u200b")).subject == "Campaign tracker"


def test_composing_loads_no_smtplib():
    program = (
        "import sys; from tests.samples import *; from tracker.compose import Composer; "
        "from pathlib import Path; Composer(Path('templates')).compose(DIGEST, ENVELOPE); "
        "sys.exit('smtplib' in sys.modules)"
    )

    ended = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", program], cwd=Path(__file__).parents[1], check=False
    )

    assert ended.returncode == 0

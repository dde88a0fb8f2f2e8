"""The page of a replay: every mail to leaf through, and none that can do anything."""

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.desk import Desk, a_copy_of_the_shipped_files
from tests.samples import ENVELOPE, REMINDER
from tests.test_calendar_file import SESSION
from tracker.compose import Composer, PageMail, replay_page

COMPOSER = Composer(Path(__file__).parents[1] / "templates")
EVIL = "</iframe></pre></details><script>alert(1)</script>\"'><img src=https://example.net/x>"
WINDOW = ("--from", "2010-06-23", "--to", "2010-06-25")


class Read(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [known for name, known in self.tags if name == tag]


def a_mail(day: int = 23, reader: str = "Vienna desk", text: str = "Call Berlin") -> PageMail:
    content = replace(REMINDER, headline=text, subject=text, invitations=(SESSION,))
    raw = COMPOSER.compose(content, ENVELOPE).raw
    return PageMail(
        day=date(2010, 6, day),
        hour="08:00 Vienna",
        reader=reader,
        kind="reminder",
        subject=text,
        raw=raw,
    )


def test_days_stand_in_order_with_weekday_and_year_and_their_mails_by_reader():
    page = replay_page(
        [a_mail(24), a_mail(23, "Vienna desk"), a_mail(23, "New York desk"), a_mail(24)],
        days="June 2010",
    )

    heads = re.findall(r"<h[23][^>]*>(.*?)</h", page)
    assert heads == [
        *("Wednesday 23 June 2010", "New York desk", "Vienna desk"),
        *("Thursday 24 June 2010", "Vienna desk"),
    ]
    assert page.count("<details") == 4
    assert "4 mails of a replay" in page


def test_each_mail_has_its_text_its_html_and_the_names_of_its_files():
    page = replay_page([a_mail()], days="June 2010")
    (frame,) = Read(page).all("iframe")

    assert COMPOSER.render(replace(REMINDER, headline="Call Berlin")).text.splitlines()[4] in (
        unescape(page)
    )
    assert (frame["srcdoc"] or "").startswith("<!DOCTYPE html>")
    assert "Attached: session.ics" in page


def test_every_link_leads_somewhere_on_the_page():
    tags = Read(replay_page([a_mail(23), a_mail(24), a_mail(24)], days="x")).tags
    there = {f"#{known['id']}" for _, known in tags if "id" in known}
    links = [known["href"] for tag, known in tags if tag == "a"]

    assert len(links) == 2 + 4
    assert set(links) <= there


def test_what_stands_in_a_mail_is_shown_and_never_obeyed():
    page = replay_page([a_mail(text=EVIL, reader=EVIL)], days=EVIL)
    read = Read(page)

    assert not {tag for tag, _ in read.tags} & {"script", "img", "link", "form", "object"}
    (frame,) = read.all("iframe")
    assert frame["sandbox"] == ""
    assert "<script>alert(1)</script>" not in (frame["srcdoc"] or "")
    assert page.count("</iframe>") == page.count("</details>") == 1


def test_nothing_is_fetched_from_anywhere():
    page = replay_page([a_mail()], days="June 2010")
    read = Read(page)

    (policy,) = [one for one in read.all("meta") if "http-equiv" in one]
    assert (policy["content"] or "").startswith("default-src 'none'")
    assert re.search(r"https?:|url\(|@import|src=\"| on[a-z]+=\"", page) is None
    assert read.all("html") == [{"lang": "en", "dir": "ltr"}]


def test_days_without_a_mail_say_so():
    assert "No mail left in these days." in replay_page([], days="June 2010")


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    return Desk(tmp_path, capsys)


def test_a_replay_leaves_the_page_of_its_window_beside_the_maildir(desk: Desk):
    out = desk.folder / "summer"

    said = desk.run("replay", *WINDOW, "--out", str(out))

    page = (out / "index.html").read_text()
    assert f"{out / 'index.html'}" in said.out
    assert page.count("<details") == len(list((out / "new").iterdir()))
    assert len(page) < 2_000_000
    assert sorted(one.name for one in out.iterdir()) == [
        *(".tracker-replay", "cur", "index.html", "new", "tmp"),
    ]


def test_the_next_replay_leaves_only_its_own_page(desk: Desk):
    out = desk.folder / "summer"
    desk.run("replay", *WINDOW, "--out", str(out))

    desk.run("replay", "--from", "2010-06-01", "--to", "2010-06-03", "--out", str(out))

    assert "Tuesday 1 June 2010 to Wednesday 2 June 2010" in (out / "index.html").read_text()
    assert "No mail left in these days." in (out / "index.html").read_text()


def test_a_link_in_place_of_the_page_is_not_followed(desk: Desk):
    out, precious = desk.folder / "summer", desk.folder / "precious"
    precious.write_text("mine")
    desk.run("replay", *WINDOW, "--out", str(out))
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(precious)

    assert desk.run("replay", *WINDOW, "--out", str(out)).code == 0

    assert precious.read_text() == "mine"
    assert not (out / "index.html").is_symlink()

"""Templates of an organisation: they win, they may break, and they can do very little."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.samples import DIGEST, ENVELOPE, REMINDER, SAMPLES, name_of
from tracker.compose import Composer, template_problems

SHIPPED = Path(__file__).parents[1] / "templates"
CANARY = "canary-0624"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    """Start one composer: templates change under it as they do under a daemon."""
    folder = tmp_path_factory.mktemp("own") / "templates"
    (folder.parent / "secret.txt").write_text(CANARY)
    return Composer(folder, SHIPPED)


@pytest.fixture
def own(running: Composer) -> Iterator[Path]:
    running.folder.mkdir()
    RUNNING[running.folder] = running
    yield running.folder
    shutil.rmtree(running.folder)


RUNNING: dict[Path, Composer] = {}


def composer(own: Path) -> Composer:
    return RUNNING[own] if own in RUNNING else Composer(own, SHIPPED)


def same_as_shipped(own: Path) -> bool:
    return composer(own).render(REMINDER) == Composer(SHIPPED).render(REMINDER)


def test_the_shipped_templates_have_no_problems():
    assert template_problems(Composer(SHIPPED)) == []


def test_an_own_template_wins_and_the_rest_is_the_shipped(own: Path):
    (own / "reminder.txt").write_text("Dear {{ reader }}: {{ headline }}\n")

    rendered = composer(own).render(REMINDER)

    assert rendered.text == f"Dear Vienna desk: {REMINDER.headline}\n"
    assert rendered.html == Composer(SHIPPED).render(REMINDER).html
    assert rendered.problems == ()


def test_an_own_style_is_taken_up_by_the_shipped_layout(own: Path):
    (own / "style.html").write_text("<style>h1 { color: #123456; }</style>")

    html = composer(own).render(REMINDER).html

    assert '<h1 dir="auto" style="color: #123456;">' in html


def test_a_folder_that_is_not_there_is_as_good_as_an_empty_one(tmp_path: Path):
    assert same_as_shipped(tmp_path / "nowhere")


def test_a_template_edited_or_added_while_the_daemon_runs_is_noticed(own: Path):
    running = composer(own)
    before = running.render(REMINDER).text
    (own / "reminder.txt").write_text("One\n")
    added = running.render(REMINDER).text
    (own / "reminder.txt").write_text("Edited\n")
    edited = running.render(REMINDER).text
    (own / "reminder.txt").unlink()

    assert (added, edited) == ("One\n", "Edited\n")
    assert running.render(REMINDER).text == before


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Hello\n{% for x in %}", 2, "Expected an expression"),
        ("Hello\n\n{{ headlin }}", 3, "'headlin' is undefined"),
        ("{% include 'nothing.txt' %}", 1, "nothing.txt"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("{# nothing #}", 1, "gives nothing at all"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "recursion"),
        (
            "{% for a in paste %}{% for b in paste %}{{ paste }}{% endfor %}{% endfor %}",
            1,
            "256 KiB",
        ),
    ],
)
def test_a_broken_text_gives_the_plain_one_and_is_reported(
    own: Path, text: str, line: int, message: str
):
    (own / "reminder.txt").write_text(text)

    composed = composer(own).compose(REMINDER, ENVELOPE)
    rendered = composer(own).render(REMINDER)

    (broken,) = composed.problems
    assert broken.file.endswith("reminder.txt")
    assert broken.line == line
    assert message in broken.message
    assert_all_is_said(rendered.text)
    assert rendered.html


def test_a_broken_html_leaves_a_mail_of_text_alone(own: Path):
    (own / "layout.html").write_text("<p>{{ headlin }}</p>")

    composed = composer(own).compose(REMINDER, ENVELOPE)

    assert list(map(str, composed.problems)) == [
        f"{own / 'layout.html'}:1: 'headlin' is undefined"
    ]
    assert b"text/html" not in composed.raw
    assert b"Content-Type: text/plain" in composed.raw
    assert composer(own).render(REMINDER).text == Composer(SHIPPED).render(REMINDER).text


def assert_all_is_said(text: str) -> None:
    """Say that the plain text leaves nothing of the reminder out."""
    flat = " ".join(text.split())
    for group in REMINDER.groups:
        assert group.heading in flat
        assert group.place in flat
        for campaign in group.campaigns:
            assert campaign.title in flat
            for line in campaign.lines:
                for said in (line.tag, line.what, line.when, line.why, line.late, line.detail):
                    assert said in flat
                assert line.settle in text
    assert REMINDER.headline in flat
    assert REMINDER.paste in text
    assert REMINDER.footer in flat


@pytest.mark.parametrize("content", SAMPLES, ids=name_of)
def test_without_any_template_a_mail_is_still_whole(tmp_path: Path, content, golden):
    rendered = Composer(tmp_path).render(content)

    assert rendered.html == ""
    assert len(rendered.problems) == 2
    golden(f"mails/{name_of(content)}.plain.txt", rendered.text)


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ reader['__class__'] }}",
    "{{ self.__init__.__globals__ }}",
    "{{ parts.__init__ }}",
    "{{ reader | attr('__class__') }}",
    "{{ '{0.__class__}'.format(reader) }}",
    "{{ reader.upper() }}",
    "{{ groups.__add__ }}",
    "{{ reader.format_map({}) }}",
    "{{ cycler('a').next() }}",
    "{{ lipsum() }}",
    "{{ range(9) }}",
    "{{ namespace().x }}",
    "{{ cycler }}",
    "{{ config }}",
    "{{ env }}",
    "{{ 'x' * 10**9 }}",
    "{{ 7 ** 10 ** 7 }}",
    "{{ 'x' * 1000000000 }}",
    "{{ [1] * 1000000000 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 'x' | center(1000000000) }}",
    "{{ 'x' | indent(1000000000) }}",
    "{{ 'aaaa' | replace('a', 'aaaa') }}",
    "{{ '<b>' | safe }}",
    "{{ [1] | map('string') }}",
    "{% include '../secret.txt' %}",
    "{% include '/etc/passwd' %}",
    "{% include './../secret.txt' %}",
    "{% include 'Parts.html' %}",
    "{% include 'linked.txt' %}",
    "{% include 'folder/secret.txt' %}",
    "{% include 'pipe.txt' %}",
    "{% include 'huge.txt' %}",
    "{% include 'latin.txt' %}",
    "{% include 'a' * 81 %}",
    "{% import 'os' as os %}{{ os }}",
    "{% set reader.x = 1 %}",
    "{% do groups.append(1) %}",
    "{% extends 'linked.txt' %}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_a_template_cannot_reach_out(own: Path, text: str):
    (own / "linked.txt").symlink_to(own.parent / "secret.txt")
    (own / "folder").symlink_to(own.parent, target_is_directory=True)
    os.mkfifo(own / "pipe.txt")
    (own / "huge.txt").write_text("x" * (64 * 1024 + 1))
    (own / "latin.txt").write_bytes(b"K\xf6ln")
    (own / "reminder.html").write_text(text)

    rendered = composer(own).render(REMINDER)

    assert [problem.line for problem in rendered.problems] == [1]
    assert rendered.html == ""
    assert CANARY not in rendered.text
    assert "Köln" not in rendered.text


def test_whole_numbers_may_be_reckoned_with(own: Path):
    (own / "reminder.txt").write_text("{{ 6 * 7 }} {{ 9 % 2 }} {{ groups | length + 1 }}\n")

    assert composer(own).render(REMINDER).text == "42 1 3\n"


def test_a_template_may_stand_in_a_folder_of_its_own(own: Path):
    (own / "inner").mkdir()
    (own / "inner" / "hello.txt").write_text("Hello {{ reader }}\n")
    (own / "reminder.txt").write_text("{% include 'inner/hello.txt' %}")

    assert composer(own).render(REMINDER).text == "Hello Vienna desk\n"


def test_the_folder_itself_may_be_a_link(own: Path, tmp_path: Path):
    shutil.copytree(SHIPPED, tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)

    assert Composer(tmp_path / "link").render(DIGEST) == Composer(SHIPPED).render(DIGEST)


def test_every_name_but_txt_is_escaped(own: Path):
    for name in ("part.html", "part.htm", "part", "part.txt"):
        (own / name).write_text("{{ '<b>' }} ")
    (own / "reminder.txt").write_text(
        "{% include 'part.html' %}{% include 'part.htm' %}{% include 'part' %}"
        "{% include 'part.txt' %}"
    )

    assert composer(own).render(REMINDER).text == "&lt;b&gt; &lt;b&gt; &lt;b&gt; <b>\n"


def test_html_reads_no_file_for_its_styles(own: Path):
    (own / "reminder.html").write_text(
        f'<link rel="stylesheet" href="file://{own}/look.css">'
        '<link rel="stylesheet" href="look.css"><p>x</p>'
    )
    (own / "look.css").write_text("p { color: red }")

    assert "color" not in composer(own).render(REMINDER).html


def test_a_check_of_the_templates_names_file_line_and_fault(own: Path):
    (own / "digest.html").write_text("<p>\n{{ statee }}</p>")
    (own / "notice.txt").write_text("{% if %}")
    (own / "extra.txt").write_text("ok\n{{ x | nofilter }}")
    (own / "unused.html").write_text("{{ fine_until_used }}")

    found = template_problems(composer(own))

    assert [(Path(file).name, line) for file, line, _ in found] == [
        ("digest.html", 2),
        ("extra.txt", 2),
        ("notice.txt", 1),
    ]
    assert all(Path(file).parent == own for file, _, _ in found)
    assert found[0][2] == "'statee' is undefined"


def test_a_check_fills_every_field_and_leaves_every_field_empty(own: Path):
    (own / "reminder.txt").write_text("{{ date }}{% if paste %}{{ a_typo }}{% endif %}")
    (own / "notice.txt").write_text("{{ date }}{% if not paste %}{{ another }}{% endif %}")

    assert [message for _, _, message in template_problems(composer(own))] == [
        "'another' is undefined",
        "'a_typo' is undefined",
    ]

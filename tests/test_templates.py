"""Broken templates of an organisation are told: by `tracker check`, in the log, in a digest."""

import logging
import os
import shutil
from pathlib import Path

import pytest

from tests.builders import a_world, at
from tests.desk import Desk, a_copy_of_the_shipped_files, process
from tests.house import TEMPLATES, House
from tracker.app.templates import template_problems_in
from tracker.compose import Composer
from tracker.loading.files import shown_path

BROKEN = "<p>\n  {{ headlin }}</p>\n"
PROGRAM = (
    "import atexit, sys; atexit.register(lambda: print('jinja2' in sys.modules));"
    "from tracker.cli import main; main()"
)


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    return Desk(tmp_path, capsys)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


# -- tracker check -----------------------------------------------------------------------------


def test_check_shows_a_broken_template_as_its_author_sees_it(desk: Desk):
    (desk.folder / "templates" / "digest.html").write_text(BROKEN)

    said = desk.run("check")

    assert said.code == 1
    assert said.out.startswith(
        "templates/digest.html:2:3: 'headlin' is undefined\n"
        "  |\n"
        "2 |   {{ headlin }}</p>\n"
        "  |   ^^^^^^^^^^^^^^^^^\n"
        "  = mails leave all the same, without what this template is for, until it is mended\n"
        "  = without this file the template that comes with the tracker is used\n"
        "\n"
    )
    assert "\n1 error in 1 file" in said.out
    assert "templates/digest.html is not in force.\n" in said.out


def test_check_names_it_in_json_and_by_itself(desk: Desk):
    (desk.folder / "templates" / "notice.txt").write_text("{% if %}")

    (problem,) = desk.run("check", "templates/notice.txt", "--json").objects

    assert (problem["file"], problem["line"], problem["column"]) == ("templates/notice.txt", 1, 1)
    assert (problem["code"], problem["severity"]) == ("template", "error")


def test_check_looks_where_config_toml_says(desk: Desk):
    config = desk.folder / "config.toml"
    config.write_text(config.read_text().replace('"templates"', '"ours"'))
    (desk.folder / "ours").mkdir()
    (desk.folder / "ours" / "extra.txt").write_text("fine\n{{ x | nofilter }}")

    assert desk.run("check").out.startswith("ours/extra.txt:2:1: No filter named 'nofilter'.\n")


def test_check_warns_of_a_template_that_no_mail_asks_for(desk: Desk):
    (desk.folder / "templates" / "digset.html").write_text("<p>{{ headline }}</p>\n")

    said = desk.run("check")

    assert said.code == 0
    assert (
        "templates/digset.html:1:1: warning: no mail is made with this template\n"
        "  |\n"
        "1 | <p>{{ headline }}</p>\n"
        "  | ^^^^^^^^^^^^^^^^^^^^^\n"
        "  = did you mean: digest.html\n"
    ) in said.out


def test_a_template_of_ours_that_another_takes_in_is_no_stranger(desk: Desk):
    (desk.folder / "templates" / "address.txt").write_text("Hofburg, Vienna\n")
    layout = desk.folder / "templates" / "layout.txt"
    layout.write_text(layout.read_text() + '{% include "address.txt" %}\n')

    assert "address.txt" not in desk.run("check").out


def test_check_asks_jinja_only_about_templates_that_are_no_copies_of_the_shipped(tmp_path: Path):
    a_copy_of_the_shipped_files(tmp_path)
    assert process(tmp_path, "check", program=PROGRAM).stdout.endswith("False\n")

    shutil.rmtree(tmp_path / "templates")
    assert process(tmp_path, "check", program=PROGRAM).stdout.endswith("False\n")

    (tmp_path / "templates").mkdir()
    changed = (TEMPLATES / "digest.txt").read_text().swapcase()
    (tmp_path / "templates" / "digest.txt").write_text(changed)
    asked = process(tmp_path, "check", program=PROGRAM)
    assert asked.stdout.endswith("True\n")


def test_templates_that_are_no_sound_files_are_problems_and_nothing_worse(own: Path):
    (own / "digest.txt").symlink_to(TEMPLATES / "digest.txt")
    (own / "notice.txt").mkdir()
    (own / "reminder.txt").write_bytes(b"caf\xe9")
    (own / "reminder.html").write_text("x" * 70_000)
    os.mkfifo(own / "correction.txt")

    problems = {Path(one.file).name: one for one in template_problems_in(own)}

    assert sorted(problems) == sorted(path.name for path in own.iterdir())
    assert {one.line for one in problems.values()} == {1}
    assert problems["digest.txt"].excerpt == ""
    assert len(problems["reminder.html"].excerpt) == 160


def test_what_a_template_breaks_elsewhere_is_told_where_it_shows(own: Path):
    (own / "layout.txt").write_text("{# nothing at all #}")

    files = {one.file for one in template_problems_in(own)}

    assert files == {
        str(shown_path(TEMPLATES / f"{kind}.txt"))
        for kind in ("correction", "digest", "notice", "reminder")
    }


def test_a_folder_that_is_not_there_has_no_problems(own: Path):
    assert template_problems_in(own / "none") == ()


# -- the engine --------------------------------------------------------------------------------


def test_the_next_digest_names_a_broken_template_and_the_log_says_it_once(
    own: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING, "tracker")
    house = House(a_world(), composer=Composer(own, TEMPLATES))
    house.turn_to(at("2010-06-29 12:00"))
    before = len(house.mails)

    (own / "digest.html").write_text(BROKEN)
    house.turn_to(at("2010-07-05 12:00"))
    shutil.copy(TEMPLATES / "notice.txt", own)
    house.turn_to(at("2010-07-12 12:00"))

    first = house.mails[before]
    assert first.written.kind == "digest"
    (files,) = [one for one in first.written.content.sections if one.id == "files"]
    said = f"{own / 'digest.html'}, line 2: 'headlin' is undefined"
    assert said in [entry.text for entry in files.entries]
    assert caplog.messages == [
        f"{own / 'digest.html'} has an error in line 2: 'headlin' is undefined"
    ]


def test_a_template_that_is_mended_is_named_no_more(own: Path):
    (own / "digest.html").write_text(BROKEN)
    house = House(a_world(), composer=Composer(own, TEMPLATES))
    house.turn_to(at("2010-06-28 12:00"))
    assert "'headlin' is undefined" in str(house.mails[-1].written.content)

    (own / "digest.html").unlink()
    house.turn_to(at("2010-07-05 12:00"))

    assert house.mails[-1].written.kind == "digest"
    assert "'headlin' is undefined" not in str(house.mails[-1].written.content)


def test_what_only_a_real_mail_shows_is_told_in_the_next_digest(
    own: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING, "tracker")
    fault = "{% if headline == 'Mission' or campaigns is defined or 'Send' in groups|join %}"
    (own / "reminder.txt").write_text(f"{{{{ date }}}}{fault}{{{{ typo }}}}{{% endif %}}")
    house = House(a_world(), composer=Composer(own, TEMPLATES))

    house.turn_to(at("2010-06-28 12:00"))

    assert caplog.messages == [
        f"{own / 'reminder.txt'} has an error in line 1: 'typo' is undefined"
    ]
    assert "'typo' is undefined" in str(house.mails[-1].written.content)

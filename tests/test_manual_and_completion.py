"""The manual page and the shells' completion: made from the options, and current."""

import os
import re
import subprocess
from shutil import which

import pytest

from tests.desk import ROOT, Desk, process
from tracker.cli.arguments import COMMANDS

PAGE = ROOT / "docs" / "man" / "tracker.1"
OPTIONS = ("against", "meeting", "health", "out", "send-test", "id")


@pytest.fixture
def desk(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


@pytest.mark.parametrize("columns", ["26", "65", "200"])
def test_the_page_in_the_repository_is_what_the_command_prints(desk, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)

    assert desk.run("man").out == PAGE.read_text("utf-8")


def test_the_page_has_every_command_and_its_options():
    page = PAGE.read_text("utf-8")

    parts = re.findall(r"^\.SS (.+)$", page, re.MULTILINE)
    assert parts == list(COMMANDS)
    for option in OPTIONS:
        assert "\\-\\-" + option.replace("-", "\\-") in page


@pytest.mark.skipif(which("man") is None and "CI" not in os.environ, reason="man is not installed")
def test_man_renders_the_page_without_a_warning():
    shown = subprocess.run(  # noqa: S603 -- our own page
        ["man", "--warnings", "-l", str(PAGE)],  # noqa: S607 -- the one on the path is meant
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stderr == ""
    assert "Exit code 1 if there is an error" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_knows_every_command_and_option(desk, shell):
    said = desk.run("completion", shell)

    assert said.code == 0
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", said.out)] == []
    assert [name for name in OPTIONS if not re.search(rf"\b{name}\b", said.out)] == []


@pytest.mark.skipif(
    which("bash") is None and "CI" not in os.environ, reason="bash is not installed"
)
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tracker sch", "schema"),
        ("tracker plan --ag", "--against"),
        ("tracker schema camp", "campaign"),
        ("tracker log a-letter deli", "delivered"),
        ("tracker log a-letter outcome --result part", "partly-met"),
    ],
)
def test_bash_completes_what_is_typed(desk, typed, offered):
    script = desk.run("completion", "bash").out
    words = typed.split(" ")
    ask = f"""{script}
COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}
$(complete -p tracker | sed -E 's/.*-F ([^ ]+).*/\\1/') tracker {words[-1]} {words[-2]}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(  # noqa: S603 -- our own script
        ["bash", "-c", ask],  # noqa: S607 -- the one on the path is meant
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == [offered]


def test_the_module_runs_as_the_program_does(tmp_path):
    program = "import runpy; runpy.run_module('tracker', run_name='__main__')"

    said = process(tmp_path, "when", "24 June 2010", program=program)

    assert said.returncode == 0
    assert "Thursday 24 June 2010" in said.stdout

"""The door of all commands: help, usage, exit codes, and what each of them loads."""

import os
import re
import shlex
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from textwrap import dedent

import pytest

from tests.desk import PROGRAM, ROOT, Desk, a_copy_of_the_shipped_files, process
from tracker.cli.arguments import COMMANDS
from tracker.errors import BusyError, ConfigError

LOADED = """
import atexit, sys
heavy = {heavy!r}
atexit.register(lambda: print(*[one for one in heavy if one in sys.modules], file=sys.stderr))
from tracker.cli import main
main()
"""


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


def test_help_lists_every_command_and_the_exit_codes(desk: Desk):
    said = desk.run("--help")

    assert said.code == 0
    for name in COMMANDS:
        assert f"\n    {name} " in said.out
    assert "75 try again later" in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_two_examples(desk: Desk, name: str):
    said = desk.run(name, "--help")

    assert said.code == 0
    examples = said.out.partition("examples:")[2]
    lines = [line for line in examples.splitlines() if line.startswith("  tracker ")]
    assert len(lines) == 2
    assert all(f" {name}" in line for line in lines)


def test_a_misspelt_command_is_answered_with_the_nearest(desk: Desk):
    said = desk.run("chek")

    assert said.code == 2
    assert said.err == (
        'tracker: There is no command "chek". Did you mean `tracker check`?'
        " `tracker --help` lists them all.\n"
    )


def test_no_command_is_a_matter_of_usage(desk: Desk):
    assert desk.run().code == 2


def test_an_unknown_option_is_a_matter_of_usage(desk: Desk):
    assert desk.run("plan", "--frm", "2010-06-24").code == 2


def test_the_version_is_told(desk: Desk):
    assert desk.run("--version").out.startswith("tracker 0.")


def test_without_config_toml_there_is_one_message_with_the_fix(desk: Desk):
    (desk.folder / "config.toml").unlink()

    for words in (["check"], ["plan"], ["replay"], ["status"], ["digest", "vienna"], ["outbox"]):
        said = desk.run(*words)
        assert said.code == 78
        assert said.err.startswith("tracker: There is no config.toml.")
        assert "--config FILE" in said.err


def test_a_broken_config_is_shown_and_is_exit_code_78(desk: Desk):
    (desk.folder / "config.toml").write_text('workdays = "vienna"\ncolour = "red"\n')

    said = desk.run("plan")

    assert said.code == 78
    assert "config.toml:2:1" in said.err
    assert said.err.count("tracker: ") == 1


@pytest.mark.parametrize("words", [("check",), ("plan",), ("purge",)])
def test_a_config_of_another_name_is_no_campaign(desk: Desk, words: tuple[str, ...]):
    (desk.folder / "server.toml").write_text('workdays = "vienna"\ncolour = "red"\n')

    said = desk.run("--config", str(desk.folder / "server.toml"), *words)

    assert "1 file. server.toml is not in force." in said.out + said.err


def test_config_can_stand_somewhere_else(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(desk.folder.parent)

    said = desk.run("--config", str(desk.folder / "config.toml"), "check")

    assert said.code == 0


@pytest.mark.parametrize(("broken", "code"), [(BusyError, 75), (ConfigError, 78), (OSError, 1)])
def test_a_broken_promise_of_the_world_is_a_message_and_its_code(
    desk: Desk, broken: type[Exception], code: int
):
    def clock() -> datetime:
        raise broken("the clock stands still")

    said = desk.run("status", clock=clock)

    assert said.code == code
    assert said.err.startswith("tracker: ")
    assert "Traceback" not in said.err


def test_ctrl_c_is_quiet(desk: Desk):
    def clock() -> datetime:
        raise KeyboardInterrupt

    said = desk.run("status", clock=clock)

    assert (said.code, said.err) == (130, "")


INTERRUPTED_EARLY = """
import sys

class Impatient:
    def find_spec(self, name, *more):
        if name == "{module}":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
from tracker.cli import main
main(["when", "24 June 2010"])
"""


@pytest.mark.parametrize("module", ["msgspec", "tracker.cli.arguments", "tracker.cli.when"])
def test_ctrl_c_is_quiet_while_the_program_still_loads(module: str):
    code = INTERRUPTED_EARLY.format(module=module)

    said = subprocess.run(  # noqa: S603 -- our own Python
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (said.returncode, said.stdout, said.stderr) == (130, "", "")


def test_a_reader_who_has_had_enough_is_no_error(desk: Desk):
    lots = "\n".join(f"{count} days before 24 June 2010" for count in range(1, 367)) + "\n"

    assert into_a_closed_pipe(desk, "when", "-", typed=lots) == (141, "")


@pytest.mark.parametrize("command", ["plan", "status", "replay", "check"])
def test_nor_is_it_where_the_text_is_laid_out_for_a_screen(desk: Desk, command: str):
    assert into_a_closed_pipe(desk, command) == (141, "")


def into_a_closed_pipe(desk: Desk, *command: str, typed: str = "") -> tuple[int, str]:
    """Run a command whose reader is gone; return its exit code and what it complained of."""
    started = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-c", PROGRAM, *command],
        cwd=desk.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdin
    assert started.stdout
    assert started.stderr
    started.stdout.close()
    started.stdin.write(typed)
    started.stdin.close()
    code = started.wait(timeout=60)
    with started.stderr as complaints:
        return code, complaints.read()


def test_a_terminal_without_the_letters_gets_escapes_and_no_traceback(desk: Desk):
    path = desk.campaign("traub-foreign-policy")
    path.write_text(path.read_text().replace("It's", "Київ"))
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(  # noqa: S603 -- our own program
        [
            sys.executable,
            "-c",
            PROGRAM,
            "status",
            "--at",
            "2010-07-01",
        ],
        cwd=desk.folder,
        env=env,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0
    assert rb"\u041a" in done.stdout


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (("when", "2", "days", "before", "2010-06-24"), ("pydantic", "holidays", "rich")),
        (("when", "2 working days before 2010-06-24"), ("sqlmodel", "sqlalchemy", "rich")),
        (("check",), ("sqlmodel", "sqlalchemy", "apscheduler", "jinja2", "rich", "aiosmtplib")),
        (("plan", "--at", "2010-06-22"), ("apscheduler", "smtplib")),
        (("--help",), ("pydantic", "sqlmodel", "rich")),
    ],
)
def test_a_command_loads_no_more_than_it_needs(
    desk: Desk, words: tuple[str, ...], heavy: tuple[str, ...]
):
    done = process(desk.folder, *words, program=LOADED.format(heavy=heavy))

    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == ""


def test_the_clock_is_read_in_one_place():
    reads = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tracker").rglob("*.py")
        if "datetime.now(" in path.read_text() or "date.today(" in path.read_text()
    ]

    assert reads == ["tracker/cli/__init__.py"]


def test_the_page_on_the_commands_has_every_command_and_option(desk: Desk):
    page = (ROOT / "docs" / "commands.md").read_text()

    for name in COMMANDS:
        part = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        usage = desk.run(name, "--help").out.partition("\n\n")[0]
        options = {word.strip("[]") for word in usage.split() if word.startswith("[--")}
        assert part, name
        assert [option for option in options if option not in part] == []


def test_the_answer_shown_on_the_page_is_the_one_that_comes(desk: Desk):
    page = (ROOT / "docs" / "commands.md").read_text()
    shown = page.partition("$ tracker when ")[2].partition("\n\n")[0].splitlines()

    said = desk.run("when", *shown[0].split())

    assert said.out.splitlines() == [line.removeprefix("    ") for line in shown[1:]]


def test_what_a_command_writes_is_nobody_elses(tmp_path: Path):
    home = a_copy_of_the_shipped_files(tmp_path)

    done = process(home, "replay", "--to", "2010-06-24", "--out", "mails")

    assert done.returncode == 0, done.stderr
    made = [home / "mails", *(home / "mails").rglob("*")]
    assert len(made) > 4
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


def test_the_files_of_the_reference_are_sound_together(desk: Desk):
    page = (ROOT / "docs" / "campaign-files.md").read_text(encoding="utf-8")
    names = (
        "osce",
        "forums/osce-permanent-council",
        "playbooks/rapid-response",
        "workdays/vienna",
    )
    *files, config = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    rmtree(desk.folder / "campaigns")
    (desk.folder / "config.toml").write_text(config)
    for name, text in zip(names, files, strict=True):
        desk.campaign(name).parent.mkdir(parents=True, exist_ok=True)
        desk.campaign(name).write_text(text)

    said = desk.run("check")

    assert (said.code, said.err) == (0, "")


def test_what_the_readme_writes_and_logs_is_sound(desk: Desk):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    file = re.search(r"^( +)```toml\n(.*?)^ +```", readme, re.MULTILINE | re.DOTALL)
    assert file
    desk.campaign("osce").write_text(dedent(file[2]))
    commands = re.findall(r"^ +tracker (check|(?:plan|log) NAME.*)$", readme, re.MULTILINE)

    assert len(commands) == 4
    for command in commands:
        said = desk.run(*shlex.split(command.replace("NAME", "osce")))
        assert (said.code, said.err) == (0, "")

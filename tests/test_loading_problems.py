"""Each code has an example file and its exact text, as the author of the file sees it."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import Problem
from tracker.loading.world import Reading, read_world
from tracker.report import problem_json, show_problems

HERE = Path(__file__).parent
SOUND = HERE / "campaigns" / "sound"
BROKEN = HERE / "campaigns" / "broken"
NOW = datetime(2010, 11, 20, 9, tzinfo=UTC)
EXAMPLES = sorted(path.relative_to(BROKEN).with_suffix("") for path in BROKEN.rglob("*.toml"))
Golden = Callable[[str, str], None]


@pytest.mark.parametrize("example", [str(one) for one in EXAMPLES])
def test_each_broken_file_is_explained_in_these_words(
    example: str, golden: Golden, tmp_path: Path
):
    problems = read_example(example, tmp_path).problems
    code = code_of(example, problems)

    assert code is not None, [one.code for one in problems]
    golden(f"problems/{example}.txt", show_problems(problems, files=1) + "\n")


def read_example(example: str, folder: Path) -> Reading:
    """Put a broken file beside sound ones, in a folder of its own, and read them."""
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    kind, _, name = example.rpartition("/")
    for path in (folder / "campaigns").glob("*.toml"):
        path.unlink()
    broken = BROKEN / f"{example}.toml"
    if kind == "config":
        shutil.copy(broken, folder / "config.toml")
    else:
        shutil.copy(broken, folder / "campaigns" / kind / f"{name}.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # people see paths relative to where they stand
        return read_world(Path("config.toml"), now=NOW)


def code_of(example: str, problems: tuple[Problem, ...]) -> str | None:
    """Return the code that a file is an example of: its name begins with it."""
    name = example.rpartition("/")[2]
    return next((one.code for one in problems if f"{name}-".startswith(f"{one.code}-")), None)


# Codes without an example file: some need many files or none, the others cannot be reached from
# a file today and are there so that nothing ends without words.
ELSEWHERE = {
    "file-name": "a name, not a text: test_loading_files",
    "not-a-file": "a link or a folder: test_loading_files",
    "unreadable": "test_loading_files",
    "too-large": "four mebibytes: test_loading_files",
    "too-many-files": "5,001 files: test_loading_files",
    "too-many-faults": "201 faults: test_loading_files",
    "file-gone": "a file that is not there: test_files_kept",
    "emptied": "a folder without files: test_files_kept",
    "breaks-campaign": "needs an earlier version: test_files_kept",
    "template": "Jinja, not TOML: test_templates",
    "phrase-empty": "empty text is refused before it is read as a phrase",
    "wrong-form": "every form that a value can have is named before",
}
ALSO = ("app/templates.py", "fields.py", "sessions.py")
WRITTEN = re.compile(
    r"(?:code=|_refuse\(\s*|_refused\(\w+, |PhraseError\(\s*|\.fault\(\s*|_fault\(\w+, "
    r'|_wrong\(\w+, |Slip\([^"]*)"([a-z]+(?:-[a-z0-9]+)*)",'
)


def test_each_code_has_an_example_file():
    names = [f"{one.name}-" for one in EXAMPLES]

    lacking = [code for code in codes() if not any(one.startswith(f"{code}-") for one in names)]

    assert sorted(lacking) == sorted(ELSEWHERE)


def codes() -> Iterator[str]:
    """Yield every code that the sources write."""
    tracker = HERE.parent / "tracker"
    folders = [tracker / name for name in ("checking", "events", "loading", "when")]
    files = [file for folder in folders for file in folder.glob("*.py")]
    texts = (file.read_text("utf-8") for file in (*files, *(tracker / name for name in ALSO)))
    yield from sorted({code for text in texts for code in WRITTEN.findall(text)})


def test_the_sound_files_say_nothing(tmp_path: Path):
    shutil.copytree(SOUND, tmp_path, dirs_exist_ok=True)

    reading = read_world(tmp_path / "config.toml", now=NOW)

    assert reading.problems == ()
    assert reading.world is not None
    assert sorted(reading.world.campaigns) == ["article", "everything"]
    assert reading.not_in_force == ()


SAMPLE = """\
campaigns/osce.toml:14:30: deadline.due: "meting" is not an anchor in this file
   |
14 | due = "2 working days before meting"
   |                              ^^^^^^
   = expected one of: meeting, delivery, decision, opening, letter, embassy-calls
   = did you mean: "2 working days before meeting"
"""


def test_the_text_is_laid_out_as_the_design_has_it(tmp_path: Path):
    shutil.copytree(SOUND, tmp_path, dirs_exist_ok=True)
    for name in ("a", "b"):
        shutil.copy(SOUND / "campaigns" / "article.toml", tmp_path / f"campaigns/{name}.toml")
    (tmp_path / "campaigns" / "osce.toml").write_text(
        'title = "x"\ndated = 2010-06-22\ncoordinators = ["vienna"]\n\n'
        '[[deadline]]\nid = "embassy-calls"\nwhat = "Call"\n'
        'due = "1 day before meeting"\nwho = ["vienna"]\n\n'
        '[[deadline]]\nid = "media"\nwhat = "Tell the press"\n'
        'due = "2 working days before meting"\nwho = ["viena"]\n',
        "utf-8",
    )

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        reading = read_world(Path("config.toml"))
    text = show_problems(reading.problems, files=5, kept={"osce": "20 Nov 2026 18:02"})

    assert text.startswith(SAMPLE)
    assert text.splitlines()[-1] == (
        "2 errors in 1 of 5 campaigns. osce keeps running on the version of 20 Nov 2026 18:02; "
        "the other 4 are loaded."
    )


def test_the_summary_says_what_becomes_of_each_file():
    osce = Problem(file="campaigns/osce.toml", line=1, column=1, key="", code="x", message="x")
    forum = Problem(
        file="campaigns/forums/f.toml", line=1, column=1, key="", code="x", message="x"
    )
    slip = Problem(
        file="campaigns/a.toml",
        line=1,
        column=1,
        key="",
        code="x",
        message="x",
        severity="warning",
    )

    assert last_line([osce], 2) == (
        "1 error in 1 of 2 campaigns. osce is not in force; the other one is loaded."
    )
    assert last_line([osce, forum, slip], 2, ["osce"]) == (
        "2 errors in 2 files, and 1 warning. osce keeps running on its last good version; "
        "campaigns/forums/f.toml is not in force."
    )
    assert last_line([slip], 2) == "1 warning, no errors."


def last_line(problems: list[Problem], files: int, kept: list[str] | None = None) -> str:
    return show_problems(problems, files=files, kept=kept or []).splitlines()[-1]


def test_carets_stand_under_wide_letters_and_behind_tabs():
    wide = Problem(
        file="a.toml",
        line=3,
        column=9,
        key="title",
        code="x",
        message="x",
        excerpt='\tt = "会議 e\u0301 no"',
        caret=12,
        width=2,
    )

    lines = show_problems([wide], files=1).splitlines()

    assert lines[2] == '3 | \tt = "会議 e\u0301 no"'
    assert lines[3] == "  | \t" + " " * 12 + "^^"


def test_a_problem_in_json_without_a_fix_has_the_words_that_would_do():
    problem = Problem(
        file="a.toml", line=3, column=9, key="kind", code="x", message="m", expected=("a", "b")
    )

    assert problem_json(problem)["hint"] == "expected one of: a, b"


def test_a_problem_in_json_has_eight_keys():
    reading_problem = Problem(
        file="a.toml", line=3, column=9, key="title", code="x", message="m", hint="one\ntwo"
    )

    assert problem_json(reading_problem) == {
        "file": "a.toml",
        "line": 3,
        "column": 9,
        "key": "title",
        "code": "x",
        "message": "m",
        "hint": "one; two",
        "severity": "error",
    }

"""Each code has an example file and its exact text, as the author of the file sees it."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import Problem
from tracker.loading import Reading, read_world
from tracker.report import show_problems

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

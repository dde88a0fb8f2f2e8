"""All faults of a file are told in one go, also those that only the whole file shows."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from tracker.loading.world import Reading, read_world

SOUND = Path(__file__).parent / "campaigns" / "sound"
NOW = datetime(2010, 11, 20, 9, tzinfo=UTC)
LETTER = """
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
"""
CALLS = """
[[deadline]]
id = "calls"
what = "Call them"
due = "2 days before meting"
"""


def codes(text: str, folder: Path) -> set[str]:
    return {one.code for one in reading(text, folder).problems if one.severity == "error"}


def reading(text: str, folder: Path) -> Reading:
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    for path in (folder / "campaigns").glob("*.toml"):
        path.unlink()
    (folder / "campaigns" / "osce.toml").write_text(text)
    return read_world(folder / "config.toml", now=NOW)


def test_an_unknown_key_does_not_hide_what_is_wrong_with_a_date(tmp_path: Path):
    assert codes(LETTER + CALLS + 'wibble = "x"\n', tmp_path) == {"unknown-key", "phrase-anchor"}


def test_a_faulty_lead_does_not_hide_a_stranger_among_the_coordinators(tmp_path: Path):
    found = codes(LETTER + CALLS + 'remind = ["2 days"]\nwho = ["nobody"]\n', tmp_path)

    assert len(found) == 3


def test_a_misspelt_key_that_others_hang_on_makes_no_faults_that_are_none(tmp_path: Path):
    done = '[[log]]\non = 2010-06-22\nfact = "done"\nitem = "deliver"\n'

    assert codes(LETTER + 'playbok = "standard"\n' + done, tmp_path) == {"unknown-key"}


def test_a_file_whose_faults_are_spared_is_not_in_force(tmp_path: Path):
    found = reading(LETTER + 'wibble = "x"\n', tmp_path)

    assert found.world is not None
    assert found.world.campaigns == {}
    assert len(found.not_in_force) == 1


def test_a_key_of_the_campaign_under_a_table_is_misplaced_though_another_sounds_like_it(
    tmp_path: Path,
):
    text = 'title = "T"\ncoordinators = ["vienna"]\n[[target]]\nid = "t"\npost = "P"\n'

    assert codes(text + "dated = 2010-06-22\n", tmp_path) == {"misplaced-key"}

"""What mails say of a file that is gone or whose edit is held, besides the word about it."""

from pathlib import Path

import pytest

from tests.builders import CONFIG, at
from tests.folders import LETTER, a_home
from tests.test_files_words import NOON, Post, a_quiet_desk

GENEVA = """
[[coordinator]]
id = "geneva"
name = "Geneva desk"
email = "geneva@example.org"
timezone = "Europe/Zurich"
digest = "never"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


def said(desk: Post) -> str:
    return " ".join(desk.text().split())


async def test_of_a_campaign_whose_file_is_gone_a_digest_says_that_and_no_dates(home: Path):
    desk = await a_quiet_desk(home)
    (home / "campaigns" / "letter.toml").unlink()
    await desk.later(40)
    (home / "campaigns" / "other.toml").write_text(
        (home / "campaigns" / "other.toml").read_text()
        + '[[deadline]]\nid = "brief"\nwhat = "Brief"\ndue = "2010-06-23"\n'
    )
    await desk.later(4)

    await desk.pass_to(at("2010-06-23 06:00"))

    digest = said(desk)
    assert "Brief" in digest
    assert "24 June 2010" not in digest
    assert (
        "Its file is gone: put it back it counts as closed from Wednesday 23 June 2010, 12:11"
        " Vienna on · letter" in digest
    )
    assert "1 campaign, 1 open ask" in digest


async def test_a_file_that_is_mended_and_held_is_not_said_to_be_in_force(home: Path):
    (home / "config.toml").write_text(CONFIG + GENEVA)
    follows = LETTER.replace('["vienna"]', '["vienna", "geneva"]')
    (home / "campaigns" / "letter.toml").write_text(follows)
    desk = await a_quiet_desk(home, NOON)
    (home / "config.toml").write_text(CONFIG)  # Geneva is named by the letter still
    await desk.later(40)
    assert "Mend config.toml" in {subject for _, subject in desk.post()}
    ahead = follows.replace("[[meeting]]", '[[ask]]\nid = "b"\ntext = "B"\n[[meeting]]')
    desk.write("letter", ahead.replace('"vienna", "geneva"', '"vienna"'))

    await desk.later(40)

    assert "This edit waits for your word" in said(desk)
    assert "the file is in force as it stands now" not in said(desk)


async def test_a_fact_that_is_gone_from_the_log_is_named_with_what_it_is_about(home: Path):
    call = '[[deadline]]\nid = "call"\nwhat = "Call"\ndue = "2010-06-30"\n'
    done = '[[log]]\non = 2010-06-22\nfact = "done"\nitem = "call"\n'
    (home / "campaigns" / "letter.toml").write_text(LETTER + call + done)
    desk = await a_quiet_desk(home)
    desk.write("letter", LETTER + call + "# settled? no\n")

    await desk.later(60)

    assert "The log has lost: done of call on Tuesday 22 June 2010" in said(desk)

"""Edits as the daemon sees them: believed, kept across restarts, never half written down."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA, at
from tests.test_daemon import LETTER, TUESDAY, BusyStore, Desk
from tracker.daemon.many import MANY
from tracker.delivery import Outcome
from tracker.errors import BusyError

REMINDED = at("2010-06-23 06:00")
JULY = LETTER.replace("date = 2010-06-24", "date = 2010-07-01")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("forums", "workdays"):
        (tmp_path / "campaigns" / name).mkdir(parents=True)
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "campaigns" / "letter.toml").write_text(LETTER)
    (tmp_path / "campaigns" / "forums" / "council.toml").write_text(COUNCIL)
    (tmp_path / "campaigns" / "workdays" / "vienna.toml").write_text(VIENNA)
    (tmp_path / "campaigns" / "workdays" / "new-york.toml").write_text(NEW_YORK)
    return tmp_path


def told(desk: Desk) -> list[str]:
    return [one.data["text"] for one in desk.store.journal(kinds={"edit"})]


MOVED = "Meeting moved: Permanent Council, Thursday 24 June 2010 → Thursday 1 July 2010"


async def test_an_edit_is_written_down_when_it_is_believed(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.write("letter", JULY)

    await desk.turn()
    seen = told(desk)
    await desk.turn(3)

    assert seen == []
    assert told(desk) == [MOVED]


async def test_an_edit_made_while_no_daemon_ran_is_an_edit_too(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.store.close()
    desk.write("letter", JULY)

    again = Desk(home)
    await again.turn()
    after = told(again)
    again.store.close()
    third = Desk(home)

    assert after == [MOVED]
    assert told(third) == [MOVED]


async def test_a_first_start_has_no_edits(home: Path):
    desk = Desk(home)
    await desk.turn()

    assert told(desk) == []


async def test_a_broken_file_is_no_edit_and_its_mending_is_one(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.write("letter", "title = \n")
    await desk.turn(2)
    broken = told(desk)
    desk.write("letter", JULY)
    await desk.turn(2)

    assert broken == []
    assert told(desk) == [MOVED]


async def test_other_spaces_and_comments_are_no_edit(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.write("letter", "# a remark\n" + LETTER.replace(" = ", "   =  "))

    await desk.turn(3)

    assert told(desk) == []


class FullStore(BusyStore):
    """A store that cannot be written to the end now and then."""

    full = False

    def replace_plan(self, *plan: Any, **options: Any) -> None:
        super().replace_plan(*plan, **options)
        if self.full:
            raise BusyError("The database is busy.")


async def test_what_could_not_be_written_is_written_at_the_next_turn(home: Path):
    store = FullStore.open("sqlite:///tracker.db", base=home)
    desk = Desk(home, now=TUESDAY, store=store)
    await desk.turn()
    desk.write("letter", JULY)
    await desk.turn()

    store.full = True
    await desk.turn()
    nothing = told(desk)
    store.full = False
    await desk.turn()

    assert nothing == []
    assert told(desk) == [MOVED]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_mail_that_was_put_off_and_says_the_old_date_is_corrected_once_it_has_left(
    home: Path, *, restarted: bool
):
    desk = Desk(home)
    await desk.turn(2)
    while desk.bell.armed is not None and desk.bell.armed < REMINDED:
        await desk.turn_at(desk.bell.armed)
    desk.outcomes[:] = [Outcome("temporary", 451, "try later")]
    await desk.turn_at(REMINDED)  # of Thursday, but the server puts it off
    moved = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00" }]\n'
    (home / "campaigns" / "forums" / "council.toml").write_text(COUNCIL + moved)
    await desk.turn_at(REMINDED + timedelta(minutes=1))
    await desk.turn(2)

    if restarted:
        desk.store.close()
        desk = Desk(home, now=desk.clock.at)
        await desk.turn(2)

    before = len(desk.sent)
    while desk.bell.armed is not None and desk.bell.armed < REMINDED + timedelta(hours=1):
        await desk.turn_at(desk.bell.armed)
        await desk.turn()  # the bell was rung

    assert [record.subject for _, record in desk.sent[before:]] == [
        "Tomorrow 10:00 Permanent Council: on the agenda",
        "Now Fri 25 June 10:00, not Thu 24 June: Permanent Council",
    ]


@pytest.mark.parametrize("many", [MANY, -1], ids=["all in memory", "none in memory"])
async def test_an_edit_made_while_the_file_was_gone_for_days_is_an_edit_too(home: Path, many: int):
    desk = Desk(home, many=many)
    await desk.turn()
    (home / "campaigns" / "letter.toml").rename(home / "letter")
    (home / "campaigns" / "other.toml").write_text(JULY.replace("Send a", "Open a"))
    await desk.turn(2)
    await desk.turn_at(TUESDAY + timedelta(days=2))  # by now it counts as closed
    gone = desk.campaigns
    desk.write("letter", JULY)
    await desk.turn(2)

    assert gone == {"other"}
    assert told(desk) == [MOVED]

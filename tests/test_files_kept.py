"""One file never takes another down: emptied folders, vanished forums, edits that break others."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.builders import CONFIG, COUNCIL
from tests.folders import LETTER, a_home
from tests.test_files_words import NOON, Post, a_quiet_desk
from tracker.loading.files import list_folder
from tracker.loading.world import read_world


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


def queued(desk: Post) -> set[str]:
    return {
        one.occurrence.key
        for one in desk.store.lines(states={"queued"})
        if one.occurrence.campaign in {"letter", "other"}
    }


@pytest.mark.parametrize("how", ["emptied", "unmounted"])
async def test_a_folder_without_campaigns_is_one_problem_and_ends_nothing(home: Path, how: str):
    desk = await a_quiet_desk(home)
    before = queued(desk)
    campaigns = home / "campaigns"
    if how == "unmounted":
        campaigns.rename(home / "elsewhere")
    else:
        for path in campaigns.glob("*.toml"):
            path.rename(home / path.name)
    await desk.later(60)
    await desk.pass_to(NOON + timedelta(hours=2))
    during = desk.post()
    after = queued(desk)
    desk.store.close()
    again = Post(home, desk.clock.at)
    await again.later(60)

    assert {subject for _, subject in during} == {
        "Look at campaigns: no campaign is left in this folder, and ..."
    }
    assert sorted(to for to, _ in during) == ["new-york@example.org", "vienna@example.org"]
    assert again.post() == []
    assert after - {key for key in after if key.startswith("file:")} == before
    assert again.campaigns == {"letter", "other"}
    assert not again.store.lines(states={"cancelled"})


async def test_a_folder_that_is_there_again_is_mended(home: Path):
    desk = await a_quiet_desk(home)
    (home / "campaigns").rename(home / "elsewhere")
    await desk.later(60)
    (home / "elsewhere").rename(home / "campaigns")
    await desk.later(20)

    assert [subject.split()[0] for _, subject in desk.post()] == ["Look"] * 2 + ["Mended:"] * 2
    assert not desk.store.lines(states={"cancelled"})


async def test_a_vanished_forum_stays_in_force_for_those_who_need_it(home: Path):
    desk = await a_quiet_desk(home)
    before = queued(desk)
    (home / "campaigns" / "forums" / "council.toml").unlink()
    await desk.later(60)
    during = queued(desk)
    text = desk.text()
    (home / "campaigns" / "forums" / "council.toml").write_text(COUNCIL)
    await desk.later(20)

    assert during == before
    assert "this forum is gone, and 2 campaigns need it" in text
    assert [subject.split()[0] for _, subject in desk.post()] == ["Mend", "Mended:"]


SLIPS = {
    "a session goes": ("forums/council", COUNCIL.replace("30 July", "20 June"), "council.toml"),
    "a rule goes": ("forums/council", COUNCIL.replace("Thursday", "Friday"), "council.toml"),
    "a coordinator goes": (
        "../config",
        CONFIG.replace('id = "vienna"\n', 'id = "wien"\n'),
        "config.toml",
    ),
    "the calendar goes": (
        "../config",
        CONFIG.replace('workdays = "vienna"', 'workdays = "wien"'),
        "config.toml",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
async def test_a_sound_edit_that_would_take_a_campaign_down_does_not_stand(home: Path, slip: str):
    name, text, named = SLIPS[slip]
    desk = await a_quiet_desk(home)
    before = queued(desk)
    desk.write(name, text)
    await desk.later(60)
    desk.store.close()
    again = Post(home, desk.clock.at)
    await again.turn()

    assert again.campaigns == {"letter", "other"}
    assert queued(again) >= before
    assert again.post() == []
    assert all(named in subject for _, subject in desk.post())
    assert "letter" in desk.text() or "calendar" in desk.text()


async def test_the_edit_stands_once_the_campaigns_follow_it(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("forums/council", COUNCIL.replace("Thursday", "Friday"))
    await desk.later(10)
    kept = desk.daemon.engine.world.forums["council"].sessions
    for name in ("letter", "other"):
        text = (home / "campaigns" / f"{name}.toml").read_text()
        desk.write(name, text.replace("06-24", "06-25").replace("07-01", "07-02"))
    await desk.later(10)

    assert str(kept) != str(desk.daemon.engine.world.forums["council"].sessions)
    sessions = {one.occurrence.session for one in desk.store.lines(states={"queued"})}
    assert sessions - {None} == {date(2010, 6, 25), date(2010, 7, 2)}


def test_without_an_earlier_version_the_campaign_is_the_one_with_the_problem(home: Path):
    (home / "campaigns/forums/council.toml").write_text(COUNCIL.replace("Thursday", "Friday"))

    reading = read_world(home / "config.toml")

    assert {Path(one.file).name for one in reading.problems} == {"letter.toml", "other.toml"}


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "large", "linked forums"])
async def test_what_is_no_file_is_refused_with_a_notice_and_never_opened(home: Path, what: str):
    desk = await a_quiet_desk(home)
    path = home / "campaigns" / "odd.toml"
    match what:
        case "link":
            (home / "outside.toml").write_text(LETTER)
            path.symlink_to(home / "outside.toml")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "large":
            path.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
        case _:
            (home / "campaigns" / "forums").rename(home / "outside")
            (home / "campaigns" / "forums").symlink_to(home / "outside")
    await desk.later(60)

    assert desk.campaigns == {"letter", "other"}
    assert desk.post()
    assert not desk.store.lines(states={"cancelled"})


DROPPINGS = (
    ".x.swp", "x.toml~", "#x.toml#", ".#x.toml", "x.toml.tmp", "4913", ".goutputstream-ABCDEF",
    "x.toml.swp", "x.toml.swx", ".nfs0001", ".x.toml.AbC123", "x.toml.part", "x.toml.filepart",
)  # fmt: skip


async def test_what_editors_and_copiers_leave_behind_is_ignored(home: Path):
    desk = await a_quiet_desk(home)
    for name in DROPPINGS:
        (home / "campaigns" / name).write_text("title = ")
    await desk.later(60)

    assert desk.post() == []
    assert read_world(home / "config.toml").problems == ()


async def test_a_hundred_thousand_files_are_a_problem_and_no_hang(home: Path):
    desk = await a_quiet_desk(home)
    campaigns = home / "campaigns"
    for number in range(100_000):
        os.close(os.open(f"{campaigns}/Odd {number}.toml", os.O_CREAT | os.O_WRONLY))
    await desk.later(6)

    _, problems = list_folder(campaigns)
    assert len(problems) <= 101
    assert desk.campaigns == {"letter", "other"}

"""Which files are read, which stay in force, and what happens to those that lean on others."""

import os
import shutil
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import Problem
from tracker.loading import place, read_text, shipped_folder
from tracker.loading.files import LARGEST_BYTES, MOST_FILES
from tracker.loading.world import Reading, read_world

SOUND = Path(__file__).parent / "campaigns" / "sound"
Write = Callable[[str, str], Path]
CAMPAIGN = """\
title = "Deploy a mission"
dated = 2010-06-22
coordinators = ["vienna"]
"""
AT_COUNCIL = '\n[[meeting]]\nforum = "council"\ndate = "Thursday 24 June"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SOUND, tmp_path, dirs_exist_ok=True)
    (tmp_path / "campaigns" / "everything.toml").unlink()
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / "campaigns" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def read(folder: Path, last_good: Mapping[tuple[str, str], str] | None = None) -> Reading:
    return read_world(folder / "config.toml", last_good=last_good)


def told(reading: Reading) -> list[tuple[str, str]]:
    return [(Path(one.file).name, one.code) for one in reading.problems]


def campaigns(reading: Reading) -> list[str]:
    assert reading.world is not None
    return sorted(reading.world.campaigns)


def test_one_broken_campaign_leaves_the_others_in_force(folder: Path):
    write(folder, "sound.toml", CAMPAIGN + AT_COUNCIL)
    path = write(folder, "broken.toml", "title = \n")

    reading = read(folder)

    assert campaigns(reading) == ["article", "sound"]
    assert reading.not_in_force == (str(path),)
    assert ("campaign", "sound") in reading.in_force
    assert ("campaign", "broken") not in reading.in_force
    assert "broken" in [one.id for one in reading.files]


def test_the_last_good_text_of_a_broken_file_stays_in_force(folder: Path):
    path = write(folder, "osce.toml", CAMPAIGN.replace("2010-06-22", "22 June"))
    good = CAMPAIGN.replace("Deploy", "Send")

    reading = read(folder, {("campaign", "osce"): good})

    assert reading.world is not None
    assert reading.world.campaigns["osce"].title == "Send a mission"
    assert reading.not_in_force == (str(path),)
    assert reading.in_force["campaign", "osce"].text == good
    assert [one.code for one in reading.problems] == ["unquoted"]


def test_a_last_good_text_that_no_longer_holds_is_left_out(folder: Path):
    write(folder, "osce.toml", "title = \n")
    good = CAMPAIGN + AT_COUNCIL.replace("council", "gone")

    reading = read(folder, {("campaign", "osce"): good})

    assert "osce" not in campaigns(reading)


def test_a_campaign_goes_back_to_its_last_good_text_for_a_fault_across_files(folder: Path):
    write(folder, "osce.toml", CAMPAIGN.replace("vienna", "somebody"))

    reading = read(folder, {("campaign", "osce"): CAMPAIGN})

    assert "osce" in campaigns(reading)
    assert told(reading) == [("osce.toml", "unknown-coordinator")]


def test_a_campaign_whose_forum_is_broken_says_so_and_waits(folder: Path):
    write(folder, "osce.toml", CAMPAIGN + AT_COUNCIL)
    write(folder, "forums/council.toml", 'name = "Council"\n')

    reading = read(folder)

    assert "osce" not in campaigns(reading)
    assert told(reading) == [("council.toml", "missing-key"), ("osce.toml", "unknown-forum")]
    assert reading.problems[1].message == (
        f'the forum "council" is not in force: {folder}/campaigns/forums/council.toml has errors'
    )


def test_a_campaign_goes_on_with_the_last_good_text_of_its_forum(folder: Path):
    write(folder, "osce.toml", CAMPAIGN + AT_COUNCIL)
    good = (folder / "campaigns/forums/council.toml").read_text("utf-8")
    write(folder, "forums/council.toml", 'name = "Council"\n')

    reading = read(folder, {("forum", "council"): good})

    assert "osce" in campaigns(reading)
    assert told(reading) == [("council.toml", "missing-key")]


@pytest.mark.parametrize("kind", ["playbook", "workdays"])
def test_a_campaign_whose_other_files_are_broken_waits_too(folder: Path, kind: str):
    folders = {"playbook": "playbooks", "workdays": "workdays"}
    write(folder, "osce.toml", f'{CAMPAIGN}{kind} = "mine"\n')
    write(folder, f"{folders[kind]}/mine.toml", "name = 1\n")

    reading = read(folder)

    assert campaigns(reading) == ["article"]
    assert ("osce.toml", f"unknown-{kind}") in told(reading)


def test_a_config_that_cannot_be_used_gives_no_world_but_all_problems(folder: Path):
    write(folder, "broken.toml", "title = \n")
    (folder / "config.toml").write_text("workdays = vienna\n", "utf-8")

    reading = read(folder)

    assert reading.world is None
    assert told(reading)[0] == ("config.toml", "unquoted")
    assert ("broken.toml", "no-value") in told(reading)


def test_the_last_good_config_stays_in_force(folder: Path):
    good = (folder / "config.toml").read_text("utf-8")
    (folder / "config.toml").write_text("workdays = vienna\n", "utf-8")

    reading = read(folder, {("config", "config"): good})

    assert campaigns(reading) == ["article"]
    assert reading.not_in_force == (str(folder / "config.toml"),)


def test_a_default_calendar_with_errors_leaves_nothing_to_plan_by(folder: Path):
    write(folder, "workdays/vienna.toml", 'name = "Vienna"\n')

    reading = read(folder)

    assert reading.world is None
    assert told(reading) == [("config.toml", "unknown-workdays"), ("vienna.toml", "missing-key")]


def test_the_shipped_files_serve_where_the_folder_has_none(folder: Path):
    shutil.rmtree(folder / "campaigns" / "workdays")
    write(folder, "osce.toml", f'{CAMPAIGN}playbook = "rapid-response"\n')

    reading = read(folder)

    assert reading.problems == ()
    assert reading.world is not None
    assert reading.world.campaigns["osce"].playbook == "rapid-response"
    assert reading.world.workdays["vienna"].name == "Vienna"
    shipped = shipped_folder()
    assert shipped is not None
    assert reading.in_force["workdays", "vienna"].path.samefile(shipped / "workdays/vienna.toml")


def test_a_broken_file_of_ones_own_does_not_fall_back_to_the_shipped_one(folder: Path):
    write(folder, "playbooks/standard.toml", "name = 1\n")

    reading = read(folder)

    assert reading.world is not None
    assert "standard" not in reading.world.playbooks
    assert "rapid-response" in reading.world.playbooks


def test_another_folder_can_stand_in_for_the_campaigns(folder: Path, tmp_path: Path):
    other = tmp_path / "other"
    write(tmp_path, "../other/only.toml", CAMPAIGN)

    reading = read_world(folder / "config.toml", campaigns=other)

    assert campaigns(reading) == ["only"]


@pytest.mark.parametrize(
    "name",
    ["x.toml~", ".x.toml", ".x.toml.swp", "x.swp", "#x.toml#", ".#x.toml", "4913", "x.toml.tmp"],
)
def test_what_editors_leave_behind_is_not_read(folder: Path, name: str):
    write(folder, name, "not a campaign")

    assert read(folder).problems == ()


def test_other_files_and_folders_are_left_alone(folder: Path):
    write(folder, "README.md", "read me")
    write(folder, "letters/x.toml", "not ours")

    assert read(folder).problems == ()


def test_links_pipes_folders_and_sockets_are_refused(folder: Path):
    campaigns_folder = folder / "campaigns"
    (campaigns_folder / "link.toml").symlink_to(folder / "campaigns" / "article.toml")
    (campaigns_folder / "dangling.toml").symlink_to(folder / "nowhere")
    (campaigns_folder / "folder.toml").mkdir()
    os.mkfifo(campaigns_folder / "pipe.toml")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(campaigns_folder / "s.toml"))

        problems = read(folder).problems

    assert [(Path(one.file).stem, one.code) for one in problems] == [
        ("dangling", "not-a-file"),
        ("folder", "not-a-file"),
        ("link", "not-a-file"),
        ("pipe", "not-a-file"),
        ("s", "unreadable"),
    ]
    assert message(problems, "pipe") == "this is a pipe or a device, not a file"
    assert message(problems, "folder") == "this is a folder, not a file"


def message(problems: tuple[Problem, ...], stem: str) -> str:
    return next(one.message for one in problems if Path(one.file).stem == stem)


def test_a_file_that_is_too_large_is_refused_without_being_read(folder: Path):
    path = write(folder, "large.toml", CAMPAIGN)
    with path.open("ab") as stream:
        stream.truncate(LARGEST_BYTES + 1)

    problem = read(folder).problems[0]

    assert (problem.code, problem.message) == (
        "too-large",
        "the file has 4.0 MiB; 4 MiB is the most",
    )


def test_names_that_are_no_ids_are_named(folder: Path):
    for name in ("OSCE Letter.toml", "osce.TOML", "Über.toml", "osce.toml.txt", "a\nb.toml"):
        write(folder, name, CAMPAIGN)

    problems = read(folder).problems

    assert {one.code for one in problems} == {"file-name"}
    assert sorted(str(one.hint) for one in problems) == [
        'rename it to "a-b.toml"',
        'rename it to "osce-letter.toml"',
        'rename it to "osce.toml"',
        'rename it to "osce.toml" if it is meant',
        'rename it to "uber.toml"',
    ]
    assert [one.severity for one in problems if one.file.endswith(".txt")] == ["warning"]
    assert not any("\n" in one.file for one in problems)


def test_more_files_than_are_read_are_told(folder: Path):
    for number in range(MOST_FILES + 1):
        (folder / "campaigns" / f"c{number}.toml").touch()

    problems = read(folder).problems

    many = [one for one in problems if one.code == "too-many-files"]
    assert [one.message for one in many] == [
        "12,006 files stand here, and 12,000 are the most: the others are not read"
    ]


def test_two_hundred_faults_are_shown_and_the_rest_counted():
    text = CAMPAIGN + "".join(f"key{number} = 1\n" for number in range(203))

    _, problems = read_text("campaign", "x", Path("x.toml"), text)

    assert len(problems) == 201
    assert problems[-1].code == "too-many-faults"
    assert problems[-1].message == "there are 3 faults more: mend these first"


def test_no_config_at_all_is_one_problem(tmp_path: Path):
    reading = read_world(tmp_path / "config.toml")

    assert reading.world is None
    assert reading.problems[0].code == "unreadable"
    assert "no such file" in reading.problems[0].message


def test_a_config_may_have_any_name(folder: Path):
    (folder / "config.toml").rename(folder / "Server (new).toml")

    reading = read_world(folder / "Server (new).toml")

    assert campaigns(reading) == ["article"]


def test_paths_are_shown_from_where_one_stands(folder: Path):
    write(folder, "broken.toml", "title = \n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        inside = read_world(Path("config.toml")).problems[0].file
        patch.chdir(folder / "campaigns" / "forums")
        outside = read_world(Path("../../config.toml")).problems[0].file

    assert inside == "campaigns/broken.toml"
    assert outside == f"{folder}/campaigns/broken.toml"


def test_the_place_of_a_key_is_that_of_the_deepest_known_part(folder: Path):
    write(folder, "osce.toml", CAMPAIGN + AT_COUNCIL)
    file = read(folder).in_force["campaign", "osce"]

    assert place(file, ("meeting", 0, "date")) == (7, 1)
    assert place(file, ("meeting", 0, "remind", 3)) == (5, 3)
    assert place(file, ("coordinators", 0)) == (3, 17)
    assert place(file, ("nothing",)) == (1, 1)


def test_problems_come_in_the_order_of_files_and_lines(folder: Path):
    write(folder, "b.toml", CAMPAIGN + "colour = 1\nshape = 2\n")
    write(folder, "a.toml", "title = \n")
    text = (folder / "config.toml").read_text("utf-8")
    (folder / "config.toml").write_text(f"colour = 1\n{text}", "utf-8")

    problems = read(folder).problems

    assert [(Path(one.file).name, one.line) for one in problems] == [
        ("config.toml", 1),
        ("a.toml", 1),
        ("b.toml", 4),
        ("b.toml", 5),
    ]


def test_a_password_is_shown_to_nobody(folder: Path):
    text = (folder / "config.toml").read_text("utf-8")
    quoted, unquoted = 'password = "hunter2"', "password = hunter2"
    transport = 'transport = "smtp://me:hunter2@mail.example.org"'
    for written in (f"{quoted}\n{transport}", f"{unquoted}\n{transport}"):
        changed = text.replace('transport = "maildir:outbox"', written)
        (folder / "config.toml").write_text(changed, "utf-8")

        reading = read(folder)

        assert reading.world is None
        assert "hunter2" not in str(reading.problems)


def test_a_fact_in_the_future_is_judged_in_the_campaigns_zone(folder: Path):
    write(folder, "osce.toml", CAMPAIGN + '\n[[log]]\non = 2010-06-24\nfact = "delivered"\n')
    late = datetime(2010, 6, 23, 21, 59, tzinfo=UTC)  # 23:59 in Vienna
    later = datetime(2010, 6, 23, 22, 0, tzinfo=UTC)

    codes = [
        [one.code for one in read_world(folder / "config.toml", now=now).problems]
        for now in (late, later, None)
    ]

    assert "fact-in-future" in codes[0]
    assert "fact-in-future" not in codes[1]
    assert codes[2] == []

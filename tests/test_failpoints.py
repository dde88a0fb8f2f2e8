"""The daemon dies once at every named place of every story; the story ends as without a death."""

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zlib import crc32

import pytest

from tests.builders import at
from tests.crashes import Answer, Desk, Server, blank_database, with_database
from tracker import failpoints

LETTER = """
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
workdays = "vienna"
[[ask]]
id = "mission"
text = "Send a mission"
[[meeting]]
forum = "council"
date = 2010-06-24
"""
MOVED = LETTER.replace("date = 2010-06-24", "date = 2010-07-01")
BOTH = LETTER.replace('["vienna"]', '["vienna", "new-york"]')
BEFORE, MORNING = at("2010-06-22 04:00"), at("2010-06-22 06:30")
WEDNESDAY, THURSDAY, MONDAY = (
    at("2010-06-23 07:00"),
    at("2010-06-24 07:00"),
    at("2010-06-28 07:00"),
)
Story = Callable[[Desk], None]
LATER = at("2010-06-30 12:00")


# -- stories -----------------------------------------------------------------------------------


def accepted(desk: Desk) -> None:
    desk.write("campaigns/letter", LETTER)
    desk.turn_at(BEFORE)
    desk.turn_at(MORNING)


def accepted_by_both(desk: Desk) -> None:
    desk.write("campaigns/letter", BOTH)
    desk.turn_at(BEFORE)
    desk.turn_at(MORNING)
    desk.turn_at(WEDNESDAY)


def moved(desk: Desk) -> None:
    accepted(desk)
    desk.write("campaigns/letter", MOVED)
    desk.turn_at(at("2010-06-22 08:00"))
    desk.turn_at(at("2010-06-22 09:00"))


def deleted_and_broken(desk: Desk) -> None:
    desk.write("campaigns/second", LETTER.replace("a mission", "another"))
    accepted(desk)
    desk.write("campaigns/second", None)
    desk.write("campaigns/letter", "title = [")
    # While nothing is due: whoever starts anew believes at once what others look at twice.
    desk.turn_at(at("2010-06-22 12:00"))
    desk.turn_at(WEDNESDAY)
    desk.turn_at(THURSDAY)


def asleep(desk: Desk) -> None:
    accepted_by_both(desk)
    desk.turn_at(MONDAY)


def asked_for_again(desk: Desk) -> None:
    accepted_by_both(desk)
    desk.retry_by_hand()
    desk.turn_at(at("2010-06-23 09:00"))


STORIES: tuple[Story, ...] = (
    accepted, accepted_by_both, moved, deleted_and_broken, asleep, asked_for_again,
)  # fmt: skip


# -- servers -----------------------------------------------------------------------------------


def put_off_once(_whom: str, tries: int) -> str | None:
    return "451 4.2.0 later" if tries == 1 else None


def never_new_york(whom: str, _tries: int) -> str | None:
    return "550 5.1.1 nobody here" if whom.startswith("new-york") else None


def silent_once(_whom: str, tries: int) -> str | None:
    return "close" if tries == 1 else None


SERVERS: Mapping[str, Mapping[str, Answer]] = {
    "guarded": {},
    "puts off and refuses": {"RCPT": put_off_once, "dot": never_new_york},
    "falls silent": {"dot": silent_once},
}
SCENARIOS = [(story, server) for story in STORIES for server in ("maildir", *SERVERS)]


def played(story: Story, server: str, home: Path, *, blank: Path, dies: int | None = None) -> Desk:
    """Play a story, and go on until nothing is under way any more.

    The place is always the same: some mails name it.
    """
    shutil.rmtree(home, ignore_errors=True)
    with_database(home, blank)
    answers = SERVERS.get(server)
    office = None if answers is None else Server(answers, guarded=server == "guarded")
    desk = Desk(home, office, BEFORE)
    desk.dies = dies
    story(desk)
    for hour in range(12, 15):
        desk.turn_at(LATER.replace(hour=hour))
    desk.end()
    return desk


# -- every place, every story --------------------------------------------------------------------


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return blank_database(tmp_path_factory.mktemp("blank"))


def deaths(places: list[str], seed: str) -> Iterator[int]:
    """Give one of the times at which each place is come to; all of them at night."""
    times = defaultdict(list)
    for number, place in enumerate(places, start=1):
        times[place].append(number)
    for place, numbers in times.items():
        if os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
            yield from numbers
        else:
            yield numbers[crc32(f"{seed} {place}".encode()) % len(numbers)]


def name_of(scenario: tuple[Story, str]) -> str:
    return f"{scenario[0].__name__}, {scenario[1]}"


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name_of)
def test_a_death_at_any_place_changes_nothing_but_copies(
    scenario: tuple[Story, str], tmp_path: Path, blank: Path
):
    story, server = scenario
    undisturbed = played(story, server, tmp_path / "home", blank=blank)
    wanted = undisturbed.ends()

    assert undisturbed.letters()
    for dies in deaths(undisturbed.places, name_of(scenario)):
        place = undisturbed.places[dies - 1]
        desk = played(story, server, tmp_path / "home", blank=blank, dies=dies)

        assert desk.crashes == 1, place
        assert desk.ends() == wanted, place
        silent = desk.silent_tries()
        for (whom, raw), copies in desk.letters().items():
            if server == "maildir":
                raw = raw.replace(b"\n", b"\r\n")  # noqa: PLW2901 -- as it was written down
            assert copies <= 1 + silent[raw], (place, whom)


def test_every_place_in_the_source_is_come_to(tmp_path: Path, blank: Path):
    source = Path(failpoints.__file__).parent
    found = {
        name
        for path in source.rglob("*.py")
        for name in re.findall(r'\bhere\("([a-z-]+)"\)', path.read_text())
    }

    reached = set[str]()
    for server in ("maildir", *SERVERS):
        home = tmp_path / "home"
        reached |= set(played(accepted_by_both, server, home, blank=blank).places)
    assert reached == found


# -- the places themselves -----------------------------------------------------------------------


def test_nothing_happens_at_a_place_unless_somebody_waits_there():
    reached: list[str] = []

    failpoints.here("taken")
    with failpoints.reaching(reached.append):
        failpoints.here("taken")
    failpoints.here("taken")

    assert reached == ["taken"]


def test_a_program_is_killed_at_the_place_and_time_that_the_environment_names():
    program = (
        "from tracker.failpoints import here\n"
        "for name in ('one', 'two', 'one', 'one'):\n"
        "    print(name, flush=True)\n"
        "    here(name)\n"
    )
    ended = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", program],
        env={**os.environ, failpoints.VARIABLE: "one:2"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert ended.returncode == -9
    assert ended.stdout.split() == ["one", "two", "one"]

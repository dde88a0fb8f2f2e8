"""Very many campaigns: those that nothing is due for are not in memory, and nobody can tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, event, given, settings, strategies as st

from tests.builders import COUNCIL, VIENNA
from tests.folders import LETTER, OTHER, a_home
from tests.test_daemon import TUESDAY, Desk
from tests.test_daemon_edits_alone import letters as edited_letters, letters_of
from tracker.app.lazily import MOST_KEPT, Lazily
from tracker.app.whole import last_whole
from tracker.daemon import many as of_many
from tracker.daemon.bell import HOUSE_AT
from tracker.daemon.many import look_apart
from tracker.daemon.whole import Answer, Asked
from tracker.errors import BusyError, TrackerError
from tracker.store import Store

ALL = -1  # so many are too many: even a folder without a campaign
CHASE = """
[[target]]
id = "chair"
post = "Chair"
[[follow-up]]
id = "ask"
what = "Ask the chair"
due = "2 days before meeting"
target = "chair"
repeat = "every 1 day, 3 more times"
"""


class Looks:
    """Counts the looks at all files."""

    def __init__(self, desk: Desk) -> None:
        assert desk.daemon._many is not None
        self.count = 0
        self._look = desk.daemon._many._look
        desk.daemon._many._look = self.look

    def look(self, *asked: Any) -> None:
        self.count += 1
        self._look(*asked)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return a_home(home)


def restarted(desk: Desk, *, up_until: datetime | None = None, many: int = ALL) -> Desk:
    """Start another daemon on the same files and database, as the first one's clock has it."""
    desk.store.close()
    after = Desk(desk.home, desk.clock.at, many=many, up_until=up_until)
    after.sent = desk.sent
    return after


async def live(desk: Desk, until: datetime) -> None:
    """Turn at each moment that the bell is set to, and keep house each day."""
    while True:
        house = next_house(desk.clock.at)
        armed = desk.bell.armed
        ahead = [house] if armed is None else [house, max(armed, desk.clock.at + A_SECOND)]
        if min(ahead) > until:
            break
        if min(ahead) == house:
            await desk.bell.keep_house()
        await desk.turn_at(min(ahead))
    desk.clock.at = until


A_SECOND = timedelta(seconds=1)


def next_house(after: datetime) -> datetime:
    hour, minute = HOUSE_AT
    house = after.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return house if house > after else house + timedelta(days=1)


def in_memory(desk: Desk) -> int:
    campaigns = desk.daemon.engine.world.campaigns
    assert isinstance(campaigns, Lazily)
    return len(campaigns._kept)


# -- what is in memory -------------------------------------------------------------------------


def test_of_ten_thousand_values_the_last_asked_for_are_kept():
    made: list[str] = []

    def make(key: str) -> int:
        made.append(key)
        return int(key)

    numbers = Lazily({str(number): None for number in range(10_000)}, make)

    assert sum(numbers.values()) == 49_995_000
    assert len(numbers._kept) == MOST_KEPT
    assert (numbers["9999"], "17" in numbers, "x" in numbers) == (9_999, True, False)
    assert len(made) == 10_000


def test_a_value_that_was_changed_is_the_new_one_from_then_on():
    old = Lazily({"a": None, "b": None}, lambda key: f"{key} as it was")
    assert old["a"] == "a as it was"

    new = old.with_values({"a": "a as it is"})

    assert (new["a"], new["b"], old["a"]) == ("a as it is", "b as it was", "a as it was")
    with pytest.raises(KeyError):
        old.with_values({"c": ""})


async def test_after_a_start_no_campaign_is_in_memory(home: Path):
    desk = Desk(home, many=ALL)

    await desk.turn()

    assert desk.campaigns == {"letter", "other"}
    assert in_memory(desk) == 0


# -- when all files are looked at --------------------------------------------------------------


async def test_a_start_among_the_same_files_looks_at_none(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    desk = Desk(home, many=ALL)
    await desk.turn()

    def look(*_: Any) -> None:
        pytest.fail("it looked at all files")

    monkeypatch.setattr("tests.test_daemon.look_at_all", look)
    again = restarted(desk)
    await again.turn()
    await live(again, TUESDAY + timedelta(hours=2))

    assert len(again.sent) == 1


CHANGED = {
    "an edit": lambda home: home.write("letter", LETTER + CHASE),
    "a new file": lambda home: home.write("third", OTHER),
    "a broken file": lambda home: home.write("letter", LETTER.replace("title", "titel")),
    "a file that is gone": lambda home: (home.home / "campaigns" / "other.toml").unlink(),
    "another forum": lambda home: home.write("forums/council", COUNCIL + 'place = "Vienna"\n'),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
async def test_a_start_among_other_files_looks_at_all(home: Path, change: Any):
    desk = Desk(home, many=ALL)
    await desk.turn()
    before = last_whole(desk.store)
    desk.clock.at += timedelta(minutes=1)

    change(desk)
    after = last_whole(restarted(desk).store)

    assert before is not None
    assert after is not None
    assert after.looked_at == before.looked_at + timedelta(minutes=1)


async def test_a_start_by_another_release_looks_at_all(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    desk = Desk(home, many=ALL)
    desk.clock.at += timedelta(minutes=1)
    monkeypatch.setattr("tracker.app.whole.maker", lambda: "another release")

    found = last_whole(restarted(desk).store)

    assert found is not None
    assert found.looked_at == TUESDAY + timedelta(minutes=1)


async def test_a_start_after_the_hour_of_house_looks_at_all(home: Path):
    desk = Desk(home, many=ALL)
    desk.clock.at += timedelta(days=1)

    found = last_whole(restarted(desk).store)

    assert found is not None
    assert found.looked_at == TUESDAY + timedelta(days=1)


async def test_an_edit_of_a_campaign_looks_at_that_file_alone(home: Path):
    desk = Desk(home, many=ALL)
    await desk.turn()
    looks = Looks(desk)
    desk.write("letter", LETTER + CHASE)

    await desk.turn(2)

    assert looks.count == 0
    assert "ask" in {one.occurrence.item for one in desk.store.lines(campaign="letter")}
    assert len(desk.daemon.engine.world.campaigns["letter"].follow_up) == 1


async def test_files_that_are_saved_while_they_are_looked_at_are_looked_at_again(home: Path):
    desk = Desk(home, many=ALL)
    await desk.turn()
    assert desk.daemon._many is not None
    look = desk.daemon._many._look

    def saved_meanwhile(asked: Asked, tell: Any) -> None:
        desk.write("third", OTHER.replace("Open the border", "Let them go"))
        look(asked, tell)

    desk.daemon._many._look = saved_meanwhile
    desk.write("third", OTHER)
    await desk.turn(2)
    assert desk.campaigns == {"letter", "other"}

    desk.daemon._many._look = look
    await desk.turn(2)
    assert desk.daemon.engine.world.campaigns["third"].title == "Let them go"


async def test_a_database_that_is_busy_is_asked_again_at_the_next_turn(home: Path):
    desk = Desk(home, many=ALL)
    await desk.turn()
    assert desk.daemon._many is not None
    look = desk.daemon._many._look
    desk.daemon._many._look = lambda _asked, tell: tell(Answer(how="busy", words="Busy."))
    desk.write("third", OTHER)
    await desk.turn(2)
    assert desk.campaigns == {"letter", "other"}

    desk.daemon._many._look = look
    await desk.turn()

    assert desk.campaigns == {"letter", "other", "third"}


async def test_where_files_cannot_be_looked_at_what_is_planned_leaves_all_the_same(
    home: Path, caplog: pytest.LogCaptureFixture
):
    desk = Desk(home, many=ALL)
    await desk.turn()
    assert desk.daemon._many is not None
    look, tries = desk.daemon._many._look, []

    def killed(asked: Asked, _tell: Any) -> None:
        tries.append(asked.now)

    desk.daemon._many._look = killed
    desk.write("third", OTHER)
    await desk.turn(2)

    assert len(await desk.turn_at(TUESDAY + timedelta(minutes=10))) == 1
    assert len(tries) == 1  # the same files are not tried again at once
    assert "could not be looked at" in caplog.text

    desk.daemon._many._look = look
    await desk.turn_at(TUESDAY + timedelta(hours=1))
    assert desk.campaigns == {"letter", "other", "third"}


def test_a_start_that_can_look_at_no_file_says_so(home: Path):
    with pytest.raises(TrackerError, match="no answer"):
        Desk(home, many=ALL, look=lambda _asked, _tell: None)


# -- the program -------------------------------------------------------------------------------


def test_the_program_apart_does_what_is_asked_and_says_how_far_it_is(home: Path):
    told: list[Answer] = []
    asked = Asked(
        database=f"sqlite:///{home / 'tracker.db'}",
        config=str(home / "config.toml"),
        campaigns=str(home / "campaigns"),
        now=TUESDAY,
        contents={},
    )

    look_apart(asked, told.append)

    assert [one.how for one in told] == ["again"]  # the files are others than it was told


def test_a_program_that_ends_before_it_has_heard_the_question_gives_no_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    desk = Desk(home, many=ALL, look=look_apart)
    assert desk.daemon._many is not None
    monkeypatch.setattr("tracker.daemon.many.sys.executable", "/bin/false")
    many = {Path(f"{number}.toml"): "0" * 64 for number in range(20_000)}  # more than a pipe holds

    assert not desk.daemon._many.take(many, TUESDAY)


async def test_a_program_that_is_told_to_stop_is_no_fault_and_is_asked_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    desk = Desk(home, many=ALL, look=look_apart)
    stopped = home / "stopped"
    stopped.write_text("#!/bin/sh\nkill -TERM $$\n")
    stopped.chmod(0o755)
    desk.write("third", OTHER)

    with monkeypatch.context() as stopping:  # a service manager tells all programs of a service
        stopping.setattr("tracker.daemon.many.sys.executable", str(stopped))
        await desk.turn(2)
    assert "could not be looked at" not in caplog.text

    await desk.turn()
    assert desk.campaigns == {"letter", "other", "third"}


def test_a_daemon_of_many_campaigns_starts_by_the_program_apart(home: Path):
    desk = Desk(home, many=ALL, look=look_apart)

    assert desk.campaigns == {"letter", "other"}
    assert {line.occurrence.campaign for line in desk.store.lines()} >= {"letter", "other"}


def test_what_the_program_is_kept_from_the_daemon_hears(home: Path):
    desk = Desk(home, many=ALL)
    desk.write("third", OTHER)
    with Store.open("sqlite:///tracker.db", base=home) as other, other.writing():
        assert desk.daemon._many is not None
        with pytest.raises(BusyError):
            desk.daemon._many.take(desk.daemon.folder.contents(), TUESDAY)


# -- the law -----------------------------------------------------------------------------------

MOVED = 'moved = [{ from = 2010-07-01, to = "2010-06-30 at 10:00" }]\n'
TEXTS = st.one_of(edited_letters(), edited_letters().map(lambda text: text + CHASE))
# One file stays: of an emptied folder it is told anew how many campaigns it had when it is read.
FILES = st.fixed_dictionaries(
    {}, optional={"letter": TEXTS | st.none(), "other": TEXTS, "third": TEXTS | st.none()}
)
SHARED = st.sampled_from(
    [
        *5 * [("", "")],
        ("forums/council", COUNCIL),
        ("forums/council", COUNCIL + MOVED),
        ("forums/council", COUNCIL.replace("Thursday", "Thurzday")),
        ("workdays/vienna", VIENNA + "\n# edited\n"),
    ]
)
WAITS = st.sampled_from(
    [timedelta(0), timedelta(minutes=4), timedelta(hours=5), timedelta(days=1), timedelta(days=4)]
)
ENDS = st.sampled_from(["goes on", "goes on", "goes on", "restarts", "was down"])
STEPS = st.lists(st.tuples(FILES, SHARED, WAITS, ENDS), min_size=1, max_size=5)


@contextmanager
def two_desks() -> Iterator[list[Desk]]:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        desks = [
            Desk(a_home(Path(folder)), many=many)
            for folder, many in ((one, ALL), (other, of_many.MANY))
        ]
        yield desks
        for desk in desks:
            desk.store.close()


def save(desk: Desk, files: dict[str, str | None], shared: tuple[str, str]) -> None:
    for name, text in files.items():
        path = desk.home / "campaigns" / f"{name}.toml"
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(text)
    if shared[0]:
        desk.write(*shared)


def told(desk: Desk) -> list[tuple[object, ...]]:
    """Return what left, with the calendar files."""
    return [
        (to, subject, text, calendar_of(record.raw))
        for (to, subject, text), (_, record) in zip(letters_of(desk), desk.sent, strict=True)
    ]


def calendar_of(raw: bytes) -> list[str]:
    mail = message_from_bytes(raw, policy=policy.default)
    return [str(one.get_content()) for one in mail.iter_attachments()]


def queued(desk: Desk) -> set[tuple[object, ...]]:
    return {
        (one.occurrence.key.replace(str(desk.home), ""), one.occurrence.due, one.state)
        for one in desk.store.lines(states={"queued", "sent"})
    }


@pytest.mark.usefixtures("unmeasured")
@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(STEPS)
async def test_what_leaves_is_what_leaves_where_all_campaigns_are_in_memory(
    steps: list[tuple[dict[str, str | None], tuple[str, str], timedelta, str]],
):
    with two_desks() as desks:
        for desk in desks:
            await desk.turn()
        for files, shared, wait, end in steps:
            event(end)
            for number, desk in enumerate(desks):
                desk.clock.at += A_SECOND  # nobody breaks a file twice in one moment
                save(desk, files, shared)
                if end == "goes on":
                    await desk.turn(2)
                    await live(desk, desk.clock.at + wait)
                    continue
                was, desk.clock.at = desk.clock.at, desk.clock.at + wait
                up_until = was if end == "was down" else None
                many = of_many.MANY if number else ALL
                desks[number] = restarted(desk, up_until=up_until, many=many)
                await desks[number].turn(2)
            assert told(desks[0]) == told(desks[1])
        for desk in desks:
            await desk.bell.keep_house()
            await desk.turn()
        event(f"{len(desks[0].sent)} mails")
        assert queued(desks[0]) == queued(desks[1])

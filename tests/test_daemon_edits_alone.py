"""Edits of campaigns' own files, taken alone: what comes of it is what the whole look makes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, event, given, settings, strategies as st

from tests.builders import COUNCIL
from tests.folders import LETTER, OTHER, a_home
from tests.test_daemon import TUESDAY, BusyStore, Desk
from tracker.app.edits_alone import Taken
from tracker.daemon.turns import Daemon
from tracker.errors import BusyError

DEADLINE = """
[[deadline]]
id = "call"
what = "Call the chair"
due = "1 day before meeting"
"""


class Alone:
    """Counts the edits that a daemon has taken alone."""

    def __init__(self, daemon: Daemon) -> None:
        self.taken = 0
        self._take = daemon._edits.take
        daemon._edits.take = self.take  # type: ignore[method-assign]

    def take(self, *files: Any, **options: Any) -> Taken | None:
        taken = self._take(*files, **options)
        self.taken += taken is not None
        return taken


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


@pytest.fixture
async def desk(home: Path) -> Desk:
    desk = Desk(home)
    await desk.turn()
    return desk


def queued(desk: Desk, campaign: str) -> set[str]:
    lines = desk.store.lines(campaign=campaign, states={"queued"})
    return {line.occurrence.item for line in lines}


async def test_an_edit_of_one_campaign_plans_that_campaign_and_no_other(desk: Desk):
    ends = [(line.occurrence.key, "cancelled", "") for line in desk.store.lines()]
    desk.store.replace_plan((), (), ends, now=TUESDAY)
    desk.write("letter", LETTER + DEADLINE)

    await desk.turn(2)

    assert "call" in queued(desk, "letter")
    assert queued(desk, "other") == set()


async def test_what_an_edit_makes_due_leaves_with_the_next_plan(desk: Desk):
    desk.write("letter", LETTER + DEADLINE)
    await desk.turn(2)

    sent = [await desk.turn_at(TUESDAY + timedelta(minutes=n)) for n in (10, 20)]

    assert [subject for subjects in sent for subject in subjects] != []


async def test_after_an_edit_the_bell_is_set_to_what_is_due_first_now(desk: Desk):
    await desk.turn_at(TUESDAY + timedelta(minutes=20))  # the accepted notice has left
    alone, early = Alone(desk.daemon), TUESDAY + timedelta(minutes=45)
    early_call = 'due = "day of opening at 23:00"\nremind = ["on the day at 07:45"]'
    desk.write("letter", LETTER + DEADLINE.replace('due = "1 day before meeting"', early_call))

    await desk.turn(2)

    assert alone.taken == 1
    assert desk.bell.armed == early


OUT_OF_THE_ORDINARY = {
    "a fault": {"letter.toml": LETTER.replace("title", "titel")},
    "a new file": {"letter.toml": LETTER + DEADLINE, "third.toml": LETTER},
    "a shared file": {"letter.toml": LETTER + DEADLINE, "forums/council.toml": COUNCIL + "\n"},
    "another reader": {"letter.toml": LETTER.replace('["vienna"]', '["vienna", "new-york"]')},
    "the beginning only": {"letter.toml": LETTER.rpartition("[[meeting]]")[0]},
}


@pytest.mark.parametrize("files", OUT_OF_THE_ORDINARY.values(), ids=OUT_OF_THE_ORDINARY.keys())
async def test_what_is_out_of_the_ordinary_is_left_to_the_whole_look(
    desk: Desk, files: dict[str, str]
):
    alone = Alone(desk.daemon)
    for name, text in files.items():
        (desk.home / "campaigns" / name).write_text(text)

    await desk.turn(2)

    assert alone.taken == 0


async def test_after_housekeeping_the_next_edit_is_read_with_all_files(desk: Desk):
    alone = Alone(desk.daemon)
    await desk.bell.keep_house()
    await desk.turn()
    taken = []
    for text in (LETTER + DEADLINE, LETTER + DEADLINE.replace("1 day", "2 days")):
        desk.write("letter", text)
        await desk.turn(2)
        taken.append(alone.taken)

    assert taken == [0, 1]


class FullStore(BusyStore):
    """A store that cannot be written to the end now and then."""

    full = False

    def replace_plan(self, *plan: Any, **options: Any) -> None:
        super().replace_plan(*plan, **options)
        if self.full:
            raise BusyError("The database is busy.")


async def test_an_edit_that_could_not_be_written_is_taken_at_the_next_turn(home: Path):
    store = FullStore.open("sqlite:///tracker.db", base=home)
    desk = Desk(home, store=store)
    await desk.turn()
    desk.write("letter", LETTER + DEADLINE)
    await desk.turn()

    store.full = True
    await desk.turn()
    during = (queued(desk, "letter"), desk.daemon.engine.world.campaigns["letter"].deadline)
    store.full = False
    await desk.turn()

    assert "call" not in during[0]
    assert during[1] == ()
    assert "call" in queued(desk, "letter")


# -- the law -----------------------------------------------------------------------------------

FACTS = (
    "",
    '[[log]]\non = 2010-06-22\nfact = "delivered"\n',
    '[[log]]\non = 2010-06-22\nfact = "done"\nitem = "call"\n',
)


@st.composite
def letters(draw: st.DrawFn) -> str:
    """Draw a text of a letter: most are sound, some are not."""
    deadline = draw(
        st.sampled_from(["", *(DEADLINE.replace("1 day", f"{n} days") for n in (2, 5))])
    )
    fact = draw(st.sampled_from(FACTS if deadline else FACTS[:2]))
    head = draw(st.sampled_from(["", "# a remark\n", "closed = 2010-06-23\n"]))
    day = draw(st.sampled_from(["06-24", "07-01", "07-08"]))
    readers = draw(st.sampled_from(4 * ['["vienna"]'] + ['["new-york"]']))
    letter: str = draw(st.sampled_from(5 * [LETTER] + [LETTER.replace("title", "titel")]))
    letter = letter.replace("06-24", day).replace('["vienna"]', readers)
    target = draw(st.sampled_from(["", '[[target]]\nid = "chair"\npost = "Chair"\n']))
    return f"{head}{letter}{deadline}{target}{fact}"


FILES = st.dictionaries(st.sampled_from(["letter", "other", "third"]), letters(), min_size=1)
WAITS = st.sampled_from(
    [timedelta(0), timedelta(minutes=4), timedelta(hours=5), timedelta(days=1)]
)
STEPS = st.lists(st.tuples(FILES, WAITS), min_size=1, max_size=5)


@contextmanager
def two_desks() -> Iterator[tuple[Desk, Desk]]:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        desks = [Desk(a_home(Path(folder))) for folder in (one, other)]
        for desk in desks:
            desk.write("third", OTHER.replace("Open the border", "Let them go"))
        yield desks[0], desks[1]
        for desk in desks:
            desk.store.close()


async def wait_until(desk: Desk, moment: datetime) -> None:
    """Turn at each moment that the bell is set to."""
    while (armed := desk.bell.armed) is not None and armed <= moment:
        await desk.turn_at(max(armed, desk.clock.at + timedelta(seconds=1)))
    desk.clock.at = moment


def written(desk: Desk, *campaigns: str) -> tuple[object, ...]:
    """Return what the database holds: of these campaigns' lines only."""
    lines = [one for one in desk.store.lines() if one.occurrence.campaign in campaigns]
    journal = [
        str((one.at, one.kind, one.key, one.campaign, one.data)).replace(str(desk.home), "")
        for one in desk.store.journal()
    ]
    return (
        sorted(lines, key=lambda one: one.occurrence.key),
        sorted(journal),
        desk.store.good_files(),
    )


def letters_of(desk: Desk) -> list[tuple[object, ...]]:
    """Return what left: to whom, its subject and its text, but for where the folder is."""
    mails = [message_from_bytes(mail.raw, policy=policy.default) for _, mail in desk.sent]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    texts = [
        " ".join(str(body.get_content()).split()) if body is not None else "" for body in bodies
    ]
    return [
        (mail["To"], mail["Subject"], text.replace(str(desk.home), ""))
        for mail, text in zip(mails, texts, strict=True)
    ]


@pytest.mark.usefixtures("unmeasured")
@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(STEPS)
async def test_edits_taken_alone_leave_what_the_whole_look_leaves(
    steps: list[tuple[dict[str, str], timedelta]],
):
    with two_desks() as (desk, whole):
        alone = Alone(desk.daemon)
        for one in (desk, whole):
            await one.turn(3)
        for files, wait in steps:
            for one in (desk, whole):
                whole.daemon._all_is_due = True
                for name, text in files.items():
                    one.write(name, text)
                await one.turn(2)
            assert written(desk, *files) == written(whole, *files)
            for one in (desk, whole):
                await wait_until(one, one.clock.at + wait)
        for one in (desk, whole):
            one.daemon.engine.refresh()
        event(f"{alone.taken} taken alone")
        assert written(desk, "letter", "other", "third") == written(
            whole, "letter", "other", "third"
        )
        assert letters_of(desk) == letters_of(whole)

"""What is due at its own moment: its campaigns are planned, no other, whatever else is planned."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, event, given, settings, strategies as st
from sqlalchemy import event as of_engine

from tests.folders import LETTER, OTHER, a_home
from tests.test_daemon import TUESDAY, Desk
from tests.test_daemon_edits_alone import letters_of, wait_until, written
from tracker.app.sending import Ground
from tracker.store import Store

CALL = """
[[deadline]]
id = "call"
what = "Call the chair"
due = "1 day before meeting"
remind = ["on the day at 14:00", "1 day before at 13:30"]
"""
CALLED = '[[log]]\non = 2010-06-22\nfact = "done"\nitem = "call"\n'
FIRST_CALL = TUESDAY.replace(hour=11, minute=30)  # 13:30 in Vienna
MANY = 2_000
COPIES = """
INSERT INTO line (key, campaign, recipient, due, document, state)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)
SELECT key || '/' || i, campaign || '-' || i, recipient,
       strftime('%Y-%m-%d %H:%M:%f000', due, '+' || (30 + i % 300) || ' days'), document, state
FROM n, (SELECT * FROM line WHERE campaign NOT NULL AND state = 'queued' LIMIT 1)
"""


class Alone:
    """Counts how often what was due was planned alone."""

    def __init__(self, desk: Desk) -> None:
        self.planned = 0
        self._ground = desk.daemon._due.ground
        desk.daemon._due.ground = self.ground  # type: ignore[method-assign]

    def ground(self, now: datetime) -> Ground | None:
        found = self._ground(now)
        self.planned += found is not None
        return found


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    (tmp_path / "home").mkdir()
    home = a_home(tmp_path / "home")
    (home / "campaigns" / "letter.toml").write_text(LETTER + CALL)
    desk = Desk(home)
    await desk.turn()
    await past_the_morning(desk)
    return desk


async def past_the_morning(desk: Desk) -> None:
    """Let the accepted notices leave, and the digest."""
    await wait_until(desk, FIRST_CALL - timedelta(minutes=1))


async def test_what_is_due_plans_its_campaign_and_no_other(desk: Desk):
    others = [(one.occurrence.key, "cancelled", "") for one in desk.store.lines(campaign="other")]
    desk.store.replace_plan((), (), others, now=TUESDAY)

    sent = await desk.turn_at(FIRST_CALL)

    assert len(sent) == 1
    assert not desk.store.lines(campaign="other", states={"queued"})


async def test_what_the_plan_no_longer_wants_does_not_leave(desk: Desk):
    desk.write("letter", LETTER + CALL + CALLED)
    await desk.turn(2)

    assert await desk.turn_at(FIRST_CALL) == []


async def test_what_comes_due_while_the_plan_is_made_leaves_after_it(desk: Desk):
    """Planning takes a moment, in which a line of another letter may come due."""
    today = 'due = 2010-06-22\nfor = "campaign"\nremind = ["on the day at 13:31"]\n'
    desk.write("other", f'{OTHER}[[deadline]]\nid = "write"\nwhat = "Write"\n{today}')
    await desk.turn(2)
    ground = desk.daemon._due.ground

    def slowly(now: datetime) -> Ground | None:
        found = ground(now)
        desk.clock.at = FIRST_CALL + timedelta(minutes=1)
        return found

    desk.daemon._due.ground = slowly  # type: ignore[method-assign]

    assert len(await desk.turn_at(FIRST_CALL)) == 1
    assert len(await desk.turn_at(desk.clock.at)) == 1


async def test_a_digest_is_written_from_the_plan_of_everything(desk: Desk):
    alone = Alone(desk)

    sent = await desk.turn_at(datetime.fromisoformat("2010-06-23T06:00Z"))

    assert sent != []
    assert alone.planned == 0


async def test_word_of_a_new_campaign_is_written_from_the_plan_of_everything(desk: Desk):
    alone = Alone(desk)
    desk.write("third", OTHER.replace("Open the border", "Let them go"))
    await desk.turn(2)

    sent = await desk.turn_at(desk.clock.at + timedelta(minutes=10))

    assert len(sent) == 1
    assert alone.planned == 0


async def test_of_two_leads_that_passed_meanwhile_the_later_leaves_and_the_other_is_over(
    desk: Desk,
):
    two = CALL.replace('"on the day at 14:00"', '"1 day before at 14:00"')
    desk.write("letter", LETTER + two)
    await desk.turn(2)

    alone = Alone(desk)
    await desk.turn_at(FIRST_CALL + timedelta(hours=1))

    assert alone.planned == 1
    calls = [one for one in desk.store.lines(campaign="letter") if one.occurrence.item == "call"]
    ended = sorted(one.state for one in calls if one.settled_at)
    assert ended == ["cancelled", "expired", "sent"]  # the edit cancelled the third


async def test_the_ring_for_what_is_due_alone_does_not_look_at_the_files(desk: Desk):
    desk.clock.at = FIRST_CALL
    (desk.home / "campaigns" / "third.toml").write_text(OTHER)
    looks: list[bool] = []
    look = desk.daemon.folder.look

    def counted(*, anew: bool = False) -> Any:
        looks.append(anew)
        return look(anew=anew)

    desk.daemon.folder.look = counted  # type: ignore[method-assign]
    await desk.bell.ring_next()
    await desk.turn()
    due = len(looks)
    desk.bell.ring()
    await desk.turn()

    assert (due, len(looks)) == (0, 1)


async def test_a_ring_for_both_looks(desk: Desk):
    await desk.bell.ring_next()
    desk.bell.ring()

    assert not desk.bell.only_next()


# -- growth ------------------------------------------------------------------------------------


class Work:
    """Counts what the database does: statements, and steps of SQLite's machine."""

    def __init__(self, store: Store) -> None:
        self.statements = self.steps = 0
        of_engine.listen(store._engine, "before_cursor_execute", self._count)
        with store._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(self._step, 100)

    def _count(self, *_: object) -> None:
        self.statements += 1

    def _step(self) -> int:
        self.steps += 100
        return 0


async def test_the_work_of_a_wake_does_not_grow_with_the_planned_lines(tmp_path: Path):
    found: list[tuple[int, int]] = []
    for number, copies in enumerate((1, MANY)):
        home = tmp_path / str(number)
        home.mkdir()
        a_home(home)
        (home / "campaigns" / "letter.toml").write_text(LETTER + CALL)
        desk = Desk(home)
        await desk.turn()
        await past_the_morning(desk)
        with closing(sqlite3.connect(home / "tracker.db")) as file, file:
            file.execute(COPIES, {"many": copies})
        work = Work(desk.store)
        assert len(await desk.turn_at(FIRST_CALL)) == 1
        found.append((work.statements, work.steps))
        desk.store.close()

    few, many = found
    assert many[0] == few[0]
    assert many[1] <= few[1] * 1.1


# -- the law -----------------------------------------------------------------------------------

DAYS = st.sampled_from(["06-24", "07-01", "07-08"])
LEADS = st.lists(
    st.sampled_from(["1 day before at 13:30", "on the day at 14:00", "2 days before"])
)
FACTS = st.sampled_from(["", "", CALLED])
WAITS = st.sampled_from([timedelta(hours=5), timedelta(days=1), timedelta(days=3)])


@st.composite
def letters(draw: st.DrawFn) -> str:
    leads = ", ".join(f'"{lead}"' for lead in dict.fromkeys(draw(LEADS)))
    step = CALL.replace('"on the day at 14:00", "1 day before at 13:30"', leads)
    return LETTER.replace("06-24", draw(DAYS)) + step + draw(FACTS)


STEPS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(["letter", "other"]), letters()), WAITS)
)


@contextmanager
def two_desks() -> Iterator[tuple[Desk, Desk]]:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        desks = [Desk(a_home(Path(folder))) for folder in (one, other)]
        yield desks[0], desks[1]
        for desk in desks:
            desk.store.close()


@pytest.mark.usefixtures("unmeasured")
@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(STEPS)
async def test_what_leaves_is_what_leaves_where_everything_is_planned(
    steps: list[tuple[dict[str, str], timedelta]],
):
    with two_desks() as (desk, whole):
        alone = Alone(desk)
        whole.daemon._due.ground = lambda now: None  # type: ignore[method-assign]  # noqa: ARG005
        for one in (desk, whole):
            await one.turn()
        for files, wait in steps:
            for one in (desk, whole):
                for name, text in files.items():
                    one.write(name, text)
                await one.turn(2)
                await wait_until(one, one.clock.at + wait)
            assert letters_of(desk) == letters_of(whole)
        for one in (desk, whole):
            one.daemon.engine.refresh()
        event(f"{alone.planned} planned alone")
        assert written(desk, "letter", "other") == written(whole, "letter", "other")


async def test_what_an_edit_of_the_forum_made_due_says_so(desk: Desk):
    ask = '[[follow-up]]\nid = "ask"\nwhat = "Ask"\ndue = "14 days before meeting"\n'
    desk.write("letter", LETTER.replace("06-24", "07-08") + ask)
    await desk.turn(3)
    await wait_until(desk, datetime.fromisoformat("2010-06-23T12:30Z"))
    council = desk.home / "campaigns" / "forums" / "council.toml"
    earlier = 'moved = [{ from = 2010-07-08, to = "2010-07-07 at 10:00" }]\n'
    council.write_text(council.read_text() + earlier)
    await desk.turn(3)
    alone = Alone(desk)

    await desk.turn_at(desk.clock.at + timedelta(minutes=10))

    assert alone.planned == 1
    *_, (_, _, text) = letters_of(desk)
    assert "late: edited on Wed 23 June 2010: Permanent Council: session of Thu" in str(text)


async def test_the_invitation_to_a_meeting_names_every_letter_that_aims_at_it(desk: Desk):
    desk.write("letter", LETTER + 'remind = ["1 day before at 14:00"]\n')
    desk.write("other", OTHER.replace("07-01", "06-24") + "remind = []\n")
    await desk.turn(3)
    await wait_until(desk, datetime.fromisoformat("2010-06-23T11:30Z"))
    alone, before = Alone(desk), len(desk.sent)

    await wait_until(desk, datetime.fromisoformat("2010-06-23T12:30Z"))

    [(_, mail)] = desk.sent[before:]
    [invitation] = message_from_bytes(mail.raw, policy=policy.default).iter_attachments()
    assert alone.planned == 1
    assert "Send a mission" in invitation.get_content()
    assert "Open the border" in invitation.get_content()


async def test_an_invitation_counts_the_moves_from_before_its_letter(desk: Desk):
    desk.write("letter", LETTER + "remind = []\n")
    council = desk.home / "campaigns" / "forums" / "council.toml"
    later = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00" }]\n'
    council.write_text(council.read_text() + later)
    await desk.turn(3)
    text = LETTER.replace("Send a mission", "Let them go").replace('"vienna"]', '"new-york"]')
    desk.write("third", text + 'remind = ["1 day before at 14:00"]\n')
    await desk.turn(3)
    await wait_until(desk, datetime.fromisoformat("2010-06-24T11:30Z"))
    alone, before = Alone(desk), len(desk.sent)

    await wait_until(desk, datetime.fromisoformat("2010-06-24T12:30Z"))

    [(_, mail)] = desk.sent[before:]
    [invitation] = message_from_bytes(mail.raw, policy=policy.default).iter_attachments()
    assert alone.planned == 1
    assert "SEQUENCE:1" in invitation.get_content()

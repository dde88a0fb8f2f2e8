"""A daemon on a folder of its own: a clock to turn, an inbox to look into, and no waiting."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA, at
from tests.house import TEMPLATES
from tracker.app.engine import Engine
from tracker.app.replay import SimulatedClock
from tracker.compose import Composed, Composer, Envelope
from tracker.content import MailContent
from tracker.daemon.bell import Bell
from tracker.daemon.many import MANY, Look
from tracker.daemon.serving import started
from tracker.daemon.turns import Daemon
from tracker.daemon.whole import look_at_all
from tracker.delivery import Outcome
from tracker.errors import BusyError, ConfigError
from tracker.store import MailRecord, NewMail, Store

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
TUESDAY = at("2010-06-22 05:00")
PATIENCE_SECONDS = 20


class Desk:
    """The daemon, and what left it; it is turned by hand and its bell is never started."""

    def __init__(
        self,
        home: Path,
        now: datetime = TUESDAY,
        store: Store | None = None,
        *,
        many: int = MANY,
        look: Look | None = None,
        up_until: datetime | None = None,
    ) -> None:
        """Start it; more than so `many` campaigns are not in memory."""
        self.home = home
        self.clock = SimulatedClock(now)
        self.store = store or Store.open("sqlite:///tracker.db", base=home)
        self.sent: list[tuple[str, MailRecord]] = []
        self.outcomes: list[Outcome] = []
        self.on_delivery: Callable[[], None] = lambda: None
        self.bell = Bell()
        engine = Engine(
            self.store,
            Composer(TEMPLATES, None),
            deliver=self._deliver,
            clock=self.clock,
            replayed=False,
        )
        self.daemon: Daemon = started(
            engine,
            home / "config.toml",
            home / "campaigns",
            self.bell,
            up_until=up_until,
            many=many,
            look=look or look_at_all,
        )

    async def _deliver(self, record: MailRecord, address: str) -> Outcome:
        self.on_delivery()
        self.sent.append((address, record))
        return self.outcomes.pop(0) if self.outcomes else Outcome("sent", 250, "taken")

    def write(self, name: str, text: str) -> None:
        (self.home / "campaigns" / f"{name}.toml").write_text(text)

    async def turn(self, times: int = 1) -> None:
        for _ in range(times):
            await self.daemon.turn()

    async def turn_at(self, moment: datetime) -> list[str]:
        """Turn once at a moment and return the subjects of what left."""
        before = len(self.sent)
        self.clock.at = moment
        await self.daemon.turn()
        return [record.subject for _, record in self.sent[before:]]

    @property
    def campaigns(self) -> set[str]:
        return set(self.daemon.engine.world.campaigns)


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


async def test_the_first_turn_plans_and_sets_the_bell_to_the_first_moment(home: Path):
    desk = Desk(home)

    await desk.turn()

    assert desk.sent == []
    assert desk.bell.armed == TUESDAY + timedelta(minutes=10)  # the settled file is accepted


async def test_what_is_due_leaves_at_its_moment_and_the_bell_is_set_again(home: Path):
    desk = Desk(home)
    await desk.turn()

    while desk.bell.armed is not None and desk.bell.armed < at("2010-06-24 08:00"):
        await desk.turn_at(desk.bell.armed)

    kinds = [record.kind for _, record in desk.sent]
    assert kinds[0] == "notice"
    assert {address for address, _ in desk.sent} == {"vienna@example.org"}
    assert all(record.created_at == at("2010-06-23 06:00") for _, record in desk.sent[1:2])


async def test_a_turn_with_nothing_new_and_nothing_due_does_not_plan(home: Path):
    desk = Desk(home)
    await desk.turn()
    before = desk.store.lines()

    # A plan made an hour later would have the digest of a day more.
    desk.store.replace_plan(
        (), (), [(one.occurrence.key, "cancelled", "") for one in before], now=TUESDAY
    )
    await desk.turn(3)

    assert {line.state for line in desk.store.lines()} == {"cancelled"}


async def test_keeping_house_plans_again(home: Path):
    desk = Desk(home)
    await desk.turn()
    before = desk.store.lines()
    desk.store.replace_plan(
        (), (), [(one.occurrence.key, "cancelled", "") for one in before], now=TUESDAY
    )

    await desk.bell.keep_house()
    await desk.turn()

    assert "queued" in {line.state for line in desk.store.lines()}


async def test_a_new_file_is_in_force_after_two_looks(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.write("second", LETTER)

    await desk.turn()
    first = desk.campaigns
    await desk.turn()

    assert first == {"letter"}
    assert desk.campaigns == {"letter", "second"}
    assert ("campaign", "second") in desk.store.last_good()


async def test_an_edit_moves_the_reminders_that_have_not_left(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.write("letter", LETTER.replace("date = 2010-06-24", "date = 2010-07-01"))

    await desk.turn(2)

    meetings = {
        line.occurrence.session.isoformat()
        for line in desk.store.lines(states={"queued"})
        if line.occurrence.session
    }
    assert meetings == {"2010-07-01"}


async def test_a_broken_file_keeps_its_last_good_version_and_is_said(
    home: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "tracker")
    desk = Desk(home)
    await desk.turn()
    desk.write("letter", "title = \n")
    desk.write("second", LETTER)

    await desk.turn(2)

    assert desk.campaigns == {"letter", "second"}
    assert desk.daemon.engine.world.campaigns["letter"].title == "Send a mission"
    assert "letter.toml has errors: its last good version stays in force" in caplog.text


async def test_the_last_good_version_outlives_the_process(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.store.close()
    desk.write("letter", "title = \n")

    again = Desk(home)

    assert again.campaigns == {"letter"}


async def test_a_file_that_was_never_good_is_not_in_force_and_the_others_are(
    home: Path, caplog: pytest.LogCaptureFixture
):
    desk_home = home
    (desk_home / "campaigns" / "wrong.toml").write_text("title = 1\n")

    desk = Desk(desk_home)

    assert desk.campaigns == {"letter"}
    assert "wrong.toml has errors: it is not in force" in caplog.text


async def test_an_empty_folder_cancels_nothing(home: Path, caplog: pytest.LogCaptureFixture):
    desk = Desk(home)
    await desk.turn()
    (home / "campaigns" / "letter.toml").unlink()

    await desk.turn(3)

    assert desk.campaigns == {"letter"}
    assert {line.state for line in desk.store.lines()} == {"queued"}
    assert "the campaigns folder is empty" in caplog.text


@pytest.mark.parametrize("lost", ["letter.toml", ""])
async def test_a_start_without_the_campaigns_that_there_were_is_told(
    home: Path, caplog: pytest.LogCaptureFixture, lost: str
):
    Desk(home)
    (home / "campaigns" / lost).rename(home / "elsewhere")

    again = Desk(home)

    assert again.campaigns == {"letter"}
    assert "the campaigns folder is empty; the files read before stay in force" in caplog.text


async def test_a_first_start_without_the_campaigns_folder_is_refused(home: Path):
    (home / "campaigns").rename(home / "elsewhere")

    with pytest.raises(ConfigError, match="there is no folder"):
        Desk(home)


async def test_a_broken_config_leaves_the_old_one_in_force(
    home: Path, caplog: pytest.LogCaptureFixture
):
    desk = Desk(home)
    await desk.turn()
    (home / "config.toml").write_text("workdays = 1\n")

    await desk.turn(3)

    assert desk.daemon.engine.world.config.workdays == "vienna"
    assert desk.campaigns == {"letter"}
    assert "config.toml has errors" in caplog.text


async def test_a_new_transport_waits_for_a_restart_and_says_so(
    home: Path, caplog: pytest.LogCaptureFixture
):
    desk = Desk(home)
    await desk.turn()
    new = CONFIG.replace("[[coord", '[mail]\ntransport = "maildir:other"\n[[coord', 1)
    (home / "config.toml").write_text(new)

    await desk.turn(2)

    assert "restart to use it" in caplog.text
    assert desk.daemon.engine.world.config.mail.transport == "maildir:other"


async def test_a_coordinator_who_joins_is_known_without_a_restart(
    home: Path, caplog: pytest.LogCaptureFixture
):
    desk = Desk(home)
    await desk.turn()
    (home / "config.toml").write_text(CONFIG.replace("new-york@example.org", "ny@example.org"))

    await desk.turn(2)

    who = desk.daemon.engine.world.config.who("new-york")
    assert who is not None
    assert who.email == "ny@example.org"
    assert "restart" not in caplog.text


class ChokingOn(Composer):
    """Finds a fault in one reader's mail that config.toml did not show."""

    def __init__(self, address: str) -> None:
        super().__init__(TEMPLATES, None)
        self.choking_on = address

    def compose(self, content: MailContent, envelope: Envelope) -> Composed:
        if envelope.to_address == self.choking_on:
            raise ConfigError(f"{envelope.to_address} cannot be written")
        return super().compose(content, envelope)


async def test_one_reader_whose_mail_cannot_be_written_stops_nobody_else(
    home: Path, caplog: pytest.LogCaptureFixture
):
    (home / "campaigns" / "letter.toml").write_text(
        LETTER.replace('["vienna"]', '["new-york", "vienna"]')
    )
    desk = Desk(home)
    desk.daemon.engine.sending.composer = composer = ChokingOn("new-york@example.org")
    await desk.turn()

    await desk.turn_at(TUESDAY + timedelta(minutes=10))
    await desk.turn_at(TUESDAY + timedelta(minutes=11))

    assert [address for address, _ in desk.sent] == ["vienna@example.org"]
    waiting = desk.store.lines(states={"queued"}, coordinator="new-york")
    assert any(due <= desk.clock.at for line in waiting if (due := line.occurrence.due))
    assert caplog.text.count("no mail could be written for new-york: ConfigError at") == 1
    assert "new-york@" not in caplog.text
    assert desk.bell.armed is not None
    assert desk.bell.armed > desk.clock.at

    composer.choking_on = ""
    await desk.turn(2)

    assert "new-york@example.org" in [address for address, _ in desk.sent]


async def test_what_was_put_off_goes_again_with_the_same_bytes(home: Path):
    desk = Desk(home)
    desk.outcomes = [Outcome("temporary", 451, "later"), Outcome("sent", 250, "taken")]
    await desk.turn()

    await desk.turn_at(TUESDAY + timedelta(minutes=10))
    again = desk.bell.armed
    assert again is not None
    await desk.turn_at(again)

    assert again > TUESDAY + timedelta(minutes=10)
    first, second = (record for _, record in desk.sent)
    assert first.raw == second.raw
    assert [mail.state for mail in desk.store.mails()] == ["sent"]


async def test_what_a_dead_process_had_in_hand_goes_again_at_the_start(
    home: Path, caplog: pytest.LogCaptureFixture
):
    mail = NewMail(
        coordinator="vienna",
        kind="notice",
        subject="s",
        message_id="<1@example.org>",
        raw=b"Subject: s\n\nx\n",
        keys=(),
    )
    with Store.open("sqlite:///tracker.db", base=home) as dead:
        dead.start_mail(mail, now=TUESDAY)

    desk = Desk(home)
    await desk.turn()

    assert [record.raw for _, record in desk.sent] == [mail.raw]
    assert "recovered mail 1" in caplog.text


async def test_told_to_stop_it_finishes_the_work_in_hand(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.clock.at = TUESDAY + timedelta(minutes=10)
    desk.on_delivery = desk.daemon.stop

    await desk.daemon.run()

    assert [mail.state for mail in desk.store.mails()] == ["sent"]


async def test_a_ring_while_it_works_is_heard_afterwards(home: Path):
    desk = Desk(home)
    await desk.turn()
    desk.clock.at = TUESDAY + timedelta(minutes=10)

    def ring_while_working() -> None:
        if desk.clock.at > at("2010-06-23 00:00"):
            desk.daemon.stop()
        desk.clock.at = at("2010-06-23 06:00")
        desk.bell.ring()

    desk.on_delivery = ring_while_working
    async with asyncio.timeout(PATIENCE_SECONDS):
        await desk.daemon.run()

    assert desk.sent[0][1].kind == "notice"
    assert len(desk.sent) == 2


class BusyStore(Store):
    """A store that another process keeps busy now and then."""

    busy = False

    def next_due(self, *, after: datetime | None = None) -> datetime | None:
        if self.busy:
            raise BusyError("The database is busy.")
        return super().next_due(after=after)


async def test_a_busy_database_is_asked_again_at_the_next_turn(
    home: Path, caplog: pytest.LogCaptureFixture
):
    store = BusyStore.open("sqlite:///tracker.db", base=home)
    desk = Desk(home, store=store)
    await desk.turn()
    desk.clock.at = TUESDAY + timedelta(minutes=10)

    store.busy = True
    await desk.turn()
    nothing = list(desk.sent)
    store.busy = False
    await desk.turn()

    assert nothing == []
    assert len(desk.sent) == 1
    assert "waited in vain" in caplog.text

"""After the tracker was down: from when to when, what is late for it, what expired."""

from datetime import datetime

from msgspec.structs import replace

from tests.builders import CONFIG, LETTER, a_world, at
from tests.house import COMPOSER, House
from tracker.app.outages import note_outage
from tracker.app.sending import Sent
from tracker.campaign import World
from tracker.digest import Missed, Saying, Trouble, Written, write
from tracker.events import History, Outage, Unsent, replayed
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Readers, plan

CALLS = """
[[deadline]]
id   = "calls"
what = "Call the embassies"
due  = 2010-06-25
remind = ["3 days before"]
"""
WORLD = a_world(LETTER + CALLS)
DOWN = Outage(
    reader="vienna",
    since=at("2010-06-19 06:00"),
    until=at("2010-06-22 07:10"),
    late=(Unsent(what="Call the embassies", due=at("2010-06-22 06:00"), campaign="letter"),),
    expired=(Unsent(what="Agree the text", due=at("2010-06-21 06:00"), campaign="letter"),),
)


def known(world: World, *outages: Outage) -> History:
    return replace(replayed(world), outages=outages)


def due(history: History, now: datetime, reader: str = "vienna") -> list[Occurrence]:
    planned = plan(WORLD, history, now=now).planned
    return [one for one in planned if one.to == reader and one.due is not None and one.due <= now]


def mail(lines: list[Occurrence], history: History, now: datetime) -> Written:
    planned = plan(WORLD, history, now=now)
    saying = Saying(Readers(WORLD.config)["vienna"], planned, WORLD, now)
    written = write(lines, saying, history, Trouble())
    assert written is not None
    return written


def text(written: Written) -> str:
    return " ".join(COMPOSER.render(written.content).text.split())


def test_one_notice_says_from_when_to_when_it_was_down_what_is_late_and_what_expired():
    history = known(WORLD, DOWN)

    told = [one for one in due(history, DOWN.until) if one.item == "restart"]
    said = text(mail(told, history, DOWN.until))

    assert [(one.kind, one.campaign, one.due) for one in told] == [
        (LineKind.NOTICE, None, DOWN.until)
    ]
    assert "Nothing left from Saturday 19 June 2010, 08:00 Vienna" in said
    assert "to Tuesday 22 June 2010, 09:10 Vienna: 3 days." in said
    assert "Late: * Call the embassies was to leave Tuesday 22 June 2010, 08:00" in said
    assert "Expired, not sent: * Agree the text" in said


def test_its_subject_says_how_long_and_how_much():
    history = known(WORLD, DOWN)

    told = [one for one in due(history, DOWN.until) if one.item == "restart"]

    assert mail(told, history, DOWN.until).content.subject == (
        "Down from Sat 19 June to Tue 22 June: 1 late, 1 expired"
    )


def test_an_hour_is_said_as_one():
    hour = replace(DOWN, since=at("2010-06-22 05:55"), expired=())
    history = known(WORLD, hour)

    told = [one for one in due(history, hour.until) if one.item == "restart"]
    said = mail(told, history, hour.until)

    assert said.content.subject == "Down Tue 22 June from 07:55 to 09:10: 1 late"
    assert "Nothing expired." in text(said)


def test_what_is_late_in_the_same_mail_is_counted_and_not_named_again():
    history = known(WORLD, DOWN)

    lines = [one for one in due(history, DOWN.until) if one.item != "accepted"]

    said = text(mail(lines, history, DOWN.until))

    assert "1 line of this mail is late for it." in said
    assert "Late:" not in said
    assert said.count("Call the embassies") == 2, "in the first line, and where it is to be done"


def test_a_digest_in_the_same_mail_names_what_expired():
    history = known(WORLD, DOWN)
    lines = due(history, DOWN.until)
    digest = replace(lines[0], kind=LineKind.DIGEST, item="digest", campaign=None, key="d")
    planned = plan(WORLD, history, now=DOWN.until)
    saying = Saying(Readers(WORLD.config)["vienna"], planned, WORLD, DOWN.until)
    agreed = replace(lines[0], what="Agree the text", key="a")
    missed = Trouble(missed=(Missed(agreed, "its time passed"),))

    written = write([*lines, digest], saying, history, missed)

    assert written is not None
    assert text(written).count("Agree the text") == 1
    assert "1 line expired and will not be sent: see what was missed." in text(written)


def test_whoever_missed_nothing_is_told_nothing():
    nothing = replace(DOWN, late=(), expired=())
    stranger = replace(DOWN, reader="gone")

    history = known(WORLD, nothing, stranger)

    assert [one for one in due(history, DOWN.until) if one.item == "restart"] == []


def test_nobody_is_woken_for_it():
    night = replace(DOWN, until=at("2010-06-22 00:30"))

    told = plan(WORLD, known(WORLD, night), now=night.until).planned

    assert [one.due for one in told if one.item == "restart"] == [at("2010-06-22 06:00")]


def test_a_long_list_ends_in_a_count():
    many = tuple(replace(DOWN.expired[0], what=f"Call embassy {n}") for n in range(20))
    history = known(WORLD, replace(DOWN, late=(), expired=many))

    told = [one for one in due(history, DOWN.until) if one.item == "restart"]

    assert "and 8 more: see tracker outbox" in text(mail(told, history, DOWN.until))


def down_from(house: House, since: datetime, until: datetime, world: World = WORLD) -> list[Sent]:
    """Let the machine be off, and start the tracker as the daemon does."""
    house.clock.at = until
    house.restart(world)
    house.engine.refresh()
    note_outage(house.store, since=since, now=until)
    return house.wake()


def test_after_a_night_off_one_mail_has_the_notice_and_what_is_late():
    house = House(WORLD, replayed=False, opened=at("2010-06-21 09:00"))
    house.turn_to(at("2010-06-21 12:00"))

    sent = down_from(house, at("2010-06-21 12:00"), at("2010-06-22 09:30"))

    assert [mail.record.coordinator for mail in sent] == ["vienna"]
    items = [(line.item, line.kind) for line in sent[0].written.lines]
    assert ("restart", LineKind.NOTICE) in items
    assert ("calls", LineKind.REMINDER) in items
    assert "1 line of this mail is late for it. Nothing expired." in text(sent[0].written)
    assert house.turn_to(at("2010-06-22 12:00")) == [], "it is told once"


def test_after_a_week_off_what_expired_is_named_and_never_sent():
    house = House(WORLD, replayed=False, opened=at("2010-06-21 09:00"))
    house.turn_to(at("2010-06-21 12:00"))

    sent = down_from(house, at("2010-06-21 12:00"), at("2010-06-26 09:30"))

    told = text(sent[0].written)
    assert "Nothing left from Monday 21 June 2010, 14:00 Vienna to Saturday 26 June 2010" in told
    assert "expired and will not be sent: see what was missed." in told
    assert "Call the embassies" in told.partition("Missed while nothing could be sent")[2]
    assert "calls" not in {line.item for line in sent[0].written.lines if line.kind == "reminder"}


def test_a_start_with_nothing_missed_tells_nothing():
    house = House(WORLD, replayed=False, opened=at("2010-06-21 09:00"))
    house.turn_to(at("2010-06-21 12:00"))

    assert down_from(house, at("2010-06-21 12:00"), at("2010-06-21 15:00")) == []
    assert house.engine.history.outages == ()


def test_a_second_outage_does_not_tell_again_what_expired_in_the_first():
    house = House(WORLD, replayed=False, opened=at("2010-06-21 09:00"))
    house.turn_to(at("2010-06-21 12:00"))
    down_from(house, at("2010-06-21 12:00"), at("2010-06-26 09:30"))

    down_from(house, at("2010-06-26 12:00"), at("2010-06-26 15:00"))

    assert len(house.engine.history.outages) == 1


def test_what_was_missed_is_dated_as_where_it_was_to_be_done_and_for_its_reader():
    tokyo = CONFIG.replace('timezone = "Europe/Vienna"', 'timezone = "Asia/Tokyo"', 1)
    there = replace(WORLD, config=a_world(config=tokyo).config)
    house = House(there, replayed=False, opened=at("2010-06-21 00:00"))
    house.turn_to(at("2010-06-21 03:00"))

    sent = down_from(house, at("2010-06-21 03:00"), at("2010-06-27 23:30"), there)

    told = text(sent[0].written).partition("Missed while nothing could be sent")[2]
    due = "was due Friday 25 June 2010, 18:00 Vienna (Sat 26 June 2010 01:00 Tokyo)"
    assert f"Call the embassies {due}" in told

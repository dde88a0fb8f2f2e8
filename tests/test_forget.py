"""`tracker forget`: a person who was in the database, and is in none of its bytes any more."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import COUNCIL, NEW_YORK, VIENNA, at
from tests.databases import open_or
from tests.desk import Desk
from tests.house import House
from tracker.delivery import Outcome
from tracker.loading.world import Reading, read_world
from tracker.store import DatesTold, JournalEntry, NewMail, Store
from tracker.store.forgetting import Person, forget
from tracker.store.lock import DaemonLock

CONFIG = """
workdays = "vienna"
[[coordinator]]
id = "anna"
name = "Anna Meier"
email = "a.meier@example.org"
timezone = "Europe/Vienna"
[[coordinator]]
id = "desk"
name = "The desk"
email = "desk@example.org"
timezone = "Europe/Vienna"
"""
LETTER = """
title = "Send a mission"
dated = 2010-06-22
coordinators = ["anna", "desk"]
[[ask]]
id = "mission"
text = "Send a mission"
[[meeting]]
forum = "council"
date = 2010-06-24
[[target]]
id = "chair"
post = "Chair of the Council"
holder = "Kairat Abdrakhmanov"
[[deadline]]
id = "call"
what = "Call Kairat Abdrakhmanov's office"
due = "1 working day before meeting at 12:00"
"""
NOTED = """
[[log]]
on = 2010-06-22
fact = "note"
by = "Anna Meier"
note = "Kairat  Abdrakhmanov asked for the text"
"""
LAST_RESORT = """
[[follow-up]]
id = "answer"
what = "Ask for an answer"
due = "2 days after letter"
repeat = "every 2 days, 1 more time"
escalate = 'anna'
"""
ANNA = re.compile(rb"anna meier|a\.meier@", re.IGNORECASE)
KAIRAT = re.compile(rb"kairat\s+abdrakhmanov", re.IGNORECASE)
TUESDAY, THURSDAY = at("2010-06-22 05:00"), at("2010-06-24 12:00")


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A folder with one letter that both coordinators follow, before any daemon ran."""
    for name, text in (("forums/council", COUNCIL), ("workdays/vienna", VIENNA)):
        file = tmp_path / "campaigns" / f"{name}.toml"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    (tmp_path / "campaigns" / "workdays" / "new-york.toml").write_text(NEW_YORK)
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "campaigns" / "letter.toml").write_text(LETTER + NOTED)
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path, capsys)
    made.now = THURSDAY
    return made


def work(
    desk: Desk, *, until=THURSDAY, outcomes: list[Outcome] | None = None, opened=TUESDAY
) -> None:
    """Let the tracker live from one moment to another with the files as they are, then stop."""
    reading = read(desk)
    assert reading.world is not None
    house = House(
        reading.world, replayed=False, opened=opened, database=desk.folder / "tracker.db"
    )
    house.outcomes = outcomes or []
    house.turn_to(until)
    remember(house.store, reading)
    house.store.close()


def read(desk: Desk) -> Reading:
    return read_world(desk.folder / "config.toml")


def remember(store: Store, reading: Reading) -> None:
    """Keep the last good versions, as the daemon does at each look."""
    rows = [(one.kind, one.id, one.digest, one.text) for one in reading.in_force.values()]
    store.remember_files(rows, now=THURSDAY)


def anna_leaves(desk: Desk) -> None:
    config = CONFIG.split("[[coordinator]]")
    (desk.folder / "config.toml").write_text("[[coordinator]]".join((config[0], config[2])))
    letter = desk.campaign("letter")
    letter.write_text(LETTER.replace('"anna", ', "") + NOTED.replace('by = "Anna Meier"\n', ""))


def kairat_leaves(desk: Desk) -> None:
    plain = LETTER.replace('holder = "Kairat Abdrakhmanov"\n', "")
    desk.campaign("letter").write_text(plain.replace("Kairat Abdrakhmanov's", "the Chair's"))


def found(desk: Desk, person: re.Pattern[bytes]) -> list[str]:
    """Name the files of the database in whose bytes a person is found."""
    return [one.name for one in desk.folder.glob("tracker.db*") if person.search(one.read_bytes())]


def leave_and_let_it_be_read(desk: Desk, leave: Callable[[Desk], None]) -> None:
    work(desk)
    leave(desk)
    work(desk, opened=THURSDAY, until=THURSDAY + timedelta(minutes=1))


def test_a_coordinator_who_left_is_in_no_byte_of_the_database(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)
    assert found(desk, ANNA) == ["tracker.db"]

    said = desk.run("forget", "anna", "--yes")

    assert said.code == 0
    assert 'Forgotten: coordinator anna ("Anna Meier", "a.meier@example.org")' in said.out
    assert found(desk, ANNA) == []
    assert b"/anna" not in (desk.folder / "tracker.db").read_bytes()
    assert "Out of the tracker's reach" in said.out


def test_without_yes_it_is_shown_and_nothing_changes(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)
    before = (desk.folder / "tracker.db").read_bytes()

    shown = desk.run("forget", "anna")

    assert shown.code == 0
    assert "To be forgotten: coordinator anna" in shown.out
    assert "Nothing was changed" in shown.out
    assert (desk.folder / "tracker.db").read_bytes() == before
    done = desk.run("forget", "anna", "--yes")
    counts = re.compile(r"^  (.+)$", re.MULTILINE)
    assert counts.findall(done.out) == counts.findall(shown.out) != []


def test_one_whose_mails_are_purged_is_known_by_the_id_alone(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)
    desk.now = THURSDAY + timedelta(days=30)
    desk.run("purge")

    shown = desk.run("forget", "anna")

    assert shown.out.splitlines()[0] == "To be forgotten: coordinator anna"


def test_others_keep_their_mails_and_nobody_is_sent_anything_again(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)
    others = [one for one in desk.run("outbox", "--json").objects if one["to"] == "desk"]

    desk.run("forget", "anna", "--yes")

    after = desk.run("outbox", "--json").objects
    assert [one for one in after if one["to"] == "desk"] == others
    world = read(desk).world
    assert world is not None
    house = House(world, replayed=False, opened=THURSDAY, database=desk.folder / "tracker.db")
    assert house.wake() == []
    house.store.close()


def test_what_was_sent_to_them_stays_sent_under_a_name_that_means_nothing(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)
    before = [one for one in desk.run("outbox", "--json").objects if one["to"] == "anna"]

    desk.run("forget", "anna", "--yes")

    after = desk.run("outbox", "--json").objects
    theirs = [one for one in after if one["to"].startswith("forgotten-")]
    assert len({one["to"] for one in theirs}) == 1
    assert [one["state"] for one in theirs] == [one["state"] for one in before]
    assert {one["subject"] for one in theirs if one["id"]} == {"[forgotten]"}
    assert desk.run("why", str(theirs[0]["id"])).code == 0


def test_a_mail_to_them_that_has_not_left_never_does(desk: Desk):
    put_off = [Outcome("temporary", 451, "try again")] * 50
    work(desk, outcomes=put_off)
    anna_leaves(desk)
    with Store.open("sqlite:///tracker.db", base=desk.folder) as store:
        remember(store, read(desk))

    desk.run("forget", "anna", "--yes")

    mails = desk.run("outbox", "--json").objects
    theirs = [one for one in mails if one["to"].startswith("forgotten-") and one["id"]]
    assert theirs
    assert {one["state"] for one in theirs} <= {"cancelled", "expired"}
    assert all(one["next_at"] is None for one in theirs)


def test_a_name_goes_from_notes_lines_and_the_bodies_of_mails(desk: Desk):
    leave_and_let_it_be_read(desk, kairat_leaves)
    assert found(desk, KAIRAT) == ["tracker.db"]

    said = desk.run("forget", "kairat abdrakhmanov", "--yes")

    assert said.code == 0
    assert 'Forgotten: "kairat abdrakhmanov"' in said.out
    assert found(desk, KAIRAT) == []
    emptied = re.search(r"^  (\d+) mail", said.out, re.MULTILINE)
    assert emptied
    with Store.open("sqlite:///tracker.db", base=desk.folder) as store:
        bodies = [one.raw for one in store.mails()]
    assert bodies.count(b"") == int(emptied[1]) > 0


def test_an_address_goes_and_mails_without_it_keep_their_bodies(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)

    said = desk.run("forget", "A.Meier@example.org", "--yes")

    assert said.code == 0
    assert b"a.meier@" not in (desk.folder / "tracker.db").read_bytes()
    with Store.open("sqlite:///tracker.db", base=desk.folder) as store:
        bodies = {one.coordinator: bool(one.raw) for one in store.mails()}
    assert bodies == {"anna": False, "desk": True}


def test_only_whole_words_count(desk: Desk):
    leave_and_let_it_be_read(desk, kairat_leaves)

    said = desk.run("forget", "Kairat Abdrakh", "--yes")

    assert said.out == 'Nothing is known of "Kairat Abdrakh".\n'
    assert found(desk, KAIRAT) == ["tracker.db"]


def test_a_mail_under_way_to_somebody_else_is_named_and_kept_whole(desk: Desk):
    work(desk, outcomes=[Outcome("temporary", 451, "try again")] * 50)
    kairat_leaves(desk)
    with Store.open("sqlite:///tracker.db", base=desk.folder) as store:
        remember(store, read(desk))
        waiting = [one for one in store.mails() if one.state == "queued"]

    said = desk.run("forget", "Kairat Abdrakhmanov", "--yes")

    assert said.code == 0
    named = re.search(r"not yet: mail ([\d, ]+), under way", said.out)
    assert named
    kept = {int(number) for number in named[1].split(",")}
    with Store.open("sqlite:///tracker.db", base=desk.folder) as store:
        for mail in waiting:
            if mail.id in kept:
                again = store.mail(mail.id)
                assert again is not None
                assert again.raw == mail.raw


def test_what_still_stands_in_a_file_is_refused_with_its_place(desk: Desk):
    work(desk)

    name = desk.run("forget", "Kairat Abdrakhmanov", "--yes")
    coordinator = desk.run("forget", "anna", "--yes")

    assert name.code == coordinator.code == 1
    assert "campaigns/letter.toml:14" in name.err
    assert "take them out of config.toml first" in coordinator.err
    assert found(desk, KAIRAT) == ["tracker.db"]


def test_an_edit_that_the_daemon_has_not_taken_yet_is_waited_for(desk: Desk):
    work(desk)
    kairat_leaves(desk)

    said = desk.run("forget", "Kairat Abdrakhmanov", "--yes")

    assert said.code == 1
    assert "has not taken the last edit of campaign letter" in said.err


def test_a_coordinator_whom_the_daemon_still_has_is_waited_for(desk: Desk):
    work(desk)
    desk.now = THURSDAY + timedelta(days=30)
    desk.run("purge")  # no mail tells their name and address any more
    anna_leaves(desk)
    desk.campaign("letter").unlink()

    said = desk.run("forget", "anna", "--yes")

    assert said.code == 1
    assert "has not taken the last edit of config.toml" in said.err


def test_the_last_text_of_a_file_that_is_gone_has_their_id_no_more(desk: Desk):
    letter = desk.campaign("letter")
    letter.write_text(letter.read_text() + LAST_RESORT)
    work(desk)
    anna_leaves(desk)
    desk.campaign("letter").unlink()
    work(desk, opened=THURSDAY, until=THURSDAY + timedelta(minutes=1))

    said = desk.run("forget", "anna", "--yes")

    assert said.code == 0
    assert "1 file that is gone" in said.out
    assert found(desk, re.compile(rb"\banna\b", re.IGNORECASE)) == []


def test_the_last_text_of_a_file_that_is_gone_is_blanked(desk: Desk):
    work(desk)
    desk.campaign("letter").unlink()

    said = desk.run("forget", "Kairat Abdrakhmanov", "--yes")

    assert said.code == 0
    assert "1 file that is gone" in said.out
    assert found(desk, KAIRAT) == []


def test_the_daemon_has_to_be_stopped_first_but_not_to_look(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)
    lock = DaemonLock.take(desk.folder / "tracker.db")

    shown = desk.run("forget", "anna")
    refused = desk.run("forget", "anna", "--yes")
    lock.release()

    assert shown.code == 0
    assert refused.code == 75
    assert found(desk, ANNA) == ["tracker.db"]


def test_the_journal_knows_that_somebody_was_forgotten_and_not_who(desk: Desk):
    leave_and_let_it_be_read(desk, anna_leaves)
    desk.run("forget", "anna", "--yes")

    with Store.open("sqlite:///tracker.db", base=desk.folder) as store:
        (entry,) = store.journal(kinds={"forgotten"})

    assert entry.data.keys() == {"mails", "lines", "entries"}
    assert "anna" not in json.dumps([entry.key, entry.data])


@pytest.mark.parametrize("who", ["", "  ", "Li", "x"])
def test_what_is_too_short_to_be_a_person_is_refused(desk: Desk, who: str):
    work(desk)

    said = desk.run("forget", who, "--yes")

    assert said.code == 1
    assert "too short" in said.err


def test_without_a_database_there_is_nothing_to_forget(desk: Desk):
    said = desk.run("forget", "anna")

    assert said.code == 1
    assert "no database yet" in said.err


def test_the_outbox_and_the_journal_forget_on_both_databases(database: str, tmp_path: Path):
    """A database of its own: the words go, the keys stay, and what was only tried is undone."""
    person = Person(words=("Anna Meier",), id="anna", alias="forgotten-1")
    mail = NewMail(
        coordinator="anna",
        kind="digest",
        subject="Anna Meier: 1 to do",
        message_id="<1@example.org>",
        raw=b"To: Anna Meier <a@example.org>\r\nSubject: x\r\n\r\nCall.\r\n",
        keys=(),
    )
    with open_or("sqlite:///both.db", base=tmp_path) as store:
        store.record(
            [JournalEntry(TUESDAY, "settled", None, "settled/anna/1", {"by": "Anna Meier"})]
        )
        store.start_mail(mail, now=TUESDAY)
        told = ("call", None, None, None, None, "Call Anna Meier")
        store.passing.tell([DatesTold("letter", "anna", 1, TUESDAY, [told])])
        with store.laying_hands(really=False) as connection:
            tried = forget(connection, person, now=THURSDAY)
        before = [one.subject for one in store.mails()]
        with store.laying_hands(really=True) as connection:
            done = forget(connection, person, now=THURSDAY)
        (after,) = store.mails()
        (entry,) = store.whole_journal()
        (date,) = store.passing.so_far()

    assert tried == done
    assert (done.mails, done.entries) == (1, 2)
    assert before == ["Anna Meier: 1 to do"]
    assert (after.coordinator, after.subject, after.raw) == ("forgotten-1", "[forgotten]", b"")
    assert after.state == "cancelled"
    assert (entry.key, entry.data) == ("settled/forgotten-1/1", {"by": "[forgotten]"})
    assert (date.coordinator, date.dates[0][-1]) == ("forgotten-1", "Call [forgotten]")

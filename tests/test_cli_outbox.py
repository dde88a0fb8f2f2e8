"""`tracker outbox` and `tracker why`, on the database of a daemon."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.desk import Desk, a_copy_of_the_shipped_files, a_folder_with_one_letter
from tests.house import House
from tracker.delivery import Outcome
from tracker.loading.world import read_world

OPENED = datetime(2010, 6, 1, 5, tzinfo=UTC)
LAST = datetime(2010, 6, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small letter, and a database whose first mail was refused."""
    folder = a_folder_with_one_letter(tmp_path_factory.mktemp("refused"))
    world = read_world(folder / "config.toml").world
    assert world is not None
    house = House(world, replayed=False, opened=OPENED, database=folder / "tracker.db")
    house.outcomes = [Outcome("permanent", 550, "no such mailbox")]
    house.turn_to(LAST)
    house.store.close()
    return folder


@pytest.fixture
def desk(
    refused: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    monkeypatch.chdir(shutil.copytree(refused, tmp_path / "desk"))
    monkeypatch.setenv("COLUMNS", "80")
    made = Desk(tmp_path / "desk", capsys)
    made.now = LAST
    return made


@pytest.fixture
def shipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A desk with the shipped files and no database."""
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


def test_every_mail_is_listed_with_its_state_and_the_reason(desk: Desk):
    said = desk.run("outbox")

    assert said.code == 0
    assert "1     failed  vienna  Tuesday 1 June" in said.out
    assert "no such mailbox" in " ".join(said.out.split())
    assert said.out.count(" sent ") >= 2


def test_the_outbox_in_json_has_one_object_a_mail(desk: Desk):
    mails = [one for one in desk.run("outbox", "--json").objects if one["id"]]

    assert mails[0]["state"] == "failed"
    assert mails[0]["reason"] == "no such mailbox"
    assert mails[0]["keys"] == ["border/accepted/vienna"]
    assert {one["state"] for one in mails[1:]} == {"sent"}
    assert [one["at"] for one in mails] == sorted(one["at"] for one in mails)


def test_a_failed_mail_is_queued_again(desk: Desk):
    said = desk.run("outbox", "retry", "1")

    assert said.code == 0
    assert said.out.startswith("Mail 1 to vienna is queued again")
    assert desk.run("outbox", "--json").objects[0]["state"] == "queued"
    assert "   queued" in desk.run("outbox").out


def test_a_mail_that_waits_for_its_next_try_says_when_it_is(desk: Desk):
    desk.run("outbox", "retry", "1")

    again, why = desk.run("outbox", "retry", "1"), desk.run("why", "1")

    assert again.code == 1
    assert (
        "Mail 1 is queued: it is tried again by itself, and `tracker why 1` says when" in again.err
    )
    assert "next try    Tuesday 22 June 2010, 11:00 Vienna" in why.out


def test_what_cannot_be_sent_again_is_said(desk: Desk):
    sent = desk.run("outbox", "retry", "2")
    missing = desk.run("outbox", "retry", "99")

    assert sent.code == missing.code == 1
    assert "is sent: there is nothing to send again" in sent.err
    assert "There is no mail 99" in missing.err


def test_retry_wants_a_number(desk: Desk):
    assert desk.run("outbox", "retry").code == 2
    assert desk.run("outbox", "retry", "first").code == 2
    assert desk.run("outbox", "retry", "9" * 20).code == 2
    assert desk.run("outbox", "mend").code == 2


def test_lines_that_never_left_are_told_with_the_reason(desk: Desk):
    path = desk.campaign("border")
    done = '\n[[log]]\non = 2010-06-22\nfact = "done"\nitem = "calls"\n'
    path.write_text(path.read_text() + done)
    world = read_world(desk.folder / "config.toml").world
    assert world is not None
    house = House(world, replayed=False, opened=LAST, database=desk.folder / "tracker.db")
    house.wake()
    house.store.close()

    said = desk.run("outbox")
    lines = [one for one in desk.run("outbox", "--json").objects if one["id"] is None]

    assert "planned and not sent" in said.out
    assert "settled" in said.out
    assert ("cancelled", "settled") in {(one["state"], one["reason"]) for one in lines}


def test_without_a_database_the_outbox_is_empty(shipped: Desk):
    said = shipped.run("outbox")

    assert said.code == 0
    assert "no database yet" in said.out
    assert shipped.run("outbox", "--json").out == ""
    assert shipped.run("outbox", "retry", "1").code == 1


def test_a_mail_is_explained_with_every_attempt_and_line(desk: Desk):
    said = desk.run("why", "1")

    assert said.code == 0
    assert "attempt 1, Tuesday 1 June 2010" in said.out
    assert "permanent 550, no such mailbox" in " ".join(said.out.split())
    assert "border/accepted/vienna" in said.out
    assert "campaigns/border.toml" in said.out


def test_a_message_id_finds_its_mail(desk: Desk):
    first = desk.run("outbox", "--json").objects[0]["message_id"]

    assert desk.run("why", first).out == desk.run("why", "1").out
    assert desk.run("why", first.strip("<>")).code == 0


def test_a_line_is_explained_by_file_line_rule_and_date_arithmetic(desk: Desk):
    key = "border/calls/osce-permanent-council/2010-06-24/on-the-day/2010-06-22T10:00Z/vienna"

    said = desk.run("why", key)

    assert said.code == 0
    words = " ".join(said.out.split())
    assert key in said.out
    assert (
        'campaigns/border.toml, line 20: due = "2 working days before meeting at 12:00"' in words
    )
    assert "2 working days before the meeting of Thu 24 June 2010" in words
    assert "leaves Tuesday 22 June 2010, 08:00 Vienna" in words
    assert "speaks of Tuesday 22 June 2010, 12:00 Vienna" in words
    assert "a reminder leaves on the day that its lead gives" in words


def test_a_line_yet_to_come_is_explained_from_the_plan(desk: Desk):
    key = next(
        one["key"]
        for one in desk.run("plan", "--json").objects
        if one["item"] == "meeting" and one["lead"] == "on the day"
    )

    said = desk.run("why", key)

    assert said.code == 0
    assert "queued" in said.out or "planned" in said.out


def test_why_a_correction_went_names_the_line_of_the_step_and_what_was_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    folder = a_folder_with_one_letter(tmp_path)
    monkeypatch.chdir(folder)
    desk = Desk(folder, capsys)
    before = read_world(folder / "config.toml").world
    assert before is not None
    house = House(before, replayed=False, opened=OPENED, database=folder / "tracker.db")
    house.turn_to(datetime(2010, 6, 23, 7, tzinfo=UTC))
    council = folder / "campaigns/forums/osce-permanent-council.toml"
    council.write_text(
        council.read_text() + '\nmoved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00" }]\n'
    )
    after = read_world(folder / "config.toml").world
    assert after is not None
    house.edit(after)
    desk.now = datetime(2010, 6, 23, 8, tzinfo=UTC)
    mail = house.turn_to(desk.now)[-1]
    house.store.close()

    for item, line, was in (
        (
            "calls",
            'campaigns/border.toml, line 20: due = "2 working days',
            "Tuesday 22 June 2010, 12:00",
        ),
        ("meeting", "campaigns/border.toml, line 11: date = ", "Thursday 24 June 2010, 10:00"),
    ):
        (key,) = (
            one.key for one in mail.written.lines if one.item == item and one.kind == "correction"
        )
        said = " ".join(desk.run("why", key).out.split())
        assert f"written {line}" in said
        assert f"told {was} Vienna, on Wednesday 23 June 2010" in said


@pytest.mark.parametrize("left", [None, b""])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status",), 78),
        (("plan",), 78),
        (("digest", "vienna"), 78),
        (("why", "1"), 78),
        (("outbox",), 78),
        (("resume",), 78),
        (("purge",), 78),
        (("accept", "border"), 78),
        (("forget", "Anna Example"), 78),
        (("backup", "copy.db"), 78),
        (("status", "--health"), 1),
        (("doctor",), 1),
    ],
)
def test_a_database_that_is_gone_though_mail_was_sent_from_it_is_never_taken_for_none(
    desk: Desk, words: tuple[str, ...], code: int, left: bytes | None
):
    file = desk.folder / "tracker.db"
    (desk.folder / "tracker.db.epoch").write_text("database x\nmachine y\ntries 3\n")
    file.unlink()
    if left is not None:
        file.write_bytes(left)

    said = desk.run(*words)

    assert said.code == code
    assert "though mail was sent from it" in " ".join((said.out + said.err).split())
    assert (file.read_bytes() if file.exists() else None) == left
    assert not (desk.folder / "copy.db").exists()


@pytest.mark.parametrize(
    "words", [("outbox",), ("plan",), ("backup", "copy.db"), ("status", "--health"), ("doctor",)]
)
def test_a_file_with_nothing_in_it_is_no_database_yet(desk: Desk, words: tuple[str, ...]):
    (desk.folder / "tracker.db").write_bytes(b"")

    said = desk.run(*words)

    assert "Traceback" not in said.err
    assert (desk.folder / "tracker.db").read_bytes() == b""
    assert not (desk.folder / "copy.db").exists()


def test_an_unknown_key_is_said_to_be_unknown(desk: Desk):
    for key in ("border/nothing/vienna", "77", "9" * 20, "9" * 5000, "<nothing@example.org>", ""):
        said = desk.run("why", key)
        assert said.code == 1
        assert said.err.startswith(f'tracker: Nothing is known of "{key}"')


def test_without_a_database_keys_of_replay_and_plan_can_be_asked(shipped: Desk):
    for path in (shipped.folder / "campaigns").glob("*.toml"):
        if path.stem != "gcr2p-osce":
            path.unlink()
    mails = shipped.run("replay", "--from", "2010-07-01", "--to", "2010-07-02", "--json").objects
    plan = shipped.run("plan", "--at", "2010-06-30", "--json").objects
    skipped = next(one for one in plan if one["state"] == "skipped")
    waiting = next(one for one in plan if one["state"] == "waiting")

    sent = shipped.run("why", mails[0]["items"][0]["key"])
    by_id = shipped.run("why", mails[0]["message_id"])
    left_out = shipped.run("why", skipped["key"])
    unsettled = shipped.run("why", waiting["key"])

    assert sent.code == by_id.code == left_out.code == unsettled.code == 0
    assert "replayed" in sent.out
    assert mails[0]["message_id"] in by_id.out
    assert "skipped: already past" in " ".join(left_out.out.split())
    assert "waiting for decision" in unsettled.out

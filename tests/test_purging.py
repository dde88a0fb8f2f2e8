"""The text of a mail is kept for some days and no longer; what it was about to send stays sent."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.a_machine import AMachine
from tests.held_desk import DAY, TUESDAY, HeldDesk, a_home
from tests.outbox import NOW, a_mail, on_disk, planned
from tracker.errors import QuestionError
from tracker.store import DatesTold, Store

CANARY = b"Zarina Canary-Abdullaeva"


def sent(store: Store, key: str) -> int:
    """Send a mail that names somebody, in its text, in its subject, and in the server's words."""
    planned(store, key)
    name = CANARY.decode()
    mail = store.start_mail(
        a_mail(key, raw=b"Subject: hello\r\n\r\n" + CANARY * 400, subject=f"For {name}"), now=NOW
    )
    assert mail is not None
    store.mark_failed(mail, 550, f"{name} is unknown here", now=NOW)
    return mail.id


def traces(folder: Path) -> list[str]:
    """Return the files in which the name stands."""
    return [one.name for one in folder.iterdir() if one.is_file() and CANARY in one.read_bytes()]


def test_after_a_purge_no_file_of_the_database_has_the_name(tmp_path: Path):
    with on_disk(tmp_path) as store:
        number = sent(store, "calls")
        assert traces(tmp_path)
        assert store.purge(NOW + timedelta(seconds=1)) == 1
        assert store.line("calls") is not None
        mail = store.mail(number)
        # The reason is the server's, too.
        assert mail is not None
        assert (mail.raw, mail.keys) == (b"", ("calls",))
        assert mail.subject.startswith("purged, sha256 ")
        assert traces(tmp_path) == []
    assert traces(tmp_path) == []


def test_what_ended_later_keeps_its_text(tmp_path: Path):
    with on_disk(tmp_path) as store:
        number = sent(store, "calls")
        assert store.purge(NOW) == 0
        mail = store.mail(number)
        assert mail is not None
        assert CANARY in mail.raw


def test_a_mail_that_waits_for_another_try_keeps_its_text_for_it(tmp_path: Path):
    with on_disk(tmp_path) as store:
        planned(store, "calls")
        mail = store.start_mail(a_mail("calls"), now=NOW)
        assert mail is not None
        store.mark_retry(mail, NOW + timedelta(days=30), 451, "later", now=NOW)
        assert store.purge(NOW + timedelta(days=29)) == 0


def test_a_purged_mail_cannot_be_sent_again_and_says_why(tmp_path: Path):
    with on_disk(tmp_path) as store:
        number = sent(store, "calls")
        store.purge(NOW + timedelta(seconds=1))
        with pytest.raises(QuestionError, match="was purged: it cannot be sent again"):
            store.retry(number, NOW)


async def test_the_daemon_purges_when_it_keeps_house_and_sends_nothing_twice(tmp_path: Path):
    desk = await HeldDesk(a_home(tmp_path), AMachine(TUESDAY)).start()
    await desk.live(DAY)
    told = {key for key, (_, state) in desk.lines().items() if state == "sent"}
    assert told
    first = desk.store.mails()[0].id
    desk.computer.pass_by(15 * DAY)
    await desk.daemon.bell.keep_house()

    left = await desk.turn()

    mail = desk.store.mail(first)
    assert mail is not None
    assert mail.raw == b""
    assert not told & {key for one in left for key in one.keys}


async def test_the_daemon_lets_go_of_dates_told_anew_when_it_keeps_house(tmp_path: Path):
    desk = await HeldDesk(a_home(tmp_path), AMachine(TUESDAY)).start()
    await desk.live(DAY)
    mail = next(one for one in desk.store.mails() if one.state == "sent")
    call = ("call", None, None, None, None, "Call the embassies")
    now = desk.computer.wall()
    days = [DatesTold("elsewhere", "vienna", mail.id, now - n * DAY, [call]) for n in (3, 2, 1)]
    desk.store.passing.tell(days)
    await desk.daemon.bell.keep_house()

    await desk.turn()

    assert desk.store.passing.of(["elsewhere"]) == days[2:]

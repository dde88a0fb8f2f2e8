"""Mail into a Maildir: whole, private, in order, and readable by others."""

import mailbox
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker.delivery import MaildirTransport, open_transport
from tracker.errors import ConfigError

RAW = b"Subject: Tomorrow\r\nTo: vienna@example.org\r\n\r\nCall.\r\nFrom here.\r\n"
NOW = datetime(2010, 6, 23, 6, 0, tzinfo=UTC)


async def put(transport: MaildirTransport, raw: bytes = RAW, at: datetime | None = None) -> str:
    outcome = await transport.deliver(
        raw, sender="tracker@example.org", recipient="vienna@example.org", at=at
    )
    assert outcome.state == "sent", outcome.text
    return outcome.text.removeprefix("stored as new/")


async def test_a_mail_is_stored_with_the_line_ends_of_a_file(tmp_path: Path):
    name = await put(MaildirTransport(tmp_path / "outbox"))

    assert (tmp_path / "outbox/new" / name).read_bytes() == RAW.replace(b"\r\n", b"\n")
    assert list((tmp_path / "outbox/tmp").iterdir()) == []


async def test_only_its_owner_can_look_inside(tmp_path: Path):
    name = await put(MaildirTransport(tmp_path / "outbox"))

    folders = [tmp_path / "outbox" / part for part in ("", "tmp", "new", "cur")]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert (tmp_path / "outbox/new" / name).stat().st_mode & 0o777 == 0o600


async def test_a_mail_reader_finds_the_mails_unread(tmp_path: Path):
    transport = MaildirTransport(tmp_path / "outbox")
    await put(transport)
    await put(transport)

    box = mailbox.Maildir(tmp_path / "outbox", create=False)

    assert [message["Subject"] for message in box] == ["Tomorrow", "Tomorrow"]
    assert {message.get_subdir() for message in box} == {"new"}


async def test_names_sort_in_the_order_of_sending(tmp_path: Path):
    transport = MaildirTransport(tmp_path / "outbox")
    moments = [NOW, NOW, NOW, *(NOW + timedelta(seconds=n) for n in range(12)), None, None]

    names = [await put(transport, at=moment) for moment in moments]

    assert names == sorted(names)
    assert len(set(names)) == len(moments)


async def test_a_replayed_mail_has_the_time_of_its_sending(tmp_path: Path):
    early = MaildirTransport(tmp_path / "outbox", durable=False)
    name = await put(early, at=NOW)

    file = tmp_path / "outbox/new" / name
    assert name.startswith(f"{int(NOW.timestamp())}.")
    assert file.stat().st_mtime == NOW.timestamp()


async def test_two_deliveries_into_one_maildir_never_share_a_name(tmp_path: Path):
    one, other = (MaildirTransport(tmp_path / "outbox") for _ in range(2))

    await put(one, b"one", at=NOW)
    await put(other, b"other", at=NOW)

    stored = {file.read_bytes() for file in (tmp_path / "outbox/new").iterdir()}
    assert stored == {b"one", b"other"}


async def test_what_the_disk_refuses_is_tried_again_later(tmp_path: Path):
    transport = MaildirTransport(tmp_path / "outbox")
    (tmp_path / "outbox/new").rmdir()

    outcome = await transport.deliver(RAW, sender="t@example.org", recipient="v@example.org")

    assert (outcome.state, outcome.code) == ("temporary", None)
    assert "No such file" in outcome.text
    assert os.listdir(tmp_path / "outbox/tmp") == []  # noqa: PTH208 -- names are enough
    (tmp_path / "outbox/new").mkdir()
    await put(transport)


def test_a_file_where_the_maildir_should_be_is_told_at_the_start(tmp_path: Path):
    (tmp_path / "outbox").write_text("in the way")

    with pytest.raises(ConfigError, match="outbox cannot be made"):
        open_transport("maildir:outbox", base=tmp_path, secret=lambda: None)

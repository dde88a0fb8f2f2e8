"""The calendar file of a meeting: what it says, and what no text can make it say."""

import subprocess
import sys
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from hypothesis import example, given, strategies as st
from icalendar import Calendar
from msgspec.structs import replace

from tests.samples import ENVELOPE, HRW, MISSION, REMINDER, SAMPLES
from tracker.compose import Composer
from tracker.content import Invitation, MailContent

ROOT = Path(__file__).parents[1]
COMPOSER = Composer(ROOT / "templates")
SESSION = Invitation(
    seed="session.osce-permanent-council.2010-06-24",
    sequence=2,
    summary=f"OSCE Permanent Council: {HRW}",
    start=datetime(2010, 6, 24, 8, tzinfo=UTC),
    end=datetime(2010, 6, 24, 11, tzinfo=UTC),
    place="Hofburg, Vienna; Neuer Saal",
    about=(HRW, f"- {MISSION}"),
)
ALL_DAY = replace(SESSION, start=date(2010, 6, 24), end=date(2010, 6, 25))
TEXT = st.text(st.characters(), max_size=40)
HOSTILE = (
    "Council\r\nATTENDEE:mailto:ambassador@example.net\r\nBEGIN:VALARM",
    "x\rURL:https://example.net/\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    "\u2028X-A:1\x0bX-B:2\x85\x00\ud800 =?utf-8?q?=0D=0ABcc:?=",
    "\\nATTENDEE:mailto:x@example.net;\\,\\;:",
    "DTSTAMP:19700101T000000Z\r\nDTSTAMP:19700101T000000Z",
)


def mail_of(*invitations: Invitation, content: MailContent = REMINDER) -> EmailMessage:
    composed = COMPOSER.compose(replace(content, invitations=invitations), ENVELOPE)
    return read_back(composed.raw)


def files_of(mail: EmailMessage) -> list[bytes]:
    parts: list[Any] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    return [one.get_payload(decode=True) for one in parts]


def read_back(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def event_in(mail: EmailMessage) -> Any:
    calendar: Any = Calendar.from_ical(files_of(mail)[0])
    (event,) = calendar.events
    return event


def event_of(one: Invitation) -> Any:
    return event_in(mail_of(one))


def test_a_calendar_file_reads_as_it_did(golden):
    for name, one in (("session", SESSION), ("cancelled", replace(ALL_DAY, cancelled=True))):
        (raw,) = files_of(mail_of(one))
        golden(f"mails/{name}.ics", raw.decode())


def test_what_goes_in_comes_out_of_a_calendar_program():
    event = event_of(SESSION)

    assert event["UID"] == "session.osce-permanent-council.2010-06-24@example.org"
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (2, "CONFIRMED", "TRANSPARENT")
    assert (event.start, event.end) == (SESSION.start, SESSION.end)
    assert event["SUMMARY"] == SESSION.summary
    assert event["LOCATION"] == "Hofburg, Vienna; Neuer Saal"
    assert event["DESCRIPTION"].splitlines() == [HRW, f"- {MISSION}"]
    assert event["DTSTAMP"].dt == ENVELOPE.sent_at


def test_hours_are_in_utc_and_need_no_zone_of_their_own():
    (raw,) = files_of(mail_of(SESSION))

    assert b"\r\nDTSTART:20100624T080000Z\r\nDTEND:20100624T110000Z\r\n" in raw
    assert b"TZID" not in raw
    assert b"VTIMEZONE" not in raw


def test_an_unknown_hour_is_a_whole_day():
    (raw,) = files_of(mail_of(ALL_DAY))

    assert b"DTSTART;VALUE=DATE:20100624\r\nDTEND;VALUE=DATE:20100625\r\n" in raw


def test_it_is_published_by_the_tracker_and_asks_nobody_for_an_answer():
    (raw,) = files_of(mail_of(SESSION))
    calendar: Any = Calendar.from_ical(raw)

    assert calendar["METHOD"] == "PUBLISH"
    assert event_of(SESSION)["ORGANIZER"] == "mailto:tracker@example.org"
    assert raw.count(b"@") == 2  # of the UID and of the tracker itself
    for word in (b"ATTENDEE", b"VALARM", b"URL", b"RRULE"):
        assert word not in raw


def test_the_file_is_attached_behind_the_text():
    mail = mail_of(SESSION)

    assert [part.get_content_type() for part in mail.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html"),
        "text/calendar",
    ]
    (part,) = mail.iter_attachments()
    assert (part.get_content_disposition(), part.get_filename()) == ("attachment", "session.ics")
    assert dict(part["Content-Type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    inner = next(mail.iter_parts())
    assert mail.get_boundary() != inner.get_boundary()


def test_several_files_say_which_meeting_each_is():
    other = replace(SESSION, seed="session.un-security-council.2010-06-24")

    names = [part.get_filename() for part in mail_of(SESSION, other).iter_attachments()]

    assert names == [
        "session-osce-permanent-council-2010-06-24.ics",
        "session-un-security-council-2010-06-24.ics",
    ]


def test_a_mail_without_a_meeting_is_built_as_before():
    for content in SAMPLES:
        mail = mail_of(content=content)

        assert [part.get_content_type() for part in mail.walk()] == [
            *("multipart/alternative", "text/plain", "text/html"),
        ]


def test_text_and_html_are_the_same_with_a_file_and_without():
    with_file, without = mail_of(SESSION), mail_of()
    plain, html = (part.get_content() for part in without.iter_parts())

    first = next(with_file.iter_parts())
    assert [part.get_content() for part in first.iter_parts()] == [plain, html]
    assert [name for name in with_file if name != "Content-Type"] == [
        name for name in without if name != "Content-Type"
    ]


def test_a_mail_whose_html_template_is_broken_still_has_its_file(tmp_path: Path):
    for name in ("reminder.txt", "layout.txt", "parts.txt"):
        (tmp_path / name).write_bytes((ROOT / "templates" / name).read_bytes())
    (tmp_path / "reminder.html").write_text("{% broken")
    content = replace(REMINDER, invitations=(SESSION,))

    raw = Composer(tmp_path).compose(content, ENVELOPE).raw

    types = [part.get_content_type() for part in message_from_bytes(raw).walk()]
    assert types == ["multipart/mixed", "text/plain", "text/calendar"]


def test_the_same_mail_has_the_same_bytes():
    content = replace(REMINDER, invitations=(SESSION, ALL_DAY))

    assert len({COMPOSER.compose(content, ENVELOPE).raw for _ in range(3)}) == 1


def test_one_meeting_in_two_mails_has_each_mails_own_moment():
    later = replace(ENVELOPE, sent_at=datetime(2010, 6, 24, 6, tzinfo=UTC))
    content = replace(REMINDER, invitations=(SESSION,))

    raws = [COMPOSER.compose(content, one).raw for one in (ENVELOPE, later)]

    stamps = [event_in(read_back(raw))["DTSTAMP"].dt for raw in raws]
    assert stamps == [ENVELOPE.sent_at, later.sent_at]


def test_a_sender_in_other_letters_is_an_address_that_a_calendar_can_read():
    envelope = replace(ENVELOPE, sender='Bureau "Ü" <zoë+k@straße.example>')
    content = replace(REMINDER, invitations=(SESSION,))

    event = event_in(read_back(COMPOSER.compose(content, envelope).raw))

    assert event["ORGANIZER"] == "mailto:zo%C3%AB+k@xn--strae-oqa.example"
    assert event["UID"].endswith("@xn--strae-oqa.example")


@given(st.sampled_from([SESSION, ALL_DAY]), st.sampled_from(HOSTILE) | TEXT)
@example(SESSION, HOSTILE[0])
@example(ALL_DAY, HOSTILE[1])
@example(SESSION, HOSTILE[4])
def test_no_text_adds_a_line_to_the_file(like: Invitation, text: str):
    sample = replace(like, seed=text, summary=text, place=text or "x", about=(text, text))

    (raw,) = files_of(mail_of(sample))

    assert raw.isascii() or raw.decode()
    assert raw.replace(b"\r\n", b"").count(b"\r") + raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    names = [
        line.split(b":")[0].split(b";")[0].decode()
        for line in raw.replace(b"\r\n ", b"").split(b"\r\n")[:-1]
    ]
    assert names == [
        *("BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "SUMMARY", "DTSTART", "DTEND"),
        *("DTSTAMP", "UID", "SEQUENCE", "DESCRIPTION", "LOCATION", "ORGANIZER", "STATUS"),
        *("TRANSP", "END", "END"),
    ]


PROGRAM = """
import sys
from msgspec.structs import replace
from pathlib import Path
from tests.samples import DIGEST, ENVELOPE
from tests.test_calendar_file import SESSION
for name in [one for one in sys.modules if one.startswith("icalendar")]:
    del sys.modules[name]
from tracker.compose import Composer
composer = Composer(Path("templates"))
composer.compose(DIGEST, ENVELOPE)
print("icalendar" in sys.modules)
composer.compose(replace(DIGEST, invitations=(SESSION,)), ENVELOPE)
print("icalendar" in sys.modules, "smtplib" in sys.modules)
"""


def test_only_a_mail_with_a_meeting_loads_the_library():
    done = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False", "True", "False"]

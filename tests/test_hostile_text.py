"""Sixty strings that mean harm, as a name, a title, a place: the mail says them, and no more."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from tests.post_office import PostOffice, post_office
from tests.samples import ENVELOPE, REMINDER
from tests.turned_clock import run
from tracker.compose import Composer, clean
from tracker.compose.headers import HEADERS
from tracker.content import Invitation
from tracker.delivery import Outcome
from tracker.delivery.smtp import SmtpTransport
from tracker.errors import ConfigError

COMPOSER = Composer(Path(__file__).parents[1] / "templates")
TEXTS = [
    # eleven kinds of line end
    *(f"Vienna{end}Bcc: victim@example.com" for end in ("\r\n", "\n", "\r", "\x0b", "\x0c")),
    *(f"Vienna{end}Bcc: victim@example.com" for end in ("\x1c", "\x1d", "\x1e", "\x85")),
    *(f"Vienna{end}Bcc: victim@example.com" for end in ("\u2028", "\u2029")),
    *("\r\n\r\nbody", "Vienna\r\n.\r\nMAIL FROM:<x@example.com>", "\n\tfolded", "%0d%0aBcc: x@y"),
    # encoded words, whole, in parts, one inside another
    "=?utf-8?q?=0D=0ABcc:_victim@example.com?=",
    "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLmNvbQ==?=",
    "💩 =?UTF-8?Q?=0D=0A?=Bcc: victim@example.com",
    "=?utf-8?q?a?= =?utf-8?q?=0AX:?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0A=3F=3D?=",
    "=\u200b?utf-8?q?=0A?=",
    "=?x-unknown?q?=0A?=",
    "=?utf-8?q?unfinished",
    *("=?", "?=", "=?=?=?=?", "=?utf-7?q?+AAo-?="),
    # what is not seen, or turns round what is
    "\u202eevil\u202c Vienna",
    "\u2066\u2067\u2068\u2069Vienna",
    "\u200e\u200f\u061cVienna",
    "\u200b\u2060\ufeffVienna",
    *("Vi\0enna", "\0", "\x7f\x1b[31mVienna\x1b[0m", "\x08\x08\x08admin"),
    *("\ud800", "\udfff\ud800", "\ud83d", "\ue000\uf8ff", "\u0378\U000e0041\U000e007f", "\uffff"),
    # much
    "e" + "\u0301" * 1_000,
    *("x" * 10_000, "é" * 10_000, "word " * 2_000, " " * 10_000, "\u3000" * 200 + "Vienna"),
    "\ufdfa" * 300,
    # what means something in an address or a header
    *(
        '"Vienna" <victim@example.com>',
        "Vienna <victim@example.com>",
        "a@example.com, b@example.com",
    ),
    *(
        "undisclosed-recipients:;",
        "group: a@example.com, b@example.com;",
        "Vienna (comment (in it",
    ),
    *('\\"', '"', "<", ">", "<>", ",;:", "@", "Vienna\\", "[1.2.3.4]", "Subject: x", "From:"),
    # in a calendar file
    *(
        "a;b,c\\n\\;\\,",
        "X\nEND:VEVENT\nBEGIN:VALARM",
        'CN="x":mailto:victim@example.com',
        "^n^'^^",
    ),
]
ADDRESSES = {
    # what is typed -> what is sent, None where nothing may be
    "vienna@example.org": "vienna@example.org",
    "vienna+osce@example.org": "vienna+osce@example.org",
    "o'hara@example.org": "o'hara@example.org",
    "=?utf-8?q?a?=@example.org": None,
    "a" * 64 + "@example.org": "a" * 64 + "@example.org",
    "vienna@köln.example": "vienna@xn--kln-sna.example",
    "vienna@straße.example": "vienna@xn--strae-oqa.example",
    "vienna@пример.example": "vienna@xn--e1afmkfd.example",
    "VIENNA@EXAMPLE.ORG": "VIENNA@EXAMPLE.ORG",
    "a" * 65 + "@example.org": None,
    "vienna@" + "x" * 64 + ".org": None,
    "vienna@" + ".".join(["x" * 60] * 5): None,
    "vienna@example..org": None,
    "vienna@.example.org": None,
    "vienna@-example.org": None,
    "vienna@example.org.": None,
    ".vienna@example.org": None,
    "vi..enna@example.org": None,
    "vienna": None,
    "vienna@": None,
    "@example.org": None,
    "": None,
    " vienna@example.org": None,
    "vienna@example.org\n": None,
    "vi enna@example.org": None,
    '"vi enna"@example.org': None,
    '"vienna"@example.org': None,
    "vienna@[127.0.0.1]": None,
    "vienna@[IPv6:::1]": None,
    "vienna(comment)@example.org": None,
    "vienna@example.org(<b@example.com>)": None,
    "Vienna <vienna@example.org>": None,
    "<vienna@example.org>": None,
    "a@example.org, b@example.com": None,
    "a@example.org;b@example.com": None,
    "desks: a@example.org, b@example.com;": None,
    "@relay.example,@b.example:vienna@example.org": None,
    "a@b@example.org": None,
    "a%b@example.org@example.com": None,
    "vienna@example.org> NOTIFY=NEVER": None,
    "vienna@example.org\r\nRCPT TO:<b@example.com>": None,
    "vienna@example.org\0.example.com": None,
    "vienna\u202e@example.org": None,
    "vienna@exam\u200bple.org": None,
    "vienna@\uff45\uff58ample.org": None,
    "vienna@उदाहरण.example": "vienna@xn--p1b6ci4b4b3a.example",
    "é" * 32 + "@example.org": "é" * 32 + "@example.org",
    "é" * 33 + "@example.org": None,
    "zoe\u0308@example.org": None,
    "\ud800@example.org": None,
    "vienna\u2028@example.org": None,
    "vienna@example.org\u3000": None,
    "vienna@example\uff0eorg": None,
}


each_text = pytest.mark.parametrize(
    "text", [pytest.param(one, id=f"{at}: {one[:30]!a}") for at, one in enumerate(TEXTS)]
)
each_address = pytest.mark.parametrize(
    ("address", "sent"),
    [
        pytest.param(*pair, id=f"{at}: {ascii(pair[0])[:60]}")
        for at, pair in enumerate(ADDRESSES.items())
    ],
)


def typed(text: str) -> EmailMessage:
    """Compose a mail in which everything that somebody may type is this text, and read it."""
    content = replace(
        REMINDER,
        subject=text,
        reader=text,
        headline=f"before {text} after",
        invitations=(meeting(text),),
    )
    sender = f"{text.replace('<', '').replace('>', '')} <tracker@example.org>"
    envelope = replace(ENVELOPE, to_name=text, sender=sender, campaigns=(text,), seed=text)
    raw = COMPOSER.compose(content, envelope).raw
    assert_sound(raw)
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def meeting(text: str) -> Invitation:
    return Invitation(
        seed="session",
        sequence=0,
        summary=text,
        start=datetime(2010, 6, 24, 8, tzinfo=UTC),
        end=datetime(2010, 6, 24, 11, tzinfo=UTC),
        place=text,
        about=(text, text),
    )


def assert_sound(raw: bytes) -> None:
    head = raw.partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert [line.split(b":")[0].decode() for line in lines] == [
        *HEADERS,
        "MIME-Version",
        "Content-Type",
    ]
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


@each_text
def test_what_is_typed_is_said_and_steers_nothing(text: str):
    message = typed(text)

    assert [one.addr_spec for one in message["To"].addresses] == [ENVELOPE.to_address]
    assert [one.addr_spec for one in message["From"].addresses] == ["tracker@example.org"]
    assert not message["To"].defects
    assert not message["From"].defects
    assert same(message["Subject"], clean(text) or "Campaign tracker")
    assert same(message["To"].addresses[0].display_name, clean(text, longest=64))


@each_text
def test_what_is_typed_makes_no_line_of_a_calendar_file(text: str):
    (part,) = [one for one in typed(text).walk() if one.get_content_type() == "text/calendar"]
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)

    lines = re.sub(rb"\r\n[ \t]", b"", raw).split(b"\r\n")
    names = [re.split(rb"[;:]", line)[0].decode() for line in lines if line]
    event = ["UID", "DTSTAMP", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER"]
    allowed = {"BEGIN", "END", "VERSION", "PRODID", "METHOD", "TRANSP", *event}
    assert set(names) <= allowed | {"LOCATION", "DESCRIPTION"}
    assert len(names) == len(set(names)) + 2  # BEGIN and END stand twice
    assert re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw) is None
    (found,) = Calendar.from_ical(raw).walk("VEVENT")
    assert same(str(found["SUMMARY"]), clean(text))
    assert str(found["ORGANIZER"]) == "mailto:tracker@example.org"


def same(shown: str, meant: str) -> bool:
    """Compare without blanks, which folding may add to or take from."""
    return "".join(shown.split()) == "".join(meant.split())


async def handed_over(address: str) -> tuple[Outcome, PostOffice]:
    async with post_office(offers=("SMTPUTF8", "8BITMIME")) as office:
        transport = SmtpTransport(office.settings())
        outcome = await transport.deliver(RAW, sender="t@example.org", recipient=address)
        await transport.close()
    return outcome, office


RAW = b"Subject: x\r\n\r\nx\r\n"


@each_address
def test_what_is_printed_is_what_is_parsed_and_sent(address: str, sent: str | None):
    (outcome, office), _ = run(handed_over(address))
    envelope = replace(ENVELOPE, to_address=address)

    if sent is None:
        with pytest.raises(ConfigError, match="is not one mail address"):
            COMPOSER.compose(REMINDER, envelope)
        assert outcome.state == "permanent"
        assert office.commands == []
        return
    raw = COMPOSER.compose(REMINDER, envelope).raw
    message = message_from_string(raw.decode(), policy=default)
    assert [one.addr_spec for one in message["To"].addresses] == [sent]
    assert outcome.state == "sent"
    assert f"RCPT TO:<{sent}>" in office.commands


def test_they_are_at_least_sixty():
    assert len(set(TEXTS)) >= 60

"""What people type cannot steer a mail: the raw headers are exactly the ones we set."""

import random
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st
from msgspec.structs import replace

from tests.samples import ENVELOPE, REMINDER, SAMPLES, name_of
from tracker.compose import Composer, clean
from tracker.compose.headers import HEADERS, id_host, list_id, mailbox, message_id, roots, sender
from tracker.compose.kept_headers import ASCII
from tracker.compose.message import ALTERNATIVE, _message
from tracker.compose.render import Rendered
from tracker.compose.writing import as_bytes
from tracker.errors import ConfigError

COMPOSER = Composer(Path(__file__).parents[1] / "templates")
PERSIAN = "\u06a9\u062a\u0627\u0628\u200c\u0647\u0627"  # "books", with a joiner that it needs
NASTY = [
    *("\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\0", "\x7f", "\t", "  "),
    *("=?UTF-8?Q?=0D=0A?=", "=?utf-8?b?DQpCY2M6IHhAeQ==?=", "=?", "?=", "=\u200b?UTF-8?Q?=0A?="),
    *(
        "Bcc: x@y",
        "\r\nBcc: victim@example.com",
        "\n\nbody",
        "\r\n.\r\n",
        "From: boss@example.org",
    ),
    *("\u202e", "\u2066", "\u200f", "\ufeff", "\ud800", "\udfff", "\ue000", "\u0378", "\u200d"),
    *(
        "💩",
        "Zoë",
        "Łódź",
        "Αθήνα",
        PERSIAN,
        "日本語",
        "Ж",
        "e\u0301",
        "\u0301" * 40,
        "\ufdfa" * 9,
    ),
    *('"', '\\"', "'", "<", ">", "<a@b>", ",", ";", ":", "@", "(", ")", "[", "]", ".", "\\"),
    *(
        "{{7*7}}",
        "{% raw %}",
        "${HOME}",
        "../",
        "%s",
        "%0d%0a",
        "a" * 100,
        "x" * 80 + "é",
        " " * 90,
    ),
    *("Permanent Council", "24 June", "Re:", "undisclosed-recipients:;", "=0D=0A", "=\r\n", "=="),
]
HOSTILE = st.lists(st.sampled_from(NASTY) | st.text(max_size=20), max_size=8).map("".join)


def hostile(dice: random.Random) -> str:
    return "".join(dice.choices(NASTY, k=dice.randint(1, 4)))


def raw_of(subject: str, to_name: str, sender_name: str, *campaigns: str) -> bytes:
    rendered = Rendered(subject=clean(subject) or "-", text="Hello\n", html="")
    envelope = replace(
        ENVELOPE,
        sender=f"{sender_name.replace('<', '').replace('>', '')} <tracker@example.org>",
        to_name=to_name,
        campaigns=campaigns,
        seed=subject,
    )
    return _message(rendered, envelope).as_bytes()


def header_names(raw: bytes) -> list[str]:
    head, _, _ = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    return [line.split(b":")[0].decode() for line in lines if not line.startswith((b" ", b"\t"))]


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def assert_sound(raw: bytes, *, whole: bool = True) -> None:
    """Say what every mail keeps, whatever was typed; the whole includes reading it back."""
    body = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    assert sorted(header_names(raw)) == sorted([*HEADERS, *body])
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    if whole:
        assert_read_as_meant(parsed(raw))


def assert_read_as_meant(message: EmailMessage) -> None:
    for name, address in (("To", ENVELOPE.to_address), ("From", "tracker@example.org")):
        assert [one.addr_spec for one in message[name].addresses] == [address]
        assert not message[name].defects
    for token in message["References"].split():
        assert re.fullmatch(r"<[!-;=?-~]{3,75}>", token), token


def test_fourteen_thousand_hostile_strings_make_no_header():
    dice = random.Random(20100624)  # noqa: S311 -- the same strings each time
    for number in range(2_000):
        subject, name, origin, *campaigns = (hostile(dice) for _ in range(7))
        raw = raw_of(subject, name, origin, *campaigns)
        # Reading a mail back takes ten times as long as writing it: every tenth will do.
        assert_sound(raw, whole=number % 10 == 0)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
@example("💩 =?UTF-8?Q?=0D=0A?=Bcc: x@example.com", "", "", "")
def test_no_text_makes_a_header(subject: str, to_name: str, sender_name: str, campaign: str):
    assert_sound(raw_of(subject, to_name, sender_name, campaign))


@pytest.mark.parametrize(
    "subject",
    [
        "Now tracked: Письмо 6: защитить людей на юге Киргизии",
        "Now tracked: «Защитите людей на юге» — نداء مفتوح to the Security Council",
        "Tomorrow 10:00 المجلس الدائم لمنظمة الأمن والتعاون في أوروبا: 2 things to do",
        "Tomorrow 10:00 Permanent Council: 2 calls to make, 1 late, and no more for Zoë",
        "1 thing to do: Sign-on closes: gather the last ... (icrtop-security-council)",
    ],
)
def test_a_subject_in_any_letters_keeps_the_blanks_between_its_words(subject: str):
    raw = raw_of(subject, "Vienna desk", "Tracker", "x")

    assert parsed(raw)["Subject"] == subject
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


@given(HOSTILE, HOSTILE)
def test_what_is_typed_comes_out_as_it_was_cleaned(subject: str, name: str):
    message = parsed(raw_of(subject, name, "Tracker", "x"))

    meant = clean(subject) or "-"
    assert message["Subject"] == meant if not meant.isascii() else same(message["Subject"], meant)
    assert same(message["To"].addresses[0].display_name, clean(name, longest=64))


def same(shown: str, meant: str) -> bool:
    """Compare without blanks: folding adds one before a long word, reading one inside a name."""
    return "".join(shown.split()) == "".join(meant.split())


@given(st.text() | HOSTILE)
def test_cleaning_gives_one_harmless_line(text: str):
    line = clean(text)

    assert len(line) <= 200
    assert "=?" not in line
    assert "  " not in line
    assert line == line.strip()
    kinds = {unicodedata.category(sign) for sign in line}
    assert not kinds & {"Cc", "Zl", "Zp", "Cs", "Co", "Cn"}
    assert not set(line) & set(
        "\u200b\u200e\u200f\u061c\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"
    )
    assert not set(line) & set("\u2066\u2067\u2068\u2069")


@given(st.text() | HOSTILE, st.integers(2, 80))
def test_cleaning_twice_changes_nothing(text: str, longest: int):
    line = clean(text, longest=longest)

    assert clean(line, longest=longest) == line


def test_cleaning_keeps_what_names_need():
    assert clean(PERSIAN) == PERSIAN
    assert clean("क्\u200dष") == "क्\u200dष"
    assert clean("Zoe\u0308 Müller") == "Zoë Müller"
    assert clean("محمد and שרה") == "محمد and שרה"


def test_cleaning_says_that_it_cut():
    assert clean("word " * 100, longest=12) == "word word w…"
    assert clean("four letters", longest=12) == "four letters"


def test_marks_that_hide_between_equals_and_question_do_not_join_them():
    assert clean("=\u200b?utf-8?q?=0A?=") == "= ?utf-8?q?=0A?="


@pytest.mark.parametrize("content", SAMPLES, ids=name_of)
def test_a_whole_mail_has_its_fixed_headers_in_order(content):
    raw = COMPOSER.compose(content, ENVELOPE).raw

    assert header_names(raw) == [*HEADERS, "MIME-Version", "Content-Type"]
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    headers, _, bodies = raw.partition(b"\r\n\r\n")
    assert max(map(len, headers.split(b"\r\n"))) <= 78
    assert max(map(len, bodies.split(b"\r\n"))) <= 998
    assert raw.isascii()


def test_a_mail_says_that_a_machine_wrote_it_and_when():
    message = parsed(COMPOSER.compose(REMINDER, ENVELOPE).raw)

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Date"].datetime == datetime(2010, 6, 23, 6, tzinfo=UTC)
    assert message["List-Id"] == "Campaign tracker <campaigns.example.org>"
    assert message["References"].split() == [
        "<campaign.gcr2p-osce@example.org>",
        "<campaign.hrw-osce-ambassadors@example.org>",
    ]


def test_both_parts_are_in_the_mail_in_an_order_that_prefers_html():
    message = parsed(COMPOSER.compose(REMINDER, ENVELOPE).raw)

    rendered = COMPOSER.render(REMINDER)
    kinds = [part.get_content_type() for part in message.iter_parts()]
    texts = [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert texts[0] == rendered.text
    assert unescape(texts[1]).rstrip() == unescape(rendered.html).rstrip()


@pytest.mark.parametrize("typed", ["--=_words--", "--=_words", "\n--=_words\n"])
def test_what_is_typed_never_ends_a_part(typed: str):
    content = replace(REMINDER, headline=typed, paste=f"{typed}\n{typed}", groups=())

    message = parsed(COMPOSER.compose(content, ENVELOPE).raw)

    plain, html = message.iter_parts()
    assert plain.get_content().count("--=_words") == 3
    assert html.get_content().count("--=_words") == 4, "the preheader says it, too"
    assert [part.defects for part in message.walk()] == [[], [], []]


def test_a_text_that_would_make_too_long_a_line_is_quoted():
    short, long = (replace(REMINDER, headline="é " * number) for number in (10, 600))

    encodings = [
        [part["Content-Transfer-Encoding"] for part in message.iter_parts()]
        for message in (parsed(COMPOSER.compose(one, ENVELOPE).raw) for one in (short, long))
    ]

    assert encodings == [["quoted-printable", "7bit"], ["quoted-printable", "quoted-printable"]]


@given(typed=st.text(st.characters(max_codepoint=127), max_size=80))
@example(typed="a\rb\r\nc\n\n")
def test_the_bytes_are_those_that_email_itself_would_write(typed: str):
    text = EmailMessage(policy=ASCII)
    text.set_payload(typed)
    message = EmailMessage(policy=ASCII)
    message["Subject"] = "Tomorrow 10:00 Permanent Council"
    message["Content-Type"] = ALTERNATIVE
    message.attach(text)
    message.add_attachment(typed.encode(), maintype="text", subtype="calendar")

    assert as_bytes(message) == message.as_bytes()


def test_the_date_is_the_same_moment_whatever_zone_it_came_in():
    there = replace(ENVELOPE, sent_at=ENVELOPE.sent_at.astimezone(timezone(timedelta(hours=2))))

    assert COMPOSER.compose(REMINDER, there) == COMPOSER.compose(REMINDER, ENVELOPE)


def test_the_same_mail_has_the_same_bytes_and_another_seed_another_id():
    fresh = Composer(Path(__file__).parents[1] / "templates")
    first, second = (one.compose(REMINDER, ENVELOPE) for one in (COMPOSER, fresh))
    other = COMPOSER.compose(REMINDER, replace(ENVELOPE, seed="another"))

    assert first == second
    assert first.message_id != other.message_id
    assert parsed(first.raw)["Message-ID"] == first.message_id
    assert first.raw != other.raw


@pytest.mark.parametrize(
    ("host", "short"),
    [
        ("example.org", "example.org"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("a-very-long-department-name.of-some.organisation.example", "organisation.example"),
        ("x" * 63, "tracker.invalid"),
        ("", "tracker.invalid"),
    ],
)
def test_ids_stay_short_enough_to_be_left_alone(host: str, short: str):
    assert id_host(host).endswith(short)
    campaigns = ["a" * 64, "Ж", "hrw-osce-ambassadors", "b", "c"]
    ids = [message_id("seed", host), *roots(campaigns, host).split(), list_id(host).split()[-1]]
    assert all(len(one) < 78 and one.isascii() for one in ids)
    assert len(roots(campaigns, host).split()) == 4


def test_a_campaign_keeps_its_root_in_whatever_company():
    alone, together = roots(["icrtop"], "example.org"), roots(["gcr2p", "icrtop"], "example.org")

    assert alone in together.split()


def test_a_domain_in_other_letters_goes_as_its_a_label():
    envelope = replace(ENVELOPE, to_name="Zoë, Köln", to_address="vienna@köln.example")

    raw = COMPOSER.compose(REMINDER, envelope).raw

    (to,) = parsed(raw)["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Zoë, Köln", "vienna@xn--kln-sna.example")


def test_sharp_s_stays_a_domain_of_its_own():
    assert mailbox("", "a@straße.example").addr_spec == "a@xn--strae-oqa.example"


def test_a_local_part_in_other_letters_is_never_mangled():
    raw = COMPOSER.compose(REMINDER, replace(ENVELOPE, to_address="zoë@example.org")).raw

    assert "To: Vienna desk <zoë@example.org>\r\n".encode() in raw


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Campaign tracker <tracker@example.org>", "Campaign tracker", "tracker@example.org"),
        ('"Tracker, the" <tracker@example.org>', "Tracker, the", "tracker@example.org"),
        ("tracker@example.org", "", "tracker@example.org"),
        ("  <tracker@example.org> ", "", "tracker@example.org"),
    ],
)
def test_a_sender_is_a_name_and_an_address(text: str, name: str, address: str):
    found = sender(text)

    assert (found.display_name, found.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "tracker",
            "a@x, b@y",
            "a@x(<b@y>)",
            "Foo <b@y> <c@z>",
            "a b@example.org",
            "@x",
            "<>",
        ),
        *("a@x\r\nBcc: b@y", "a@", "a@x> NOTIFY=NEVER", "group: a@x;", "a@x\u202e", "a@b@c"),
    ],
)
def test_what_is_not_one_address_is_refused(text: str):
    with pytest.raises(ConfigError, match="is not one mail address"):
        sender(text)

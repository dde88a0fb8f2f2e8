"""Names in Arabic and Hebrew do not turn the English words and figures around them."""

import re
from email.message import EmailMessage

from hypothesis import given, strategies as st

from tests.builders import LETTER, a_world, at
from tests.house import House
from tracker.compose.isolating import BEGINS, ENDS, isolating
from tracker.compose.loader import wrapped

COUNCIL = "مجلس الأمن 15"
FORUM = f"""
name = "{COUNCIL}"
place = "נוואף"
timezone = "Europe/Vienna"
sessions = "Thursday at 10:00"
"""
IN_ARABIC = """
[[target]]
id = "lebanon"
post = "سفير لبنان"
[[deadline]]
id = "calls"
what = "اتصل بالسفراء 7"
due = "1 working day before meeting"
[[log]]
on = 2010-06-22
fact = "note"
note = "أرسلوا بعثة OSCE"
"""


def mail_of(title: str) -> EmailMessage:
    house = House(
        a_world(
            LETTER.replace('title = "Send a mission"', f'title = "{title}"') + IN_ARABIC,
            forums={"council": FORUM},
        )
    )
    house.turn_to(at("2010-06-23 06:00"))
    return house.inbox("vienna@example.org")[-1]


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_figure_after_an_arabic_name_stays_behind_it():
    mail = mail_of("Send a mission")

    name = f"{BEGINS}{COUNCIL}{ENDS}"
    assert mail["Subject"] == f"Tomorrow 10:00 {name}: 1 thing to do"
    assert f"\n{name}, Thursday 24 June 2010, 10:00 Vienna\n" in part(mail, "plain")


def test_html_says_it_with_elements():
    html = part(mail_of("Send a mission"), "html")
    body = html.partition("<body")[2]

    assert body.count("<bdi>") == body.count("</bdi>") > 3
    assert BEGINS not in body


def test_a_text_that_is_only_a_name_keeps_its_own_direction():
    title = "أرسلوا بعثة OSCE إلى قيرغيزستان"

    assert f"\n{title}\n" in part(mail_of(title), "plain")


def test_what_is_there_to_be_copied_has_no_marks():
    said = part(mail_of("Send a mission"), "plain")

    copied = [line for line in said.split("\n") if line.startswith(("    tracker ", "item", "#"))]
    assert copied
    assert not any(mark in line for line in copied for mark in (BEGINS, ENDS))


def test_a_mail_without_such_names_has_no_marks():
    house = House(a_world(LETTER))
    house.turn_to(at("2010-06-23 06:00"))

    mail = house.inbox("vienna@example.org")[-1]
    assert BEGINS not in f"{mail['Subject']}{part(mail, 'plain')}{part(mail, 'html')}"
    assert "<bdi>" not in part(mail, "html")


def test_a_short_name_parts_no_longer_word():
    isolated = isolating(["لبنان"])

    assert isolated("to لبنانية 2") == f"to {BEGINS}لبنانية{ENDS} 2"
    assert isolated("to لبنان 2") == f"to {BEGINS}لبنان{ENDS} 2"


@given(st.text(st.sampled_from("مجلس אב AB1 ,:\n"), max_size=200), st.text("مجلس 1", max_size=9))
def test_every_line_begins_and_ends_its_own_names(text: str, name: str):
    for line in wrapped(isolating([name])(text)).split("\n"):
        assert re.fullmatch(f"(?:[^{BEGINS}{ENDS}]|{BEGINS}[^{BEGINS}{ENDS}]*{ENDS})*", line)


@given(st.text(st.characters(), max_size=60), st.lists(st.text(max_size=9), max_size=4))
def test_isolating_adds_marks_and_takes_nothing(text: str, names: list[str]):
    said = isolating(names)(text)

    unmarked = str.maketrans("", "", BEGINS + ENDS)
    assert said.translate(unmarked) == text.translate(unmarked)

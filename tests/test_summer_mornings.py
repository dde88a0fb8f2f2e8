"""The summer of 2010 as both desks read it: ten mornings word for word, all of it sound."""

from collections import Counter

from tests.page import faults_of
from tests.summer import MORNINGS, mornings, summer

WIDE = 72
COPIED = ("tracker log ", "tracker accept ")


def test_ten_mornings_read_as_they_did(golden):
    found = list(mornings())

    assert {mail.day for mail in found} == set(MORNINGS)
    assert max(Counter(mail.name for mail in found).values()) == 1, "one mail a reader a morning"
    for mail in found:
        golden(f"mornings/{mail.name}.txt", f"Subject: {mail.subject}\n\n{mail.text}")
        golden(f"mornings/{mail.name}.html", mail.html)


def test_every_mail_of_the_summer_can_be_read_anywhere():
    faults = {mail.name: faults_of(mail.html) for mail in summer()}

    assert {name: wrong for name, wrong in faults.items() if wrong} == {}


def test_no_line_is_wider_than_72_columns_but_what_is_to_be_copied():
    long = [
        (mail.name, line)
        for mail in summer()
        for line in mail.text.splitlines()
        if len(line) > WIDE and not line.strip().startswith(COPIED)
    ]

    assert long == []


def test_every_subject_fits_one_line_and_says_something():
    """The name of its letter may come after it, for whoever has the room to see it."""
    wrong = {
        mail.name: mail.subject
        for mail in summer()
        if not 8 < len(mail.subject) <= (78 if mail.subject.endswith(")") else 66)
    }

    assert wrong == {}

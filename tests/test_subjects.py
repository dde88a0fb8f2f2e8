"""What a subject and the first line say: what is at stake, whatever has to be cut."""

from email.message import EmailMessage

import pytest

from tests.builders import LETTER, a_world, at
from tests.corrected import OPENED, TO_FRIDAY, a_house, council
from tests.house import House
from tests.test_digest import text_of

LONG = "Expert consultation on missions to the field and on what they need"


def last_mail(house: House, moment: str) -> EmailMessage:
    house.turn_to(at(moment))
    return house.inbox("vienna@example.org")[-1]


def a_step(item: str, due: str, what: str = "Brief the missions", remind: str = "") -> str:
    lead = f'remind = ["{remind}"]\n' if remind else "remind = []\n"
    return f'[[deadline]]\nid = "{item}"\nwhat = "{what}"\ndue = "{due}"\nfor = "campaign"\n{lead}'


def of_our_own(name: str = LONG, date: str = "6 July 2010") -> str:
    return LETTER.replace(
        'forum = "council"\ndate = 2010-06-24', f'name = "{name}"\ndate = "{date}"'
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (TO_FRIDAY, "Now Fri 25 June 10:00, not Thu 24 June: Permanent Council"),
        (
            'cancelled = [{ on = 2010-06-24, why = "no quorum" }]\n',
            "Cancelled: Permanent Council of Thu 24 June",
        ),
    ],
)
def test_a_digest_with_nothing_but_a_date_that_changed_says_so_first(more: str, said: str):
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-14 12:00"))

    house.edit(a_world(OPENED, forums=council(more)))

    mail = last_mail(house, "2010-06-15 06:00")
    assert mail["Subject"] == said
    assert f"Tuesday 15 June 2010 {said}. " in text_of(mail)


def test_a_digest_with_something_to_do_counts_the_dates_that_changed():
    letter = OPENED + a_step("brief", "2010-06-15 at 12:00", remind="on the day")
    house = a_house(a_world(letter))
    house.turn_to(at("2010-06-14 12:00"))

    house.edit(a_world(letter, forums=council(TO_FRIDAY)))

    mail = last_mail(house, "2010-06-15 06:00")
    assert mail["Subject"] == "1 thing to do, 1 date changed: Brief the missions (letter)"
    assert "1 thing to do, 1 date changed: Brief the missions. " in text_of(mail)


def test_a_meeting_with_nothing_to_do_leaves_room_for_the_dates_that_changed():
    letter = OPENED.replace("2010-06-24", "2010-06-17")
    letter += '[[meeting]]\nforum = "council"\ndate = 2010-06-24\n'
    house = a_house(a_world(letter))
    house.turn_to(at("2010-06-15 12:00"))

    house.edit(a_world(letter, forums=council(TO_FRIDAY)))

    mail = last_mail(house, "2010-06-16 06:00")
    assert mail["Subject"] == "Tomorrow 10:00 Permanent Council: 1 date changed"
    assert "Tomorrow 10:00 Permanent Council. 1 date changed. " in text_of(mail)


def test_a_digest_with_nothing_new_says_what_is_still_late():
    house = House(a_world(LETTER + a_step("brief", "2010-06-30 at 12:00")))

    mail = last_mail(house, "2010-07-05 06:00")

    assert mail["Subject"] == "1 late: Brief the missions (letter)"
    assert "Monday 5 July 2010 1 late: Brief the missions. " in text_of(mail)


def test_a_digest_with_nothing_new_counts_what_is_still_late_and_names_the_oldest():
    letter = (
        LETTER
        + a_step("brief", "2010-06-30 at 12:00")
        + a_step("call", "2010-06-29 at 12:00", "Call")
    )
    house = House(a_world(letter))

    mail = last_mail(house, "2010-07-05 06:00")

    assert mail["Subject"] == "2 late: Call (letter)"
    assert "Monday 5 July 2010 2 late, first: Call. " in text_of(mail)


def test_who_has_nothing_to_do_with_what_is_late_has_nothing_due():
    others = a_step("brief", "2010-06-30 at 12:00") + 'who = ["new-york"]\n'
    letter = LETTER.replace('["vienna"]', '["vienna", "new-york"]')
    house = House(a_world(letter + others))

    mail = last_mail(house, "2010-07-05 06:00")

    assert mail["Subject"] == "Nothing due today; no meeting ahead"


def test_what_falls_on_the_day_of_a_digest_names_its_letter():
    house = House(a_world(LETTER + a_step("brief", "2010-06-30 at 12:00")))

    assert last_mail(house, "2010-06-30 06:00")["Subject"] == "Today: Brief the missions (letter)"


def test_a_long_name_of_a_meeting_leaves_every_count_in_the_subject():
    brief = a_step("brief", "8 days before meeting at 12:00")
    call = a_step("call", "7 days before meeting at 12:00", "Call", "on the day")
    house = House(a_world(of_our_own() + brief + call))

    subject = last_mail(house, "2010-06-29 06:00")["Subject"]

    assert subject == "Tue 6 July Expert consultation on ...: 1 thing to do, 1 late"


def test_a_long_name_of_a_meeting_leaves_its_day_in_the_subject():
    house = House(a_world(of_our_own()))

    subject = last_mail(house, "2010-06-28 06:00")["Subject"]

    assert subject == "Nothing due today; next: Expert consultation on ..., Tue 6 July"


def test_a_meeting_of_several_days_is_under_way_until_its_last():
    days = of_our_own("Consultation", "4 July 2010 to 6 July 2010")
    house = House(a_world(days))

    mail = last_mail(house, "2010-07-05 06:00")

    assert mail["Subject"] == "Nothing due today; under way: Consultation, until Tue 6 July"
    assert "Under way: Consultation, until Tuesday 6 July 2010. " in text_of(mail)
    assert "no meeting ahead" in last_mail(house, "2010-07-12 06:00")["Subject"]


def test_a_script_without_blanks_is_cut_where_the_room_ends():
    ask = (
        "改正案に独立した審査機関の設置を盛り込み、収容期間に上限を定め、司法審査を義務づけること"
    )
    happened = (
        '[[follow-up]]\nid = "happened"\nwhat = "Has it happened? {ask}"\nfor = "each ask"\n'
        'due = "1 day after meeting"\n'
    )
    letter = LETTER.replace('text = "Send a mission"', f'text = "{ask}"')
    house = House(a_world(letter + happened))

    subject = last_mail(house, "2010-06-25 06:00")["Subject"]

    assert subject == f"1 thing to do: Has it happened? {ask[:30]} ..."


def test_a_line_whose_meeting_is_cut_off_names_its_letter():
    readout = (
        '[[follow-up]]\nid = "readout"\nwhat = "Write down what was said at the {meeting}"\n'
        'due = "1 day after meeting"\n'
    )
    house = House(a_world(LETTER + readout))

    subject = last_mail(house, "2010-06-25 06:00")["Subject"]

    assert (
        subject == "1 thing to do: Write down what was said at the Permanent Council ... (letter)"
    )
    assert len(subject) <= 78


@pytest.mark.parametrize(
    ("letters", "said"),
    [(1, ""), (2, " and another"), (4, " and 3 more")],
)
def test_campaigns_first_seen_together_are_counted(letters: int, said: str):
    far = LETTER.replace("2010-06-24", "2010-07-22")
    house = a_house(a_world(*[far] * letters))
    house.turn_to(at("2010-06-14 12:00"))

    subject = house.inbox("vienna@example.org")[0]["Subject"]

    assert subject == f"Now tracked: Send a mission{said}"

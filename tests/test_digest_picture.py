"""What a digest draws and counts: the next weeks, the recess, stances, calls to join, growth."""

from datetime import datetime

import pytest

from tests.builders import COUNCIL, LETTER, a_world, at
from tests.house import COMPOSER, House
from tracker.campaign import World
from tracker.content import MailContent, Picture, Section

EVERY = """
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
[[ask]]
id = "mission"
text = "Send a mission"
[[meeting]]
forum = "council"
sessions = "every"
[[deadline]]
id = "calls"
what = "Call the embassies"
due = 2010-07-14
"""
CHASED = """
[[follow-up]]
id = "answer"
what = "Ask for an answer"
for = "each target"
due = "{days} days after delivery"
until = "reply"
[[log]]
on = 2010-06-22
fact = "delivered"
[[target]]
id = "chair"
post = "{post}"
{holder}
"""
STANDING = """
[[target]]
id = "austria"
post = "Delegation of Austria"
state = "Austria"
stance = "undecided"
[[target]]
id = "france"
post = "Delegation of France"
stance = "undecided"
"""
DELIVERED = """
[[log]]
on = 2010-06-22
fact = "delivered"
"""
MOVED = f"""
{STANDING}
[[log]]
on = 2010-06-29
fact = "stance"
target = "austria"
stance = "supportive"
"""


def mail(world: World, moment: datetime, kind: str) -> MailContent:
    """Return what Vienna's mail of a morning says."""
    house = House(world)
    house.turn_to(moment)
    found = [
        one.written.content
        for one in house.mails
        if one.at == moment and one.record.coordinator == "vienna"
    ]
    assert [one.kind for one in found] == [kind]
    return found[0]


def digest(world: World, moment: datetime) -> MailContent:
    return mail(world, moment, "digest")


def drawn(content: MailContent) -> list[str]:
    """Return the picture's days that have a sign."""
    assert content.picture is not None
    return [day.said for week in content.picture.weeks for day in week.days if day.look]


def section(content: MailContent, wanted: str) -> list[tuple[str, str, str]]:
    found: list[Section] = [one for one in content.sections if one.id == wanted]
    return [(one.text, one.when, one.detail) for part in found for one in part.entries]


def chased(days: int, post: str = "The chair", holder: str = "") -> str:
    named = f'holder = "{holder}"' if holder else ""
    return LETTER + CHASED.format(days=days, post=post, holder=named)


MONDAY = at("2010-07-12 06:00")


def test_the_picture_shows_meetings_deadlines_and_the_recess_of_four_weeks():
    content = digest(a_world(EVERY), MONDAY)

    assert drawn(content) == ["14 D", "15 M", "22 M", "29 M", "30 r", "31 r", "1 r"]
    assert content.picture is not None
    assert content.picture.heading == "The next 3 weeks"
    assert content.picture.legend == "M meeting (Permanent Council), D deadline, r recess"
    assert content.picture.notes == (
        (
            "Permanent Council: last session before the recess is Thursday 29 July 2010, the"
            " next session is Thursday 2 September 2010."
        ),
    )
    assert [week.month for week in content.picture.weeks] == ["Jul", "", ""]
    assert content.picture.weeks[0].days[0].said == "[12]"


def test_the_picture_is_a_table_of_characters_no_wider_than_a_mail():
    text = COMPOSER.render(digest(a_world(EVERY), MONDAY)).text

    assert "      Mon      Tue      Wed      Thu      Fri      Sat      Sun\n" in text
    assert "Jul   [12]     13       14 D     15 M     16       17       18\n" in text


def test_a_meeting_and_a_deadline_on_one_day_are_both_drawn():
    same = EVERY.replace("due = 2010-07-14", 'due = "2010-07-15 at 09:00"')

    assert drawn(digest(a_world(same), MONDAY))[0] == "15 MD"


def test_a_day_that_is_over_is_empty():
    content = digest(a_world(EVERY), at("2010-07-15 06:00"))

    assert content.picture is not None
    days = [day.said for day in content.picture.weeks[0].days]
    assert days == ["", "", "", "[15] M", "16", "17", "18"]


def test_what_is_only_today_needs_no_picture():
    last = EVERY.replace('sessions = "every"', "date = 2010-07-12").replace(
        "2010-07-14", '"2010-07-12 at 12:00"'
    )
    council = COUNCIL.replace("Thursday", "Monday").replace("recess", "# recess")

    content = digest(a_world(last, forums={"council": council}), MONDAY)

    assert content.picture is None


def test_in_the_recess_the_next_session_is_told_in_words():
    content = digest(a_world(LETTER + STANDING), at("2010-08-02 06:00"))

    assert content.picture == Picture(
        heading="",
        weekdays=(),
        notes=(
            (
                "Permanent Council is in recess until Wednesday 1 September 2010; the next"
                " session is Thursday 2 September 2010."
            ),
        ),
    )
    assert "Permanent Council is in recess until" in COMPOSER.render(content).text


def test_a_forum_that_nobody_asks_any_more_has_no_recess_worth_telling():
    met = '\n[[log]]\non = 2010-06-24\nfact = "outcome"\nask = "mission"\nresult = "met"\n'

    assert digest(a_world(LETTER + met), at("2010-08-02 06:00")).picture is None


def test_two_letters_at_one_meeting_are_counted_behind_its_name():
    content = digest(a_world(EVERY, EVERY.replace("calls", "phone")), MONDAY)

    assert (
        "Permanent Council meets",
        "Thursday 15 July 2010, 10:00 Vienna: 2 letters",
        "letter; letter-2",
    ) in section(content, "ahead")
    assert all(
        "letters" not in when for text, when, _ in section(content, "ahead") if "Call" in text
    )


def test_a_group_of_two_letters_says_so_in_its_heading():
    content = mail(a_world(LETTER, LETTER), at("2010-06-24 06:00"), "digest")

    assert [group.heading for group in content.groups] == [
        "Permanent Council, Thursday 24 June 2010, 10:00 Vienna: 2 letters"
    ]


def test_stances_are_counted_and_what_moved_is_told_at_once():
    world = a_world(LETTER + MOVED)

    assert section(digest(world, at("2010-06-28 06:00")), "targets") == [
        ("2 undecided", "", "letter")
    ]
    assert section(digest(world, at("2010-06-30 06:00")), "targets") == [
        (
            "1 supportive, 1 undecided",
            "supportive 0 to 1, undecided 2 to 1; Delegation of Austria undecided to supportive",
            "letter",
        )
    ]


def test_stances_that_have_not_moved_are_counted_on_mondays_only():
    known = LETTER + STANDING
    note = '\n[[log]]\non = 2010-06-29\nfact = "note"\nnote = "All is calm"\n'

    assert section(digest(a_world(known + note), at("2010-06-30 06:00")), "targets") == []


def test_nothing_is_said_of_stances_that_nobody_knows():
    unknown = LETTER + STANDING.replace('stance = "undecided"', "")

    assert section(digest(a_world(unknown), at("2010-06-28 06:00")), "targets") == []


def test_days_of_silence_stand_beside_the_stances_until_the_follow_up_names_who_is_silent():
    known = LETTER + STANDING + DELIVERED
    follows = chased(2) + 'stance = "undecided"\n'

    assert section(digest(a_world(known), at("2010-06-28 06:00")), "targets") == [
        ("2 undecided; silent for 6 days", "", "letter")
    ]
    assert section(digest(a_world(follows), at("2010-06-28 06:00")), "targets") == [
        ("1 undecided", "", "letter")
    ]


def test_of_several_targets_it_is_said_how_many_are_silent():
    replied = '[[log]]\non = 2010-06-25\nfact = "reply"\ntarget = "austria"\n'
    heard = replied.replace("reply", "stance") + 'stance = "supportive"\n'

    for log, said in (
        (replied, "2 undecided; 1 silent for 6 days"),
        (heard, "1 supportive, 1 undecided; silent for up to 6 days"),
    ):
        world = a_world(LETTER + STANDING + DELIVERED + log)
        assert section(digest(world, at("2010-06-28 06:00")), "targets")[0][0] == said


def test_one_call_does_for_two_letters_that_turn_to_one_person_within_ten_days():
    world = a_world(
        chased(9, "Chair", "Kairat Abdrakhmanov"), chased(19, "Head", "kairat abdrakhmanov")
    )

    assert section(digest(world, at("2010-06-28 06:00")), "together") == [
        (
            "Kairat Abdrakhmanov: call once for both",
            "letter on Thursday 1 July 2010; letter-2 on Sunday 11 July 2010",
            "",
        )
    ]


def test_letters_to_one_person_are_told_before_the_first_is_delivered():
    deliver = (
        '[[deadline]]\nid = "deliver"\nwhat = "Deliver"\nuntil = "delivered"\ndue = 2010-07-0{}\n'
    )
    first, second = (LETTER + STANDING + deliver.format(day) for day in (1, 8))

    assert section(digest(a_world(first, second), at("2010-06-28 06:00")), "together") == [
        (
            "Delegation of Austria and Delegation of France: call each once for both",
            "letter on Thursday 1 July 2010; letter-2 on Thursday 8 July 2010",
            "",
        )
    ]


def test_one_call_does_for_four_letters_each_day_told_once():
    letters = [chased(9), chased(9), chased(9), chased(13)]

    content = digest(a_world(*letters), at("2010-06-28 06:00"))

    thursday = "letter, letter-2 and letter-3 on Thursday 1 July 2010"
    assert section(content, "together") == [
        (
            "The chair: call once for all",
            f"{thursday}; letter-4 on Monday 5 July 2010",
            "",
        )
    ]
    headings = [one.heading for one in content.sections if one.id == "together"]
    assert headings == ["Several letters, one target"]


def test_a_target_whom_letters_name_differently_stands_once():
    letters = [
        chased(9, holder="Heller") + 'state = "Mexico"\n',
        chased(9, holder="Heller"),
        chased(9, holder="heller"),
    ]

    content = digest(a_world(*letters), at("2010-06-28 06:00"))

    assert section(content, "together") == [
        (
            "Heller (Mexico): call once for all",
            "letter, letter-2 and letter-3 on Thursday 1 July 2010",
            "",
        )
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(chased(9), chased(20), id="more than ten days apart"),
        pytest.param(chased(9), chased(9, "The head"), id="another post"),
        pytest.param(chased(9, holder="Ban"), chased(9, holder="Heller"), id="another person"),
        pytest.param(
            chased(9) + 'state = "Austria"\n', chased(9) + 'state = "France"\n', id="another state"
        ),
    ],
)
def test_two_calls_stay_two(first: str, second: str):
    content = digest(a_world(first, second), at("2010-06-28 06:00"))

    assert section(content, "together") == []


def test_signatures_are_drawn_as_they_grew():
    signed = "".join(
        f'\n[[signatory]]\nname = "S{day}"\nsigned = 2010-06-{day}\n' for day in (22, 23, 23, 25)
    )
    content = digest(a_world(LETTER + signed), at("2010-06-28 06:00"))

    found = [one for one in content.sections if one.id == "signatures"]
    assert section(content, "signatures") == [
        ("4 signatures", "1 new, Tue 22 June 2010 to Fri 25 June 2010", "letter")
    ]
    assert found[0].entries[0].bars == (25, 75, 75, 100)
    assert "▂▆▆█ · 1 new" in COMPOSER.render(content).text


def test_a_letter_delivered_counts_its_late_signatures_once():
    late = """
[[signatory]]
name = "S"
signed = 2010-06-29
"""
    world = a_world(LETTER + DELIVERED + late)

    assert section(digest(world, at("2010-07-05 06:00")), "signatures") == [
        ("1 signature", "1 new", "letter")
    ]
    assert section(digest(world, MONDAY), "signatures") == []

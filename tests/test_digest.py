"""What a digest says and what it leaves out."""

from email.message import EmailMessage

import pytest

from tests.builders import CONFIG, LETTER, a_world, at
from tests.house import House

SILENT = """
[[target]]
id = "chair"
post = "The chairperson"
[[deadline]]
id = "answer"
what = "Get an answer from {target}"
due = 2010-06-24
target = "chair"
until = "reply"
[[follow-up]]
id = "no-reply"
what = "Phone who is silent"
for = "each target"
due = "2 days after delivery"
repeat = "every 7 days"
until = "reply"
[[log]]
on = 2010-06-22
fact = "delivered"
"""


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_who_is_silent_is_told_with_days_and_how_often_they_were_asked():
    house = House(a_world(LETTER + SILENT))

    house.turn_to(at("2010-07-05 06:00"))

    assert "The chairperson 13 days silent, asked 2 times" in text_of(
        house.inbox("vienna@example.org")[-1]
    )


def test_nobody_is_silent_before_their_follow_up_has_begun():
    house = House(a_world(LETTER + SILENT))

    house.turn_to(at("2010-06-23 06:00"))

    assert "Still silent" not in text_of(house.inbox("vienna@example.org")[-1])


def test_a_day_with_nothing_new_brings_no_digest_and_a_monday_always_does():
    house = House(a_world(LETTER))

    house.turn_to(at("2010-07-06 06:00"))

    kinds = [(f"{mail.at:%a %d}", mail.written.kind) for mail in house.mails]
    assert ("Mon 28", "digest") in kinds
    assert ("Mon 05", "digest") in kinds
    assert [day for day, _ in kinds if day in {"Tue 29", "Wed 30", "Fri 02", "Tue 06"}] == []


def test_a_digest_for_what_is_due_today_does_not_say_that_nothing_is():
    deadline = '[[deadline]]\nid = "brief"\nwhat = "Brief the missions"\ndue = 2010-06-30\n'
    house = House(a_world(LETTER + deadline + 'remind = ["2 days before"]\n'))

    house.turn_to(at("2010-06-30 06:00"))

    mail = house.inbox("vienna@example.org")[-1]
    assert mail["Subject"] == "Today: Brief the missions (letter)"
    assert "Nothing to do today" not in text_of(mail)


def test_what_is_due_today_brings_the_digest_also_where_a_reminder_says_it():
    house = House(a_world(LETTER))

    house.turn_to(at("2010-06-24 06:00"))

    (today,) = [mail for mail in house.mails if mail.at == at("2010-06-24 06:00")]
    assert today.written.kind == "digest"
    assert text_of(house.inbox("vienna@example.org")[-1]).count("On the table") == 1


def test_a_step_that_is_a_question_ends_its_sentence():
    ask = (
        '[[follow-up]]\nid = "ask"\nwhat = "Has it happened?"\nfor = "campaign"\n'
        "due = 2010-06-23\n"
    )
    house = House(a_world(LETTER + ask))

    house.turn_to(at("2010-06-23 06:00"))

    assert "1 thing to do: Has it happened? " in text_of(house.inbox("vienna@example.org")[-1])


def test_the_last_digest_before_a_long_leave_comes_on_its_morning():
    leave = 'digest = "weekdays"\ndeputy = "new-york"\naway = ["26 June 2010 to 25 July 2010"]'
    house = House(a_world(LETTER + SILENT, config=CONFIG.replace('digest = "weekdays"', leave, 1)))

    house.turn_to(at("2010-07-26 06:00"))

    digests = [one.at for one in house.mails if one.written.kind == "digest"]
    assert digests[-2:] == [at("2010-06-25 06:00"), at("2010-07-26 06:00")]


@pytest.mark.parametrize(
    ("reads_at", "said"),
    [("03:30", "meets"), ("05:00", "has begun"), ("08:00", "has met")],
)
def test_a_reader_in_the_west_is_told_whether_the_session_of_today_is_over(
    reads_at: str, said: str
):
    daily = f'id = "new-york"\nat = "{reads_at}"'
    config = CONFIG.replace('"weekly"', '"daily"').replace('id = "new-york"', daily)
    letter = LETTER.replace('["vienna"]', '["new-york"]').replace("date =", "remind = []\ndate =")
    house = House(a_world(letter, config=config))

    house.turn_to(at("2010-06-24 16:00"))

    mail = house.inbox("new-york@example.org")[-1]
    assert mail["Subject"] == f"Today: Permanent Council {said}"
    assert text_of(mail).count(f"Permanent Council {said}") == 2


def test_what_stays_overdue_is_told_in_each_digest_with_what_settles_it():
    house = House(a_world(LETTER + SILENT))

    house.turn_to(at("2010-06-28 06:00"))

    body = house.inbox("vienna@example.org")[-1].get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    overdue = text.split("Overdue\n")[1].split("\n\n\n")[0]
    assert overdue.endswith("\n    tracker log letter reply --target chair")
    assert 'fact    = "reply"\ntarget  = "chair"\n' in text


def test_what_others_have_to_do_is_overdue_with_its_command_and_not_among_the_lines_to_paste():
    both = LETTER.replace('["vienna"]', '["vienna", "new-york"]')
    theirs = SILENT.replace("due = 2010-06-24", 'due = 2010-06-24\nwho = ["new-york"]')
    house = House(a_world(both + theirs))

    house.turn_to(at("2010-06-28 06:00"))

    said = text_of(house.inbox("vienna@example.org")[-1])
    assert "tracker log letter reply --target chair" in said
    assert "No shell?" not in said


def test_of_many_lines_to_paste_one_of_each_kind_is_shown_and_the_rest_counted():
    duties = "".join(
        f"""
[[deadline]]
id = "{name}"
what = "Do it"
due = 2010-06-24
until = "{until}"
"""
        for name, until in (("draft", "done"), ("media", "done"), ("send", "delivered"))
    )
    house = House(a_world(*[LETTER + duties] * 3))

    house.turn_to(at("2010-06-24 06:00"))

    pasted = house.mails[-1].written.content.paste
    blocks = pasted.split("\n\n")
    assert len(blocks) == 5
    assert sum('item    = "draft"' in one for one in blocks) == 2
    assert 'item    = "media"' in pasted
    assert 'fact    = "delivered"' in pasted
    assert blocks[-1] == "# and 5 more, written alike: their words stand above"


TWO_ASKS = """
[[ask]]
id = "inquiry"
text = "Open an inquiry"
[[follow-up]]
id = "outcome"
what = "Log how each ask fared"
due = "1 day after meeting"
repeat = "every 7 days"
until = "outcome"
"""


def test_where_several_asks_wait_for_an_outcome_the_line_names_them_all():
    house = House(a_world(LETTER + TWO_ASKS))

    house.turn_to(at("2010-06-25 06:00"))

    on_the_day, day_after = (text_of(one) for one in house.inbox("vienna@example.org")[-2:])
    assert "Log afterwards what came of each: mission and inquiry" in on_the_day
    assert "outcome --ask mission --meeting 2010-06-24 --result RESULT" in day_after
    assert "Once for each ask: mission and inquiry" in day_after


def test_an_ask_whose_outcome_is_logged_is_not_named_again():
    logged = """
[[log]]
on = 2010-06-24
fact = "outcome"
ask = "mission"
result = "partly met"
"""
    house = House(a_world(LETTER + TWO_ASKS + logged))

    house.turn_to(at("2010-06-25 06:00"))

    said = text_of(house.inbox("vienna@example.org")[-1])
    assert "outcome --ask inquiry --meeting 2010-06-24 --result RESULT" in said
    assert "Once for each ask" not in said


def test_lines_to_paste_give_results_as_a_file_has_them():
    house = House(a_world(LETTER + TWO_ASKS))

    house.turn_to(at("2010-06-25 06:00"))

    said = text_of(house.inbox("vienna@example.org")[-1])
    assert "RESULT is met, partly-met, deferred, not-met" in said.split("To settle it")[0]
    assert "# RESULT is met, partly met, deferred, not met" in said.split("No shell?")[1]


def silent(*ids: str, until: str = "reply") -> str:
    targets = "".join(f'[[target]]\nid = "{one}"\npost = "Mission of {one}"\n' for one in ids)
    return f"""
{targets}
[[follow-up]]
id = "phone"
what = "Phone who is silent"
for = "each target"
due = "2 days after delivery"
until = "{until}"
[[log]]
on = 2010-06-22
fact = "delivered"
"""


def asked_about(campaign: str) -> str:
    house = House(a_world(LETTER + campaign))
    house.turn_to(at("2010-06-24 06:00"))
    return text_of(house.inbox("vienna@example.org")[-1])


def test_a_few_who_are_silent_have_each_a_command_of_their_own():
    said = asked_about(silent("mexico", "china", "russia"))

    assert (
        "To settle it: tracker log letter reply --target mexico"
        " tracker log letter reply --target china"
        " tracker log letter reply --target russia"
    ) in said
    assert "One command each, with --target" not in said


def test_many_who_are_silent_are_named_for_the_one_command():
    said = asked_about(silent("mexico", "china", "russia", "france"))

    assert said.count("tracker log letter reply") == 1
    assert "One command each, with --target: mexico, china, russia and france" in said
    assert 'target = "mexico" # and 3 more, written alike' in said


def test_thirty_who_are_silent_do_not_fill_the_first_line():
    ids = [f"state-{n}" for n in range(30)]
    said = asked_about(silent(*ids).replace("who is silent", "{target}"))

    first, _, rest = said.partition(" 1 campaign, ")
    assert first.startswith("Thursday 24 June 2010 Today 10:00 Permanent Council. 1 thing to do: ")
    assert first.endswith("Mission of ...")
    assert len(first) < 260
    assert "Mission of state-29" in rest
    assert "state-10, state-11 and 18 more; tracker status letter has all" in rest


def test_what_is_done_for_all_targets_takes_one_command_or_one_for_each():
    said = asked_about(silent("mexico", "china", until="done"))

    assert "To settle it: tracker log letter done --item phone Tracker" not in said
    assert "tracker log letter done --item phone" in said
    assert "--item phone --target" not in said
    assert "Or one at a time with --target: mexico and china" in said


def test_the_last_who_is_silent_is_named_in_the_command():
    said = asked_about(silent("mexico", until="done"))

    assert "tracker log letter done --item phone --target mexico" in said
    assert "one at a time" not in said


def test_what_is_overdue_for_several_targets_names_them_for_the_one_command():
    house = House(a_world(LETTER + silent("mexico", "china").replace("follow-up", "deadline")))

    house.turn_to(at("2010-06-28 06:00"))

    overdue = text_of(house.inbox("vienna@example.org")[-1]).split(" Overdue ")[1]
    assert (
        "letter. One command each, with --target: mexico and china tracker log letter reply"
        in overdue
    )


def subjects(house: House) -> list[str]:
    return [str(mail["Subject"]) for mail in house.inbox("vienna@example.org")]


def test_a_subject_without_a_meeting_names_its_letter():
    ask = 'for = "campaign"\ndue = 2010-07-07\n'
    own = f'[[follow-up]]\nid = "ask"\nwhat = "Ask for an answer to the letter"\n{ask}'
    house = House(a_world(LETTER + own))

    house.turn_to(at("2010-07-07 06:00"))

    assert subjects(house)[-1] == "1 thing to do: Ask for an answer to the letter (letter)"


def test_what_names_its_ask_needs_no_other_name():
    ask = 'what = "Has it happened? {ask}"\nfor = "each ask"\ndue = "1 day after meeting"\n'
    house = House(a_world(LETTER + f'[[follow-up]]\nid = "happened"\n{ask}'))

    house.turn_to(at("2010-06-25 06:00"))

    assert "(letter)" not in subjects(house)[-1]


def test_a_line_on_the_table_says_what_a_result_can_be():
    house = House(a_world(LETTER))

    house.turn_to(at("2010-06-24 06:00"))

    said = text_of(house.inbox("vienna@example.org")[-1])
    assert "--result RESULT" in said
    assert said.count("RESULT is met, partly-met, deferred, not-met") == 1


def an_outcome(on: str, result: str, more: str = "") -> str:
    return f'[[log]]\non = {on}\nfact = "outcome"\nask = "mission"\nresult = "{result}"\n{more}'


def test_an_ask_s_line_goes_from_session_to_session_whenever_each_was_logged():
    letter = LETTER + an_outcome("2010-06-25", "deferred", "to = 2010-07-01\n")
    late = an_outcome("2010-07-02", "partly met", "meeting = 2010-07-01\n")
    happened = an_outcome("2010-07-04", "adopted not implemented", 'meeting = "none"\n')
    house = House(a_world(letter + late + happened))

    house.turn_to(at("2010-07-05 06:00"))

    assert (
        "deferred Thu 24 June 2010 → partly met Thu 1 July 2010"
        " → adopted not implemented Sun 4 July 2010, 1 day since"
    ) in text_of(house.inbox("vienna@example.org")[-1])


def test_what_was_deferred_time_and_again_is_counted_with_its_first_and_last_day():
    letter = LETTER + an_outcome("2010-06-24", "deferred", "to = 2010-07-01\n")
    letter += an_outcome("2010-07-01", "deferred", "to = 2010-07-08\n")
    house = House(a_world(letter + an_outcome("2010-07-08", "deferred", "to = 2010-07-15\n")))

    house.turn_to(at("2010-07-05 06:00"))
    twice = text_of(house.inbox("vienna@example.org")[-1])
    house.turn_to(at("2010-07-12 06:00"))
    often = text_of(house.inbox("vienna@example.org")[-1])

    assert "deferred Thu 24 June 2010 and Thu 1 July 2010; next: Thu 8 July 2010" in twice
    assert "deferred 3 times, Thu 24 June 2010 to Thu 8 July 2010; next: Thu 15 July 2010" in often


def test_an_outcome_of_a_session_some_days_ago_names_the_session_and_since_when_it_is_so():
    house = House(a_world(LETTER + an_outcome("2010-06-28", "partly met")))

    house.turn_to(at("2010-06-29 06:00"))
    after = text_of(house.inbox("vienna@example.org")[-1])
    house.turn_to(at("2010-07-05 06:00"))
    later = text_of(house.inbox("vienna@example.org")[-1])

    assert "partly met Mon 28 June 2010, 1 day since (meeting of Thu 24 June 2010)" in after
    assert "partly met Mon 28 June 2010, 7 days since (meeting of Thu 24 June 2010)" in later


def test_an_ask_s_line_gives_the_day_of_a_long_meeting_on_which_it_was_decided():
    days = 'name = "Consultation"\ndate = "23 June 2010 to 25 June 2010"'
    letter = LETTER.replace('forum = "council"\ndate = 2010-06-24', days)
    house = House(a_world(letter + an_outcome("2010-06-24", "partly met")))

    house.turn_to(at("2010-06-28 06:00"))

    said = text_of(house.inbox("vienna@example.org")[-1])
    assert "partly met Thu 24 June 2010, 4 days since ·" in said


def test_a_meeting_of_several_days_gives_its_last_day_also_where_its_hour_is_known():
    days = 'name = "Consultation"\ntime = "14:30"\ndate = "24 June 2010 to 26 June 2010"'
    house = House(a_world(LETTER.replace('forum = "council"\ndate = 2010-06-24', days)))

    house.turn_to(at("2010-06-24 06:00"))

    assert (
        "Consultation, Thursday 24 June 2010, 14:30 Vienna, until Saturday 26 June 2010 "
        in text_of(house.inbox("vienna@example.org")[-1])
    )

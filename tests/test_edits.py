"""What an edit did, from the saved file to the journal and the digests of those it concerns."""

from email.message import EmailMessage

from msgspec.structs import replace

from tests.builders import CONFIG, COUNCIL, LETTER, a_world, at
from tests.house import House
from tracker.app.beside_campaigns import BesideCampaigns
from tracker.app.edits import edits_from
from tracker.campaign import World
from tracker.difference import to_data
from tracker.store import JournalEntry

TARGET = '[[target]]\nid = "chair"\npost = "Chair"\nstance = "undecided"\n'
STANDING = LETTER + TARGET
DAILY = CONFIG.replace('digest = "weekly"', 'digest = "daily"')
LISTED = '[[signatory]]\nname = "Genocide Alert"\n'
MOVED = 'moved = [{ from = 2010-07-01, to = "2010-07-02 at 10:00" }]\n'


def a_house(*letters: str, config: str = CONFIG, opened: str = "2010-06-22 05:00") -> House:
    """A daemon's house, some time after the letters were first read."""
    house = House(a_world(*letters, config=config), replayed=False, opened=at(opened))
    house.turn_to(at("2010-06-25 07:00"))
    return house


def text_of(message: EmailMessage, part: str = "plain") -> str:
    body = message.get_body((part,))
    assert body is not None
    return " ".join(body.get_content().split())


def digests(house: House, address: str = "vienna@example.org") -> list[str]:
    return [text_of(one) for one in house.inbox(address)]


def edits(house: House) -> list[tuple[str, str | None, str]]:
    entries = house.store.journal(kinds={"edit"})
    return [(f"{one.at:%d %H:%M}", one.campaign, one.data["kind"]) for one in entries]


def edit(house: House, moment: str, world: World) -> None:
    house.turn_to(at(moment))
    house.edit(world)
    house.wake()


def test_an_edit_is_written_down_once_with_its_moment():
    house = a_house(STANDING)
    after = a_world(STANDING.replace("undecided", "opposed"))

    edit(house, "2010-06-25 12:00", after)
    house.wake()
    house.edit(after)

    assert edits(house) == [("25 12:00", "letter", "stance changed")]
    entry = house.store.journal(kinds={"edit"})[0]
    assert entry.data["text"] == "Stance of Chair: undecided → opposed"
    assert entry.data["campaigns"] == ["letter"]
    assert entry.data == to_data(house.engine.record(house.clock.at).edits[0])


def test_a_new_campaign_has_no_differences():
    house = a_house(STANDING)

    edit(house, "2010-06-25 12:00", a_world(STANDING, LETTER))

    assert edits(house) == []


def test_the_next_digest_tells_it_and_the_one_after_does_not():
    house = a_house(STANDING)
    edit(house, "2010-06-29 12:00", a_world(STANDING.replace("undecided", "opposed")))
    before = len(house.letters)

    house.turn_to(at("2010-07-01 07:00"))

    told = digests(house)[before:]
    assert len(told) == 1  # it is a reason for one digest, on a day without any other
    assert "Stance of Chair: undecided → opposed" in told[0]
    assert "Tue 29 June 2010 · letter" in told[0]


def test_there_and_back_and_there_again_is_told_once():
    house = a_house(STANDING)
    edit(house, "2010-06-29 12:00", a_world(STANDING.replace("undecided", "opposed")))
    edit(house, "2010-06-29 13:00", a_world(STANDING))
    edit(house, "2010-06-29 14:00", a_world(STANDING.replace("undecided", "opposed")))

    house.turn_to(at("2010-06-30 07:00"))

    assert len(edits(house)) == 3
    assert digests(house)[-1].count("undecided → opposed") == 1
    assert digests(house)[-1].count("opposed → undecided") == 0
    assert "letter; letter" not in digests(house)[-1]


def test_there_and_back_before_the_digest_is_no_news():
    house = a_house(STANDING)
    elsewhere = STANDING.replace("undecided", "opposed") + LISTED
    edit(house, "2010-06-29 12:00", a_world(elsewhere, forums={"council": COUNCIL + MOVED}))
    edit(house, "2010-06-29 13:00", a_world(elsewhere.replace("opposed", "blocking")))
    edit(house, "2010-06-29 14:00", a_world(STANDING))
    before = len(digests(house))

    house.turn_to(at("2010-07-01 07:00"))

    assert len(edits(house)) == 7
    assert digests(house)[before:] == []


def test_what_came_and_went_with_other_words_is_told():
    house = a_house(STANDING)
    edit(house, "2010-06-29 12:00", a_world(LETTER))
    edit(house, "2010-06-29 13:00", a_world(STANDING.replace("undecided", "opposed")))

    house.turn_to(at("2010-06-30 07:00"))

    assert "Target added: Chair" in digests(house)[-1]


def test_a_move_that_a_correction_told_is_not_told_again_the_next_day():
    house = House(a_world(LETTER), replayed=False, opened=at("2010-06-21 05:00"))
    house.turn_to(at("2010-06-23 09:00"))  # reminded that morning
    moved = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00" }]\n'
    edit(house, "2010-06-23 09:00", a_world(LETTER, forums={"council": COUNCIL + moved}))
    house.turn_to(at("2010-06-23 12:00"))
    assert "You were told on Wed 23 June 2010" in digests(house)[-1]
    again = moved.replace("06-25 at 10:00", "06-25 at 11:00")

    house.turn_to(at("2010-06-24 07:00"))
    assert "session of Thursday 24 June 2010 moved" not in digests(house)[-1]
    edit(house, "2010-06-24 09:00", a_world(LETTER, forums={"council": COUNCIL + again}))
    house.turn_to(at("2010-06-24 12:00"))

    assert "not at 10:00" not in digests(house)[-1]


def test_a_fact_that_was_logged_is_told_as_a_fact_alone():
    house = a_house(STANDING)
    logged = '[[log]]\non = 2010-06-29\nfact = "stance"\ntarget = "chair"\nstance = "opposed"\n'
    edit(house, "2010-06-29 12:00", a_world(STANDING + logged))

    house.turn_to(at("2010-06-30 07:00"))

    changed = digests(house)[-1].partition("Changed since")[2]
    assert changed.count("opposed") == 1
    assert "unknown to opposed" not in changed, "what moved stands with the stances"
    assert "Logged" not in digests(house)[-1]


def test_a_fact_taken_out_of_the_log_is_told():
    logged = '[[log]]\non = 2010-06-24\nfact = "stance"\ntarget = "chair"\nstance = "opposed"\n'
    house = a_house(STANDING + logged)
    edit(house, "2010-06-29 12:00", a_world(STANDING))

    house.turn_to(at("2010-06-30 07:00"))

    assert "Taken out of the log: stance of Chair opposed" in digests(house)[-1]


def test_an_edit_of_a_forum_is_told_once_with_the_campaigns_that_meet_there():
    house = a_house(STANDING, LETTER, LETTER.replace('forum = "council"', 'name = "Vigil"'))
    moved = a_world(
        STANDING,
        LETTER,
        LETTER.replace('forum = "council"', 'name = "Vigil"'),
        forums={"council": COUNCIL + MOVED},
    )
    edit(house, "2010-06-29 12:00", moved)

    house.turn_to(at("2010-06-30 07:00"))

    told = digests(house)[-1]
    assert told.count("session of Thursday 1 July 2010 moved to Friday 2 July 2010, 10:00") == 1
    assert "Tue 29 June 2010 · letter; letter-2" in told
    assert edits(house) == [("29 12:00", None, "session moved")]


def test_nobody_hears_of_what_none_of_their_campaigns_uses():
    own = LETTER.replace('forum = "council"', 'name = "Vigil"')
    house = a_house(own)

    edit(house, "2010-06-29 12:00", a_world(own, forums={"council": COUNCIL + MOVED}))
    before = len(house.letters)
    house.turn_to(at("2010-06-30 07:00"))

    assert edits(house) == []
    assert len(house.letters) == before


def test_whoever_joins_later_is_not_told_what_was_edited_before():
    house = a_house(STANDING, config=DAILY)
    edit(
        house, "2010-06-29 12:00", a_world(STANDING.replace("undecided", "opposed"), config=DAILY)
    )
    both = STANDING.replace("undecided", "opposed").replace('["vienna"]', '["vienna", "new-york"]')
    edit(house, "2010-06-29 14:00", a_world(both, config=DAILY))

    house.turn_to(at("2010-06-30 13:00"))

    theirs = " ".join(digests(house, "new-york@example.org"))
    assert "Send a mission" in theirs
    assert "undecided → opposed" not in theirs
    assert "Coordinator added: New York desk" in digests(house)[-1]


def test_a_renamed_file_takes_its_edits_along():
    house = a_house(STANDING)
    edit(house, "2010-06-29 12:00", a_world(STANDING.replace("undecided", "opposed")))
    house.store.rename_campaign("letter", "mission")

    found = edits_from(house.store.journal(kinds={"edit"}))

    assert [one.campaigns for one in found] == [("mission",)]


def test_a_renamed_campaign_still_hears_of_what_was_done_to_its_forum():
    house = a_house(STANDING)
    edit(house, "2010-06-29 12:00", a_world(STANDING, forums={"council": COUNCIL + MOVED}))
    house.store.rename_campaign("letter", "mission")
    renamed = {"old": "letter", "new": "mission"}
    house.store.record([JournalEntry(house.clock.at, "renamed", "mission", "renamed/1", renamed)])
    whole = house.store.whole_journal()
    beside = BesideCampaigns(house.store)
    beside.catch_up()
    world = a_world(STANDING, forums={"council": COUNCIL + MOVED})
    mission = replace(world, campaigns={"mission": world.campaigns["letter"]})

    found = edits_from(whole)

    assert [one.campaigns for one in found] == [("mission",)]
    assert beside.telling(mission, (), (), (), edited_at=None).edits == found


def test_many_signatures_are_one_line():
    house = a_house(STANDING)
    names = "".join(f'[[signatory]]\nname = "Group {n}"\n' for n in range(9))
    edit(house, "2010-06-29 12:00", a_world(STANDING + names))

    house.turn_to(at("2010-06-30 07:00"))

    assert (
        "9 signatures added: Group 0, Group 1, Group 2, Group 3, Group 4 and 4 more"
        in digests(house)[-1]
    )


def test_closing_a_campaign_is_one_line_in_one_digest():
    house = a_house(STANDING)
    closed = STANDING.replace("opposed", "blocking").replace(
        "[[ask]]", "closed = 2010-06-28\n[[ask]]", 1
    )
    edit(house, "2010-06-29 12:00", a_world(closed.replace("undecided", "opposed")))

    house.turn_to(at("2010-07-09 07:00"))

    told = [one for one in digests(house) if "Closed" in one or "Closes" in one]
    assert len(told) == 1
    assert told[0].count("Closed: nothing more is sent for it") == 1
    assert "Closes" not in told[0]
    assert "undecided → opposed" not in told[0]


def test_a_closing_day_ahead_is_told_as_an_edit():
    house = a_house(STANDING)
    closed = STANDING.replace("[[ask]]", "closed = 2010-11-19\n[[ask]]", 1)
    edit(house, "2010-06-29 12:00", a_world(closed))

    house.turn_to(at("2010-06-30 07:00"))

    assert "Closes on Friday 19 November 2010" in digests(house)[-1]


def test_markup_in_a_name_is_shown_and_not_obeyed():
    house = a_house(STANDING)
    name = "<b>{{ 7*7 }}</b>"
    edit(
        house, "2010-06-29 12:00", a_world(STANDING.replace('post = "Chair"', f'post = "{name}"'))
    )

    house.turn_to(at("2010-06-30 07:00"))

    mail = house.inbox("vienna@example.org")[-1]
    page = mail.get_body(("html",))
    assert page is not None
    assert "post Chair → <b>{{ 7*7 }}</b>" in text_of(mail)
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in page.get_content()
    assert "<b>{{" not in page.get_content()


def test_a_reminder_due_as_a_correction_leaves_goes_with_it_and_one_already_past_does_not():
    calls = '[[deadline]]\nid = "calls"\nwhat = "Call"\ndue = "2010-06-23 at 18:00"\n'
    leads = 'remind = ["2 working days before", "1 working day before"]\n'
    no_digest = CONFIG.replace('"weekdays"', '"never"').replace('"weekly"', '"never"')
    before = LETTER.replace('forum = "council"\n', 'name = "Talk"\n').replace("06-24", "07-24")
    house = House(a_world(before + calls + leads, config=no_digest), opened=at("2010-06-20 05:00"))
    house.turn_to(at("2010-06-22 14:00"))
    paused = before.replace("[[ask]]", 'paused = "22 June 2010 to 24 June 2010"\n[[ask]]', 1)

    house.edit(a_world(paused + calls.replace("06-23", "06-28") + leads, config=no_digest))
    house.turn_to(at("2010-06-25 07:00"))

    (last,) = [one for one in house.mails if one.at > at("2010-06-23 00:00")]
    assert [(str(one.kind), one.lead) for one in last.written.lines] == [
        ("correction", None),
        ("reminder", "1 working day before"),
    ]


ASKED = STANDING + '[[ask]]\nid = "border"\ntext = "Open the border"\n'
DONE = STANDING + (
    '[[deadline]]\nid = "draft"\nwhat = "Agree the text"\ndue = 2010-06-25\n'
    '[[log]]\non = 2010-06-24\nfact = "done"\nitem = "draft"\n'
)
OWN = STANDING.replace('forum = "council"\ndate = 2010-06-24', 'name = "Vigil"\ndate = 2010-07-01')


def changed(house: House) -> str:
    """Return what the last digest says has changed."""
    return digests(house)[-1].partition("Changed since")[2]


def test_what_was_taken_out_and_put_back_is_no_news():
    for whole, part in (
        (ASKED, ASKED.partition('[[ask]]\nid = "border"')[0]),
        (DONE, DONE.partition("[[log]]")[0]),
        (DONE, DONE.replace("2010-06-24\nfact", "2010-06-23\nfact")),
        (OWN, OWN.replace('[[meeting]]\nname = "Vigil"\ndate = 2010-07-01\n', "")),
        (STANDING + LISTED, STANDING),
    ):
        house = a_house(whole)
        edit(house, "2010-06-29 12:00", a_world(part))
        edit(house, "2010-06-29 13:00", a_world(whole))
        before = len(digests(house))

        house.turn_to(at("2010-07-02 07:00"))

        since = [one for one in digests(house)[before:] if "Changed since" in one]
        assert since == [], part


def test_what_was_put_back_with_other_words_is_told():
    house = a_house(ASKED)
    edit(house, "2010-06-29 12:00", a_world(STANDING))
    edit(house, "2010-06-29 13:00", a_world(ASKED.replace("Open the border", "Close the camp")))

    house.turn_to(at("2010-06-30 07:00"))

    assert "Ask taken out: Open the border" in changed(house)
    assert "Ask added: Close the camp" in changed(house)


def test_what_was_edited_several_times_is_told_from_first_to_last():
    house = a_house(OWN)
    edit(house, "2010-06-29 12:00", a_world(OWN.replace("undecided", "opposed")))
    edit(house, "2010-06-29 13:00", a_world(OWN.replace("undecided", "blocking")))

    house.turn_to(at("2010-06-30 07:00"))

    assert "Stance of Chair: undecided → blocking" in changed(house)
    assert changed(house).count("Stance of Chair") == 1


def test_a_meeting_that_moved_several_times_is_told_from_first_to_last():
    house = a_house(OWN)
    for number, day in enumerate(("2010-07-05", "2010-07-02", "2010-07-07")):
        edit(house, f"2010-06-29 1{number}:00", a_world(OWN.replace("2010-07-01", day)))

    house.turn_to(at("2010-06-30 07:00"))

    told = digests(house)[-1]
    moved = "Meeting moved: Vigil, Thursday 1 July 2010 → Wednesday 7 July 2010"
    assert told.count("Meeting moved") == 1
    assert moved in told


def test_a_meeting_that_moved_and_moved_back_is_no_news():
    house = a_house(OWN)
    for number, day in enumerate(("2010-07-05", "2010-07-02", "2010-07-01")):
        edit(house, f"2010-06-29 1{number}:00", a_world(OWN.replace("2010-07-01", day)))
    before = len(digests(house))

    house.turn_to(at("2010-07-01 05:00"))

    assert [one for one in digests(house)[before:] if "moved" in one] == []


def test_a_session_that_its_forum_moved_twice_is_told_by_the_day_it_is_held_on():
    house = a_house(STANDING)
    again = MOVED.replace("07-02 at 10:00", "07-05 at 10:00")
    edit(house, "2010-06-29 12:00", a_world(STANDING, forums={"council": COUNCIL + MOVED}))
    edit(house, "2010-06-29 13:00", a_world(STANDING, forums={"council": COUNCIL + again}))

    house.turn_to(at("2010-06-30 07:00"))

    assert changed(house).count("session of Thursday 1 July 2010 moved") == 1
    assert "moved to Monday 5 July 2010, 10:00 Tue" in changed(house), "nobody knew of Friday"


def test_of_two_meetings_that_moved_each_is_told_for_itself():
    two = OWN + '[[meeting]]\nname = "Vigil"\ndate = 2010-07-08\n'
    house = a_house(two)
    moved = two.replace("2010-07-08", "2010-07-09")
    edit(house, "2010-06-29 12:00", a_world(moved))
    edit(house, "2010-06-29 13:00", a_world(moved.replace("2010-07-01", "2010-07-08")))

    house.turn_to(at("2010-06-30 07:00"))

    told = digests(house)[-1]
    assert "Thursday 8 July 2010 → Friday 9 July 2010" in told
    assert "Thursday 1 July 2010 → Thursday 8 July 2010" in told

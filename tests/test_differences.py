# ruff: noqa: E501 -- an edit and its sentence are read side by side
"""What an edit did: the differences between two versions of the files, as people say them."""

from datetime import date

import pytest

from tests.builders import CONFIG, COUNCIL, LETTER, VIENNA, a_world, at
from tracker.campaign import World
from tracker.difference import Difference, Edit, from_data, reasons, to_data
from tracker.differences import concerned, differences
from tracker.occurrence import LineKind, Occurrence

PLAYBOOK = """
name = "Standard"
[[deadline]]
id = "media"
what = "Give the letter to the press"
due = "1 working day before meeting at 17:00"
[[follow-up]]
id = "readout"
what = "Write down what was said"
due = "1 working day after meeting"
repeat = "every 7 days"
"""
FULL = (
    LETTER.replace("[[ask]]", 'playbook = "standard"\nworkdays = "vienna"\n[[ask]]', 1)
    + """
[[target]]
id = "chair"
post = "Chairperson"
holder = "Kairat X"
state = "Kazakhstan"
stance = "undecided"
[[target]]
id = "germany"
post = "Delegation of Germany"
[[deadline]]
id = "embassy-calls"
what = "Call the embassies"
due = "1 working day before meeting at 12:00"
who = ["vienna"]
[[deadline]]
id = "media"
who = ["vienna"]
[[signatory]]
name = "Genocide Alert"
place = "Köln, Germany"
[[log]]
on = 2010-06-22
fact = "delivered"
note = "by hand"
"""
)


def world(letter: str = FULL, **files: str) -> World:
    return a_world(
        letter,
        config=files.get("config", CONFIG),
        forums={"council": files.get("forum", COUNCIL)},
        playbooks={"standard": files.get("playbook", PLAYBOOK)},
        workdays={"vienna": files.get("workdays", VIENNA)},
    )


def edited(old: str, new: str, *, file: str = "letter") -> list[Difference]:
    """Replace a text in one file and return what that did."""
    texts = {
        "letter": FULL,
        "config": CONFIG,
        "forum": COUNCIL,
        "playbook": PLAYBOOK,
        "workdays": VIENNA,
    }
    assert old in texts[file]
    after = {file: texts[file].replace(old, new, 1)}
    return list(differences(world(), world(**after)))


def said(found: list[Difference]) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in found]


END = '[[log]]\non = 2010-06-22\nfact = "delivered"\nnote = "by hand"\n'
CAMPAIGN_EDITS = [
    (
        'title = "Send a mission"',
        'title = "Send it now"',
        "title changed",
        "Title: Send a mission → Send it now",
    ),
    (
        "dated = 2010-06-22",
        "dated = 2010-06-21",
        "dated changed",
        "Dated Monday 21 June 2010, not Tuesday 22 June 2010",
    ),
    (
        "dated = 2010-06-22",
        "dated = 2010-06-22\nopened = 2010-06-20",
        "opened added",
        "Opened Sunday 20 June 2010",
    ),
    (
        "dated = 2010-06-22",
        "dated = 2010-06-22\nclosed = 2010-11-19",
        "closed added",
        "Closes on Friday 19 November 2010",
    ),
    (
        "dated = 2010-06-22",
        'dated = 2010-06-22\npaused = "30 July to 31 August"',
        "paused added",
        "Paused Friday 30 July 2010 to Tuesday 31 August 2010",
    ),
    ("dated = 2010-06-22", 'dated = 2010-06-22\nsummary = "S"', "summary added", "Summary added"),
    (
        'coordinators = ["vienna"]',
        'coordinators = ["vienna", "new-york"]',
        "coordinator added",
        "Coordinator added: New York desk",
    ),
    (
        'coordinators = ["vienna"]',
        'coordinators = ["new-york"]',
        "coordinator removed",
        "No longer a coordinator: Vienna desk",
    ),
    ('playbook = "standard"\n', "", "playbook removed", "No playbook any more: was standard"),
    (
        'workdays = "vienna"',
        'workdays = "new-york"',
        "workdays changed",
        "Working days: vienna → new-york",
    ),
    (
        'text = "Send a mission"',
        'text = "Send police"',
        "ask reworded",
        "Ask mission reworded: Send a mission → Send police",
    ),
    ("[[meeting]]", '[[ask]]\nid = "b"\ntext = "B"\n[[meeting]]', "ask added", "Ask added: B"),
    (
        "date = 2010-06-24",
        "date = 2010-07-01",
        "meeting moved",
        "Meeting moved: Permanent Council, Thursday 24 June 2010 → Thursday 1 July 2010",
    ),
    (
        "date = 2010-06-24",
        'date = 2010-06-24\nremind = ["on the day"]',
        "meeting changed",
        "Meeting Permanent Council, Thursday 24 June 2010: reminders on the day",
    ),
    (
        'forum = "council"\ndate = 2010-06-24',
        'forum = "council"\nsessions = "every"\nfrom = 2010-06-24',
        "meeting added",
        "Meeting added: every session of Permanent Council from Thursday 24 June 2010",
    ),
    (
        "[[deadline]]",
        '[[meeting]]\nname = "Vigil"\ndate = 2010-06-25\n[[deadline]]',
        "meeting added",
        "Meeting added: Vigil, Friday 25 June 2010",
    ),
    (
        '[[target]]\nid = "germany"',
        '[[target]]\nid = "fr"\npost = "Delegation"\nholder = "Y"\nstate = "France"\nstance = "champion"\n[[target]]\nid = "germany"',
        "target added",
        "Target added: Y, Delegation (France), champion",
    ),
    (
        '[[target]]\nid = "germany"\npost = "Delegation of Germany"\n',
        "",
        "target removed",
        "Target taken out: Delegation of Germany",
    ),
    (
        'stance = "undecided"',
        'stance = "supportive"',
        "stance changed",
        "Stance of Kairat X (Kazakhstan): undecided → supportive",
    ),
    (
        'holder = "Kairat X"',
        'holder = "Z"',
        "target changed",
        "Target Kairat X (Kazakhstan): holder Kairat X → Z",
    ),
    (
        'stance = "undecided"',
        'stance = "undecided"\naddress = "x@example.org"',
        "target changed",
        "Target Kairat X (Kazakhstan): address added",
    ),
    (
        "1 working day before meeting at 12:00",
        "2 working days before the meeting",
        "deadline moved",
        "Deadline embassy-calls: 1 working day before meeting at 12:00 → 2 working days before meeting",
    ),
    (
        'who = ["vienna"]\n[[deadline]]',
        'who = ["new-york"]\n[[deadline]]',
        "deadline changed",
        "Deadline embassy-calls: who acts: Vienna desk → New York desk",
    ),
    (
        '[[deadline]]\nid = "embassy-calls"\nwhat = "Call the embassies"\ndue = "1 working day before meeting at 12:00"\nwho = ["vienna"]\n',
        "",
        "deadline removed",
        "Deadline taken out: Call the embassies (embassy-calls)",
    ),
    (
        'id = "media"\nwho = ["vienna"]',
        'id = "media"\nskip = true',
        "deadline cancelled",
        "Deadline left out: Give the letter to the press (media)",
    ),
    (
        '[[deadline]]\nid = "media"\nwho = ["vienna"]\n',
        "",
        "deadline changed",
        "Deadline media: who acts: Vienna desk → all",
    ),
    (
        "[[signatory]]",
        '[[follow-up]]\nid = "ask"\nwhat = "Ask"\ndue = "5 days after meeting"\n[[signatory]]',
        "follow-up added",
        "Follow-up added: Ask (ask), 5 days after meeting",
    ),
    ("[[log]]", '[[signatory]]\nname = "B"\n[[log]]', "signature added", "Signature added: B"),
    (
        'place = "Köln, Germany"',
        'place = "Bonn"',
        "signature changed",
        "Signature of Genocide Alert: Bonn",
    ),
    (
        END,
        END
        + '[[log]]\non = 2010-06-24\nfact = "outcome"\nask = "mission"\nresult = "deferred"\nto = 2010-07-01\n',
        "fact added",
        "Logged: outcome of mission deferred to Thursday 1 July 2010, on Thursday 24 June 2010",
    ),
    (
        "on = 2010-06-22\nfact",
        "on = 2010-06-23\nfact",
        "fact changed",
        "Log: delivered, on Tuesday 22 June 2010 → delivered, on Wednesday 23 June 2010",
    ),
    (
        'note = "by hand"',
        'note = "by post"',
        "fact reworded",
        "Log reworded: delivered, on Tuesday 22 June 2010: by post",
    ),
    (END, "", "fact removed", "Taken out of the log: delivered, on Tuesday 22 June 2010: by hand"),
]


@pytest.mark.parametrize(("old", "new", "kind", "text"), CAMPAIGN_EDITS)
def test_an_edit_of_a_campaign_is_said_in_a_sentence(old: str, new: str, kind: str, text: str):
    assert (kind, text) in said(edited(old, new))


MOVED = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 09:00", why = "Ministers" }]\n'
SHARED_EDITS = [
    (
        "forum",
        'name = "P',
        MOVED + 'name = "P',
        "session moved",
        "Permanent Council: session of Thursday 24 June 2010 moved to Friday 25 June 2010, 09:00 (Ministers)",
    ),
    (
        "forum",
        'name = "P',
        'cancelled = [{ on = 2010-06-24 }]\nname = "P',
        "session cancelled",
        "Permanent Council: session of Thursday 24 June 2010 cancelled",
    ),
    (
        "forum",
        'name = "P',
        'extra = ["14 June 2010"]\nname = "P',
        "session added",
        "Permanent Council: extra session on Monday 14 June 2010",
    ),
    (
        "forum",
        '"Thursday at 10:00"',
        '"Friday at 10:00"',
        "sessions changed",
        "Permanent Council: sessions Thursday at 10:00 → Friday at 10:00",
    ),
    (
        "forum",
        "1 September 2010",
        "5 September 2010",
        "recess added",
        "Permanent Council: in recess Friday 30 July 2010 to Sunday 5 September 2010",
    ),
    (
        "forum",
        "1 September 2010",
        "5 September 2010",
        "recess removed",
        "Permanent Council: no longer in recess Friday 30 July 2010 to Wednesday 1 September 2010",
    ),
    (
        "forum",
        'place = "Hofburg, Vienna"',
        'place = "Neue Burg"',
        "place changed",
        "Permanent Council: place Hofburg, Vienna → Neue Burg",
    ),
    (
        "playbook",
        "1 working day before meeting at 17:00",
        "2 days before meeting",
        "deadline moved",
        "Playbook Standard: deadline media: 1 working day before meeting at 17:00 → 2 days before meeting",
    ),
    (
        "playbook",
        "every 7 days",
        "every 14 days",
        "follow-up changed",
        "Playbook Standard: follow-up readout: repeat every 7 days → every 14 days",
    ),
    (
        "playbook",
        PLAYBOOK[PLAYBOOK.index("[[follow") :],
        "",
        "follow-up removed",
        "Playbook Standard: follow-up taken out: Write down what was said (readout)",
    ),
    (
        "playbook",
        "[[deadline]]",
        '[[deadline]]\nid = "draft"\nwhat = "Draft"\ndue = "3 days before meeting"\n[[deadline]]',
        "deadline added",
        "Playbook Standard: deadline added: Draft (draft), 3 days before meeting",
    ),
    (
        "workdays",
        'holidays = "AT"',
        'holidays = "AT"\nadd = ["24 December 2010"]',
        "holiday added",
        "Working days Vienna: Friday 24 December 2010 is not a working day",
    ),
    (
        "workdays",
        'holidays = "AT"',
        'holidays = "AT"\nweekend = ["Friday", "Saturday"]',
        "weekend changed",
        "Working days Vienna: weekend Saturday, Sunday → Friday, Saturday",
    ),
    (
        "config",
        'timezone = "Europe/Vienna"',
        'timezone = "Europe/Berlin"',
        "coordinator changed",
        "Coordinator Vienna desk: time zone Europe/Vienna → Europe/Berlin",
    ),
    (
        "config",
        'digest = "weekly"',
        'digest = "daily"',
        "coordinator changed",
        "Coordinator New York desk: digest: weekly → daily",
    ),
    (
        "config",
        'digest = "weekly"',
        'digest = "weekly"\naway = ["1 August 2010 to 21 August 2010"]',
        "coordinator changed",
        "Coordinator New York desk: away Sunday 1 August 2010 to Saturday 21 August 2010",
    ),
    (
        "config",
        '"vienna@example.org"',
        '"v@example.org"',
        "coordinator changed",
        "Coordinator Vienna desk: mail address changed",
    ),
    (
        "config",
        "[[coordinator]]",
        '[times]\nremind_at = "07:30"\n[[coordinator]]',
        "times changed",
        "Reminders leave at 08:00 → 07:30",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "kind", "text"), SHARED_EDITS)
def test_an_edit_of_a_shared_file_is_said_in_a_sentence(
    file: str, old: str, new: str, kind: str, text: str
):
    assert (kind, text) in said(edited(old, new, file=file))


def test_a_session_moved_back_is_back_on_its_own_day():
    moved = world(forum=COUNCIL + MOVED)

    assert said(list(differences(moved, world()))) == [
        (
            "session restored",
            "Permanent Council: session of Thursday 24 June 2010 back on its own day, Thursday 24 June 2010, 10:00",
        )
    ]


def test_one_edit_is_one_difference_and_nothing_else():
    for old, new, kind, _ in CAMPAIGN_EDITS[:1] + CAMPAIGN_EDITS[18:19] + CAMPAIGN_EDITS[21:22]:
        assert [one.kind for one in edited(old, new)] == [kind]


def test_a_playbooks_edit_is_told_once_and_only_where_it_has_an_effect():
    found = edited(
        "1 working day before meeting at 17:00", "2 days before meeting", file="playbook"
    )
    own = FULL.replace('id = "media"\nwho', 'id = "media"\ndue = "day of meeting"\nwho')

    assert [one.origin.kind for one in found] == ["playbook"]
    assert concerned(found[0], world()) == ("letter",)
    assert concerned(found[0], world(own)) == ()


def test_a_forums_edit_concerns_the_campaigns_that_meet_there():
    (moved,) = differences(world(), world(forum=COUNCIL + MOVED))
    elsewhere = LETTER.replace('forum = "council"', 'name = "Vigil"')

    assert concerned(moved, world()) == ("letter",)
    assert concerned(moved, a_world(LETTER, elsewhere)) == ("letter",)


def test_a_coordinators_edit_concerns_the_campaigns_that_name_them():
    found = edited('digest = "weekly"', 'digest = "daily"', file="config")
    named = FULL.replace('coordinators = ["vienna"]', 'coordinators = ["vienna", "new-york"]')

    assert concerned(found[0], world()) == ()
    assert concerned(found[0], world(named)) == ("letter",)


def test_an_address_is_never_said():
    found = edited('stance = "undecided"', 'stance = "undecided"\naddress = "x@example.org"')
    found += edited('"vienna@example.org"', '"v@example.org"', file="config")

    assert len(found) == 2
    assert "@" not in str(found)


def test_a_new_file_is_one_difference():
    before, after = a_world(LETTER), a_world(LETTER, LETTER)

    assert [one.kind for one in differences(before, after)] == ["file added"]
    assert [one.kind for one in differences(after, before)] == ["file removed"]


def test_each_difference_names_the_place_of_what_is_new():
    (stance,) = edited('stance = "undecided"', 'stance = "blocking"')

    assert (stance.origin.kind, stance.origin.id) == ("campaign", "letter")
    assert stance.origin.path == ("target", 0, "stance")
    assert (stance.was, stance.becomes) == ("undecided", "blocking")


def test_the_journal_gives_back_what_it_was_given():
    for old, new, *_ in CAMPAIGN_EDITS:
        for one in edited(old, new):
            edit = Edit(at("2010-06-22 12:00"), one, ("letter",))
            assert from_data(edit.at, to_data(edit)) == edit


def line(item: str = "meeting") -> Occurrence:
    return Occurrence(
        key="k",
        kind=LineKind.REMINDER,
        campaign="letter",
        item=item,
        owner="vienna",
        to="vienna",
        due=at("2010-06-23 06:00"),
        expires=None,
        forum="council",
        session=date(2010, 6, 24),
    )


def told(*found: Difference) -> list[Edit]:
    return [Edit(at("2010-06-22 12:00"), one, ("letter",)) for one in found]


def test_a_moved_session_explains_the_lines_of_that_session_alone():
    edits = told(
        *differences(world(), world(forum=COUNCIL + MOVED)), *edited("24\n", "24\nasks = []\n")
    )

    assert reasons(edits, line())[0].startswith("Permanent Council: session of Thursday 24 June")
    assert len(reasons(edits, line())) == 2
    assert reasons([], line()) == ()


def test_the_nearest_cause_explains_a_moved_date():
    calls = edited("1 working day before meeting at 12:00", "3 days before meeting")
    holiday = edited('"AT"', '"AT"\nadd = ["23 June 2010"]', file="workdays")
    edits = told(*calls, *holiday)

    assert reasons(edits, line("embassy-calls")) == (calls[0].text,)
    assert reasons(edits, line("media")) == (holiday[0].text,)

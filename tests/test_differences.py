# ruff: noqa: E501 -- an edit and its sentence are read side by side
"""What an edit did: the differences between two versions of the files, as people say them."""

import pytest

from tests.builders import CONFIG, COUNCIL, LETTER, VIENNA, a_world
from tracker.campaign import World
from tracker.difference import Difference
from tracker.differences import differences

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

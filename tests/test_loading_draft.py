"""All faults of a file are told in one go, also those that only the whole file shows."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.loading.world import Reading, read_world

SOUND = Path(__file__).parent / "campaigns" / "sound"
NOW = datetime(2010, 11, 20, 9, tzinfo=UTC)
LETTER = """
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
"""
CALLS = """
[[deadline]]
id = "calls"
what = "Call them"
due = "2 days before meting"
"""


LETTER_BY_PLAYBOOK = LETTER + 'playbook = "rapid"\n'
ASK = '[[ask]]\nid = "mission"\ntext = "Field a mission"\n'
CHAIR = '[[target]]\nid = "chair"\npost = "Chairperson"\n'
MEETING = '[[meeting]]\nforum = "council"\ndate = "Thursday 24 June"\n'
AFTER_VISIT = '[[deadline]]\nid = "thanks"\nwhat = "Thank them"\ndue = "2 days after visit"\n'


def step(lines: str, kind: str = "deadline") -> str:
    return f'[[{kind}]]\nid = "visit"\nwhat = "Visit"\n{lines}\n'


def change(lines: str, kind: str = "deadline") -> str:
    return f"[[{kind}]]\n{lines}\n"


def fact(lines: str, on: str = "2010-06-24") -> str:
    return f"[[log]]\non = {on}\n{lines}\n"


DEFERRED = fact('fact = "outcome"\nask = "mission"\nresult = "deferred"\nto = 2010-07-08')
READOUT = fact('fact = "readout"\nmeeting = 2010-07-08', on="2010-07-09")


def codes(text: str, folder: Path) -> set[str]:
    return {one.code for one in reading(text, folder).problems if one.severity == "error"}


def reading(text: str, folder: Path) -> Reading:
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    for path in (folder / "campaigns").glob("*.toml"):
        path.unlink()
    (folder / "campaigns" / "osce.toml").write_text(text)
    return read_world(folder / "config.toml", now=NOW)


def test_an_unknown_key_does_not_hide_what_is_wrong_with_a_date(tmp_path: Path):
    assert codes(LETTER + CALLS + 'wibble = "x"\n', tmp_path) == {"unknown-key", "phrase-anchor"}


def test_a_faulty_lead_does_not_hide_a_stranger_among_the_coordinators(tmp_path: Path):
    found = codes(LETTER + CALLS + 'remind = ["2 days"]\nwho = ["nobody"]\n', tmp_path)

    assert len(found) == 3


def test_a_misspelt_key_that_others_hang_on_makes_no_faults_that_are_none(tmp_path: Path):
    done = '[[log]]\non = 2010-06-22\nfact = "done"\nitem = "deliver"\n'

    assert codes(LETTER + 'playbok = "standard"\n' + done, tmp_path) == {"unknown-key"}


def test_a_file_whose_faults_are_spared_is_not_in_force(tmp_path: Path):
    found = reading(LETTER + 'wibble = "x"\n', tmp_path)

    assert found.world is not None
    assert found.world.campaigns == {}
    assert len(found.not_in_force) == 1


def test_a_key_of_the_campaign_under_a_table_is_misplaced_though_another_sounds_like_it(
    tmp_path: Path,
):
    text = 'title = "T"\ncoordinators = ["vienna"]\n[[target]]\nid = "t"\npost = "P"\n'

    assert codes(text + "dated = 2010-06-22\n", tmp_path) == {"misplaced-key"}


# A file with one fault, and all that the draft of it lacks: nothing else may be said.
ALONE = [
    ("not-a-slug", LETTER + 'playbook = "Rapid!"\n' + fact('fact = "done"\nitem = "draft"')),
    ("unknown-key", LETTER + 'protocol = "rapid"\n' + fact('fact = "done"\nitem = "draft"')),
    (
        "misplaced-key",
        LETTER + CHAIR + 'playbook = "rapid"\n' + fact('fact = "done"\nitem = "draft"'),
    ),
    ("phrase-anchor", LETTER + MEETING.replace("Thursday 24 June", "meeting")),
    ("unknown-key", LETTER + MEETING.replace("date", "when")),
    (
        "not-true-or-false",
        LETTER + step('skip = "yes"\nwho = ["nobody"]\ndue = "2 days before mid"'),
    ),
    ("not-a-slug", LETTER_BY_PLAYBOOK + change('id = "Draft"\nwho = ["vienna"]')),
    ("not-a-slug", LETTER_BY_PLAYBOOK + change('id = "Draft"\nwhat = "Draft {meeting}"')),
    (
        "not-a-slug",
        LETTER_BY_PLAYBOOK + change('id = "No-reply"\nescalate = "vienna"', "follow-up"),
    ),
    ("not-one-of", LETTER + CHAIR + fact('fact = "answer"\ntarget = "chair"')),
    ("not-a-slug", LETTER + CHAIR + fact('fact = "reply"\ntarget = "Chair!"')),
    ("unknown-key", LETTER + CHAIR + fact('fact = "reply"\nperson = "chair"')),
    (
        "phrase-relative",
        LETTER
        + ASK
        + DEFERRED.replace("2010-06-24", '"today"').replace("2010-07-08", "2010-06-02"),
    ),
    (
        "phrase-unknown-word",
        LETTER + step('due = "2 days befor meeting"').replace("Visit", "At {meeting}"),
    ),
    (
        "not-one-of",
        LETTER
        + step('for = "each tagret"\ndue = "2 days before letter"').replace(
            "Visit", "Ask {target}"
        ),
    ),
    (
        "not-a-slug",
        LETTER
        + CHAIR
        + step('target = "Chair!"\ndue = "2 days before letter"').replace("Visit", "Ask {target}"),
    ),
    (
        "phrase-unknown-word",
        LETTER
        + step('due = "2 days befor meeting"')
        + AFTER_VISIT.replace("Thank", "At {meeting}"),
    ),
    (
        "not-a-slug",
        LETTER
        + step('due = "2 days before meeting"').replace('"visit"', '"Visit"')
        + AFTER_VISIT.replace("Thank", "At {meeting}"),
    ),
    (
        "phrase-unknown-word",
        LETTER
        + step(
            'due = "3 days after letter"\nrepeat = "each day"\nescalate = "vienna"', "follow-up"
        ),
    ),
    (
        "not-one-of",
        LETTER_BY_PLAYBOOK
        + CHAIR
        + change('id = "no-reply"\nfor = "campain"\ntarget = "chair"', "follow-up"),
    ),
    (
        "not-one-of",
        LETTER_BY_PLAYBOOK
        + change('id = "no-reply"\nwhat = "Ask"\nfor = "campain"', "follow-up")
        + AFTER_VISIT.replace("visit", "no-reply"),
    ),
    (
        "not-a-slug",
        LETTER_BY_PLAYBOOK
        + change('id = "No-reply"\nfor = "campaign"', "follow-up")
        + AFTER_VISIT.replace("visit", "no-reply"),
    ),
    (
        "not-a-slug",
        LETTER_BY_PLAYBOOK
        + change('id = "Deliver"\ndue = 2010-06-24')
        + change('id = "draft"\ndue = "1 day before deliver"'),
    ),
    (
        "not-a-slug",
        LETTER_BY_PLAYBOOK
        + change('id = "Deliver"\ndue = 2010-06-24')
        + change('id = "draft"\nskip = true'),
    ),
    (
        "not-true-or-false",
        LETTER_BY_PLAYBOOK
        + change('id = "deliver"\nskip = "yes"')
        + change('id = "draft"\nskip = true'),
    ),
    (
        "not-a-slug",
        LETTER + step('due = "2 days before letter"').replace('"visit"', '"Visit!"') + AFTER_VISIT,
    ),
    (
        "missing-key",
        LETTER + step('due = "2 days before letter"').replace('id = "visit"', "") + AFTER_VISIT,
    ),
    (
        "text-expected",
        LETTER + CHAIR.replace('"chair"', "5") + fact('fact = "reply"\ntarget = "chair"'),
    ),
    (
        "not-a-slug",
        LETTER + ASK.replace("mission", "Mission", 1) + MEETING + 'asks = ["mission"]\n',
    ),
    (
        "unknown-key",
        LETTER + CHAIR.replace("[target]", "[person]") + fact('fact = "reply"\ntarget = "chair"'),
    ),
    (
        "unknown-key",
        LETTER + CHAIR.replace("[target]", "[targets]") + fact('fact = "reply"\ntarget = "chair"'),
    ),
    (
        "table-expected",
        LETTER + 'deadline = ["visit"]\n' + AFTER_VISIT.replace("[[deadline]]", "[[follow-up]]"),
    ),
    (
        "unknown-key",
        LETTER + MEETING.replace("[meeting]", "[meetings]") + READOUT.replace("07-08", "06-24"),
    ),
    ("single-brackets", LETTER + 'meeting = "council"\n' + READOUT.replace("07-08", "06-24")),
    ("unknown-key", LETTER + ASK + MEETING + DEFERRED.replace("[log]", "[logs]") + READOUT),
    (
        "phrase-unknown-word",
        LETTER + MEETING.replace("June", "Jun or so") + READOUT.replace("07-08", "06-24"),
    ),
    ("unknown-key", LETTER + ASK + MEETING + DEFERRED.replace("to =", "till =") + READOUT),
    (
        "phrase-relative",
        LETTER + ASK + MEETING + DEFERRED.replace("2010-07-08", '"tomorrow"') + READOUT,
    ),
    ("phrase-relative", LETTER + READOUT.replace("2010-07-08", '"yesterday"')),
    ("phrase-relative", LETTER + MEETING + fact('fact = "readout"', on='"yesterday"')),
    (
        "not-a-slug",
        LETTER_BY_PLAYBOOK
        + change(
            'id = "No-Reply"\nwhat = "Ask {target}"\ndue = "9 days after letter"', "follow-up"
        ),
    ),
    (
        "not-a-slug",
        LETTER
        + step('due = "2 days before letter"').replace('"visit"', '"Visit"')
        + fact('fact = "done"\nitem = "visit"'),
    ),
    ("not-a-slug", LETTER + MEETING.replace("council", "Council!")),
    (
        "unknown-key",
        LETTER
        + MEETING
        + MEETING.replace("[meeting]", "[meetings]").replace("24 June", "1 July")
        + READOUT.replace("07-08", "07-01"),
    ),
    ("not-one-of", LETTER + ASK + MEETING + DEFERRED.replace("outcome", "outcme") + READOUT),
    (
        "phrase-unknown-word",
        LETTER
        + MEETING.replace("date = ", 'sessions = "every"\nfrom = ').replace("June", "Juin")
        + READOUT.replace("07-08", "06-17"),
    ),
    (
        "phrase-unknown-word",
        LETTER_BY_PLAYBOOK + change('id = "deliver"\ndue = "2 dais after draft"'),
    ),
    (
        "text-empty",
        LETTER + CHAIR.replace('"chair"', '""') + fact('fact = "reply"\ntarget = "chair"'),
    ),
    (
        "not-a-slug",
        LETTER
        + CHAIR.replace('"chair"', '"Председатель"')
        + fact('fact = "reply"\ntarget = "chair"'),
    ),
    (
        "unknown-key",
        LETTER + CHAIR.replace("[[target]]", "") + fact('fact = "reply"\ntarget = "chair"'),
    ),
    (
        "unknown-key",
        LETTER
        + ASK
        + MEETING.replace("[[meeting]]", "")
        + fact('fact = "readout"\nmeeting = 2010-06-24'),
    ),
    (
        "not-a-slug",
        LETTER
        + CHAIR.replace('"chair"', '"Kazakh chair"')
        + fact('fact = "reply"\ntarget = "chair"'),
    ),
    (
        "unknown-key",
        LETTER
        + step('due = "2 days after meeting"').replace("[[deadline]]", "[[deadlines]]")
        + AFTER_VISIT.replace("[[deadline]]", "[[follow-up]]").replace("Thank", "At {meeting}"),
    ),
    (
        "single-brackets",
        LETTER
        + step('due = "2 days after meeting"', "follow-up").replace("[[follow-up]]", "[follow-up]")
        + AFTER_VISIT.replace("Thank", "At {meeting}"),
    ),
    ("unknown-key", LETTER + ASK.replace("[[ask]]", "") + MEETING + 'asks = ["mission"]\n'),
]


@pytest.mark.parametrize(("code", "text"), ALONE)
def test_what_is_left_out_of_a_draft_makes_no_faults(code: str, text: str, tmp_path: Path):
    assert codes(text, tmp_path) == {code}


BESIDE = [
    (MEETING.replace("24 June", "24 Jne") + 'asks = ["mision"]\n', "unknown-ask"),
    (MEETING.replace("24 June", "25 June") + 'remind = ["soon"]\n', "phrase-weekday"),
    (
        CHAIR.replace('"chair"', '"Chair!"') + fact('fact = "reply"\ntarget = "france"'),
        "unknown-target",
    ),
    (step('due = "2 days befor meeting"').replace("Visit", "See {targt}"), "cannot-fill"),
    (
        step('due = "2 days befor meeting"')
        + AFTER_VISIT.replace("visit", "letter").replace("Thank", "At {ask}"),
        "cannot-fill",
    ),
    (READOUT.replace("readout", "redout") + READOUT.replace("07-08", "06-25"), "unknown-meeting"),
    ('kind = "leter"\n' + fact('fact = "delivered"', on="2011-01-01"), "fact-in-future"),
    ('workdays = "Wien!"\n' + CALLS.replace("meting", "meting"), "phrase-anchor"),
]


@pytest.mark.parametrize(("lines", "code"), BESIDE)
def test_what_does_not_hang_on_a_fault_is_told_beside_it(lines: str, code: str, tmp_path: Path):
    found = codes(LETTER + lines, tmp_path)

    assert code in found
    assert len(found) == 2


def test_nothing_is_said_of_a_file_whose_years_are_not_known(tmp_path: Path):
    text = LETTER.replace("2010-06-22", '"22 Juni 2010"') + MEETING.replace("24", "25")

    assert codes(text, tmp_path) == {"phrase-unknown-word"}


def other_codes(name: str, was: str, becomes: str, folder: Path) -> set[str]:
    """Return the codes of the errors of another kind of file with some words replaced."""
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    path = folder / f"{name}.toml"
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, becomes))
    problems = read_world(folder / "config.toml", now=NOW).problems
    found = {one.code for one in problems if one.severity == "error" and one.file == str(path)}
    return found - {"file-would-break"}


OTHERS = [
    ("config", 'id       = "new-york"', 'id = "New York"', "not-a-slug"),
    (
        "config",
        'digest   = "weekly"',
        'digest = "seldom"\ndeputy = "viena"',
        "not-one-of unknown-coordinator",
    ),
    ("config", "Europe/Vienna", "Europe/Wien", "unknown-zone"),
    ("campaigns/forums/council", "Thursday at 10:00", "Thursdays at ten", "phrase-unknown-word"),
    ("campaigns/forums/council", "Permanent Council", "", "text-empty"),
    ("campaigns/forums/council", 'place     = "Hofburg, Vienna"', "plaze = 5", "unknown-key"),
    (
        "campaigns/forums/council",
        "2010-06-15]",
        '2010-06-17, "18 Jun or so"]',
        "phrase-unknown-word",
    ),
    (
        "campaigns/forums/council",
        "2010-06-15]",
        '2010-06-17]\nplaze = "x"',
        "unknown-key session-exists",
    ),
    (
        "campaigns/workdays/vienna",
        '"AT"',
        '"Austria"\nweekends = 5',
        "unknown-key unknown-country",
    ),
    (
        "campaigns/workdays/vienna",
        '27 December 2010 to 31 December 2010"]\ndrop     = [2010-12-28]',
        '1 January 2010 to 31 January 2012"]\ndrop     = ["today"]',
        "phrase-relative",
    ),
]


@pytest.mark.parametrize(("name", "was", "becomes", "told"), OTHERS)
def test_the_other_files_are_looked_at_as_a_whole_too(
    name: str, was: str, becomes: str, told: str, tmp_path: Path
):
    assert other_codes(name, was, becomes, tmp_path) == set(told.split())

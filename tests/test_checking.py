"""What is sound among the files and what is not, where one key more or less decides."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tracker.campaign import Campaign, Playbook
from tracker.checking import campaign_faults, playbook_faults
from tracker.errors import Fault
from tracker.loading import read_text
from tracker.loading.world import read_world

SOUND = read_world(Path(__file__).parent / "campaigns" / "sound" / "config.toml").world
assert SOUND is not None
WORLD = SOUND
HEAD = """\
title = "Deploy a mission"
dated = 2010-06-22
opened = 2010-06-21
coordinators = ["vienna"]
"""
BODY = """
[[ask]]
id = "mission"
text = "Field a mission"

[[meeting]]
forum = "council"
date = "Thursday 24 June"

[[target]]
id = "chair"
post = "Chairperson"
address = "Hofburg"
"""
NOW = datetime(2010, 6, 22, 9, tzinfo=UTC)


def faults(text: str, *, now: datetime | None = None) -> list[Fault]:
    """Check a campaign among the sound files."""
    shape, problems = read_text("campaign", "x", Path("x.toml"), text)
    assert problems == []
    assert isinstance(shape, Campaign)
    return campaign_faults("x", shape, WORLD, now=now)


def codes(text: str, *, now: datetime | None = None) -> list[str]:
    return [one.code for one in faults(text, now=now)]


def fact(lines: str) -> list[str]:
    """Check a campaign with one fact; `lines` are its keys but `on`, one a line."""
    return codes(f"{HEAD}{BODY}{STEP}\n[[log]]\non = 2010-06-24\n{lines}\n")


def step(lines: str, kind: str = "deadline", top: str = "") -> list[str]:
    """Check a campaign with one step; `lines` are its keys but `id`."""
    return codes(f'{HEAD}{top}{BODY}\n[[{kind}]]\nid = "calls"\n{lines}\n')


STEP = '\n[[deadline]]\nid = "calls"\nwhat = "Call"\ndue = "1 working day before meeting"\n'
DUE = 'due = "1 working day after meeting"\n'


def test_the_smallest_campaign_is_sound():
    assert codes(HEAD) == []
    assert codes(HEAD + BODY + STEP) == []


@pytest.mark.parametrize(
    "lines",
    [
        'fact = "delivered"',
        'fact = "delivered"\nby = "vienna"\nnote = "By hand."',
        'fact = "reply"\ntarget = "chair"',
        'fact = "reply"\ntarget = "chair"\nstance = "opposed"\nask = "mission"',
        'fact = "stance"\ntarget = "chair"\nstance = "opposed"',
        'fact = "outcome"\nask = "mission"\nresult = "met"',
        'fact = "outcome"\nask = "mission"\nresult = "met"\nmeeting = "24 June"',
        'fact = "outcome"\nask = "mission"\nresult = "met"\nmeeting = "none"',
        'fact = "outcome"\nask = "mission"\nresult = "deferred"\nto = 2010-07-01',
        'fact = "readout"',
        'fact = "readout"\nmeeting = 2010-06-24',
        'fact = "done"\nitem = "calls"',
        'fact = "done"\nitem = "calls"\nmeeting = 2010-06-24\ntarget = "chair"',
        'fact = "note"\nnote = "Quiet."',
    ],
)
def test_each_fact_is_sound_with_its_own_keys(lines: str):
    assert fact(lines) == []


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ('fact = "reply"', "missing-key"),
        ('fact = "stance"\ntarget = "chair"', "missing-key"),
        ('fact = "stance"\nstance = "opposed"', "missing-key"),
        ('fact = "outcome"\nask = "mission"', "missing-key"),
        ('fact = "outcome"\nresult = "met"', "missing-key"),
        ('fact = "done"', "missing-key"),
        ('fact = "delivered"\ntarget = "chair"', "misfit-key"),
        ('fact = "note"\nask = "mission"', "misfit-key"),
        ('fact = "readout"\nask = "mission"', "misfit-key"),
        ('fact = "readout"\nmeeting = "none"', "misfit-key"),
        ('fact = "done"\nitem = "calls"\nmeeting = "none"', "misfit-key"),
        ('fact = "outcome"\nask = "mission"\nresult = "met"\nto = 2010-07-01', "misfit-key"),
        (
            'fact = "outcome"\nask = "mission"\nresult = "deferred"\nto = 2010-06-24',
            "put-off-back",
        ),
        ('fact = "reply"\ntarget = "france"', "unknown-target"),
        ('fact = "outcome"\nask = "inquiry"\nresult = "met"', "unknown-ask"),
        ('fact = "done"\nitem = "meeting"', "unknown-step"),
        ('fact = "done"\nitem = "calls"\nmeeting = 2010-07-01', "unknown-meeting"),
        ('fact = "readout"\nmeeting = "2 days after letter"', "phrase-not-fixed"),
    ],
)
def test_a_fact_with_other_keys_or_names_is_not(lines: str, code: str):
    assert fact(lines) == [code]


def test_an_ask_is_put_off_to_a_session_though_at_no_meeting():
    put_off = 'fact = "outcome"\nask = "mission"\nmeeting = "none"\nresult = "deferred"\n'

    assert fact(put_off + "to = 2010-07-01") == []
    assert fact(put_off + "to = 2010-07-02") == ["not-a-session"]


def test_a_fact_may_name_a_step_that_is_skipped():
    skipped = '\n[[deadline]]\nid = "deliver"\nskip = true\n'
    log = '\n[[log]]\non = 2010-06-24\nfact = "done"\nitem = "deliver"\n'

    assert codes(f'{HEAD}playbook = "rapid"\n{BODY}{skipped}{log}') == []


def test_a_meeting_that_a_deferral_added_can_be_named():
    log = """
[[log]]
on = 2010-06-24
fact = "outcome"
ask = "mission"
result = "deferred"

[[log]]
on = 2010-07-01
fact = "readout"
meeting = 2010-07-01
"""
    assert codes(HEAD + BODY + log) == []
    assert codes(HEAD + BODY + log.replace('"deferred"', '"partly met"')) == ["unknown-meeting"]


@pytest.mark.parametrize(
    "lines",
    [
        'forum = "council"\ndate = 2010-07-01',
        'forum = "council"\ndate = "14 June 2010"',  # an extra one, before the campaign opened
        'forum = "council"\ndate = "4 November 2010"',  # cancelled: it stays loaded
        'forum = "council"\ndate = "16 December 2010"',  # moved: it keeps its original date
        'forum = "assembly"\nsessions = "every"',
        'forum = "assembly"\nsessions = "every"\nfrom = 2010-07-01\nuntil = 2010-07-01',
        'name = "Talk"\ndate = "1 July"\ntime = "09:00"\ntimezone = "Europe/Paris"\nplace = "x"',
        'name = "Talk"\ndate = "1 July at 09:00"',
        'name = "Talk"\ndate = "24 June to 1 July"',  # a session and our own are two meetings
    ],
)
def test_each_way_to_write_a_meeting_is_sound(lines: str):
    found = faults(f"{HEAD}{BODY}\n[[meeting]]\n{lines}\nasks = []\n")

    assert [one.code for one in found if one.severity == "error"] == []


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ('forum = "council"\ndate = "Thursday 1 July"\ntime = "10:00"', "meeting-form"),
        ('forum = "council"\ndate = "Thursday 1 July"\nplace = "x"', "meeting-form"),
        ('name = "Talk"\ndate = "1 July"\nuntil = "2 July"', "meeting-form"),
        ('name = "Talk"\nsessions = "every"\ndate = "1 July"', "meeting-form"),
        ('name = "Talk"', "missing-key"),
        ('name = "Talk"\ndate = "1 July at 09:00"\ntime = "09:00"', "meeting-form"),
        ('name = "Talk"\ndate = "2 days after letter"', "phrase-not-fixed"),
        ('name = "Talk"\ndate = "Friday 1 July"', "phrase-weekday"),
        ('forum = "council"\ndate = 2010-06-24', "meeting-twice"),
        ('forum = "council"\ndate = "29 July to 30 July"', "meeting-form"),
    ],
)
def test_a_mixture_of_ways_is_not(lines: str, code: str):
    assert codes(f"{HEAD}{BODY}\n[[meeting]]\n{lines}\nasks = []\n") == [code]


def test_two_meetings_of_our_own_need_two_days():
    own = '\n[[meeting]]\nname = "Talk"\ndate = 2010-07-01\n'

    assert codes(HEAD + BODY + own + own.replace("Talk", "Lunch")) == ["meeting-twice"]
    assert codes(HEAD + BODY + own + own.replace("07-01", "07-02")) == []


def test_a_forum_may_be_followed_twice_only_over_other_days():
    first = (
        '\n[[meeting]]\nforum = "council"\nsessions = "every"\n'
        "from = 2010-07-01\nuntil = 2010-07-15\n"
    )
    later = first.replace("07-01", "07-16").replace("07-15", "07-30")

    assert codes(HEAD + first + later) == []
    assert codes(HEAD + first + first) == ["meeting-twice"]


@pytest.mark.parametrize(
    "lines",
    [
        f'what = "Call before the {{meeting}}"\n{DUE}',
        f'what = "About {{title}}"\n{DUE}',
        f'what = "Ask {{target}}"\ntarget = "chair"\n{DUE}',
        f'what = "Ask {{target}}"\nfor = "each target"\n{DUE}',
        f'what = "Before {{meeting}}"\nfor = "campaign"\n{DUE}',
        'what = "Carried out? {ask}"\ndue = "14 days after decision"',
        'what = "Ready for {meeting}"\ndue = "1 day after draft"',  # counts from it through draft
    ],
)
def test_places_that_can_be_filled_are_sound(lines: str):
    assert step(lines, top='playbook = "rapid"\n') == []


@pytest.mark.parametrize(
    "what",
    ["{ask}", "{target}", "{Title}", "{ title }", "{", "}", "{{title}}", "{}", "{meeting.name}"],
)
def test_places_that_cannot_are_not(what: str):
    found = step(f'what = "Call {what}"\n{DUE}')

    assert set(found) == {"cannot-fill"}


def test_a_meeting_cannot_be_filled_where_nothing_counts_from_one():
    assert step('what = "Call before {meeting}"\ndue = "2 days after letter"') == ["cannot-fill"]


def test_a_playbook_is_checked_in_its_own_file_and_not_in_each_campaign():
    shape, _ = read_text(
        "playbook",
        "x",
        Path("x.toml"),
        f'name = "Slow"\n{STEP.replace("Call", "Call {target}")}who = ["nobody"]\n',
    )
    assert isinstance(shape, Playbook)
    world = replace(WORLD, playbooks={"slow": shape})
    campaign, _ = read_text("campaign", "x", Path("x.toml"), f'{HEAD}playbook = "slow"\n{BODY}')
    assert isinstance(campaign, Campaign)

    found = [one.code for one in playbook_faults(shape, WORLD.config)]

    assert sorted(found) == ["cannot-fill", "unknown-coordinator"]
    assert campaign_faults("x", campaign, world) == []


def test_a_campaign_that_spoils_its_playbook_is_told():
    top = f'{HEAD}playbook = "rapid"\n{BODY}'
    circle = '\n[[deadline]]\nid = "draft"\ndue = "1 day after deliver"\n'
    each = '\n[[deadline]]\nid = "draft"\nfor = "each target"\n'

    assert codes(top + circle) == ["anchor-cycle"]
    assert [(one.code, one.path) for one in faults(top + each)] == [
        ("no-anchor", ("deadline", 0, "for"))
    ]


def test_a_longer_circle_is_told_at_each_of_its_links():
    found = faults(
        HEAD
        + "".join(
            f'\n[[deadline]]\nid = "{one}"\nwhat = "x"\ndue = "1 day after {other}"\n'
            for one, other in (("aa", "bb"), ("bb", "cc"), ("cc", "aa"), ("dd", "aa"))
        )
    )

    assert [(one.code, one.path[1]) for one in found] == [
        ("anchor-cycle", 0),
        ("anchor-cycle", 1),
        ("anchor-cycle", 2),
    ]


@pytest.mark.parametrize(
    ("lines", "kind", "code"),
    [
        (f'what = "Call"\nwho = ["nobody"]\n{DUE}', "deadline", "unknown-coordinator"),
        (f'what = "Call"\nwho = []\n{DUE}', "deadline", "too-few"),
        (f'what = "Call"\ntarget = "france"\n{DUE}', "deadline", "unknown-target"),
        ('what = "Call"\ndue = "Friday 1 July"', "deadline", "phrase-weekday"),
        ('what = "Call"\ndue = "1 day before 29 February 2011"', "deadline", None),
        (
            f'what = "Ask"\n{DUE}repeat = "every 7 days, 1 more time"\nescalate = "nobody"',
            "follow-up",
            "unknown-coordinator",
        ),
        (f'what = "Ask"\n{DUE}escalate = "vienna"', "follow-up", "escalate-without-count"),
    ],
)
def test_what_is_wrong_with_one_step_is_told_once(lines: str, kind: str, code: str | None):
    if code is None:
        _, problems = read_text("campaign", "x", Path("x.toml"), f"{HEAD}[[{kind}]]\n{lines}\n")
        assert "phrase-no-such-day" in [one.code for one in problems]
    else:
        assert step(lines, kind) == [code]


def test_one_fault_does_not_hide_the_others():
    text = f"""{HEAD.replace('"vienna"', '"viena"')}closed = 2010-06-01
playbook = "slow"
{BODY.replace("Thursday", "Friday")}
[[log]]
on = 2010-06-22
fact = "reply"
target = "france"
"""
    assert codes(text) == [
        "unknown-coordinator",
        "unknown-playbook",
        "closed-early",
        "phrase-weekday",
        "unknown-target",
    ]


def test_a_reminder_that_never_fires_is_named_only_where_the_campaign_wrote_it():
    late = f'{HEAD}playbook = "rapid"\n{BODY}'  # its draft is due 2 working days before: fine
    own = f'{late}{STEP}remind = ["10 days before", "on the day"]\n'
    every = own.replace('date = "Thursday 24 June"', 'sessions = "every"')

    assert codes(late) == []
    assert [(one.code, one.path, one.severity) for one in faults(own)] == [
        ("reminder-never", ("deadline", 0, "remind", 0), "warning")
    ]
    assert codes(every) == []  # it fires for later sessions


def test_a_campaign_with_nothing_ahead_is_named_until_it_is_closed():
    later = datetime(2010, 9, 1, tzinfo=UTC)
    asking = (
        '\n[[follow-up]]\nid = "x"\nwhat = "Ask"\n'
        'due = "1 day after meeting"\nrepeat = "every 7 days"\n'
    )

    assert codes(HEAD + BODY, now=NOW) == []
    assert codes(HEAD + BODY, now=later) == ["nothing-ahead"]
    assert codes(f"{HEAD}closed = 2010-07-01\n{BODY}", now=later) == []
    assert codes(HEAD + BODY + asking, now=later) == []
    counted = asking.replace("7 days", "7 days, 2 more times")
    assert codes(HEAD + BODY + counted, now=later) == ["nothing-ahead"]
    done = '\n[[log]]\non = 2010-06-26\nfact = "done"\nitem = "x"\n'
    assert codes(HEAD + BODY + asking + done, now=later) == ["nothing-ahead"]


def test_a_session_on_a_holiday_is_named_once_and_stands():
    corpus_christi = BODY.replace("Thursday 24 June", "3 June 2010")
    early = HEAD.replace("2010-06-21", "2010-06-01")

    assert [one.severity for one in faults(early + corpus_christi)] == ["warning"]
    assert codes(early + corpus_christi) == ["on-holiday"]
    weekend = '\n[[meeting]]\nname = "Talk"\ndate = "Sunday 27 June"\n'
    assert codes(HEAD + BODY + weekend) == []

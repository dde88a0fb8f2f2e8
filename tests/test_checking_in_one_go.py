"""One fault of a campaign does not hide another, and none is only the echo of another."""

from datetime import UTC, datetime
from pathlib import Path

from tests.test_checking import BODY, DUE, HEAD, STEP, WORLD, codes, faults
from tracker.campaign import Campaign
from tracker.checking import campaign_faults
from tracker.loading import read_text

NOW = datetime(2010, 6, 30, 9, tzinfo=UTC)
UNKNOWN = HEAD + 'playbook = "slow"\n'
FUTURE = '[[log]]\non = 2011-01-01\nfact = "delivered"\n'


def fact(lines: str, on: str = "2010-06-24") -> str:
    return f"\n[[log]]\non = {on}\n{lines}\n"


def step(lines: str, kind: str = "deadline") -> str:
    return f'\n[[{kind}]]\nid = "visits"\n{lines}\n'


def test_where_the_playbook_is_not_known_its_steps_own_faults_are_told():
    found = codes(
        UNKNOWN
        + BODY
        + step(
            'what = "Call {targt}"\nwho = ["nobody"]\ntarget = "france"\ndue = "Friday 24 June"'
        )
        + step('what = "}"', "follow-up")
    )

    assert sorted(found) == [
        "cannot-fill",
        "cannot-fill",
        "id-twice",
        "phrase-weekday",
        "unknown-coordinator",
        "unknown-playbook",
        "unknown-target",
    ]


def test_where_the_playbook_is_not_known_nothing_is_said_of_what_it_may_have():
    changes = [
        step('who = ["vienna"]'),
        step("skip = true"),
        step('what = "Call for {meeting}"\ndue = "2 days after draft"'),
        step('what = "Ask {target}"', "follow-up"),
        step('escalate = "new-york"', "follow-up"),
    ]
    named = fact('fact = "done"\nitem = "draft"')

    assert [codes(UNKNOWN + BODY + one + named) for one in changes] == [["unknown-playbook"]] * 5


def test_a_slip_for_an_anchor_is_told_though_the_playbook_is_misnamed():
    slip = step('what = "Call"\ndue = "2 days before meting"')
    theirs = slip.replace("meting", "deliver")

    assert codes(UNKNOWN + BODY + slip) == ["unknown-playbook", "phrase-anchor"]
    assert codes(UNKNOWN + BODY + theirs) == ["unknown-playbook"]  # a step of another playbook


def test_nothing_is_said_of_an_anchor_that_a_broken_playbook_may_have():
    slip = step('what = "Call"\ndue = "2 days after delivered"')
    shape, _ = read_text("campaign", "x", Path("x.toml"), UNKNOWN + slip)
    assert isinstance(shape, Campaign)

    found = campaign_faults(
        "x", shape, WORLD, broken={("playbook", "slow"): "playbooks/slow.toml"}
    )

    assert [one.code for one in found] == ["unknown-playbook"]


def test_a_fact_without_its_item_is_not_told_to_add_a_step_where_the_playbook_may_have_one():
    (_, found) = faults(UNKNOWN + fact('fact = "done"'))

    assert (found.code, found.hint) == ("missing-key", 'write item = "…"')


def test_an_opening_after_the_letter_does_not_hide_the_rest():
    late = HEAD.replace("2010-06-21", "2010-06-23")

    assert codes(late + BODY.replace("Thursday", "Friday")) == ["opened-late", "phrase-weekday"]


def test_nothing_that_hangs_on_which_opening_is_right_is_told():
    late = HEAD.replace("2010-06-21", "2011-06-21")
    meeting = BODY.replace("Thursday 24", "Friday 24")  # it is one in 2011
    day = fact('fact = "delivered"', on='"24 June"')

    assert codes(late + meeting + day, now=datetime(2010, 5, 1, tzinfo=UTC)) == ["opened-late"]


def test_a_fact_of_the_future_is_told_beside_other_faults():
    assert codes(UNKNOWN + FUTURE, now=NOW) == ["unknown-playbook", "fact-in-future"]
    item = fact('fact = "done"\nitem = "visits"', on="2011-01-01")
    assert codes(HEAD + item, now=NOW) == ["unknown-step", "fact-in-future"]


def test_a_day_that_cannot_be_read_is_not_in_the_future_too():
    letter = HEAD.replace("2010-06-2", "2011-06-2")
    unread = fact('fact = "delivered"', on='"Sunday 20 March"')

    assert codes(letter + unread, now=NOW) == ["phrase-weekday"]


def test_what_is_today_somewhere_is_not_in_the_future_where_the_calendar_is_not_known():
    text = HEAD + 'workdays = "bishkek"\n'

    assert codes(text + fact('fact = "delivered"', on="2010-07-01"), now=NOW) == [
        "unknown-workdays"
    ]
    assert codes(text + fact('fact = "delivered"', on="2010-07-02"), now=NOW) == [
        "unknown-workdays",
        "fact-in-future",
    ]


def test_a_fact_at_no_meeting_is_told_beside_other_faults():
    astray = fact('fact = "readout"\nmeeting = 2010-06-23')

    assert codes(UNKNOWN + BODY + astray) == ["unknown-playbook", "unknown-meeting"]
    assert codes(HEAD + BODY + fact('fact = "reply"') + astray) == [
        "missing-key",
        "unknown-meeting",
    ]


def test_no_meeting_is_missed_that_a_faulty_line_may_have_meant():
    readout = fact('fact = "readout"\nmeeting = 2010-07-01', on="2010-07-02")
    deferred = fact('fact = "outcome"\nask = "misson"\nresult = "deferred"\nto = 2010-07-01')
    other_day = BODY.replace("Thursday 24 June", "Thursday 1 June")

    assert codes(HEAD + BODY + deferred + readout) == ["unknown-ask"]
    assert codes(HEAD + other_day + readout) == ["phrase-weekday"]


def test_each_of_two_steps_with_one_id_is_looked_at():
    found = faults(
        HEAD
        + BODY
        + step('what = "Call {targt}"\ndue = "2 days before meting"')
        + step(f'what = "Visit"\nwho = ["nobody"]\n{DUE}')
    )

    assert [(one.code, one.path[:2]) for one in found] == [
        ("id-twice", ("deadline", 1)),
        ("cannot-fill", ("deadline", 0)),
        ("unknown-coordinator", ("deadline", 1)),
        ("phrase-anchor", ("deadline", 0)),
    ]


def test_what_counts_from_one_of_two_steps_with_one_id_is_not_at_fault_too():
    several = step(f'what = "Visit"\n{DUE}') + step(
        f'what = "Ask"\nfor = "each target"\n{DUE}', "follow-up"
    )
    after = STEP.replace("1 working day before meeting", "2 days after visits")

    assert codes(HEAD + BODY + several + after) == ["id-twice"]

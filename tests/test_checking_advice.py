"""What a coordinator is told of a campaign besides errors: years, sessions, what may be a slip."""

from datetime import UTC, datetime

from tests.test_checking import BODY, HEAD, NOW, codes, faults


def test_a_meeting_before_the_campaign_opened_is_named_unless_the_log_knows_of_it():
    past = BODY.replace("Thursday 24 June", "17 June 2010")
    span = '\n[[meeting]]\nname = "Mission"\ndate = "{} June 2010 to 20 June 2010"\n'
    met = '\n[[log]]\non = 2010-06-22\nfact = "readout"\nmeeting = 2010-06-17\n'

    (told,) = faults(HEAD + past)

    assert (told.code, told.path, told.severity) == (
        "reminder-never",
        ("meeting", 0, "date"),
        "warning",
    )
    assert told.message.startswith("this was on Thursday 17 June 2010, before the campaign opened")
    assert codes(HEAD + past.replace("[[target]]", 'remind = ["2 days before"]\n[[target]]')) == [
        "reminder-never"
    ]
    assert codes(HEAD + span.format(17)) == ["reminder-never"]
    assert codes(HEAD + span.format(17).replace("20 June", "22 June")) == []
    assert codes(HEAD + past + met) == []


def test_a_letter_of_which_nothing_will_ever_be_sent_is_named():
    ask = '\n[[ask]]\nid = "mission"\ntext = "Field a mission"\n'

    assert codes(HEAD, now=NOW) == ["nothing-ahead"]
    assert codes(f'{HEAD}kind = "article"\n', now=NOW) == []
    assert codes(f"{HEAD}closed = 2010-06-22\n", now=NOW) == []
    assert codes(HEAD + ask, now=NOW) == []
    assert codes(HEAD) == []


def test_the_year_of_a_letter_is_proposed_by_its_opening_or_the_present():
    undated = HEAD.replace("2010-06-22", '"22 June"')
    new = undated.replace("opened = 2010-06-21\n", "")
    later = datetime(2026, 11, 29, tzinfo=UTC)

    assert [one.hint for one in faults(undated, now=later)] == [
        'write the year too: "22 June 2010"'
    ]
    assert [one.hint for one in faults(new, now=later)] == ['write the year too: "22 June 2026"']
    assert [one.hint for one in faults(new)] == ["write the year too"]


def test_a_meeting_without_a_date_is_offered_the_forums_next_session():
    forum = f'{HEAD}[[meeting]]\nforum = "council"\n'
    own = f'{HEAD}[[meeting]]\nname = "Talk"\n'

    assert [one.hint for one in faults(forum.replace("2010", "2026"))] == [
        'write date = "Thursday 25 June 2026", or sessions = "every" to follow the forum'
    ]
    assert [one.hint for one in faults(own)] == ["write its date"]

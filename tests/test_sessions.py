"""When forums meet, and what their files may get wrong."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from tests.strategies import days, sessions
from tracker.campaign import Forum
from tracker.sessions import (
    forum_faults,
    moved_here,
    next_regular,
    session_on,
    sessions_between,
)
from tracker.when import parse_sessions

PC = "osce-permanent-council"
MOVED_THERE = (
    "the session of Thursday 18 November 2010 was moved to Friday 19 November 2010 already"
)
RECESS = "30 July 2010 to 1 September 2010"


def a_forum(**changes: object) -> Forum:
    return Forum.model_validate(
        {
            "name": "OSCE Permanent Council",
            "timezone": "Europe/Vienna",
            "sessions": "Thursday at 10:00",
            "recess": [RECESS],
            **changes,
        }
    )


def originals(forum: Forum, first: date, last: date) -> list[str]:
    return [f"{one.original:%d %b}" for one in sessions_between(PC, forum, first, last)]


def faults(**changes: object) -> list[tuple[object, ...]]:
    return [(path, wrong.code, str(wrong)) for path, wrong in forum_faults(a_forum(**changes))]


def test_the_permanent_council_of_the_summer_of_2010():
    forum = a_forum(extra=["14 June 2010", "15 June 2010"])

    found = sessions_between(PC, forum, date(2010, 6, 8), date(2010, 9, 5))

    assert [f"{one.day:%d %b}" for one in found] == [
        *("10 Jun", "14 Jun", "15 Jun", "17 Jun", "24 Jun", "01 Jul", "08 Jul", "15 Jul"),
        *("22 Jul", "29 Jul", "02 Sep"),
    ]
    assert [one.kind for one in found[:3]] == ["regular", "extra", "extra"]
    assert forum_faults(forum) == ()


def test_a_session_has_its_hour_in_utc_and_its_end():
    session = session_on(PC, a_forum(lasts="2 hours"), date(2010, 6, 24))

    assert session is not None
    assert session.start == datetime(2010, 6, 24, 8, tzinfo=UTC)
    assert session.end == datetime(2010, 6, 24, 10, tzinfo=UTC)
    assert (session.forum, session.clock, session.time_known) == (PC, time(10), True)


def test_a_session_lasts_three_hours_where_nothing_is_said():
    session = session_on(PC, a_forum(), date(2010, 6, 24))

    assert session is not None
    assert session.end - session.start == timedelta(hours=3)


@pytest.mark.parametrize(
    ("moved_from", "moved_to", "after", "expected"),
    [
        ("2010-07-01", "2010-06-23", "2010-06-24", "2010-07-08"),  # sat before already
        ("2010-07-01", "2010-07-09", "2010-06-24", "2010-07-08"),  # another sits before it
        ("2010-06-24", "2010-06-30", "2010-06-29", "2010-06-24"),  # put off, still to come
        ("2010-07-01", "2010-08-05", "2010-07-29", "2010-07-01"),  # into the recess
    ],
)
def test_the_next_session_is_the_next_to_be_held(moved_from, moved_to, after, expected):
    forum = a_forum(moved=[{"from": moved_from, "to": moved_to}])

    found = next_regular(PC, forum, date.fromisoformat(after))

    assert found is not None
    assert f"{found.original}" == expected


def test_a_session_without_a_time_counts_as_nine_oclock():
    session = session_on(PC, a_forum(sessions="Thursday"), date(2010, 6, 24))

    assert session is not None
    assert (session.clock, session.time_known) == (None, False)
    assert session.start == datetime(2010, 6, 24, 7, tzinfo=UTC)


def test_an_extra_session_has_only_the_time_that_is_written():
    forum = a_forum(extra=["14 June 2010", "15 June 2010 at 15:00"])

    unknown, known = (session_on(PC, forum, date(2010, 6, day)) for day in (14, 15))

    assert unknown is not None
    assert not unknown.time_known
    assert known is not None
    assert known.start == datetime(2010, 6, 15, 13, tzinfo=UTC)


def test_holidays_never_remove_a_session():
    # Ascension Day 2012 and Corpus Christi 2019: the Council met on both.
    for day in (date(2012, 5, 17), date(2019, 6, 20)):
        assert session_on(PC, a_forum(), day) is not None


def test_nothing_meets_in_the_recess():
    forum = a_forum()

    assert originals(forum, date(2010, 7, 30), date(2010, 9, 1)) == []
    assert session_on(PC, forum, date(2010, 8, 5)) is None
    after = next_regular(PC, forum, date(2010, 7, 29))
    assert after is not None
    assert after.original == date(2010, 9, 2)


def test_both_ends_of_a_recess_belong_to_it():
    forum = a_forum(recess=["Thursday 15 July 2010 to Thursday 22 July 2010"])

    assert originals(forum, date(2010, 7, 8), date(2010, 7, 29)) == ["08 Jul", "29 Jul"]


def test_an_extra_session_may_lie_in_the_recess():
    forum = a_forum(extra=["5 August 2010"])

    assert originals(forum, date(2010, 8, 1), date(2010, 8, 31)) == ["05 Aug"]
    assert forum_faults(forum) == ()


def test_a_cancelled_session_stays_and_says_so():
    forum = a_forum(cancelled=[{"on": date(2010, 7, 1), "why": "Almaty"}])

    session = session_on(PC, forum, date(2010, 7, 1))

    assert session is not None
    assert (session.cancelled, session.why) == (True, "Almaty")
    assert originals(forum, date(2010, 7, 1), date(2010, 7, 8)) == ["01 Jul", "08 Jul"]
    after = next_regular(PC, forum, date(2010, 6, 24))
    assert after is not None
    assert after.original == date(2010, 7, 8)


def test_a_moved_session_keeps_its_identity_and_takes_the_new_hour():
    forum = a_forum(
        moved=[
            {"from": date(2010, 12, 16), "to": "2010-12-17 at 09:00", "why": "Ministerial week"}
        ]
    )

    session = session_on(PC, forum, date(2010, 12, 16))

    assert session is not None
    assert (session.original, session.day) == (date(2010, 12, 16), date(2010, 12, 17))
    assert session.start == datetime(2010, 12, 17, 8, tzinfo=UTC)
    assert (session.moved, session.why) == (True, "Ministerial week")
    assert session_on(PC, forum, date(2010, 12, 17)) is None
    assert moved_here(PC, forum, date(2010, 12, 17)) == session
    assert moved_here(PC, forum, date(2010, 12, 16)) is None


def test_a_session_moved_without_an_hour_keeps_its_own():
    forum = a_forum(moved=[{"from": date(2010, 6, 24), "to": "25 June 2010"}])

    session = session_on(PC, forum, date(2010, 6, 24))

    assert session is not None
    assert session.start == datetime(2010, 6, 25, 8, tzinfo=UTC)


def test_a_session_may_move_to_another_hour_of_its_day():
    forum = a_forum(moved=[{"from": date(2010, 6, 24), "to": "24 June 2010 at 15:00"}])

    session = session_on(PC, forum, date(2010, 6, 24))

    assert forum_faults(forum) == ()
    assert session is not None
    assert session.start == datetime(2010, 6, 24, 13, tzinfo=UTC)
    assert not session.moved
    assert moved_here(PC, forum, date(2010, 6, 24)) is None


def test_a_session_may_move_where_another_was_cancelled_or_moved_away():
    forum = a_forum(
        cancelled=[{"on": date(2010, 7, 8)}],
        moved=[
            {"from": date(2010, 6, 24), "to": "25 June 2010"},
            {"from": date(2010, 6, 17), "to": "24 June 2010"},
            {"from": date(2010, 7, 1), "to": "8 July 2010"},
        ],
    )

    assert forum_faults(forum) == ()


def test_an_hour_in_another_zone_is_turned_into_the_forums():
    forum = a_forum(extra=["14 June 2010 at 20:00 America/New_York"])

    session = session_on(PC, forum, date(2010, 6, 15))

    assert session is not None
    assert (session.day, session.clock) == (date(2010, 6, 15), time(2))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("Thursday at 10:00", ["03 Jun", "10 Jun", "17 Jun", "24 Jun", "01 Jul"]),
        ("Monday and Thursday", ["03 Jun", "07 Jun", "10 Jun", "14 Jun", "17 Jun"]),
        ("first Thursday of the month", ["03 Jun", "01 Jul", "02 Sep", "07 Oct", "04 Nov"]),
        ("last Friday of the month", ["25 Jun", "24 Sep", "29 Oct", "26 Nov", "31 Dec"]),
        (
            "every 2 weeks on Thursday from 24 June 2010",
            ["24 Jun", "08 Jul", "22 Jul", "02 Sep", "16 Sep"],
        ),
        (
            "every 2 weeks on Monday from 4 January 2010 at 10:00",
            ["07 Jun", "21 Jun", "05 Jul", "19 Jul", "13 Sep"],
        ),
    ],
)
def test_every_form_of_rule(rule, expected):
    forum = a_forum(sessions=rule)

    assert originals(forum, date(2010, 6, 1), date(2011, 6, 1))[:5] == expected


def test_a_rule_with_a_start_has_nothing_before_it():
    forum = a_forum(sessions="every 2 weeks on Thursday from 24 June 2010")

    assert originals(forum, date(2009, 1, 1), date(2010, 6, 23)) == []


def test_a_forum_without_a_rule_has_only_its_extra_dates():
    forum = a_forum(sessions=None, recess=[], extra=["14 June 2010", "24 June 2010"])

    assert originals(forum, date(2010, 6, 1), date(2010, 7, 1)) == ["14 Jun", "24 Jun"]
    assert next_regular(PC, forum, date(2010, 6, 14)) is None


def test_no_next_session_is_looked_for_beyond_400_days():
    forum = a_forum(recess=["30 July 2010 to 1 September 2012"])

    assert next_regular(PC, forum, date(2010, 7, 29)) is None


def test_a_cancelled_day_must_be_a_session():
    assert faults(
        cancelled=[
            {"on": date(2010, 11, 5)},
            {"on": date(2010, 8, 5)},
            {"on": "4 November"},
            {"on": "11 November 2010 at 10:00"},
        ]
    ) == [
        (("cancelled", 0, "on"), "no-session", "there is no session on Friday 5 November 2010"),
        (("cancelled", 1, "on"), "no-session", "there is no session on Thursday 5 August 2010"),
        (
            ("cancelled", 2, "on"),
            "phrase-year",
            '"4 November" has no year, and nothing here decides it',
        ),
        (
            ("cancelled", 3, "on"),
            "session-time",
            "a session is named by its day alone, without a time",
        ),
    ]


def test_what_is_near_a_day_without_a_session_is_named():
    forum = a_forum(
        cancelled=[{"on": "Friday 5 November 2010"}, {"on": date(2010, 8, 5)}],
    )

    hints = [(wrong.hint, wrong.column, wrong.length) for _, wrong in forum_faults(forum)]

    assert hints == [
        ("the nearest are on Thu 4 November 2010 and Thu 11 November 2010", 0, 22),
        ("it lies in the recess of Friday 30 July 2010 to Wednesday 1 September 2010", 0, 10),
    ]
    nothing = forum_faults(a_forum(sessions=None, recess=[], cancelled=[{"on": "4 June 2010"}]))
    assert nothing[0][1].hint == "the forum has no `sessions`, only days listed in `extra`"
    far = forum_faults(
        a_forum(
            sessions="every 2 weeks on Monday from 4 January 2010",
            cancelled=[{"on": "4 June 2001"}],
        )
    )
    assert far[0][1].hint == "the rule has none near that day"


def test_one_session_has_one_entry():
    day = date(2010, 11, 4)

    assert faults(
        cancelled=[{"on": day}, {"on": day}],
        moved=[
            {"from": day, "to": "2010-11-05"},
            {"from": "2010-11-11", "to": "2010-11-12"},
            {"from": "2010-11-11", "to": "2010-11-13"},
        ],
        extra=["15 June 2010", "15 June 2010"],
    ) == [
        (
            ("cancelled", 1, "on"),
            "session-twice",
            "the session of Thursday 4 November 2010 is cancelled already",
        ),
        (
            ("moved", 0, "from"),
            "session-twice",
            "the session of Thursday 4 November 2010 is cancelled already",
        ),
        (
            ("moved", 2, "from"),
            "session-twice",
            "the session of Thursday 11 November 2010 is moved already",
        ),
        (
            ("extra", 1),
            "session-twice",
            "Tuesday 15 June 2010 is named twice in `extra`",
        ),
    ]


def test_nothing_moves_or_is_added_onto_a_session():
    assert faults(
        cancelled=[{"on": date(2010, 6, 10)}],
        moved=[
            {"from": "2010-11-11", "to": "2010-11-18"},
            {"from": "2010-11-18", "to": "2010-11-19"},
            {"from": "2010-11-25", "to": "2010-11-19"},
        ],
        extra=["24 June 2010", "10 June 2010", "19 November 2010"],
    ) == [
        (
            ("moved", 0, "to"),
            "session-exists",
            "the forum has a session on Thursday 18 November 2010 already",
        ),
        (
            ("moved", 2, "to"),
            "session-exists",
            MOVED_THERE,
        ),
        (
            ("extra", 0),
            "session-exists",
            "the forum has a session on Thursday 24 June 2010 already, so it is not extra",
        ),
        (
            ("extra", 1),
            "session-exists",
            "the forum has a session on Thursday 10 June 2010 already, so it is not extra",
        ),
        (
            ("extra", 2),
            "session-exists",
            MOVED_THERE,
        ),
    ]


def test_the_year_of_the_session_is_proposed_for_the_day_it_moves_to():
    forum = a_forum(moved=[{"from": date(2026, 12, 3), "to": "Friday 4 December"}])

    assert [wrong.hint for _, wrong in forum_faults(forum)] == [
        'write the year too: "Friday 4 December 2026"'
    ]


def test_a_forum_needs_plain_dates_with_years():
    assert faults(
        recess=["30 July to 1 September"],
        extra=["2 days after meeting", "24 June"],
        moved=[{"from": "1 day after meeting", "to": "24 June"}],
    ) == [
        (
            ("recess", 0),
            "phrase-year",
            '"30 July" has no year, and nothing here decides it',
        ),
        (
            ("moved", 0, "from"),
            "phrase-not-fixed",
            'a date is needed here, and "1 day after meeting" has to be counted first',
        ),
        (
            ("extra", 0),
            "phrase-not-fixed",
            'a date is needed here, and "2 days after meeting" has to be counted first',
        ),
        (("extra", 1), "phrase-year", '"24 June" has no year, and nothing here decides it'),
    ]


def test_a_faulty_forum_is_never_planned_with():
    forum = a_forum(extra=["24 June"])

    with pytest.raises(ValueError, match="has no year"):
        sessions_between(PC, forum, date(2010, 6, 1), date(2010, 7, 1))


@given(sessions(), days, st.integers(0, 500), st.integers(0, 500))
def test_a_wider_look_only_adds_sessions(rule, first, near, far):
    forum = a_forum(sessions=str(rule))
    last, later = first + timedelta(days=near), first + timedelta(days=near + far)

    wide = sessions_between(PC, forum, first, later)

    assert sessions_between(PC, forum, first, last) == tuple(
        one for one in wide if one.original <= last
    )
    assert list(wide) == sorted(wide, key=lambda one: one.original)


@given(sessions(), days)
def test_each_session_is_found_by_its_day_and_no_other_day_has_one(rule, first):
    forum = a_forum(sessions=str(rule))
    span = [first + timedelta(days=number) for number in range(60)]

    listed = sessions_between(PC, forum, span[0], span[-1])

    assert [one for day in span if (one := session_on(PC, forum, day))] == list(listed)
    ahead = next_regular(PC, forum, first - timedelta(days=1))
    if listed:
        assert ahead == listed[0]
    assert parse_sessions(str(rule)) == forum.sessions

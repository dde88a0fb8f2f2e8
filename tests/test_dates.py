"""Instants, zones, working days and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, strategies as st

from tests.strategies import CHANGING_ZONES, calendars, clocks, days
from tracker.dates import (
    Skipped,
    Stepped,
    UnknownZoneError,
    WorkingDays,
    day_in,
    instant,
    local,
    show_day,
    show_day_short,
    unknown_country,
    zone,
)

VIENNA = WorkingDays(name="Vienna", zone=zone("Europe/Vienna"), country="AT")
NEW_YORK = WorkingDays(
    name="New York", zone=zone("America/New_York"), add=frozenset({date(2010, 7, 5)})
)
NO_COUNTRY = (
    "is no country whose holidays are known: leave `holidays` out and list the days off in `add`"
)
ONE_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("wall", "place", "expected"),
    [
        ("2027-03-28 02:30", "Europe/Vienna", "2027-03-28 01:00"),  # skipped in spring
        ("2026-10-25 02:30", "Europe/Vienna", "2026-10-25 00:30"),  # twice in autumn
        ("2010-03-28 02:30", "Europe/Vienna", "2010-03-28 01:00"),
        ("2010-10-31 02:30", "Europe/Vienna", "2010-10-31 00:30"),
        ("2027-03-14 02:30", "America/New_York", "2027-03-14 07:00"),
        ("2026-11-01 01:30", "America/New_York", "2026-11-01 05:30"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03 15:30"),  # half an hour is gone
        ("2027-04-04 01:45", "Australia/Lord_Howe", "2027-04-03 14:45"),
        ("2027-04-30 00:30", "Africa/Cairo", "2027-04-29 22:00"),  # the day begins at 01:00
        ("2027-03-14 00:30", "America/Havana", "2027-03-14 05:00"),
        ("2027-02-07 02:30", "Africa/Casablanca", "2027-02-07 01:30"),
        ("2011-12-30 09:00", "Pacific/Apia", "2011-12-30 10:00"),  # the whole day is missing
        ("2010-06-24 10:00", "Europe/Vienna", "2010-06-24 08:00"),
        ("2010-06-21 12:00", "America/New_York", "2010-06-21 16:00"),
    ],
)
def test_a_wall_time_is_its_first_moment_or_the_first_after_a_gap(wall, place, expected):
    moment = datetime.fromisoformat(wall)

    found = instant(moment.date(), moment.time(), zone(place))

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@given(st.sampled_from(CHANGING_ZONES), days, clocks)
def test_a_wall_time_reads_back_or_was_skipped(place, day, clock):
    home = zone(place)
    wall = datetime.combine(day, clock)

    moment = instant(day, clock, home)

    shown = local(moment, home).replace(tzinfo=None)
    if shown != wall:
        # The clocks never showed it: they jumped over it at this very moment.
        assert shown > wall
        before = local(moment - timedelta(seconds=1), home).replace(tzinfo=None)
        assert before < wall


@given(st.sampled_from(CHANGING_ZONES), st.integers(2000, 2037), st.data())
def test_near_a_change_of_clocks_moments_are_the_first_that_show_a_time(place, year, data):
    home = zone(place)
    change = data.draw(
        st.sampled_from(_changes(place, year) or [datetime(year, 6, 1, tzinfo=UTC)])
    )
    minutes = data.draw(st.integers(-150, 150))
    wall = (local(change, home) + timedelta(minutes=minutes)).replace(tzinfo=None)

    moment = instant(wall.date(), wall.time(), home)

    # A plain search: walk on from three hours earlier until the clocks show it, or later.
    start = moment - timedelta(hours=3)
    walk = (start + number * ONE_MINUTE for number in range(181))
    showing = [at for at in walk if local(at, home).replace(tzinfo=None) >= wall]
    assert showing[0] == moment


@given(st.sampled_from(CHANGING_ZONES), days, clocks, st.integers(1, 2000))
def test_a_later_wall_time_is_never_an_earlier_moment(place, day, clock, minutes):
    home, now = zone(place), datetime.combine(day, clock)
    later = now + minutes * ONE_MINUTE

    first, second = (instant(at.date(), at.time(), home) for at in (now, later))

    assert first <= second


@pytest.mark.parametrize(
    ("day", "clock", "place"),
    [
        (date(1, 1, 1), time(0), "Asia/Tokyo"),
        (date(9999, 12, 31), time(23), "America/New_York"),
    ],
)
def test_a_moment_beyond_the_calendar_is_a_sentence(day, clock, place):
    with pytest.raises(ValueError, match="is beyond the calendar"):
        instant(day, clock, zone(place))


def test_a_day_depends_on_the_zone():
    moment = datetime(2010, 6, 14, 20, 0, tzinfo=UTC)

    assert day_in(moment, zone("America/New_York")) == date(2010, 6, 14)
    assert day_in(moment, zone("Asia/Bishkek")) == date(2010, 6, 15)


def test_days_are_written_in_english_with_weekday_and_year():
    assert show_day(date(2010, 6, 24)) == "Thursday 24 June 2010"
    assert show_day_short(date(2010, 8, 8)) == "Sun 8 August 2010"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Wien", 'write "Europe/Vienna"'),
        ("vienna", 'write "Europe/Vienna"'),
        ("europe/vienna", 'write "Europe/Vienna"'),
        ("New York", 'write "America/New_York"'),
        ("CEST", 'write a place like "Europe/Vienna"'),
        ("Europe", 'write a place like "Europe/Vienna"'),  # a folder: IsADirectoryError
        ("../etc/passwd", 'write a place like "Europe/Vienna"'),  # ValueError
        ("a\0b", 'write a place like "Europe/Vienna"'),  # ValueError from the system
        ("x" * 5000, 'write a place like "Europe/Vienna"'),  # OSError: name too long
        ("\ud800", 'write a place like "Europe/Vienna"'),  # UnicodeEncodeError
        ("", 'write a place like "Europe/Vienna"'),
        ("localtime", 'write a place like "Europe/Vienna"'),  # another zone on each machine
        ("right/Europe/Vienna", 'write "Europe/Vienna"'),  # with leap seconds
    ],
)
def test_whatever_is_no_zone_is_one_kind_of_error(name, hint):
    with pytest.raises(UnknownZoneError) as wrong:
        zone(name)

    assert str(wrong.value) == f'"{name}" is not a time zone'
    assert wrong.value.hint == hint


def test_two_working_days_before_a_sunday_is_a_thursday():
    sunday = date(2010, 8, 8)

    assert VIENNA.step(sunday, -2).day == date(2010, 8, 5)
    assert VIENNA.step(sunday, -1).day == date(2010, 8, 6)
    assert VIENNA.step(sunday, 0) == Stepped(sunday)


@pytest.mark.parametrize(
    ("calendar", "count", "expected"),
    [
        (NEW_YORK, 1, date(2010, 6, 24)),
        (NEW_YORK, 5, date(2010, 6, 30)),
        (NEW_YORK, 7, date(2010, 7, 2)),
        (NEW_YORK, 8, date(2010, 7, 6)),
        (NEW_YORK, 10, date(2010, 7, 8)),
        (VIENNA, 8, date(2010, 7, 5)),
        (VIENNA, 10, date(2010, 7, 7)),
    ],
)
def test_the_letter_of_23_june_counts_in_two_cities(calendar, count, expected):
    assert calendar.step(date(2010, 6, 23), count).day == expected


def test_a_step_names_the_days_it_skipped():
    stepped = VIENNA.step(date(2026, 12, 10), -2)

    assert stepped == Stepped(
        date(2026, 12, 7), (Skipped(date(2026, 12, 8), "Immaculate Conception"),)
    )


def test_reasons_name_weekdays_holidays_and_the_calendars_own_list():
    calendar = WorkingDays(
        name="Vienna",
        zone=zone("Europe/Vienna"),
        country="AT",
        add=frozenset({date(2010, 12, 24), date(2010, 12, 25)}),
        drop=frozenset({date(2010, 6, 3), date(2010, 6, 5), date(2010, 12, 24)}),
    )

    assert calendar.why_not(date(2010, 12, 8)) == "Immaculate Conception"
    assert calendar.why_not(date(2010, 6, 3)) is None  # a holiday that is worked after all
    assert calendar.why_not(date(2010, 6, 5)) == "Saturday"  # a weekend is never worked
    assert calendar.why_not(date(2010, 12, 24)) is None  # dropped from the calendar's own list
    assert calendar.why_not(date(2010, 12, 27)) is None
    assert NEW_YORK.why_not(date(2010, 7, 5)) == "in the calendar's own list"


def test_holidays_do_not_depend_on_what_was_asked_before():
    # The library fills years as they are asked for; the answer must be that of the day alone.
    easter_monday = date(2027, 3, 29)

    assert VIENNA.step(date(2027, 3, 30), -2).day == date(2027, 3, 25)
    assert VIENNA.why_not(easter_monday) == "Easter Monday"


def test_rolling_keeps_a_working_day_and_names_what_it_leaves():
    saturday, monday = date(2010, 8, 7), date(2010, 8, 9)
    passed = (Skipped(saturday, "Saturday"), Skipped(date(2010, 8, 8), "Sunday"))

    assert VIENNA.roll_forward(saturday) == Stepped(monday, passed)
    assert VIENNA.roll_back(saturday) == Stepped(date(2010, 8, 6), passed[:1])
    assert VIENNA.roll_forward(monday) == VIENNA.roll_back(monday) == Stepped(monday)


@given(calendars(), days, st.integers(1, 40))
def test_stepping_agrees_with_listing_every_working_day(calendar, day, count):
    ahead = (day + timedelta(days=number) for number in range(1, 800))
    working = [one for one in ahead if calendar.is_working(one)]

    stepped = calendar.step(day, count)

    assert stepped.day == working[count - 1]
    assert all(not calendar.is_working(one.day) for one in stepped.skipped)
    assert len(stepped.skipped) == (stepped.day - day).days - count


@given(calendars(), days, st.integers(1, 40))
def test_stepping_back_lands_where_stepping_on_again_returns(calendar, day, count):
    start = calendar.next_working(day)

    assert calendar.step(calendar.step(start, count).day, -count).day == start
    assert calendar.previous_working(calendar.next_working(start)) == start


def test_a_week_without_a_working_day_is_refused():
    with pytest.raises(ValueError, match="the weekend of Limbo is the whole week"):
        WorkingDays(name="Limbo", zone=zone("UTC"), weekend=frozenset(range(7)))


def test_a_calendar_closed_for_years_is_refused_and_no_count_runs_for_ever():
    start = date(2010, 1, 1)
    years = frozenset(start + timedelta(days=number) for number in range(500))

    with pytest.raises(ValueError, match="Limbo has no working day for a year after"):
        WorkingDays(name="Limbo", zone=zone("UTC"), add=years)


def test_a_long_list_of_days_off_is_fine_while_days_are_left():
    mondays = frozenset(date(2010, 1, 4) + timedelta(weeks=number) for number in range(150))

    calendar = WorkingDays(name="Slow", zone=zone("UTC"), add=mondays)

    assert calendar.step(date(2010, 6, 24), 4).day == date(2010, 7, 1)


def test_the_ends_of_the_calendar_are_a_sentence_too():
    with pytest.raises(
        ValueError, match="has no working day for a year before Monday 1 January 1"
    ):
        VIENNA.previous_working(date(1, 1, 1))


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("AT", None),
        ("AT-9", None),
        ("US-NY", None),
        ("at", '"at" is no country whose holidays are known; did you mean "AT"'),
        ("Austria", '"Austria" is no country whose holidays are known; did you mean "AT" or "AU"'),
        (
            "UN",
            f'"UN" {NO_COUNTRY}',
        ),
        (
            "US-NYY",
            '"US-NYY" is no part of US with holidays of its own; did you mean "US-NY"',
        ),
        (
            "HolidayBase",
            f'"HolidayBase" {NO_COUNTRY}',
        ),
    ],
)
def test_a_country_that_nobody_knows_is_explained(code, wrong):
    assert unknown_country(code) == wrong


def test_a_calendar_of_an_unknown_country_does_not_guess():
    calendar = WorkingDays(name="UN", zone=zone("UTC"), country="UN")

    with pytest.raises(ValueError, match="no country whose holidays are known"):
        calendar.is_working(date(2010, 7, 5))


@lru_cache
def _changes(place: str, year: int) -> list[datetime]:
    """Return the hours of a year in which a zone's clocks jump, by looking at each day."""
    home, start = zone(place), datetime(year, 1, 1, tzinfo=UTC)

    def jumps(at: datetime, wait: timedelta) -> bool:
        return local(at, home).utcoffset() != local(at + wait, home).utcoffset()

    dawns = [start + timedelta(days=number) for number in range(366)]
    hours = [
        dawn + timedelta(hours=number)
        for dawn in dawns
        if jumps(dawn, timedelta(days=1))
        for number in range(24)
    ]
    return [at + timedelta(hours=1) for at in hours if jumps(at, timedelta(hours=1))]

"""What phrases come to, and how they explain it."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from tracker.dates import Skipped, WorkingDays, zone
from tracker.when import (
    Anchor,
    Context,
    Date,
    DayOf,
    Lead,
    PhraseError,
    Resolved,
    Roll,
    Unit,
    Waiting,
    When,
    anchor_error,
    fixed_day,
    lead_day,
    moment,
    parse_clock,
    parse_duration,
    parse_lead,
    parse_repeat,
    parse_span,
    parse_when,
    repeat_day,
    resolve,
    span_days,
    when_from,
)

VIENNA = WorkingDays(name="Vienna", zone=zone("Europe/Vienna"), country="AT")
ANCHORS = {"meeting": date(2026, 12, 10), "delivery": date(2026, 12, 1)}
WINTER = Context(workdays=VIENNA, anchors=ANCHORS)
SUMMER = Context(
    workdays=VIENNA,
    opened=date(2010, 6, 22),
    anchors={
        "meeting": date(2010, 6, 24),
        "letter": date(2010, 6, 22),
        "sign-on": date(2010, 6, 21),
    },
)


def came_to(phrase: str, context: Context = WINTER) -> Resolved:
    found = resolve(parse_when(phrase), context)
    assert isinstance(found, Resolved)
    return found


@pytest.mark.parametrize(
    ("phrase", "day", "clock"),
    [
        ("24 June 2027", date(2027, 6, 24), None),
        ("Thursday 24 June 2027", date(2027, 6, 24), None),
        ("2027-06-24 at 10:00", date(2027, 6, 24), time(10)),
        ("2 working days before meeting", date(2026, 12, 7), None),
        ("2 working days before 24 June 2027 at 17:00", date(2027, 6, 22), time(17)),
        ("7 days after delivery", date(2026, 12, 8), None),
        ("7 days after delivery or next working day at 09:00", date(2026, 12, 9), time(9)),
        ("first Thursday after 30 June 2027", date(2027, 7, 1), None),
        ("first Thursday on or after 1 July 2027", date(2027, 7, 1), None),
        ("first Thursday after 1 July 2027", date(2027, 7, 8), None),
        ("third Thursday on or after 1 July 2027", date(2027, 7, 15), None),
        ("last Monday in January 2027", date(2027, 1, 25), None),
        ("last Thursday in December 2026", date(2026, 12, 31), None),
        ("first Monday in February 2027", date(2027, 2, 1), None),
        ("fourth Sunday in February 2027", date(2027, 2, 28), None),
        ("last Friday before meeting", date(2026, 12, 4), None),
        ("last Thursday before meeting", date(2026, 12, 3), None),
        ("last Thursday on or before meeting", date(2026, 12, 10), None),
        ("10 working days before first Thursday after 30 June 2027", date(2027, 6, 17), None),
        ("3 weeks before the meeting or previous working day", date(2026, 11, 19), None),
        ("2 days before meeting or previous working day", date(2026, 12, 7), None),
        ("day of meeting at 08:00", date(2026, 12, 10), time(8)),
        ("DAY OF THE MEETING AT 08:00", date(2026, 12, 10), time(8)),
        ("Thu 24 Jun 2027", date(2027, 6, 24), None),
    ],
)
def test_a_phrase_comes_to_its_day(phrase, day, clock):
    found = came_to(phrase)

    assert (found.day, found.clock) == (day, clock)


@pytest.mark.parametrize(
    ("phrase", "day"),
    [
        ("24 June", date(2010, 6, 24)),
        ("Thursday 24 June", date(2010, 6, 24)),
        ("22 June", date(2010, 6, 22)),  # the day of opening itself
        ("21 June", date(2011, 6, 21)),
        ("29 February", date(2012, 2, 29)),  # the first such day there is
        ("first Thursday after 30 June", date(2010, 7, 1)),
        ("1 working day before 8 August", date(2010, 8, 6)),
        ("2 working days before 8 August", date(2010, 8, 5)),
        ("day of opening", date(2010, 6, 22)),
        ("2 days after sign-on", date(2010, 6, 23)),
    ],
)
def test_the_opening_decides_a_year_that_is_not_written(phrase, day):
    assert came_to(phrase, SUMMER).day == day


def test_a_time_in_another_zone_is_kept_with_its_zone():
    found = came_to("1 working day before 21 June 2010 at 12:00 America/New_York", SUMMER)

    assert (found.day, found.clock, found.zone) == (
        date(2010, 6, 18),
        time(12),
        "America/New_York",
    )
    at = moment(found, default_clock=time(18), home=zone("Europe/Vienna"))
    assert at == datetime(2010, 6, 18, 16, tzinfo=UTC)


def test_a_phrase_without_a_time_takes_the_one_it_is_given():
    found = came_to("Thursday 24 June", SUMMER)

    at = moment(found, default_clock=time(18), home=zone("Europe/Vienna"))

    assert at == datetime(2010, 6, 24, 16, tzinfo=UTC)


def test_midnight_is_a_time():
    found = came_to("24 June at 00:00", SUMMER)

    at = moment(found, default_clock=time(18), home=zone("Europe/Vienna"))

    assert at == datetime(2010, 6, 23, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("phrase", "missing"),
    [
        ("2 days after decision", ("decision",)),
        ("5 working days before first Monday after embassy-calls", ("embassy-calls",)),
        ("day of opening", ("opening",)),
        ("24 June", ("year",)),
        ("2 days before 24 June", ("year",)),
        ("first Thursday after 30 June", ("year",)),
    ],
)
def test_a_phrase_waits_and_says_for_what(phrase, missing):
    assert resolve(parse_when(phrase), WINTER) == Waiting(missing)


@pytest.mark.parametrize(
    ("phrase", "context", "why"),
    [
        ("24 June 2010", SUMMER, "Thursday 24 June 2010, as written"),
        (
            "24 June",
            SUMMER,
            "Thursday 24 June 2010, the first 24 June from Tue 22 June 2010 on",
        ),
        ("day of meeting", SUMMER, "the day of the meeting of Thu 24 June 2010"),
        (
            "2 working days before meeting",
            WINTER,
            (
                "2 working days before the meeting of Thu 10 December 2026; "
                "skips Tue 8 December 2026 (Immaculate Conception)"
            ),
        ),
        (
            "1 working day after 4 December 2026",
            WINTER,
            (
                "1 working day after Fri 4 December 2026; "
                "skips Sat 5 December 2026 and Sun 6 December 2026"
            ),
        ),
        (
            "1 working day before 7 December 2026",
            WINTER,
            (
                "1 working day before Mon 7 December 2026; "
                "skips Sat 5 December 2026 and Sun 6 December 2026"
            ),
        ),
        (
            "12 working days before meeting",
            WINTER,
            (
                "12 working days before the meeting of Thu 10 December 2026; "
                "skips Tue 8 December 2026 (Immaculate Conception) and 4 weekend days"
            ),
        ),
        (
            "7 days after delivery or next working day",
            WINTER,
            (
                "7 days after the delivery of Tue 1 December 2026; "
                "Tue 8 December 2026 is no working day "
                "(Immaculate Conception), so the next one, Wed 9 December 2026"
            ),
        ),
        (
            "1 day before 7 December 2026 or previous working day",
            WINTER,
            (
                "1 day before Mon 7 December 2026; "
                "Sun 6 December 2026 is no working day (Sunday), "
                "so the previous one, Fri 4 December 2026; "
                "skips Sat 5 December 2026"
            ),
        ),
        (
            "10 days before first Thursday after 30 June",
            SUMMER,
            "10 days before Thu 1 July 2010 (first Thursday after Wed 30 June 2010)",
        ),
        ("2 days after sign-on", SUMMER, '2 days after "sign-on" of Mon 21 June 2010'),
        ("last Monday in January 2027", WINTER, "last Monday in January 2027"),
        (
            "17 working days after 24 June 2010",
            WINTER,
            "17 working days after Thu 24 June 2010; skips 8 weekend days",
        ),
    ],
)
def test_a_day_explains_itself(phrase, context, why):
    assert came_to(phrase, context).why == why


def test_a_result_keeps_the_day_before_its_roll_and_all_that_was_skipped():
    found = came_to("1 day before 7 December 2026 or previous working day")

    assert (found.day, found.unrolled) == (date(2026, 12, 4), date(2026, 12, 6))
    assert found.skipped == (
        Skipped(date(2026, 12, 6), "Sunday"),
        Skipped(date(2026, 12, 5), "Saturday"),
    )


def test_a_phrase_knows_the_anchor_it_counts_from_and_where_that_stands():
    phrase = parse_when("10 days before first Thursday after the Embassy-Calls at 09:00")

    assert phrase.anchors == ("embassy-calls",)
    offset, length = phrase.anchor_place
    assert phrase.text[offset : offset + length] == "Embassy-Calls"
    assert parse_when("24 June 2010").anchors == ()
    assert parse_when("24 June 2010").anchor_place == (0, 12)


@pytest.mark.parametrize(
    ("phrase", "back"),
    [
        ("2 days before meeting", True),
        ("2 days after meeting", False),
        ("day of meeting", True),
        ("first Thursday after meeting", False),
        ("last Thursday before meeting", True),
        ("2 days before first Thursday after meeting", False),
        ("2 days after last Thursday on or before meeting", True),
    ],
)
def test_before_a_meeting_of_several_days_means_before_its_first(phrase, back):
    assert parse_when(phrase).counts_back is back


def test_an_unknown_anchor_is_shown_in_the_authors_own_words():
    phrase = parse_when("2 Working days before meting")

    wrong = anchor_error(phrase, "meting", ["meeting", "delivery", "embassy-calls"])

    assert str(wrong) == '"meting" is not an anchor in this file'
    assert (wrong.column, wrong.length, wrong.code) == (22, 6, "phrase-anchor")
    assert wrong.expected == ("meeting", "delivery", "embassy-calls")
    assert wrong.suggestion == "2 Working days before meeting"


def test_an_anchor_like_no_other_has_no_suggestion():
    wrong = anchor_error(parse_when("day of judgement"), "judgement", ["meeting"])

    assert wrong.suggestion is None


def test_toml_dates_and_times_are_phrases_too():
    plus_two = timezone(timedelta(hours=2))

    assert when_from(date(2010, 6, 24)) == parse_when("24 June 2010")
    assert when_from(datetime(2010, 6, 24, 10, 0)) == parse_when("24 June 2010 at 10:00")
    assert when_from(datetime(2010, 6, 24, 1, 0, tzinfo=plus_two)) == parse_when(
        "23 June 2010 at 23:00 UTC"
    )
    assert str(when_from(datetime(2010, 6, 24, 10, 0, 7, 9))) == "24 June 2010 at 10:00:07"


@pytest.mark.parametrize(
    "value",
    [
        date(1, 1, 1),
        date(9999, 12, 31),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_a_toml_date_out_of_all_proportion_is_refused(value):
    with pytest.raises(PhraseError, match="is not between 1900 and 2199"):
        when_from(value)


@pytest.mark.parametrize(
    ("lead", "day"),
    [
        ("on the day", date(2026, 12, 10)),
        ("1 day before", date(2026, 12, 9)),
        ("1 week before", date(2026, 12, 3)),
        ("2 working days before", date(2026, 12, 7)),
    ],
)
def test_a_lead_counts_back_from_what_it_reminds_of(lead, day):
    assert lead_day(parse_lead(lead), date(2026, 12, 10), VIENNA).day == day


def test_repeats_count_from_the_first_date_and_not_from_one_another():
    every = parse_repeat("every 14 days")
    working = parse_repeat("every 5 working days, 3 more times")
    sunday = date(2010, 8, 8)

    assert [repeat_day(every, date(2010, 8, 5), n, VIENNA).day for n in range(4)] == [5, 19, 2, 16]
    assert repeat_day(working, sunday, 0, VIENNA) == sunday
    assert repeat_day(working, sunday, 2, VIENNA) == VIENNA.step(sunday, 10).day
    assert working.more == 3


@pytest.mark.parametrize(
    ("span", "opened", "first", "last"),
    [
        ("30 July 2010 to 1 September 2010", None, date(2010, 7, 30), date(2010, 9, 1)),
        ("30 July to 1 September 2010", None, date(2010, 7, 30), date(2010, 9, 1)),
        ("20 December 2010 to 6 January", None, date(2010, 12, 20), date(2011, 1, 6)),
        ("24 June 2010", None, date(2010, 6, 24), date(2010, 6, 24)),
        ("30 July to 1 September", date(2010, 6, 22), date(2010, 7, 30), date(2010, 9, 1)),
        ("20 December to 6 January", date(2010, 6, 22), date(2010, 12, 20), date(2011, 1, 6)),
        ("2010-07-30 to 2010-09-01", None, date(2010, 7, 30), date(2010, 9, 1)),
    ],
)
def test_a_span_has_two_days_and_either_lends_its_year(span, opened, first, last):
    assert span_days(parse_span(span), opened) == (first, last)


def test_a_span_without_any_year_needs_the_opening():
    with pytest.raises(PhraseError) as wrong:
        span_days(parse_span("30 July to 1 September"), None)

    assert wrong.value.code == "phrase-year"
    assert wrong.value.hint == "write the year too"


@pytest.mark.parametrize(
    ("phrase", "near", "hint"),
    [
        ("Friday 4 December", date(2026, 11, 29), 'write the year too: "Friday 4 December 2026"'),
        ("4 January", date(2026, 11, 29), 'write the year too: "4 January 2027"'),
        ("22 June", date(2026, 11, 29), 'write the year too: "22 June 2026"'),
        (
            "Wednesday 25 November",
            date(2027, 5, 1),
            'write the year too: "Wednesday 25 November 2026"',
        ),
        ("29 February", date(2027, 11, 29), 'write the year too: "29 February 2028"'),
        ("Monday 4 December", date(2026, 11, 29), "write the year too"),
        ("4 December", None, "write the year too"),
    ],
)
def test_where_nothing_decides_the_year_the_nearest_that_fits_is_proposed(
    phrase: str, near: date | None, hint: str
):
    with pytest.raises(PhraseError, match="has no year, and nothing here decides it") as wrong:
        fixed_day(parse_when(phrase), near=near)

    assert wrong.value.hint == hint


def test_a_fixed_day_is_a_date_and_nothing_to_count():
    assert fixed_day(parse_when("2010-06-24 at 10:00")) == date(2010, 6, 24)
    assert fixed_day(parse_when("24 June"), date(2010, 6, 25)) == date(2011, 6, 24)
    with pytest.raises(PhraseError, match="has to be counted first") as wrong:
        fixed_day(parse_when("2 days before meeting"))
    assert (wrong.value.column, wrong.value.length) == (0, 21)
    with pytest.raises(PhraseError, match="has to be counted first"):
        fixed_day(parse_when("24 June 2010 or next working day"))


def test_a_weekday_is_checked_once_the_year_is_known_and_never_chooses_it():
    phrase = parse_when("2 days before Wednesday 24 June")

    with pytest.raises(PhraseError, match="24 June 2010 is a Thursday, not a Wednesday") as wrong:
        resolve(phrase, SUMMER)

    assert (wrong.value.column, wrong.value.length) == (14, 17)
    assert wrong.value.code == "phrase-weekday"


def test_durations_and_times_of_the_day():
    assert parse_duration("3 hours") == timedelta(hours=3)
    assert parse_duration("10 minutes") == timedelta(minutes=10)
    assert parse_clock("00:00") == time(0)
    assert parse_clock("23:59") == time(23, 59)


def test_shapes_print_what_they_mean():
    assert str(When(DayOf(Anchor("meeting")), Roll.NEXT, time(8), "UTC")) == (
        "day of meeting or next working day at 08:00 UTC"
    )
    assert str(Lead(1, Unit.WORKING_DAY)) == "1 working day before"
    assert str(Date(4, 7, 2010, 6)) == "Sunday 4 July 2010"

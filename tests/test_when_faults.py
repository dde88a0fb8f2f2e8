"""What is said of a phrase that cannot be read: the sentence, its place and the fix."""

import pytest

from tracker.when import (
    RESERVED,
    PhraseError,
    parse_clock,
    parse_duration,
    parse_lead,
    parse_repeat,
    parse_sessions,
    parse_span,
    parse_when,
)


def refusal(parse, text: str) -> PhraseError:
    with pytest.raises(PhraseError) as wrong:
        parse(text)
    return wrong.value


def mark(text: str) -> str:
    """Put brackets around what a phrase's fault points at: "2 days [befor] meeting"."""
    wrong = refusal(parse_when, text)
    end = wrong.column + wrong.length
    return f"{text[: wrong.column]}[{text[wrong.column : end]}]{text[end:]}"


@pytest.mark.parametrize(
    ("marked", "code", "message", "suggestion"),
    [
        (
            "[Wednesday] 24 June 2027",
            "phrase-weekday",
            "24 June 2027 is a Thursday, not a Wednesday",
            "Thursday 24 June 2027",
        ),
        (
            "[31 June 2027]",
            "phrase-no-such-day",
            "there is no 31 June 2027: June 2027 has 30 days",
            None,
        ),
        ("[31 June]", "phrase-no-such-day", "there is no 31 June: June has 30 days", None),
        (
            "2 days before [29 February 2027]",
            "phrase-no-such-day",
            "there is no 29 February 2027: February 2027 has 28 days",
            None,
        ),
        ("[32] June 2027", "phrase-no-such-day", "no month has a day 32", None),
        ("[2027-13-01]", "phrase-no-such-day", "there is no such day in any year", None),
        (
            "[Thrusday] 24 June 2027",
            "phrase-unknown-word",
            '"Thrusday" cannot stand here',
            "Thursday 24 June 2027",
        ),
        (
            "2 [wd] before meeting",
            "phrase-unknown-word",
            '"wd" cannot stand here',
            "2 working days before meeting",
        ),
        (
            "2 days [befor] meeting",
            "phrase-unknown-word",
            '"befor" cannot stand here',
            "2 days before meeting",
        ),
        (
            "[next Thursday]",
            "phrase-relative",
            '"next Thursday" means another day each time it is read',
            None,
        ),
        (
            "[in 7 days]",
            "phrase-relative",
            '"in 7 days" means another day each time it is read',
            None,
        ),
        ("[today]", "phrase-relative", '"today" means another day each time it is read', None),
        (
            "2 days after [tomorrow]",
            "phrase-relative",
            '"tomorrow" means another day each time it is read',
            None,
        ),
        (
            "[2 days ago]",
            "phrase-relative",
            '"2 days ago" means another day each time it is read',
            None,
        ),
        ("[Thursday]", "phrase-relative", '"Thursday" alone means another day each week', None),
        (
            "[-2d]",
            "phrase-shorthand",
            '"-2d" does not say what it counts from',
            "2 days before meeting",
        ),
        (
            "[T-2]",
            "phrase-shorthand",
            '"T-2" does not say what it counts from',
            "2 days before meeting",
        ),
        (
            "[10/11/2027]",
            "phrase-ambiguous-date",
            '"10/11/2027" can be read as 10 November 2027 or as 11 October 2027',
            None,
        ),
        (
            "2 days before [24/06/2027]",
            "phrase-ambiguous-date",
            '"24/06/2027": the month is written out',
            "2 days before 24 June 2027",
        ),
        (
            "[24.6.2027]",
            "phrase-ambiguous-date",
            '"24.6.2027": the month is written out',
            "24 June 2027",
        ),
        ("[1/2/3]", "phrase-no-such-day", '"1/2/3" is not a date that exists', None),
        (
            "[2027/6/24] at 10:00",
            "phrase-ambiguous-date",
            '"2027/6/24": the month is written out',
            "24 June 2027 at 10:00",
        ),
        ("24 June [at]", "phrase-incomplete", 'something is missing after "at"', None),
        ("[31/31/2027]", "phrase-no-such-day", '"31/31/2027" is not a date that exists', None),
        (
            "24 June [27]",
            "phrase-year",
            '"27" is no year: a year has four digits',
            "24 June 2027",
        ),
        (
            "24 June [1027]",
            "phrase-year",
            "the year 1027 is not between 1900 and 2199",
            None,
        ),
        (
            "1 [month] before meeting",
            "phrase-month-unit",
            "months and years differ in length, so they are not counted",
            None,
        ),
        (
            "2 [hours] before meeting",
            "phrase-hour-unit",
            "hours and minutes are not counted",
            None,
        ),
        (
            "[2 working weeks] before meeting",
            "phrase-unknown-word",
            "a working week is no unit: weeks are whole, working days are single",
            "10 working days before meeting",
        ),
        (
            "[last] Thursday after meeting",
            "phrase-pick",
            'there is no last weekday after a day: "last" goes with "before" or "in"',
            "first Thursday after meeting",
        ),
        (
            "[first] Thursday before meeting",
            "phrase-pick",
            '"first" does not go with "before": before a day only "last" is clear',
            "last Thursday before meeting",
        ),
        (
            "[second] Thursday on or before meeting",
            "phrase-pick",
            '"second" does not go with "on or before": before a day only "last" is clear',
            None,
        ),
        (
            "[fifth] Thursday in July 2027",
            "phrase-pick",
            'weekdays are picked from "first" to "fourth", and "last"',
            None,
        ),
        (
            "last Thursday [of] June 2027",
            "phrase-unknown-word",
            '"of" cannot stand here',
            "last Thursday in June 2027",
        ),
        ("last Thursday in [June]", "phrase-year", "the year is missing", None),
        (
            "first Thursday [of the month]",
            "phrase-pick",
            "which month is not said; only the sessions of a forum come each month",
            None,
        ),
        (
            "24 June 2027 at [25:00]",
            "phrase-time",
            '"25:00" is not a time from 00:00 to 23:59',
            None,
        ),
        (
            "24 June 2027 at [5pm]",
            "phrase-time",
            '"5pm" is not a time from 00:00 to 23:59',
            "24 June 2027 at 17:00",
        ),
        (
            "24 June 2027 [10:00]",
            "phrase-time",
            'the time needs "at" before it',
            "24 June 2027 at 10:00",
        ),
        (
            "24 June 2027 [if it rains]",
            "phrase-trailing",
            '"if it rains" is left over after a whole phrase',
            None,
        ),
        (
            "24 June 2027[,] at 10:00",
            "phrase-trailing",
            '", at 10:00" is left over after a whole phrase',
            "24 June 2027 at 10:00",
        ),
        (
            "day of meeting at 10:00 [or next working day]",
            "phrase-trailing",
            '"or next working day" comes too late: it stands before "at"',
            None,
        ),
        (
            "[meeting]",
            "phrase-anchor",
            '"meeting" alone does not say which day',
            "day of meeting",
        ),
        (
            "[the delivry]",
            "phrase-anchor",
            '"delivry" alone does not say which day',
            "day of delivery",
        ),
        ("2 [days]", "phrase-incomplete", '"2 days" does not say what it counts from', None),
        (
            "2 days [before]",
            "phrase-incomplete",
            'something is missing after "before"',
            None,
        ),
        ("[]", "phrase-empty", "there is nothing here", None),
        ("[   ]", "phrase-empty", "there is nothing here", None),
        ("[0] days before meeting", "phrase-count", "a count is 1 to 366", None),
        ("[367] days before meeting", "phrase-count", "a count is 1 to 366", None),
        (
            "[a] week before meeting",
            "phrase-count",
            "a count is written in digits",
            "1 week before meeting",
        ),
        ("24 [Juni]", "phrase-unknown-word", '"Juni" cannot stand here', "24 June"),
        (
            "[24th] June 2027",
            "phrase-unknown-word",
            '"24th" is written with digits only',
            "24 June 2027",
        ),
        (
            "[June 24,] 2027",
            "phrase-unknown-word",
            "the day comes before the month",
            "24 June 2027",
        ),
        ("[June] 2027", "phrase-no-such-day", "the day of the month is missing", None),
        (
            "Thursday [2027-06-24]",
            "phrase-unknown-word",
            "after a weekday the month is written out",
            "Thursday 24 June 2027",
        ),
        (
            "2 days before [the] 24 June",
            "phrase-unknown-word",
            'no "the" stands before a date',
            "2 days before 24 June",
        ),
        ("day [off] meeting", "phrase-unknown-word", '"off" cannot stand here', "day of meeting"),
        ("2 days before [at] 10:00", "phrase-unknown-word", '"at" cannot stand here', None),
        (
            "24 June at 10:00 [Europe/Wien]",
            "phrase-zone",
            '"Europe/Wien" is not a time zone',
            "24 June at 10:00 Europe/Vienna",
        ),
        (
            "2 days before meeting or [the] next working day",
            "phrase-unknown-word",
            '"the" cannot stand here',
            None,
        ),
        (
            "2 [wee\N{KELVIN SIGN}s] before meeting",
            "phrase-unknown-word",
            '"wee\N{KELVIN SIGN}s" cannot stand here',
            "2 weeks before meeting",
        ),
    ],
)
def test_a_bad_phrase_is_refused_at_its_place_with_a_fix(marked, code, message, suggestion):
    text = marked.replace("[", "").replace("]", "")
    wrong = refusal(parse_when, text)

    assert mark(text) == marked
    assert (wrong.code, str(wrong), wrong.suggestion) == (code, message, suggestion)
    if suggestion:
        parse_when(suggestion)


@pytest.mark.parametrize("word", ["today", "next", "before", "at", "june", "mon", "first", "two"])
def test_the_grammars_own_words_are_no_anchors(word):
    wrong = refusal(parse_when, f"day of {word}")

    assert (wrong.column, wrong.length) == (7, len(word))
    assert word in RESERVED


def test_several_slips_are_mended_in_one_suggestion():
    wrong = refusal(parse_when, "two workng dys befor the meeting att 9:00")

    assert wrong.suggestion == "2 working days before the meeting at 09:00"


def test_more_slips_than_words_that_are_surely_meant_get_no_suggestion():
    slips = "two workng dys befor frst Thrsday aftr thirty Jnue 27 att 9:00"

    assert refusal(parse_when, slips).suggestion is None


def test_a_phrase_beyond_200_characters_is_not_read():
    wrong = refusal(parse_when, "2 days before " + "x" * 300)

    assert wrong.code == "phrase-too-long"
    assert str(wrong) == "a phrase may have 200 characters; this one has 314"
    assert (wrong.column, wrong.length) == (200, 114)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "next Thursday",
            'write its date, or what it comes after: "first Thursday after …"',
        ),
        ("in 7 days", 'say what it counts from, like "7 days after delivery"'),
        ("10/11/2027", 'write "10 November 2027" or "11 October 2027"'),
        ("31 June 2027", 'write "30 June 2027" or "1 July 2027"'),
        ("1 month before meeting", 'write days or weeks, like "30 days"'),
        ("0 days before meeting", 'for the day itself write "day of meeting"'),
        ("24 June at 24:00", 'write "00:00" of the day after'),
        ("24 June at 10:00 nowhere", 'write a place like "Europe/Vienna"'),
        ("Friday", 'write its date too, or "first Friday after …"'),
    ],
)
def test_a_hint_says_what_to_write(text, hint):
    assert refusal(parse_when, text).hint == hint


@pytest.mark.parametrize(
    ("parse", "text", "hint"),
    [
        (parse_lead, "0 days before", 'for the day itself write "on the day"'),
        (parse_repeat, "every 0 days", "leave `repeat` out to ask once"),
        (parse_repeat, "every 7 days, 0 more times", "leave `repeat` out to ask once"),
        (parse_sessions, "every 0 weeks on Thursday from 24 June 2010", None),
        (parse_repeat, "every 400 days", None),
    ],
)
def test_a_hint_on_a_count_of_nothing_is_of_what_is_counted(parse, text, hint):
    wrong = refusal(parse, text)

    assert (wrong.code, wrong.hint) == ("phrase-count", hint)


def test_what_was_expected_is_listed():
    assert refusal(parse_when, "2 fortnights before meeting").expected == (
        "days",
        "weeks",
        "working days",
    )
    assert refusal(parse_when, "2 days before").expected[:2] == ("meeting", "delivery")


@pytest.mark.parametrize(
    ("parse", "text", "code", "suggestion"),
    [
        (parse_lead, "day of meeting", "phrase-lead", "on the day"),
        (parse_lead, "2 days before meeting", "phrase-trailing", "2 days before"),
        (parse_lead, "2 days after", "phrase-lead", "2 days before"),
        (parse_lead, "2 days before 10:00", "phrase-time", "2 days before at 10:00"),
        (parse_lead, "on the day at 10:00 Europe/Vienna", "phrase-trailing", None),
        (parse_lead, "-2d", "phrase-shorthand", "2 days before"),
        (parse_lead, "1 month before", "phrase-month-unit", None),
        (parse_lead, "", "phrase-empty", None),
        (parse_repeat, "every day", "phrase-count", "every 1 day"),
        (
            parse_repeat,
            "every 7 days, 3 times",
            "phrase-unknown-word",
            "every 7 days, 3 more times",
        ),
        (
            parse_repeat,
            "every 7 days 3 more times",
            "phrase-unknown-word",
            "every 7 days, 3 more times",
        ),
        (parse_repeat, "every 7 days, 0 more times", "phrase-count", None),
        (
            parse_repeat,
            "every 7 days, 3 more tmes",
            "phrase-unknown-word",
            "every 7 days, 3 more times",
        ),
        (parse_repeat, "7 days", "phrase-unknown-word", None),
        (
            parse_span,
            "1 July 2010 - 2 July 2010",
            "phrase-unknown-word",
            "1 July 2010 to 2 July 2010",
        ),
        (
            parse_span,
            "from 1 July 2010 to 2 July 2010",
            "phrase-unknown-word",
            "1 July 2010 to 2 July 2010",
        ),
        (parse_span, "2 July 2010 to 1 July 2010", "phrase-span", "1 July 2010 to 2 July 2010"),
        (
            parse_span,
            "20 December to 6 January 2011",
            "phrase-span",
            "20 December 2010 to 6 January 2011",
        ),
        (parse_span, "1 July to 29 February 2011", "phrase-no-such-day", None),
        (parse_span, "29 February to 1 March 2011", "phrase-no-such-day", None),
        (parse_span, "Monday 30 July to 1 September 2010", "phrase-weekday", None),
        (parse_span, "2 days before meeting", "phrase-unknown-word", None),
        (parse_sessions, "Thursdays at 10:00", "phrase-unknown-word", "Thursday at 10:00"),
        (parse_sessions, "every Thursday", "phrase-count", "Thursday"),
        (parse_sessions, "Monday, Thursday", "phrase-unknown-word", "Monday and Thursday"),
        (parse_sessions, "Thursday and Thursday", "phrase-unknown-word", None),
        (parse_sessions, "Thursday 10:00", "phrase-time", "Thursday at 10:00"),
        (parse_sessions, "Thrusday at 10:00", "phrase-unknown-word", "Thursday at 10:00"),
        (parse_sessions, "first Thursday of a month", "phrase-unknown-word", None),
        (parse_sessions, "every 2 weeks on Thursday", "phrase-incomplete", None),
        (
            parse_sessions,
            "every 2 days on Thursday from 24 June 2010",
            "phrase-unknown-word",
            None,
        ),
        (parse_sessions, "every 2 weeks on Thursday from 24 June", "phrase-year", None),
        (parse_sessions, "every 2 weeks on Monday from 24 June 2010", "phrase-weekday", None),
        (parse_sessions, "weekly", "phrase-unknown-word", None),
        (parse_duration, "3 days", "phrase-unknown-word", None),
        (parse_duration, "90", "phrase-incomplete", None),
        (parse_duration, "400 minutes", "phrase-count", None),
        (parse_clock, "9:00", "phrase-time", "09:00"),
        (parse_clock, "09:00:30", "phrase-time", None),
        (parse_clock, "noon", "phrase-time", "12:00"),
        (parse_clock, "9.30pm", "phrase-time", "21:30"),
        (parse_clock, "13pm", "phrase-time", None),
        (parse_clock, "12am", "phrase-time", "00:00"),
        (parse_clock, "", "phrase-empty", None),
    ],
)
def test_other_phrases_are_refused_with_a_fix_too(parse, text, code, suggestion):
    wrong = refusal(parse, text)

    assert (wrong.code, wrong.suggestion) == (code, suggestion)
    assert 0 <= wrong.column <= wrong.column + wrong.length <= len(text)

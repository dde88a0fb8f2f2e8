"""What holds for every phrase."""

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, strategies as st

from tests.strategies import (
    anchors,
    calendars,
    days,
    leads,
    offsets,
    picks,
    repeats,
    sessions,
    spans,
    texts,
    units,
    weekdays,
    whens,
)
from tracker.when import (
    Context,
    Date,
    Offset,
    PhraseError,
    Pick,
    Relation,
    Resolved,
    Roll,
    Side,
    Unit,
    Waiting,
    When,
    lead_day,
    parse_clock,
    parse_duration,
    parse_lead,
    parse_repeat,
    parse_sessions,
    parse_span,
    parse_when,
    resolve,
    span_days,
)

PARSERS = (
    parse_when,
    parse_lead,
    parse_repeat,
    parse_span,
    parse_sessions,
    parse_duration,
    parse_clock,
)


@given(whens())
def test_a_date_phrase_reads_back_as_it_was_printed(phrase):
    assert parse_when(str(phrase)) == phrase
    assert str(parse_when(str(phrase))) == str(phrase)


@given(leads())
def test_a_lead_reads_back_as_it_was_printed(lead):
    assert parse_lead(str(lead)) == lead


@given(repeats())
def test_a_repeat_reads_back_as_it_was_printed(repeat):
    assert parse_repeat(str(repeat)) == repeat


@given(spans())
def test_a_span_reads_back_as_it_was_printed(span):
    assert parse_span(str(span)) == span


@given(sessions())
def test_sessions_read_back_as_they_were_printed(rule):
    assert parse_sessions(str(rule)) == rule


@given(whens(), st.sampled_from((str.upper, str.lower, str.title)))
def test_the_case_of_words_means_nothing(phrase, change):
    plain = When(phrase.day, phrase.roll, phrase.clock)  # names of zones keep their capitals

    assert parse_when(change(str(plain))) == plain


@given(whens(), st.data())
def test_blanks_between_words_mean_nothing(phrase, data):
    words = str(phrase).split(" ")
    blanks = st.sampled_from((" ", "  ", "\t", "\N{NO-BREAK SPACE}"))

    assert parse_when("".join(word + data.draw(blanks) for word in words)) == phrase


@given(texts())
def test_any_text_is_a_phrase_or_a_fault_with_a_place_inside_it(text):
    for parse in PARSERS:
        _check_fault(parse, text)


@given(whens(), st.data())
def test_one_slip_of_the_keyboard_is_still_a_phrase_or_a_fault(phrase, data):
    text = str(phrase)
    at = data.draw(st.integers(0, len(text) - 1))
    slip = data.draw(
        st.sampled_from(("", "x", text[at] * 2, "\N{LATIN SMALL LETTER E WITH ACUTE}"))
    )

    _check_fault(parse_when, text[:at] + slip + text[at + 1 :])


def _check_fault(parse: Callable[[str], object], text: str) -> None:
    wrong = _fault(lambda: parse(text))
    if wrong is None:
        return
    assert 0 <= wrong.column <= wrong.column + wrong.length <= len(text)
    assert wrong.length > 0 or not text
    assert wrong.message
    assert wrong.code.startswith("phrase-")
    if wrong.suggestion is not None:
        parse(wrong.suggestion)  # a fix that does not work is worse than none


def _fault(act: Callable[[], object]) -> PhraseError | None:
    try:
        act()
    except PhraseError as wrong:
        return wrong
    return None


@given(whens(), calendars(), days, days)
def test_a_phrase_has_a_day_or_names_a_wrong_weekday(phrase, calendar, opened, anchor):
    read = parse_when(str(phrase))
    context = Context(
        workdays=calendar, opened=opened, anchors=dict.fromkeys(phrase.anchors, anchor)
    )
    wrong = _fault(lambda: resolve(read, context))
    if wrong:
        assert wrong.code == "phrase-weekday"
        assert wrong.length > 0
        return

    found = resolve(read, context)

    assert isinstance(found, Resolved)
    assert found.why
    if phrase.roll is not None:
        assert calendar.is_working(found.day)
    if phrase.roll is not Roll.PREVIOUS:
        assert found.day >= found.unrolled
    if phrase.roll is not Roll.NEXT:
        assert found.day <= found.unrolled


@given(whens(), calendars())
def test_a_phrase_waits_for_exactly_what_it_lacks(phrase, calendar):
    found = resolve(parse_when(str(phrase)), Context(workdays=calendar))

    if phrase.anchors:
        assert found == Waiting(phrase.anchors)
    elif isinstance(found, Waiting):
        assert found == Waiting(("year",))


@given(offsets(), calendars(), days, days)
def test_an_offset_lies_on_its_side_of_its_anchor(offset, calendar, opened, anchor):
    named = When(offset).anchors
    context = Context(workdays=calendar, opened=opened, anchors=dict.fromkeys(named, anchor))
    bare = Offset(
        offset.count, offset.unit, offset.side, Date(anchor.day, anchor.month, anchor.year)
    )

    found = resolve(When(bare), context)

    assert isinstance(found, Resolved)
    assert (found.day > anchor) is (offset.side is Side.AFTER)
    if offset.unit is Unit.WORKING_DAY:
        assert calendar.is_working(found.day)
        assert abs((found.day - anchor).days) == offset.count + len(found.skipped)
    else:
        assert abs((found.day - anchor).days) == offset.count * (
            7 if offset.unit is Unit.WEEK else 1
        )


@given(picks(), calendars(), days)
def test_a_pick_is_a_weekday_on_its_side_and_the_nearest_one(pick, calendar, anchor):
    base = Date(anchor.day, anchor.month, anchor.year)
    beside = (
        pick
        if pick.relation is Relation.IN
        else Pick(pick.ordinal, pick.weekday, pick.relation, base)
    )

    found = resolve(When(beside), Context(workdays=calendar))

    assert isinstance(found, Resolved)
    assert found.day.weekday() == pick.weekday
    week = timedelta(days=7 * ("first", "second", "third", "fourth", "last").index(pick.ordinal))
    match pick.relation:
        case Relation.AFTER:
            assert week < found.day - anchor <= week + timedelta(days=7)
        case Relation.ON_OR_AFTER:
            assert week <= found.day - anchor < week + timedelta(days=7)
        case Relation.BEFORE:
            assert timedelta(0) < anchor - found.day <= timedelta(days=7)
        case Relation.ON_OR_BEFORE:
            assert timedelta(0) <= anchor - found.day < timedelta(days=7)
        case _:
            assert (found.day.year, found.day.month) == (pick.base.year, pick.base.month)


@given(
    st.dates(date(1995, 1, 1), date(2090, 1, 1)), days.map(lambda day: Date(day.day, day.month))
)
def test_a_date_without_a_year_is_the_first_such_day(opened, day):
    found = span_days(parse_span(str(day)), opened)[0]

    assert found >= opened
    assert (found.day, found.month) == (day.day, day.month)
    ahead = (opened + timedelta(days=number) for number in range((found - opened).days))
    assert all((one.day, one.month) != (day.day, day.month) for one in ahead)


@given(leads(), calendars(), days)
def test_a_lead_never_lies_after_what_it_reminds_of(lead, calendar, day):
    stepped = lead_day(lead, day, calendar)

    assert stepped.day <= day
    assert (stepped.day == day) is (lead.count == 0)


@given(anchors(), units, weekdays)
def test_phrases_are_equal_wherever_their_words_stood(anchor, unit, weekday):
    plain = parse_when(f"2 {unit}s before {anchor}")
    spread = parse_when(f"  2  {unit}  before  the  {anchor}")

    assert plain == spread
    assert hash(plain) == hash(spread)

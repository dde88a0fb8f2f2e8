"""Hypothesis strategies for dates, zones, calendars and every kind of phrase."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec.structs import replace

from tracker.dates import WorkingDays, zone
from tracker.when import (
    ANCHORS,
    RESERVED,
    Anchor,
    Date,
    DayOf,
    EveryWeeks,
    Lead,
    Month,
    Monthly,
    Offset,
    Ordinal,
    Pick,
    Relation,
    Repeat,
    Roll,
    Sessions,
    Side,
    Span,
    Unit,
    Weekly,
    When,
)

# Zones whose clocks change by an hour, by half an hour, at midnight, or once by a whole day.
CHANGING_ZONES = (
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
)
ZONES = (
    *CHANGING_ZONES,
    "UTC",
    "Asia/Bishkek",
    "Asia/Kathmandu",
    "Etc/GMT+12",
    "Pacific/Kiritimati",
)

days = st.dates(date(1990, 1, 1), date(2099, 12, 31))
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
counts = st.integers(1, 366)
weekdays = st.integers(0, 6)
units = st.sampled_from(Unit)
slugs = (
    st.sampled_from(("sign-on", "embassy-calls", "2nd-call", "day-1", "ask-germany", "x"))
    | st.text("abz09-", min_size=1, max_size=9)
).filter(
    lambda slug: (
        slug not in RESERVED
        and not slug.startswith("-")
        and not slug.endswith("-")
        and not slug.replace("-", "").isdecimal()
    )
)


_anchors = (st.sampled_from(ANCHORS) | slugs).map(Anchor)
_maybe_clock = st.none() | clocks
_maybe_weekday = st.none() | weekdays
_ordinals = st.sampled_from(Ordinal)
_some_days = st.sets(days, max_size=20).map(frozenset)
_weekends = st.frozensets(weekdays, max_size=6)
_weekly = st.sets(weekdays, min_size=1).map(lambda found: Weekly(tuple(sorted(found))))
_monthly = st.builds(Monthly, _ordinals, weekdays)


def zones() -> st.SearchStrategy[ZoneInfo]:
    """Give time zones, mostly those with trouble."""
    return st.sampled_from(ZONES).map(zone)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingDays:
    """Give working-day calendars with odd weekends and lists of their own, without holidays."""
    return WorkingDays(
        name="drawn",
        zone=draw(zones()),
        weekend=draw(_weekends),
        add=draw(_some_days),
        drop=draw(_some_days),
    )


@st.composite
def dates(draw: st.DrawFn, *, year: bool | None = None) -> Date:
    """Give dates as phrases have them, with or without a year, weekdays always right."""
    day = draw(days)
    with_year = draw(st.booleans()) if year is None else year
    if with_year:
        weekday = draw(st.sampled_from((None, day.weekday())))
        return Date(day.day, day.month, day.year, weekday)
    return Date(day.day, day.month, None, draw(_maybe_weekday))


def anchors() -> st.SearchStrategy[Anchor]:
    """Give anchors: the five known ones and ids of steps."""
    return _anchors


_anchors_or_dates = _anchors | dates()


@st.composite
def picks(draw: st.DrawFn) -> Pick:
    """Give picked weekdays, each ordinal with the relations that go with it."""
    ordinal = draw(_ordinals)
    last = ordinal is Ordinal.LAST
    relations = (
        (Relation.IN, Relation.BEFORE, Relation.ON_OR_BEFORE)
        if last
        else (Relation.IN, Relation.AFTER, Relation.ON_OR_AFTER)
    )
    relation = draw(st.sampled_from(relations))
    if relation is Relation.IN:
        day = draw(days)
        return Pick(ordinal, draw(weekdays), relation, Month(day.month, day.year))
    return Pick(ordinal, draw(weekdays), relation, draw(_anchors_or_dates))


_offsets = st.builds(Offset, counts, units, st.sampled_from(Side), _anchors_or_dates | picks())
_phrase_days = _anchors.map(DayOf) | _offsets | picks() | dates()
_rolls = st.none() | st.sampled_from(Roll)
_phrase_zones = st.none() | st.sampled_from(ZONES)
_leads = st.just(Lead(0)) | st.builds(Lead, counts, units)


def offsets() -> st.SearchStrategy[Offset]:
    """Give counts before and after anything that can be counted from."""
    return _offsets


@st.composite
def whens(draw: st.DrawFn) -> When:
    """Give whole date phrases."""
    clock = draw(_maybe_clock)
    zone_name = None if clock is None else draw(_phrase_zones)
    return When(draw(_phrase_days), draw(_rolls), clock, zone_name)


@st.composite
def leads(draw: st.DrawFn) -> Lead:
    """Give leads, "on the day" among them."""
    return replace(draw(_leads), clock=draw(_maybe_clock))


def repeats() -> st.SearchStrategy[Repeat]:
    """Give repeats with and without an end."""
    return st.builds(Repeat, counts, units, st.none() | counts)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Give spans in order, with each way to leave a year out that means the same days."""
    first = draw(days)
    last = first + timedelta(days=draw(st.integers(0, 300)))
    start, end = Date(first.day, first.month, first.year), Date(last.day, last.month, last.year)
    leap = (first.month, first.day) == (2, 29) or (last.month, last.day) == (2, 29)
    if leap or first == last:
        return Span(start, end)
    without = [Span(start, end), Span(start, Date(last.day, last.month))]
    if first.year == last.year:
        without.append(Span(Date(first.day, first.month), end))
    return draw(st.sampled_from(without))


@st.composite
def rules(draw: st.DrawFn) -> Weekly | Monthly | EveryWeeks:
    """Give rules of forums of all three kinds."""
    day = draw(days)
    start = Date(day.day, day.month, day.year, day.weekday())
    return draw(_weekly | _monthly | st.builds(EveryWeeks, counts, st.just(start)))


def sessions() -> st.SearchStrategy[Sessions]:
    """Give rules with and without a time."""
    return st.builds(Sessions, rules(), st.none() | clocks)


WORDS = """
    2 working days before the meeting or next previous at 09:00 24 June 2010 Thursday first last
    in on after day of weeks every more times to , -2d T-2 10/11/2027 Europe/Vienna today month
"""


def texts() -> st.SearchStrategy[str]:
    """Give anything at all, and heaps of the grammar's own words in any order."""
    heaps = st.lists(st.sampled_from(WORDS.split()) | slugs, max_size=12).map(" ".join)
    return st.text(max_size=250) | heaps

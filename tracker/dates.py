"""Days, instants, time zones and working days: the arithmetic under every date phrase."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from types import ModuleType
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ONE_DAY = timedelta(days=1)
OWN_LIST = "in the calendar's own list"
LONGEST_CLOSURE_DAYS = 400  # a calendar without a working day for longer than this is a mistake
_FEW_DAYS_OFF = 50  # fewer in `add` cannot close a calendar for that long
# Names that zoneinfo may find on a disk although they are no place: the machine's own zone, and
# copies of the whole tree with and without leap seconds.
_NO_PLACE = frozenset({"localtime", "posixrules", "Factory"})
_NO_TREE = ("posix/", "right/")


class UnknownZoneError(ValueError):
    """A name is no time zone; `hint` is what to write and `suggestion` the closest name."""

    def __init__(self, name: str, suggestion: str | None) -> None:
        super().__init__(f'"{name}" is not a time zone')
        self.suggestion = suggestion
        self.hint = f'write "{suggestion}"' if suggestion else 'write a place like "Europe/Vienna"'


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name, else raise UnknownZoneError with the closest one.

    >>> zone("Europe/Vienna").key
    'Europe/Vienna'
    """
    # zoneinfo raises four different things: ValueError, KeyError, IsADirectoryError, OSError.
    try:
        if name in _NO_PLACE or name.startswith(_NO_TREE):
            raise UnknownZoneError(name, None)
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise UnknownZoneError(name, _closest_zone(name)) from None


@lru_cache(maxsize=65_536)  # campaigns share their mornings
def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the aware UTC moment at which a zone's clocks show this day and time.

    A time that clocks skip (spring) is the first moment that exists after the gap; one that they
    show twice (autumn) is the first of the two. A moment outside the years 1 to 9999 in UTC
    raises ValueError.
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None, fold=0))
    try:
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            return moment
        return _end_of_gap(wall, zone)
    except OverflowError:
        raise ValueError(f"{wall:%H:%M} on {show_day(day)} is beyond the calendar") from None


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return an aware moment as the clocks of a zone show it."""
    return moment.astimezone(zone)


def day_in(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day on which a moment falls in a zone."""
    return moment.astimezone(zone).date()


def show_day(day: date) -> str:
    """Write a day for people, in English on every machine.

    >>> show_day(date(2010, 6, 24))
    'Thursday 24 June 2010'
    """
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def show_day_short(day: date) -> str:
    """Write a day for people with a short weekday.

    >>> show_day_short(date(2010, 6, 24))
    'Thu 24 June 2010'
    """
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1]} {day.year}"


class Skipped(Struct, frozen=True):
    """A day that did not count, and why: "Saturday", "Corpus Christi"."""

    day: date
    why: str


class Stepped(Struct, frozen=True):
    """Where a count of days came out, and the days that it passed over."""

    day: date
    skipped: tuple[Skipped, ...] = ()


class WorkingDays(Struct, frozen=True, kw_only=True):
    """A working-day calendar: days off are weekends, a country's holidays and its own list.

    `weekend` counts from Monday = 0. `country` is a code of the `holidays` library, like "AT" or
    "AT-9". `add` are more days off; `drop` are holidays or added days that are worked after all.
    A weekend day is never worked. Raises ValueError if the weekend is the whole week, or if `add`
    leaves no working day for more than a year.
    """

    name: str
    zone: ZoneInfo
    weekend: frozenset[int] = frozenset({5, 6})
    country: str | None = None
    add: frozenset[date] = frozenset()
    drop: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.weekend >= frozenset(range(7)):
            raise ValueError(f"the weekend of {self.name} is the whole week: no day is left")
        if len(self.add) > _FEW_DAYS_OFF:
            self._check_closures()

    def why_not(self, day: date) -> str | None:
        """Say why a day is no working day; None if it is one."""
        if day.weekday() in self.weekend:
            return WEEKDAYS[day.weekday()]
        if day in self.drop:
            return None
        if day in self.add:
            return OWN_LIST
        return _holidays_in(self.country, day.year).get(day) if self.country else None

    def is_working(self, day: date) -> bool:
        """Say whether a day is a working day."""
        return self.why_not(day) is None

    def step(self, day: date, count: int) -> Stepped:
        """Count working days after a day, or before it if `count` is negative.

        The day itself is not counted, working day or not; a count of 0 is the day itself.
        """
        skipped: list[Skipped] = []
        for _ in range(abs(count)):
            day, passed = self._next(day, ONE_DAY if count > 0 else -ONE_DAY)
            skipped += passed
        return Stepped(day, tuple(skipped))

    def next_working(self, day: date) -> date:
        """Return the first working day after a day."""
        return self.step(day, 1).day

    def previous_working(self, day: date) -> date:
        """Return the last working day before a day."""
        return self.step(day, -1).day

    def roll_forward(self, day: date) -> Stepped:
        """Return the day itself if it is worked, else the next working day."""
        return self._roll(day, 1)

    def roll_back(self, day: date) -> Stepped:
        """Return the day itself if it is worked, else the working day before it."""
        return self._roll(day, -1)

    def _check_closures(self) -> None:
        """Refuse at once what would otherwise stop every count that runs into it."""
        day, last = min(self.add), max(self.add)
        while day < last:
            day = self.next_working(day)

    def _roll(self, day: date, direction: int) -> Stepped:
        why = self.why_not(day)
        if why is None:
            return Stepped(day)
        there = self.step(day, direction)
        return Stepped(there.day, (Skipped(day, why), *there.skipped))

    def _next(self, day: date, step: timedelta) -> tuple[date, list[Skipped]]:
        skipped: list[Skipped] = []
        for there in _days_from(day, step):
            why = self.why_not(there)
            if why is None:
                return there, skipped
            skipped.append(Skipped(there, why))
        way = "after" if step > timedelta(0) else "before"
        raise ValueError(f"{self.name} has no working day for a year {way} {show_day(day)}")


def unknown_country(code: str) -> str | None:
    """Say what is wrong with a country code of the `holidays` library; None if it knows it.

    >>> unknown_country("AT-9") is None
    True
    """
    country, dash, part = code.partition("-")
    if country not in _countries().values():
        return f'"{code}" is no country whose holidays are known{_near_countries(country)}'
    if dash and part not in (parts := _parts(country)):
        near = _near_parts(country, part, parts)
        return f'"{code}" is no part of {country} with holidays of its own{near}'
    return None


def weekday_of_each_month(number: int, weekday: int, first: date, last: date) -> list[date]:
    """Return the first (1) to fourth (4), or last (-1), such weekday of each month of a span.

    Days are naive and calendar days only (RFC 5545, MONTHLY with BYDAY), both ends included.
    """
    from dateutil.rrule import MONTHLY, rrule, weekday as of_week  # noqa: PLC0415 -- as holidays

    start, end = (datetime.combine(day, time()) for day in (first, last))
    days = rrule(MONTHLY, byweekday=of_week(weekday, number), dtstart=start, until=end)
    return [one.date() for one in days]


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find the moment at which clocks jump over a wall time, to the second."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)
    seconds = int((wall.replace(tzinfo=zone).astimezone(UTC) - before).total_seconds())
    low, high = 0, seconds
    while low < high:
        middle = (low + high) // 2
        shown = (before + timedelta(seconds=middle)).astimezone(zone)
        if shown.replace(tzinfo=None) >= wall:
            high = middle
        else:
            low = middle + 1
    return before + timedelta(seconds=low)


def _days_from(day: date, step: timedelta) -> Iterator[date]:
    for number in range(1, LONGEST_CLOSURE_DAYS + 1):
        try:
            yield day + number * step
        except OverflowError:
            return


def _closest_zone(name: str) -> str | None:
    names = sorted(known for known in available_timezones() if known not in _NO_PLACE)
    wanted = name.lower().replace(" ", "_")
    for known in names:
        if wanted in {known.lower(), known.lower().rpartition("/")[2]}:
            return known
    # Only places: "CEST" is nearer to "EST" than to anything that a person in Vienna means.
    places = {known.lower(): known for known in names if "/" in known}
    close = get_close_matches(wanted[:60], places, n=1, cutoff=0.75)
    return places[close[0]] if close else None


@lru_cache(maxsize=4096)
def _holidays_in(country: str, year: int) -> dict[date, str]:
    wrong = unknown_country(country)
    if wrong:
        raise ValueError(wrong)
    code, _, part = country.partition("-")
    found = _holidays().country_holidays(
        code, subdiv=part or None, years=year, expand=False, language=_language(code)
    )
    return {day: name for day, name in found.items() if day.year == year}


def _language(country: str) -> str | None:
    """Choose English names where there are any; without a choice the machine's locale decides."""
    spoken: tuple[str, ...] = getattr(_country(country), "supported_languages", ())
    english = [language for language in spoken if language.startswith("en")]
    default: str | None = getattr(_country(country), "default_language", None)
    return "en_US" if "en_US" in english else next(iter(english), default)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return the codes by the names of their countries, "austria" and the like."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415 -- costly, and seldom asked for

    return {name: names[1] for name, names in COUNTRIES.items()}


def _country(country: str) -> object:
    return getattr(_holidays(), country)


@lru_cache(maxsize=1)
def _holidays() -> ModuleType:
    """Import `holidays` such that asking for one country reads one country.

    Its package of countries reads all 250 as soon as one is wanted, which costs more than all else
    that `tracker when` does. A bare package in its place lets each country be found by itself.
    """
    import holidays  # noqa: PLC0415 -- costly, and seldom asked for

    name = "holidays.countries"
    if name not in sys.modules:
        bare = ModuleType(name)
        bare.__path__ = [f"{folder}/countries" for folder in holidays.__path__]
        sys.modules[name] = bare
    return holidays


def _parts(country: str) -> frozenset[str]:
    shape = _country(country)
    parts: tuple[str, ...] = getattr(shape, "subdivisions", ())
    aliases: dict[str, str] = getattr(shape, "subdivisions_aliases", {})
    return frozenset((*parts, *aliases))


def _near_countries(word: str) -> str:
    codes = _countries()
    if word.upper() in codes.values():
        return _did_you_mean([word.upper()])
    # By name only: no code of two letters is "near" to another ("UN" is not Vanuatu).
    close = get_close_matches(word.lower().replace(" ", "_"), codes, n=3, cutoff=0.7)
    return _did_you_mean([codes[name] for name in close])


def _near_parts(country: str, part: str, parts: frozenset[str]) -> str:
    by_lower = {known.lower(): known for known in sorted(parts, reverse=True)}
    close = get_close_matches(part.lower(), sorted(by_lower), n=3, cutoff=0.7)
    return _did_you_mean([f"{country}-{by_lower[name]}" for name in close])


def _did_you_mean(codes: list[str]) -> str:
    if not codes:
        return ": leave `holidays` out and list the days off in `add`"
    return "; did you mean " + " or ".join(f'"{code}"' for code in codes)

"""Works out which day a phrase means, and explains it in one sentence."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from tracker.dates import (
    WEEKDAYS,
    Skipped,
    Stepped,
    WorkingDays,
    instant,
    show_day,
    show_day_short,
    zone,
)
from tracker.when.calendar_words import days_in_month, weekday_message
from tracker.when.faults import PhraseError
from tracker.when.shapes import Anchor, Date, DayOf, Lead, Month, Offset, Pick, Repeat, Span, When
from tracker.when.words import (
    ANCHORS,
    FIRST_YEAR,
    FORWARD,
    LAST_YEAR,
    Ordinal,
    Relation,
    Roll,
    Side,
    Unit,
    counted,
)

_ORDINAL_STEPS = {Ordinal.FIRST: 0, Ordinal.SECOND: 1, Ordinal.THIRD: 2, Ordinal.FOURTH: 3}
_DAYS_A_WEEK = 7
_NAMED_SKIPS = 4  # so many skipped days are named one by one; of more, weekends are only counted


class Context(Struct, frozen=True, kw_only=True):
    """What a phrase is read in: a calendar, the day that work began, the days of the anchors."""

    workdays: WorkingDays
    opened: date | None = None
    anchors: Mapping[str, date] = field(default_factory=dict)


class Resolved(Struct, frozen=True, kw_only=True):
    """The day that a phrase comes to, before (`unrolled`) and after its roll, and why.

    `clock` and `zone` are those written in the phrase; where None, the reader of it decides.
    """

    day: date
    unrolled: date
    clock: time | None
    zone: str | None
    why: str
    skipped: tuple[Skipped, ...] = ()


class Waiting(Struct, frozen=True):
    """A phrase has no day yet: `missing` names anchors without a date, or "year"."""

    missing: tuple[str, ...]


class _Found(Struct, frozen=True):
    """A day with the words that explain it; `said` can stand after "before" or "after"."""

    day: date
    said: str
    skipped: tuple[Skipped, ...] = ()


def resolve(when: When, context: Context) -> Resolved | Waiting:
    """Work out the day of a phrase.

    Raises PhraseError for what only a year shows: "24 June 2010 is a Thursday, not a Wednesday".
    """
    found = _day(when.day, context)
    if isinstance(found, Waiting):
        return found
    why = found.said
    if found.skipped:
        why += f"; skips {_named(found.skipped)}"
    rolled = _rolled(when.roll, found.day, context.workdays)
    if rolled.day != found.day:
        why += _said_of_roll(rolled, found.day)
    return Resolved(
        day=rolled.day,
        unrolled=found.day,
        clock=when.clock,
        zone=when.zone,
        why=why,
        skipped=(*found.skipped, *rolled.skipped),
    )


def moment(resolved: Resolved, *, default_clock: time, home: ZoneInfo) -> datetime:
    """Join day, time and zone to a UTC moment; a phrase's own time and zone come first.

    A time that clocks skip is the first that exists after it; one that comes twice is the first.
    """
    where = zone(resolved.zone) if resolved.zone else home
    clock = default_clock if resolved.clock is None else resolved.clock
    return instant(resolved.day, clock, where)


def lead_day(lead: Lead, day: date, workdays: WorkingDays) -> Stepped:
    """Return the day on which a lead falls that counts back from a day."""
    return _stepped(day, -lead.count, lead.unit, workdays)


def repeat_day(repeat: Repeat, first: date, number: int, workdays: WorkingDays) -> date:
    """Return the day of a repeat, counted from the first due date (number 0)."""
    return _stepped(first, repeat.count * number, repeat.unit, workdays).day


def span_days(span: Span, opened: date | None, *, near: date | None = None) -> tuple[date, date]:
    """Return the first and last day of a span.

    A year written on one of them serves the other: the end's for the start, and after the
    start's the end is the first such day. Without any year, `opened` decides the start. Raises
    PhraseError if that is None too, or if the end lies before the start; `near` is as for
    `fixed_day`.
    """
    if span.first.year is not None:
        first = _dated(span.first, None)
        last = _dated(span.last, first)
    elif span.last.year is not None:
        last = _dated(span.last, None)
        first = _with_year(span.first, last.year)
    else:
        first = _dated(span.first, opened, near)
        last = _dated(span.last, first)
    if last < first:
        raise _reversed(span, first, last)
    return first, last


def fixed_day(when: When, opened: date | None = None, *, near: date | None = None) -> date:
    """Return the day of a phrase that must be a plain date, where nothing is counted.

    Raises PhraseError for anything else, and for a date without a year if `opened` is None; the
    year that is then proposed is the one around the day `near`, and none without it.
    """
    if not isinstance(when.day, Date) or when.roll is not None:
        raise PhraseError(
            "phrase-not-fixed",
            f'a date is needed here, and "{when}" has to be counted first',
            length=len(when.text),
            hint="write the date itself: day, month and year",
        )
    return _dated(when.day, opened, near)


def weekday_in_month(ordinal: Ordinal, weekday: int, year: int, month: int) -> date:
    """Return the first to fourth, or last, such weekday of a month."""
    if ordinal is Ordinal.LAST:
        return _on_or_before(date(year, month, days_in_month(month, year)), weekday)
    first = _on_or_after(date(year, month, 1), weekday)
    return first + timedelta(weeks=_ORDINAL_STEPS[ordinal])


def _day(day: DayOf | Offset | Pick | Date, context: Context) -> _Found | Waiting:
    match day:
        case DayOf(base):
            found = _base(base, context)
            return (
                found
                if isinstance(found, Waiting)
                else _Found(found.day, f"the day of {found.said}")
            )
        case Offset():
            return _offset(day, context)
        case Pick():
            return _pick(day, context)
        case Date():
            return _alone(day, context)


def _alone(day: Date, context: Context) -> _Found | Waiting:
    if day.year is None and context.opened is None:
        return Waiting(("year",))
    found = _dated(day, context.opened)
    if day.year is not None or context.opened is None:
        return _Found(found, f"{show_day(found)}, as written")
    since = show_day_short(context.opened)
    return _Found(
        found, f"{show_day(found)}, the first {Date(day.day, day.month)} from {since} on"
    )


def _base(base: Anchor | Date | Pick, context: Context) -> _Found | Waiting:
    """Find the day that is counted from, said so that it can stand after "before"."""
    match base:
        case Pick():
            found = _pick(base, context)
            if isinstance(found, Waiting):
                return found
            return _Found(found.day, f"{show_day_short(found.day)} ({found.said})")
        case Date():
            if base.year is None and context.opened is None:
                return Waiting(("year",))
            day = _dated(base, context.opened)
            return _Found(day, show_day_short(day))
        case Anchor():
            return _anchored(base, context)


def _anchored(anchor: Anchor, context: Context) -> _Found | Waiting:
    day = context.anchors.get(anchor.name)
    if day is None and anchor.name == "opening":
        day = context.opened
    if day is None:
        return Waiting((anchor.name,))
    name = f"the {anchor.name}" if anchor.name in ANCHORS else f'"{anchor.name}"'
    return _Found(day, f"{name} of {show_day_short(day)}")


def _offset(offset: Offset, context: Context) -> _Found | Waiting:
    base = _base(offset.base, context)
    if isinstance(base, Waiting):
        return base
    count = offset.count if offset.side is Side.AFTER else -offset.count
    there = _stepped(base.day, count, offset.unit, context.workdays)
    said = f"{counted(offset.count, offset.unit)} {offset.side} {base.said}"
    return _Found(there.day, said, there.skipped)


def _pick(pick: Pick, context: Context) -> _Found | Waiting:
    said = f"{pick.ordinal} {WEEKDAYS[pick.weekday]} {pick.relation}"
    if isinstance(pick.base, Month):
        return _Found(
            weekday_in_month(pick.ordinal, pick.weekday, pick.base.year, pick.base.month),
            f"{said} {pick.base}",
        )
    base = _base(pick.base, context)
    if isinstance(base, Waiting):
        return base
    return _Found(_beside(pick, base.day), f"{said} {base.said}")


def _beside(pick: Pick, day: date) -> date:
    if pick.relation in FORWARD:
        start = day if pick.relation is Relation.ON_OR_AFTER else day + timedelta(days=1)
        return _on_or_after(start, pick.weekday) + timedelta(weeks=_ORDINAL_STEPS[pick.ordinal])
    end = day if pick.relation is Relation.ON_OR_BEFORE else day - timedelta(days=1)
    return _on_or_before(end, pick.weekday)


def _on_or_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % _DAYS_A_WEEK)


def _on_or_before(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % _DAYS_A_WEEK)


def _stepped(day: date, count: int, unit: Unit, workdays: WorkingDays) -> Stepped:
    match unit:
        case Unit.DAY:
            return Stepped(day + timedelta(days=count))
        case Unit.WEEK:
            return Stepped(day + timedelta(weeks=count))
        case Unit.WORKING_DAY:
            return workdays.step(day, count)


def _rolled(roll: Roll | None, day: date, workdays: WorkingDays) -> Stepped:
    match roll:
        case Roll.NEXT:
            return workdays.roll_forward(day)
        case Roll.PREVIOUS:
            return workdays.roll_back(day)
        case None:
            return Stepped(day)


def _said_of_roll(rolled: Stepped, day: date) -> str:
    off = rolled.skipped[0]
    way = "next" if rolled.day > day else "previous"
    further = f"; skips {_named(rolled.skipped[1:])}" if rolled.skipped[1:] else ""
    return (
        f"; {show_day_short(day)} is no working day ({off.why}), "
        f"so the {way} one, {show_day_short(rolled.day)}{further}"
    )


def _named(skipped: tuple[Skipped, ...]) -> str:
    """Name skipped days in their order, also where they were counted backwards."""
    few = len(skipped) <= _NAMED_SKIPS
    in_order = sorted(skipped, key=lambda one: one.day)
    shown = [one for one in in_order if few or one.why not in WEEKDAYS]
    words = [f"{show_day_short(one.day)}" + _reason(one) for one in shown]
    weekends = len(skipped) - len(shown)
    if weekends:
        words.append(f"{weekends} weekend days" if weekends > 1 else "a weekend day")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _reason(one: Skipped) -> str:
    """Name a holiday; a weekend day explains itself."""
    return "" if one.why in WEEKDAYS else f" ({one.why})"


def _dated(day: Date, since: date | None, near: date | None = None) -> date:
    """Return the day itself, or without a year the first such day on or after another."""
    if day.year is not None:
        return _with_year(day, day.year)
    if since is None:
        raise _year_missing(day, near)
    year = since.year
    while day.day > days_in_month(day.month, year) or date(year, day.month, day.day) < since:
        year += 1
    try:
        return _with_year(day, year)
    except PhraseError as wrong:
        raise _with_reason(wrong, day, year, since) from None


def _with_year(day: Date, year: int) -> date:
    if day.day > days_in_month(day.month, year):
        raise _fault(day, "phrase-no-such-day", f"there is no {Date(day.day, day.month, year)}")
    found = date(year, day.month, day.day)
    if day.weekday is not None and found.weekday() != day.weekday:
        message = weekday_message(Date(day.day, day.month, year, day.weekday), found.weekday())
        raise _fault(
            day,
            "phrase-weekday",
            message,
            hint=f'write "{show_day(found)}", or another date: a weekday never chooses the year',
        )
    return found


def _with_reason(wrong: PhraseError, day: Date, year: int, since: date) -> PhraseError:
    """Say why a date fell into a later year, and offer the year around in which it fits."""
    near = _nearest_year(day, since)
    if year == since.year or near is None:
        return wrong
    meant = f'write "{show_day(near)}" or "{show_day(date(year, day.month, day.day))}"'
    hint = f"without a year it is the first such day on or after {show_day(since)}: {meant}"
    return _fault(day, wrong.code, wrong.message, hint=hint)


def _year_missing(day: Date, near: date | None) -> PhraseError:
    """Say that nothing decides the year; the nearest that fits is proposed, not decided."""
    plain = Date(day.day, day.month)
    found = _nearest_year(day, near) if near else None
    if found is None:
        hint = "write the year too"
    else:
        hint = f'write the year too: "{_day_text(day, found)}"'
    return _fault(
        day, "phrase-year", f'"{plain}" has no year, and nothing here decides it', hint=hint
    )


def _nearest_year(day: Date, near: date) -> date | None:
    """Return the date nearest to a day among those that fit, at most a year or so away."""
    years = range(near.year - 1, near.year + 2)
    days = (_in_year(day, year) for year in years if FIRST_YEAR <= year <= LAST_YEAR)
    fitting = (one for one in days if one and day.weekday in {None, one.weekday()})
    return min(fitting, key=lambda one: abs(one - near), default=None)


def _in_year(day: Date, year: int) -> date | None:
    fits = day.day <= days_in_month(day.month, year)
    return date(year, day.month, day.day) if fits else None


def _day_text(day: Date, found: date) -> str:
    """Write a date with its year, and with a weekday where one was written."""
    return (
        show_day(found) if day.weekday is not None else f"{Date(day.day, day.month)} {found.year}"
    )


def _reversed(span: Span, first: date, last: date) -> PhraseError:
    borrowed = span.first.year is None and span.last.year is not None
    start = Date(first.day, first.month, first.year - 1) if borrowed else None
    return PhraseError(
        "phrase-span",
        f"this ends on {show_day(last)}, before it begins on {show_day(first)}",
        column=span.first.offset,
        length=span.last.offset + span.last.length - span.first.offset,
        hint="both days are included, and the earlier one comes first",
        suggestion=f"{start} to {span.last}" if start else f"{span.last} to {span.first}",
    )


def _fault(day: Date, code: str, message: str, *, hint: str | None = None) -> PhraseError:
    return PhraseError(code, message, column=day.offset, length=day.length, hint=hint)

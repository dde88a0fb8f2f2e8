"""Checks forums and working-day calendars, each by itself."""

from tracker import sessions
from tracker.campaign import Forum, Workdays
from tracker.checking.faults import day_of, phrase_fault
from tracker.dates import WEEKDAYS, unknown_country
from tracker.errors import Fault, KeyPath
from tracker.when import PhraseError, Span, When, span_days
from tracker.workdays import calendar

_DAYS_A_WEEK = 7


def forum_faults(forum: Forum) -> list[Fault]:
    """Return what is wrong with a forum when its dates are taken together."""
    return [phrase_fault(path, wrong) for path, wrong in sessions.forum_faults(forum)]


def workdays_faults(shape: Workdays) -> list[Fault]:
    """Return what is wrong with a working-day calendar."""
    faults: list[Fault] = []
    if len(set(shape.weekend)) == _DAYS_A_WEEK:
        message = "the weekend is the whole week: no working day is left"
        hint = f'leave a day out, like weekend = ["{WEEKDAYS[5]}", "{WEEKDAYS[6]}"]'
        faults.append(Fault(path=("weekend",), code="no-working-day", message=message, hint=hint))
    if shape.holidays is not None:
        faults += _country_faults(shape.holidays)
    for key, values in (("add", shape.add), ("drop", shape.drop)):
        for number, value in enumerate(values):
            faults += _day_faults((key, number), value)
    return faults or _closure_faults(shape)


def _closure_faults(shape: Workdays) -> list[Fault]:
    """Refuse days off that leave nothing to count for more than a year."""
    try:
        calendar(shape)
    except ValueError as wrong:
        return [Fault(path=("add",), code="no-working-day", message=str(wrong))]
    return []


def _country_faults(code: str) -> list[Fault]:
    wrong = unknown_country(code)
    if wrong is None:
        return []
    message, _, meant = wrong.partition("; ")
    hint = meant.replace("did you mean ", "did you mean: ") or None
    return [Fault(path=("holidays",), code="unknown-country", message=message, hint=hint)]


def _day_faults(path: KeyPath, value: When | Span) -> list[Fault]:
    faults: list[Fault] = []
    if isinstance(value, When):
        day_of(path, value, None, faults)
        return faults
    try:
        span_days(value, None)
    except PhraseError as wrong:
        faults.append(phrase_fault(path, wrong))
    return faults

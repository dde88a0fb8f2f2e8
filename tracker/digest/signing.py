"""Signatures: how many by now, how many are new, how they grew."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tracker.content import Entry
from tracker.dates import show_day_short
from tracker.digest.desk import Desk
from tracker.digest.say import many
from tracker.events import Course
from tracker.when import fixed_day

ONE_DAY = timedelta(days=1)
MOST_BARS = 14


def signatures(desk: Desk) -> tuple[Entry, ...]:
    """Count the signatures of letters not yet delivered, or that have new ones."""
    found = []
    for whole in desk.going():
        count = signed_by(whole, desk.now)
        new = count - signed_by(whole, desk.since)
        if count and (whole.delivered is None or new):
            bars, days = growth(whole, desk.now)
            when = ", ".join(filter(None, (f"{new} new" if new else "", days)))
            found.append(
                Entry(text=many(count, "signature"), when=when, detail=whole.id, bars=bars)
            )
    return tuple(found)


def signed_by(whole: Course, now: datetime) -> int:
    """Count the signatories known at a moment; an undated one counts from the letter's date."""
    return sum(whole.frame.midnight(day + ONE_DAY) <= now for day in _days(whole))


def growth(whole: Course, now: datetime) -> tuple[tuple[int, ...], str]:
    """Return bars from the first signature to the last, and the days they span in words.

    Those that all came on one day draw nothing.
    """
    signed = [day for day in sorted(_days(whole)) if whole.frame.midnight(day + ONE_DAY) <= now]
    if not signed or signed[0] == signed[-1]:
        return (), ""
    counts = [sum(day <= at for day in signed) for at in _sampled(signed[0], signed[-1])]
    bars = tuple(max(100 * count // counts[-1], 1) for count in counts)
    return bars, f"{show_day_short(signed[0])} to {show_day_short(signed[-1])}"


def _sampled(first: date, last: date) -> Sequence[date]:
    """Return days evenly apart, at most 14 of them, the last day among them."""
    span = (last - first).days
    bars = min(span + 1, MOST_BARS)
    return [last - timedelta(days=round(span * n / (bars - 1))) for n in reversed(range(bars))]


def _days(whole: Course) -> list[date]:
    return [
        fixed_day(one.signed, whole.frame.opened) if one.signed else whole.frame.dated
        for one in whole.frame.campaign.signatory
    ]

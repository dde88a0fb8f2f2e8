"""Sentences that the plan carries: what a step asks for, and why a date is what it is."""

import re
from datetime import date

from tracker.campaign import Target
from tracker.dates import Skipped, Stepped, show_day, show_day_short
from tracker.planning.instances import Instance
from tracker.when import Lead

MOST_NAMED = 6
_PLACE = re.compile(r"\{(target|meeting|ask|title)\}")


def fill(one: Instance) -> str:
    """Fill the places in a step's `what` with the target, meeting, ask and title at hand."""
    known = {
        "title": one.course.frame.campaign.title,
        "meeting": f"{one.meeting.name} of {show_day(one.meeting.day)}" if one.meeting else "",
        "ask": one.ask.text if one.ask else _all_asks(one),
        "target": ", ".join(called(target) for target in one.targets),
    }
    return _PLACE.sub(lambda found: known[found[1]], one.step.what)


def called(target: Target) -> str:
    """Name a target for a sentence: the holder if known, with the state."""
    name = target.holder or target.post
    return f"{name} ({target.state})" if target.state and target.state not in name else name


def why_lead(lead: Lead, day: date, stepped: Stepped, *, earlier: bool) -> str:
    """Explain on which day a lead falls, which days it skipped, and why it leaves sooner."""
    said = f"reminder {lead}"
    if stepped.day != day:
        said += f", {show_day_short(stepped.day)}{skipping(stepped)}"
    return said + (", sent the morning before: that day's mail comes too late" if earlier else "")


def skipping(stepped: Stepped) -> str:
    """Name the days that did not count, earliest first, or nothing."""
    days = sorted(stepped.skipped, key=lambda one: one.day)
    if not days:
        return ""
    said = ", ".join(_not_counted(one) for one in days[:MOST_NAMED])
    more = len(days) - MOST_NAMED
    return f" (not counted: {said}" + (f" and {more} more)" if more > 0 else ")")


def _not_counted(one: Skipped) -> str:
    day = show_day_short(one.day)
    return day if one.why.startswith(day[:3]) else f"{day}, {one.why}"


def _all_asks(one: Instance) -> str:
    return "; ".join(ask.text for ask in one.course.asks if ask.open)

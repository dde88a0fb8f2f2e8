"""Facts said as sentences."""

from collections.abc import Callable
from datetime import date

from tracker.campaign import Deadline, FactKind
from tracker.dates import show_day, show_day_short
from tracker.digest.say import listed, many
from tracker.events import Course, Fact
from tracker.planning import Instance
from tracker.planning.wording import called
from tracker.when import Resolved


def say_fact(fact: Fact, whole: Course, instances: tuple[Instance, ...]) -> str:
    """Say what happened in one sentence, with its note."""
    said = _said(fact, whole, instances)
    by = f" (by {fact.by})" if fact.by else ""
    note = f": {fact.note}" if fact.note else ""
    return f"{said}{by}{note}"


def _said(fact: Fact, whole: Course, instances: tuple[Instance, ...]) -> str:
    says: dict[FactKind, Callable[[], str]] = {
        "delivered": lambda: f"The letter was delivered{_lateness(fact, instances)}",
        "reply": lambda: f"{_target(fact, whole)} replied{_now(fact)}",
        "stance": lambda: f"{_target(fact, whole)} is now {fact.stance}",
        "outcome": lambda: f"{_ask(fact, whole)}: {fact.result}{_next(fact, whole)}",
        "readout": lambda: f"The readout of {_meeting(fact, whole)} is in",
        "done": lambda: f"Done: {_item(fact, instances)}",
        "note": lambda: "Note",
    }
    return says[fact.kind]()


def _now(fact: Fact) -> str:
    return f", now {fact.stance}" if fact.stance else ""


def _lateness(fact: Fact, instances: tuple[Instance, ...]) -> str:
    """Say by how much a delivery missed the day it was due; lateness counts from `on`."""
    due = [
        one.due.day
        for one in instances
        if one.step.step.until == "delivered"
        and isinstance(one.step.step, Deadline)
        and isinstance(one.due, Resolved)
    ]
    late = (fact.on - min(due)).days if due else 0
    return f", {many(late, 'day')} late (due {show_day_short(min(due))})" if late > 0 else ""


def _target(fact: Fact, whole: Course) -> str:
    found = [one for one in whole.frame.campaign.target if one.id == fact.target]
    return called(found[0]) if found else "Someone"


def _ask(fact: Fact, whole: Course) -> str:
    return next((ask.text for ask in whole.asks if ask.id == fact.ask), fact.ask or "")


def _next(fact: Fact, whole: Course) -> str:
    for ask in whole.asks:
        for outcome in ask.outcomes:
            if outcome.fact is fact and outcome.next is not None:
                meeting = whole.meeting(outcome.next)
                return f" to {show_day(meeting.day)}" if meeting else ""
    return ""


def _meeting(fact: Fact, whole: Course) -> str:
    key = whole.at_meeting.get(fact.index)
    meeting = whole.meeting(key) if key else None
    day: date = meeting.day if meeting else fact.on
    return f"{meeting.name} of {show_day(day)}" if meeting else show_day(day)


def _item(fact: Fact, instances: tuple[Instance, ...]) -> str:
    whats = [one.step.what for one in instances if one.step.id == fact.item]
    return listed([whats[0]]) if whats else fact.item or ""

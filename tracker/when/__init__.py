"""The grammar of date phrases: text to shapes, shapes to days, and faults that say how to mend.

A phrase means the same on whatever day it is read. `parse_*` read text and raise PhraseError
with a place in it; `str()` of what they return is the normal form and reads back as the same.
`resolve` and its neighbours work out days; instants come last, in `moment`.
"""

from tracker.when.faults import PhraseError
from tracker.when.reading import (
    anchor_error,
    parse_clock,
    parse_duration,
    parse_lead,
    parse_repeat,
    parse_sessions,
    parse_span,
    parse_when,
    when_from,
)
from tracker.when.resolve import (
    Context,
    Resolved,
    Waiting,
    fixed_day,
    lead_day,
    moment,
    repeat_day,
    resolve,
    span_days,
)
from tracker.when.shapes import (
    Anchor,
    Date,
    DayOf,
    EveryWeeks,
    Lead,
    Month,
    Monthly,
    Offset,
    Pick,
    Repeat,
    Sessions,
    Span,
    Weekly,
    When,
)
from tracker.when.words import ANCHORS, RESERVED, Ordinal, Relation, Roll, Side, Unit

__all__ = [
    "ANCHORS",
    "RESERVED",
    "Anchor",
    "Context",
    "Date",
    "DayOf",
    "EveryWeeks",
    "Lead",
    "Month",
    "Monthly",
    "Offset",
    "Ordinal",
    "PhraseError",
    "Pick",
    "Relation",
    "Repeat",
    "Resolved",
    "Roll",
    "Sessions",
    "Side",
    "Span",
    "Unit",
    "Waiting",
    "Weekly",
    "When",
    "anchor_error",
    "fixed_day",
    "lead_day",
    "moment",
    "parse_clock",
    "parse_duration",
    "parse_lead",
    "parse_repeat",
    "parse_sessions",
    "parse_span",
    "parse_when",
    "repeat_day",
    "resolve",
    "span_days",
    "when_from",
]

"""What never left because nothing could be sent: each thing once, with the date it speaks of."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from tracker.content import Entry
from tracker.digest.correcting import moment_of
from tracker.digest.lines import Saying
from tracker.digest.say import listed, many, moment
from tracker.occurrence import LineKind, Occurrence

_WORD_OF = {
    LineKind.REMINDER: "reminder",
    LineKind.OVERDUE: "word that it is overdue",
    LineKind.ESCALATION: "word that nobody settled it",
    LineKind.CORRECTION: "correction",
}


class Missed(Struct, frozen=True):
    """One line that never left, and why."""

    line: Occurrence
    reason: str


def missed(lines: Iterable[Missed], saying: Saying) -> tuple[Entry, ...]:
    """Say what was missed of each thing, the earliest first; of several letters' at once."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for those in _things(lines):
        first = those[0].line
        kinds = listed(list(_kinds(one.line for one in those)))
        what = f"not sent: {kinds} ({those[0].reason})"
        rows.setdefault((first.what, _date(first, saying), what), []).append(first.campaign or "")
    return tuple(
        Entry(text=text, when=when, detail="; ".join(filter(None, (*campaigns, what))))
        for (text, when, what), campaigns in rows.items()
    )


def _things(lines: Iterable[Missed]) -> Iterable[Sequence[Missed]]:
    found: dict[tuple[object, ...], list[Missed]] = {}
    for one in sorted(lines, key=_order):
        about = one.line
        found.setdefault((about.topic, about.states, about.what, one.reason), []).append(one)
    return found.values()


def _order(one: Missed) -> tuple[str, str, str]:
    line = one.line
    return (line.states.isoformat() if line.states else "", line.campaign or "", line.key)


def _kinds(lines: Iterable[Occurrence]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for one in lines:
        word = _WORD_OF.get(one.kind, "line")
        counts[word] = counts.get(word, 0) + 1
    for word, count in counts.items():
        yield f"the {word}" if count == 1 else many(count, word)


def _date(one: Occurrence, saying: Saying) -> str:
    """Say the date that a line speaks of; a campaign that is no more has no clock of its own."""
    if one.states is None:
        return ""
    if one.campaign not in saying.plan.courses:
        return moment(one.states, saying.reader.zone, saying.reader.zone)
    said = moment_of(one.states, one, saying)
    if one.item == "meeting":
        return said
    return f"{'was due' if one.states <= saying.now else 'due'} {said}"

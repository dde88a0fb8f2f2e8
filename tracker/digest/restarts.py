"""The restart summary: from when to when nothing left, what is late for it, what expired."""

from collections.abc import Iterable, Sequence

from tracker.content import Entry, Notice, Section
from tracker.digest.lines import Saying
from tracker.digest.say import how_late, many, moment
from tracker.events import History, Outage, Unsent
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.restarts import ITEM, key_of_outage

MOST = 12


def restarts(lines: Sequence[Occurrence], saying: Saying, history: History) -> tuple[Notice, ...]:
    """Say of each outage that this mail tells of what it did to its reader's lines."""
    known = {key_of_outage(one): one for one in history.outages}
    return tuple(_restart(known[line.key], lines, saying) for line in lines if line.key in known)


def _restart(outage: Outage, lines: Sequence[Occurrence], saying: Saying) -> Notice:
    """Name what is late but not in this mail, and what expired unless the digest in it does."""
    here = {(one.campaign, one.what) for one in lines}
    elsewhere = [one for one in outage.late if (one.campaign, one.what) not in here]
    digest = any(one.kind == LineKind.DIGEST for one in lines)
    expired = () if digest else outage.expired
    sections = (
        Section(id="late", heading="Late", entries=_entries(elsewhere, saying)),
        Section(id="expired", heading="Expired, not sent", entries=_entries(expired, saying)),
    )
    return Notice(
        item=ITEM,
        campaign="",
        title="The tracker was down",
        headline=" ".join(
            filter(
                None,
                (
                    _stretch(outage, saying),
                    _late(len(outage.late), len(elsewhere)),
                    _expired(len(outage.expired), digest=digest),
                ),
            )
        ),
        sections=tuple(one for one in sections if one.entries),
    )


def _stretch(outage: Outage, saying: Saying) -> str:
    zone = saying.reader.zone
    since, until = (moment(at, zone, zone) for at in (outage.since, outage.until))
    return f"Nothing left from {since} to {until}: {how_late(outage.until - outage.since)}."


def _late(late: int, elsewhere: int) -> str:
    here = late - elsewhere
    if not here:
        return ""
    return f"{many(here, 'line')} of this mail {'is' if here == 1 else 'are'} late for it."


def _expired(expired: int, *, digest: bool) -> str:
    if not expired:
        return "Nothing expired."
    said = f"{many(expired, 'line')} expired and will not be sent"
    return f"{said}: see what was missed." if digest else f"{said}."


def _entries(unsent: Iterable[Unsent], saying: Saying) -> tuple[Entry, ...]:
    zone = saying.reader.zone
    named = [
        Entry(
            text=one.what,
            when=f"was to leave {moment(one.due, zone, zone)}",
            detail=one.campaign or "",
        )
        for one in unsent
    ]
    if len(named) <= MOST:
        return tuple(named)
    return (*named[:MOST], Entry(text=f"and {len(named) - MOST} more: see tracker outbox"))

"""What edits did, as the entries of a digest: a sentence each, short where many are alike."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from tracker.content import Entry
from tracker.dates import day_in, show_day_short
from tracker.difference import Difference, Edit, net_effect, says_itself
from tracker.digest.desk import Desk
from tracker.digest.say import listed
from tracker.events import Course
from tracker.occurrence import Occurrence

MOST_ALIKE = 3
NAMED = 5
# What a digest says of its own accord: the fact itself, and that a campaign is closed.
_TOLD_AS_FACTS = frozenset({"fact added", "fact changed"})
_MANY = {
    "target added": "targets added",
    "target removed": "targets taken out",
    "signature added": "signatures added",
    "signature removed": "signatures taken out",
    "holiday added": "stretches of days changed in the calendar",
}


def edited(desk: Desk) -> tuple[Entry, ...]:
    """Tell what edits did since this reader's last digest, campaign by campaign.

    What an edit of a shared file did is told once, with the campaigns that it concerns.
    """
    rows: dict[tuple[str, str], dict[str, None]] = {}
    for whole in desk.courses:
        for text, when in _of_campaign(whole, desk):
            rows.setdefault((text, when), {})[whole.id] = None
    return tuple(
        Entry(text=text, when=when, detail="; ".join(campaigns))
        for (text, when), campaigns in rows.items()
    )


def _of_campaign(whole: Course, desk: Desk) -> Iterator[tuple[str, str]]:
    since = [edit for edit in desk.edits.get(whole.id, ()) if _is_news(edit, whole, desk)]
    net = (edit for edit in net_effect(since) if edit.difference.kind not in _TOLD_AS_FACTS)
    news = [edit for edit in net if not _is_corrected(edit, desk)]
    for kind, alike in groupby(news, key=lambda edit: edit.difference.kind):
        those = list(alike)
        if kind in _MANY and len(those) > MOST_ALIKE:
            yield _summed(kind, (edit.difference for edit in those)), _day(those[-1], desk)
        else:
            yield from ((edit.difference.text, _day(edit, desk)) for edit in those)


def _day(edit: Edit, desk: Desk) -> str:
    return show_day_short(day_in(edit.at, desk.saying.reader.zone))


def _summed(kind: str, those: Iterable[Difference]) -> str:
    names = [one.name for one in those]
    return f"{len(names)} {_MANY[kind]}: {listed(names, NAMED)}"


def _is_news(edit: Edit, whole: Course, desk: Desk) -> bool:
    if whole.id in desk.introduced:
        return False
    if not max(desk.since, desk.joined(whole.id)) < edit.at <= desk.now:
        return False
    closed = whole.frame.closed_at
    # The one line on its closing stands for all.
    return closed is None or closed > desk.now


def _is_corrected(edit: Edit, desk: Desk) -> bool:
    """Say whether a correction tells the move, in this mail or in one that came after it."""
    one = edit.difference
    return any(
        says_itself(one, line)
        for at, line in desk.corrected
        if edit.at <= at and _is_about(one, line)
    )


def _is_about(one: Difference, line: Occurrence) -> bool:
    return (line.item == "meeting") == (one.thing in {"meeting", "session"})

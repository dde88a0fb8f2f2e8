"""One coordinator's whole message, worked out from the lines that are due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import Result
from tracker.content import MailContent, Notice
from tracker.dates import show_day
from tracker.digest.accepted import accepted
from tracker.digest.correcting import corrected_dates
from tracker.digest.files import file_words, lost_lines
from tracker.digest.invitations import invitations
from tracker.digest.lines import Saying, groups
from tracker.digest.names import right_to_left
from tracker.digest.restarts import restarts
from tracker.digest.say import city
from tracker.digest.sections import Digest, Trouble, digest_of
from tracker.digest.settle import RESULT, Settlement
from tracker.digest.subject import headline, subject
from tracker.events import History
from tracker.occurrence import LineKind, Occurrence, Topic

NEAR = timedelta(hours=2)  # before its end a late digest is left to the next one
AT_MEETING = (LineKind.OVERDUE, LineKind.ESCALATION, LineKind.REMINDER, LineKind.FOLLOW_UP)
PASTED = 4
RESULTS: tuple[Result, ...] = get_args(Result)


class Written(Struct, frozen=True, kw_only=True):
    """A mail's content with its kind and the lines that it says, in order."""

    kind: str
    content: MailContent
    lines: tuple[Occurrence, ...]

    @property
    def tells(self) -> tuple[tuple[Topic, datetime | None, str], ...]:
        """Return the dates that it gives in passing, each of what and in which words."""
        notices = (section for notice in self.content.notices for section in notice.sections)
        return tuple(
            (topic, at, entry.text)
            for section in (*self.content.sections, *notices)
            for entry in section.entries
            for topic, at in entry.tells
        )


def write(
    lines: Sequence[Occurrence], saying: Saying, history: History, trouble: Trouble
) -> Written | None:
    """Write one coordinator's mail; None where only a digest is due and it has nothing to say.

    The kind is digest if one is among the lines, else correction, else reminder, else notice.
    """
    digest: Digest | None = None
    due = [one for one in lines if one.kind == LineKind.DIGEST]
    if due:
        digest = digest_of(saying, lines, history, trouble)
        if _can_wait(due, saying, trouble) or not (digest.triggered or monday(saying)):
            lines = [one for one in lines if one.kind != LineKind.DIGEST]
            digest = None
    if not lines:
        return None
    kind = kind_of(lines)
    ordered = tuple(sorted(lines, key=_order))
    said = [one for one in ordered if one.kind in AT_MEETING]
    corrected = [one for one in ordered if one.kind == LineKind.CORRECTION]
    content = MailContent(
        kind=kind,
        reader=saying.reader.coordinator.name,
        zone=city(saying.reader.zone),
        date=show_day(saying.today),
        subject=subject(kind, ordered, saying, digest),
        preheader=digest.state if digest else "",
        headline=headline(ordered, saying, digest),
        groups=(*corrected_dates(corrected, saying), *groups(said, saying)),
        notices=(
            *restarts(ordered, saying, history),
            *file_words(ordered, saying, history),
            *_accepted(ordered, saying),
        ),
        state=digest.state if digest else "",
        picture=digest.picture if digest else None,
        sections=digest.sections if digest else (),
        paste="\n\n".join(
            filter(None, (_paste(said, saying, digest), *lost_lines(ordered, history)))
        ),
        footer=_footer(saying),
        invitations=invitations(ordered, saying, history),
    )
    names = right_to_left(content, _campaigns(ordered, saying), saying.world)
    return Written(kind=kind, content=replace(content, names=names), lines=ordered)


def _campaigns(lines: Sequence[Occurrence], saying: Saying) -> set[str]:
    """Return the campaigns that a mail may speak of: a digest of all that its reader has."""
    found = {one.campaign for one in lines if one.campaign}
    if any(one.kind == LineKind.DIGEST for one in lines):
        reader, courses = saying.reader.id, saying.plan.courses
        found.update(
            one for one, whole in courses.items() if reader in whole.frame.campaign.coordinators
        )
    return found


def _can_wait(digests: Sequence[Occurrence], saying: Saying, trouble: Trouble) -> bool:
    """Say whether a digest that is late would only say what the next one says soon after.

    A date that it was to correct is told at once: it may lie before the next one.
    """
    ends = [one.expires for one in digests if one.expires is not None]
    is_near = len(ends) == len(digests) and max(ends) - saying.now <= NEAR
    return is_near and not trouble.dates


def monday(saying: Saying) -> bool:
    """Say whether a digest leaves whatever it holds: the sign of life."""
    return saying.today.weekday() == 0


def kind_of(lines: Sequence[Occurrence]) -> str:
    """Name a mail after its weightiest line."""
    kinds = {one.kind for one in lines}
    if LineKind.DIGEST in kinds:
        return "digest"
    if LineKind.CORRECTION in kinds:
        return "correction"
    return "reminder" if kinds - {LineKind.NOTICE} else "notice"


def _order(one: Occurrence) -> tuple[int, str, str]:
    order = (
        LineKind.OVERDUE,
        LineKind.ESCALATION,
        LineKind.CORRECTION,
        LineKind.REMINDER,
        LineKind.FOLLOW_UP,
        LineKind.NOTICE,
        LineKind.DIGEST,
    )
    return (order.index(one.kind), one.states.isoformat() if one.states else "", one.key)


def _accepted(lines: Sequence[Occurrence], saying: Saying) -> tuple[Notice, ...]:
    return tuple(accepted(one, saying) for one in lines if one.item == "accepted")


def _paste(lines: Sequence[Occurrence], saying: Saying, digest: Digest | None) -> str:
    """Give the lines to paste into the campaigns' files, once for each thing to settle."""
    of_lines = (saying.settlement(one) for one in lines if one.item != "meeting")
    found = [*of_lines, *(digest.settled_by if digest else ())]
    every = list(dict.fromkeys(one for one in found if one is not None))
    shown = _shown(every)
    blocks = [f"# at the end of {one.campaign}.toml\n{one.lines(saying.today)}" for one in shown]
    more = sum(one.times for one in every) - len(blocks)
    if any(one.result == RESULT for one in shown):
        blocks.insert(0, f"# RESULT is {', '.join(RESULTS[:4])},\n# {' or '.join(RESULTS[4:])}")
    if more:
        blocks.append(f"# and {more} more, written alike: their words stand above")
    return "\n\n".join(blocks)


def _shown(every: list[Settlement]) -> list[Settlement]:
    """Choose a few: first one of each fact and item, since the others are written alike."""
    kinds: dict[tuple[str, str | None], Settlement] = {}
    for one in every:
        kinds.setdefault((one.fact, one.item), one)
    chosen = list(dict.fromkeys((*kinds.values(), *every)))[:PASTED]
    return sorted(chosen, key=every.index)


def _footer(saying: Saying) -> str:
    where = saying.reader.coordinator
    return (
        f"You get this because config.toml names you ({where.id}) as a coordinator; "
        f"days and hours are those of {city(saying.reader.zone)}. "
        "Whoever keeps config.toml can change that."
    )

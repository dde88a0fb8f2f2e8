"""How a line is settled: the exact command, and the lines to paste into the campaign's file."""

from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tracker.digest.say import listed
from tracker.events import Course
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Instance

RESULT = "RESULT"
MOST_COMMANDS = 3
MOST_IDS = 12


class Settlement(Struct, frozen=True, kw_only=True):
    """One fact that would settle a line.

    Where several `asks` or `targets` wait, each takes one; but `done` without a target settles
    all of its targets.
    """

    campaign: str
    fact: str
    item: str | None = None
    target: str | None = None
    ask: str | None = None
    meeting: date | Literal["none"] | None = None
    result: str | None = None
    asks: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """Return the commands for the other targets, where all of them are a few."""
        if self.target is None or len(self.targets) > MOST_COMMANDS:
            return ()
        return tuple(replace(self, target=one).command for one in self.targets[1:])

    @property
    def times(self) -> int:
        """Count the facts that it takes."""
        return max(1, len(self.asks), len(self.targets) if self.target else 0)

    @property
    def each(self) -> str:
        """Say what to give the command once for each of, where that is more than one."""
        if len(self.asks) > 1:
            return f"Once for each ask: {listed(self.asks, len(self.asks))}"
        if len(self.targets) < 2:  # noqa: PLR2004 -- one needs no list
            return ""
        how = (
            "One command each, with --target" if self.target else "Or one at a time with --target"
        )
        more = f"; tracker status {self.campaign} has all" if len(self.targets) > MOST_IDS else ""
        return f"{how}: {listed(self.targets, MOST_IDS)}{more}"

    @property
    def each_by_itself(self) -> bool:
        """Say whether only words tell what it is to be given once for each of."""
        return bool(self.each) and not self.others

    @property
    def command(self) -> str:
        """Return the command that logs the fact."""
        options = (
            ("--item", self.item),
            ("--target", self.target),
            ("--ask", self.ask),
            ("--meeting", str(self.meeting) if self.meeting else None),
            ("--result", self.result),
        )
        said = " ".join(f"{name} {value}" for name, value in options if value)
        return f"tracker log {self.campaign} {self.fact} {said}".rstrip()

    def lines(self, on: date) -> str:
        """Return the same as TOML, with the day on which it is said to have happened."""
        rows = [
            "[[log]]",
            f"on      = {on}",
            f'fact    = "{self.fact}"',
            f'item    = "{self.item}"' if self.item else "",
            f'target  = "{self.target}"' if self.target else "",
            f'ask     = "{self.ask}"' if self.ask else "",
            f"meeting = {_in_toml(self.meeting)}" if self.meeting else "",
            f'result  = "{self.result}"' if self.result else "",
        ]
        return "\n".join(row for row in rows if row)


def settlement(
    one: Occurrence, whole: Course, instances: tuple[Instance, ...]
) -> Settlement | None:
    """Say what settles a line, or None where nothing does (a digest, a notice)."""
    if one.kind in {LineKind.DIGEST, LineKind.NOTICE} or _corrects_a_meeting(one):
        return None
    if one.item == "meeting":
        return _after_meeting(one, whole)
    instance = instance_of(one, instances)
    return settling(instance) if instance else None


def _corrects_a_meeting(one: Occurrence) -> bool:
    return one.kind == LineKind.CORRECTION and one.item == "meeting"


def instance_of(one: Occurrence, instances: tuple[Instance, ...]) -> Instance | None:
    """Find the step's instance that a line is about."""
    return next(
        (some for some in instances if some.step.id == one.item and _is_of(some, one)), None
    )


def _is_of(instance: Instance, one: Occurrence) -> bool:
    """Say whether an instance of a line's step is at its meeting and about its ask."""
    meeting = instance.meeting
    there = (meeting.forum, meeting.session) if meeting else (None, None)
    ask = instance.ask.id if instance.ask else None
    return (*there, ask) == (one.forum, one.session, one.ask)


def settling(instance: Instance) -> Settlement:
    """Say which fact settles an instance of a step."""
    step = instance.step.step
    campaign = instance.course.id
    meeting = instance.meeting.session if instance.meeting else None
    if instance.step.scope != "meeting":
        meeting = None
    asks = (instance.ask.id,) if instance.ask else _waiting(instance)
    silent = tuple(one.id for one in instance.targets)
    target = step.target or (silent[0] if silent else None)
    match step.until:
        case "delivered":
            return Settlement(campaign=campaign, fact="delivered")
        case "reply":
            return Settlement(campaign=campaign, fact="reply", target=target, targets=silent)
        case "readout":
            return Settlement(campaign=campaign, fact="readout", meeting=meeting)
        case "outcome" | "settled":
            # What became of a decision since must not take the place of the decision itself.
            since = instance.ask is not None and "decision" in instance.step.due.anchors
            return _outcome(campaign, asks, "none" if since else meeting)
        case "done":
            return Settlement(
                campaign=campaign,
                fact="done",
                item=step.id,
                target=None if len(silent) > 1 else target,
                meeting=meeting,
                targets=silent,
            )


def _in_toml(meeting: date | str) -> str:
    return f'"{meeting}"' if isinstance(meeting, str) else str(meeting)


def _outcome(
    campaign: str, asks: tuple[str, ...], meeting: date | Literal["none"] | None
) -> Settlement:
    return Settlement(
        campaign=campaign,
        fact="outcome",
        ask=asks[0] if asks else None,
        meeting=meeting,
        result=RESULT,
        asks=asks,
    )


def _waiting(instance: Instance) -> tuple[str, ...]:
    """Return the asks that still wait for an outcome here, or where none does the first."""
    whole, meeting = instance.course, instance.meeting
    asks = whole.asks_at(meeting) if meeting else whole.asks
    waiting = tuple(
        ask.id
        for ask in asks
        if ask.open
        and not any(o.meeting is not None and o.meeting is meeting for o in ask.outcomes)
    )
    return waiting or tuple(ask.id for ask in asks)[:1]


def _after_meeting(one: Occurrence, whole: Course) -> Settlement | None:
    """Return the outcome that a meeting is expected to bring."""
    meeting = whole.meeting((one.forum, one.session)) if one.session else None
    asks = tuple(ask.id for ask in whole.asks_at(meeting) if ask.open) if meeting else ()
    if not asks or meeting is None or meeting.watched:
        return None
    return _outcome(whole.id, asks, one.session)

"""What campaign, forum, playbook and working-day files may say."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Struct, field
from pydantic import BaseModel, Field, StrictBool

from tracker.config import Config
from tracker.fields import (
    Clock,
    DayOrSpan,
    Duration,
    LeadPhrase,
    Line,
    MeetingDay,
    OneOrMore,
    Phrase,
    Prose,
    RepeatPhrase,
    SessionsPhrase,
    Slug,
    SpanPhrase,
    ZoneName,
)

Kind = Literal["letter", "open letter", "sign-on letter", "statement", "article"]
Stance = Literal["champion", "supportive", "undecided", "opposed", "blocking", "unknown"]
Result = Literal[
    "met", "partly met", "deferred", "not met", "adopted not implemented", "superseded"
]
FactKind = Literal["delivered", "reply", "stance", "outcome", "readout", "done", "note"]
SettledBy = Literal["done", "delivered", "reply", "outcome", "readout", "settled"]
StepFor = Literal["meeting", "campaign", "each target", "each ask"]
SETTLING: frozenset[Result] = frozenset({"met", "not met", "superseded"})
Leads = Annotated[tuple[LeadPhrase, ...], Field(max_length=50), OneOrMore]


class Ask(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """One act that the letter requests."""

    id: Slug
    text: Prose


class Meeting(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A session of a forum, all of its sessions, or a date of our own."""

    forum: Slug | None = None
    date: DayOrSpan | None = None
    sessions: Literal["every"] | None = None
    from_: Annotated[Phrase | None, Field(alias="from")] = None
    until: Phrase | None = None
    name: Line | None = None
    time: Clock | None = None
    timezone: ZoneName | None = None
    place: Line | None = None
    asks: tuple[Slug, ...] | None = None
    remind: Leads | None = None


class Target(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A post that can decide or sway; an address here is never mailed."""

    id: Slug
    post: Line
    holder: Line | None = None
    state: Line | None = None
    stance: Stance = "unknown"
    address: Line | None = None
    note: Prose | None = None


class Step(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """What a deadline and a follow-up share; in a campaign it may override a playbook's."""

    id: Slug
    what: Line | None = None
    due: Phrase | None = None
    for_: Annotated[StepFor | None, Field(alias="for")] = None
    until: SettledBy = "done"
    who: tuple[Slug, ...] | None = None
    target: Slug | None = None
    skip: StrictBool = False


class Deadline(Step, frozen=True, extra="forbid", defer_build=True):
    """Something of ours to be done before a moment; reminders come before it."""

    remind: Leads | None = None


class FollowUp(Step, frozen=True, extra="forbid", defer_build=True):
    """Something that starts after a moment and repeats until it is settled."""

    repeat: RepeatPhrase | None = None
    escalate: Slug | None = None


class Signatory(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """An organisation or person that signed."""

    name: Line
    place: Line | None = None
    signed: Phrase | None = None


class LoggedFact(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """What happened, as the campaign's log has it; `on` is in the campaign's zone."""

    fact: FactKind
    on: Phrase
    by: Line | None = None
    note: Prose | None = None
    target: Slug | None = None
    ask: Slug | None = None
    item: Slug | None = None
    stance: Stance | None = None
    result: Result | None = None
    meeting: MeetingDay | None = None
    to: Phrase | None = None


class FactKeys(Struct, frozen=True):
    """The keys that a fact needs and may have, besides `by` and `note`."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


# `ask` with `done` tells the lines of a step for each ask apart.
FACT_KEYS: Mapping[FactKind, FactKeys] = {
    "delivered": FactKeys(),
    "reply": FactKeys(("target",), ("stance", "ask")),
    "stance": FactKeys(("target", "stance")),
    "outcome": FactKeys(("ask", "result"), ("meeting", "to")),
    "readout": FactKeys((), ("meeting",)),
    "done": FactKeys(("item",), ("meeting", "target", "ask")),
    "note": FactKeys(),
}


class Campaign(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """One letter and everything done for it; the file's stem is its id."""

    title: Line
    dated: Phrase
    coordinators: Annotated[tuple[Slug, ...], Field(min_length=1)]
    kind: Kind = "letter"
    sender: Line | None = None
    signer: Line | None = None
    opened: Phrase | None = None
    summary: Prose | None = None
    source: Line | None = None
    file: Line | None = None
    playbook: Slug | None = None
    workdays: Slug | None = None
    closed: Phrase | None = None
    paused: SpanPhrase | None = None
    ask: tuple[Ask, ...] = ()
    meeting: tuple[Meeting, ...] = ()
    target: Annotated[tuple[Target, ...], Field(max_length=20_000)] = ()
    deadline: tuple[Deadline, ...] = ()
    follow_up: Annotated[tuple[FollowUp, ...], Field(alias="follow-up")] = ()
    signatory: tuple[Signatory, ...] = ()
    log: tuple[LoggedFact, ...] = ()


class CancelledSession(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A session that will not be held."""

    on: Phrase
    why: Prose | None = None


class MovedSession(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A session held on another day; its original date stays its identity."""

    from_: Annotated[Phrase, Field(alias="from")]
    to: Phrase
    why: Prose | None = None


class Forum(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A body that meets."""

    name: Line
    timezone: ZoneName
    place: Line | None = None
    sessions: SessionsPhrase | None = None
    lasts: Duration | None = None
    recess: Annotated[tuple[SpanPhrase, ...], OneOrMore] = ()
    cancelled: tuple[CancelledSession, ...] = ()
    moved: tuple[MovedSession, ...] = ()
    extra: Annotated[tuple[Phrase, ...], OneOrMore] = ()


class PlaybookMeeting(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """When the meeting itself is reminded of."""

    remind: Leads | None = None


class Playbook(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A named set of steps that campaigns share."""

    name: Line
    summary: Prose | None = None
    meeting: PlaybookMeeting = Field(default_factory=PlaybookMeeting)
    deadline: tuple[Deadline, ...] = ()
    follow_up: Annotated[tuple[FollowUp, ...], Field(alias="follow-up")] = ()


class Workdays(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A working-day calendar; it also gives a campaign its time zone."""

    name: Line
    timezone: ZoneName
    weekend: tuple[
        Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], ...
    ] = ("Saturday", "Sunday")
    holidays: Line | None = None
    add: Annotated[tuple[DayOrSpan, ...], OneOrMore] = ()
    drop: Annotated[tuple[DayOrSpan, ...], OneOrMore] = ()


class World(Struct, frozen=True, kw_only=True):
    """All files in force at one moment, by kind and id; nothing in it is half-read."""

    config: Config
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    forums: dict[str, Forum] = field(default_factory=dict)
    playbooks: dict[str, Playbook] = field(default_factory=dict)
    workdays: dict[str, Workdays] = field(default_factory=dict)

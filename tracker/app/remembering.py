"""What the tracker writes down when it sees it, and the history that this adds up to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from tracker.app.edits import EDIT, edits_from
from tracker.app.outages import OUTAGE, outages_from
from tracker.app.words import spoken
from tracker.campaign import World
from tracker.events import Fact, Frame, History, frame, read_facts
from tracker.store import JournalEntry
from tracker.store.journal import DIGEST, RENAMED

SEEN, FACT = "seen", "fact"
Facts: TypeAlias = Mapping[str, Mapping[str, Fact]]  # by campaign, then by key


def sightings(
    frames: Mapping[str, Frame],
    facts: Facts,
    steps: Mapping[str, tuple[str, ...]],
    *,
    now: datetime,
    replayed: bool,
) -> Iterator[JournalEntry]:
    """Yield an entry for all that is in the files at `now`; what is known already has its key.

    In a replay a campaign is seen at 00:00 of `opened` and a fact is known at its time; live both
    are known when they are first read.
    """
    for campaign, home in frames.items():
        at = home.opened_at if replayed else now
        if at > now:
            continue
        yield JournalEntry(at, SEEN, campaign, f"seen/{campaign}")
        coordinators = (f"coordinator:{one}" for one in home.campaign.coordinators)
        for what in (*coordinators, *(f"step:{one}" for one in steps[campaign])):
            yield JournalEntry(at, SEEN, campaign, f"seen/{campaign}/{what}")
        for key, fact in facts[campaign].items():
            known_at = fact.known_at if replayed else now
            if known_at <= now:
                yield JournalEntry(known_at, FACT, campaign, key)


def fact_keys(campaign: str, facts: Iterable[Fact]) -> Iterator[tuple[str, Fact]]:
    """Yield each fact with its key: what it says, without its note, and a number if said twice."""
    said: Counter[str] = Counter()
    for fact in facts:
        moment = fact.at.isoformat() if fact.exact else fact.on.isoformat()
        words = (fact.kind, moment, fact.target, fact.ask, fact.item, fact.stance, fact.result)
        places = (str(fact.meeting) if fact.meeting else None, str(fact.to) if fact.to else None)
        key = "/".join(("fact", campaign, *(word or "-" for word in (*words, *places))))
        said[key] += 1
        yield (key if said[key] == 1 else f"{key}/{said[key]}"), fact


def history_from(entries: Iterable[JournalEntry], facts: Facts, blank: History) -> History:
    """Add the journal up: first sights, facts, digests sent, what edits did, word about files."""
    entries = list(entries)
    known: dict[str, datetime] = {}
    seen: dict[tuple[str, str], datetime] = {}
    digests: dict[str, datetime] = {}
    edits: list[JournalEntry] = []
    for entry in entries:
        if entry.kind in {EDIT, RENAMED}:
            edits.append(entry)
        elif entry.kind == FACT:
            known[entry.key] = entry.at
        elif entry.kind == SEEN and entry.campaign is not None:
            _, _, what = entry.key.removeprefix("seen/").partition("/")
            seen[entry.campaign, what] = entry.at
        elif entry.kind == DIGEST:
            reader = entry.data["coordinator"]
            digests[reader] = max(digests.get(reader, entry.at), entry.at)
    return replace(
        blank,
        facts={
            campaign: tuple(
                replace(fact, known_at=known[key]) for key, fact in those.items() if key in known
            )
            for campaign, those in facts.items()
        },
        seen=seen,
        digests=digests,
        words=tuple(spoken(entries).words.values()),
        edits=edits_from(edits),
        outages=outages_from(one for one in entries if one.kind == OUTAGE),
    )


def digest_sent(coordinator: str, *, now: datetime) -> JournalEntry:
    """Note that a digest left: the reader's next one tells what changed since."""
    key = f"digest/{coordinator}/{now.isoformat()}"
    return JournalEntry(now, DIGEST, None, key, {"coordinator": coordinator})


def frames_of(world: World) -> dict[str, Frame]:
    """Work out the frame of every campaign."""
    return {campaign: frame(campaign, world) for campaign in world.campaigns}


def facts_of(frames: Mapping[str, Frame]) -> Facts:
    """Read the log of every campaign."""
    return {campaign: facts_within(campaign, home) for campaign, home in frames.items()}


def facts_within(campaign: str, home: Frame) -> Mapping[str, Fact]:
    """Read the log of one campaign."""
    return dict(fact_keys(campaign, read_facts(home)))

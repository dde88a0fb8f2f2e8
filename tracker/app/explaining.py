"""Finds a line or a mail by its key, wherever it is known: outbox, replay or plan."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from tracker.app.replay import SimulatedClock, Watch, rewound, wind
from tracker.campaign import World
from tracker.changes import Kept, begun_anew
from tracker.compose import Composer
from tracker.errors import Problem
from tracker.events import History, frame, read_facts
from tracker.occurrence import Occurrence
from tracker.planning import plan
from tracker.store import MailRecord, OutboxLine, Store

MOST_DIGITS = 18  # what a database can count to


class Found(Struct, frozen=True):
    """What a key names: a mail with its lines, or one line that was at least planned."""

    mail: MailRecord | None
    lines: tuple[OutboxLine, ...]


def mail_number(text: str) -> int | None:
    """Read the number of a mail; None if it is not one."""
    written = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if written else None


def find(key: str, store: Store) -> Found | None:
    """Find a mail by number or Message-ID, or a line by its key, in an outbox."""
    number = mail_number(key)
    mail = _by_message_id(key, store) if number is None else store.mail(number)
    if mail is not None:
        lines = (store.line(one) for one in mail.keys)
        return Found(mail, tuple(line for line in lines if line is not None))
    line = store.line(key)
    if line is None:
        return None
    return Found(store.mail(line.mail) if line.mail is not None else None, (line,))


def find_planned(
    key: str,
    world: World,
    history: History,
    moments: Iterable[datetime],
    left: Mapping[str, Kept],
) -> Occurrence | None:
    """Find a line that a plan made at one of these moments holds; the last that has it counts.

    What has `left` says which lines are asked for anew.

    Only the campaign that the key begins with is planned, unless it begins with none.
    """
    campaign = key.partition("/")[0]
    only = [campaign] if campaign in world.campaigns else None
    for now in sorted(moments, reverse=True):
        for one in begun_anew(plan(world, history, now=now, only=only), left).occurrences:
            if one.key == key:
                return one
    return None


def turning_points(key: str, world: World, now: datetime) -> list[datetime]:
    """Return the moments at which a campaign's plan changed: its opening and each fact."""
    moments = [now]
    for campaign in world.campaigns:
        if campaign == key.partition("/")[0]:
            home = frame(campaign, world)
            moments += [home.opened_at, *(fact.known_at for fact in read_facts(home))]
    return moments


def replayed_outbox(
    world: World,
    problems: tuple[Problem, ...],
    composer: Composer,
    *,
    end: datetime,
    watch: Watch | None = None,
) -> Store:
    """Replay until `end` and return the outbox that this filled; close it after use."""
    engine = rewound(world, problems, composer)
    asyncio.run(wind(engine, end=end, watch=watch))
    engine.clock = SimulatedClock(end)
    return engine.store


def _by_message_id(key: str, store: Store) -> MailRecord | None:
    wanted = key.strip("<> ")
    if "@" not in wanted:
        return None
    return next((one for one in store.mails() if one.message_id.strip("<>") == wanted), None)

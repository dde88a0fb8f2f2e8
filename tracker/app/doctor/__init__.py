"""Every setting and everything around it that the tracker hangs on, each with its fix."""

import os
from collections.abc import MutableMapping
from datetime import datetime
from pathlib import Path

from tracker.app.doctor.database import Found, database
from tracker.app.doctor.files import composer_for, files, health_file, templates
from tracker.app.doctor.finding import Finding, State, failure, ok
from tracker.app.doctor.machine import machine
from tracker.app.doctor.mail import mail
from tracker.app.doctor.outside import outside
from tracker.app.doctor.trial import coordinator_at, send_trial
from tracker.app.holding import last_seen
from tracker.app.last_good import read_as_kept
from tracker.config import Config
from tracker.loading.world import Reading
from tracker.store import Hold, Store

__all__ = ["Finding", "State", "coordinator_at", "examine", "send_trial"]


async def examine(
    reading: Reading, environ: MutableMapping[str, str], *, base: Path, now: datetime
) -> list[Finding]:
    """Look at everything that can be looked at; nothing is made, changed or sent."""
    config = reading.config
    if config is None:
        elsewhere = machine(None, (), now=now, last_seen=None, user=os.geteuid())
        return [*files(reading), *elsewhere]
    found = database(config.database, base=base)
    seen: datetime | None = None
    holds: tuple[Hold, ...] = ()
    if found.usable:
        seen, holds, reading = _remembered(config, base, reading, now)
    composer = composer_for(base / config.templates)
    return [
        *files(reading),
        *templates(composer.folder, composer),
        *_database(found, holds),
        *health_file(config.health.prometheus_file, base),
        *outside(config.health.ping),
        *await mail(config.mail, environ, base=base, now=now),
        *machine(composer, _zones(reading), now=now, last_seen=seen, user=os.geteuid()),
    ]


def _remembered(
    config: Config, base: Path, reading: Reading, now: datetime
) -> tuple[datetime | None, tuple[Hold, ...], Reading]:
    """Return the last moment that the database knows of, what keeps mail back, and the files.

    They are read among what it has of them: a last good version stands for one with errors.
    """
    with Store.open(config.database, base=base) as store:
        seen = last_seen(store)
        kept = read_as_kept(base / reading.config_path.name, store, now=now)
        return (seen.at if seen else None), tuple(store.holds()), kept


def _database(found: Found, holds: tuple[Hold, ...]) -> list[Finding]:
    held = [
        failure(
            "sending",
            f"nothing leaves since {one.since:%Y-%m-%d %H:%MZ} ({one.cause}): {one.why}",
            "see what it says and let it go on: tracker resume",
        )
        for one in holds
    ]
    return [*found.findings, *(held or [ok("sending", "nothing is held")])]


def _zones(reading: Reading) -> list[str]:
    world = reading.world
    if world is None:
        return []
    return [
        *(one.timezone for one in world.config.coordinator),
        *(one.timezone for one in world.workdays.values()),
        *(one.timezone for one in world.forums.values()),
    ]

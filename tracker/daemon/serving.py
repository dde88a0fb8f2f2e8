"""Starting and stopping: everything that the loop needs is opened here, and closed again."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tracker.app.edits import as_remembered
from tracker.app.engine import Clock, Deliver, Engine
from tracker.app.files_seen import texts_in_force
from tracker.app.guarding import held_edits, hold_back
from tracker.campaign import World
from tracker.compose import Composer
from tracker.config import Config
from tracker.daemon.bell import Bell
from tracker.daemon.folder import Folder
from tracker.daemon.heart import Heart
from tracker.daemon.service_manager import ServiceManager
from tracker.daemon.signs import Signs
from tracker.daemon.turns import Daemon, put_in_force
from tracker.delivery import Outcome, open_transport, read_password
from tracker.errors import ConfigError
from tracker.loading import shipped_templates
from tracker.loading.world import Reading, read_world
from tracker.report import show_problems
from tracker.store import MailRecord, Store

LOG = logging.getLogger("tracker")


def serve(config_path: Path, *, clock: Clock, environ: Mapping[str, str]) -> None:
    """Be the daemon until SIGTERM or SIGINT; SIGHUP looks at the files at once.

    Raise ConfigError where config.toml or the machine keeps it from starting, BusyError where
    another daemon has the database.
    """
    first = read_world(config_path, now=clock())
    config = first.config or _usable(first).config
    with Store.open(config.database, base=config_path.parent) as store:
        store.lock()
        asyncio.run(_serve(config_path, config, store, clock=clock, environ=environ))


async def _serve(
    config_path: Path,
    config: Config,
    store: Store,
    *,
    clock: Clock,
    environ: Mapping[str, str],
) -> None:
    base = config_path.parent
    manager = ServiceManager.of(environ)
    heart = Heart(store, manager, clock=clock)
    async with _delivery(config, environ, heart, base=base) as deliver:
        composer = Composer(base / config.templates, shipped_templates())
        engine = Engine(store, composer, deliver=deliver, clock=clock, replayed=False)
        bell = Bell()
        daemon = started(engine, config_path, base / config.campaigns, bell, heart)
        heart.show = Signs(engine, manager, base=base).show
        _listen(daemon, manager)
        _warn_root()
        bell.start()
        manager.ready()
        try:
            await daemon.run()
        finally:
            bell.stop()
    LOG.info("stopped")


def started(
    engine: Engine, config_path: Path, campaigns: Path, bell: Bell, heart: Heart | None = None
) -> Daemon:
    """Recover what an earlier process left behind, read the files, and return a daemon to run."""
    # Looked at before it is read: what is saved in between is then seen as a change.
    folder = Folder(config_path, campaigns, clock=engine.clock)
    now, store = engine.clock(), engine.store

    def read() -> Reading:
        now = engine.clock()
        return read_world(
            config_path, now=now, last_good=texts_in_force(store, now=now), held=held_edits(store)
        )

    for mail in store.recover(now):
        LOG.warning("recovered mail %d of a process that ended: %s", mail.id, mail.state)
    reading = read()
    world = _usable(reading)
    folder = Folder(config_path, config_path.parent / world.config.campaigns, clock=engine.clock)
    with store.writing():
        before = as_remembered(world, reading.in_force, store.good_files())
        if hold_back(engine, reading, before, now=now):
            reading = read()
            world = _usable(reading)
        put_in_force(engine, reading, world, now=now, before=before)
    LOG.info("started as process %d: %d campaigns in force", os.getpid(), len(world.campaigns))
    return Daemon(engine, folder, read, bell, heart)


@asynccontextmanager
async def _delivery(
    config: Config, environ: Mapping[str, str], heart: Heart, *, base: Path
) -> AsyncIterator[Deliver]:
    def password() -> str | None:
        return read_password(config.mail, environ, base=base)

    transport = open_transport(config.mail.transport, base=base, password=password)

    async def deliver(record: MailRecord, address: str) -> Outcome:
        heart.written()  # its bytes are committed, or it would not be here
        outcome = await transport.deliver(record.raw, sender=config.mail.sender, recipient=address)
        level = logging.INFO if outcome.state == "sent" else logging.WARNING
        LOG.log(level, "%s", _what_became(record, outcome))
        return outcome

    try:
        yield deliver
    finally:
        await transport.close()


def _what_became(record: MailRecord, outcome: Outcome) -> str:
    """Say it with ids, never with a name or an address."""
    said = {
        "sent": "sent",
        "temporary": "put off",
        "permanent": "failed to send",
        "unknown": "had no answer to",
        "relay": "found the mail server unable to take",
    }[outcome.state]
    code = f" code={outcome.code}" if outcome.code else ""
    return (
        f"{said} mail={record.id} kind={record.kind} to={record.coordinator}"
        f" lines={len(record.keys)} attempt={record.attempt}{code}"
    )


def _usable(reading: Reading) -> World:
    if reading.world is not None:
        return reading.world
    problems = [one for one in reading.problems if one.file == str(reading.config_path)]
    raise ConfigError(show_problems(problems or reading.problems, files=1))


def _listen(daemon: Daemon, manager: ServiceManager) -> None:
    def stop() -> None:
        manager.stopping()
        daemon.stop()

    loop = asyncio.get_running_loop()
    for number, act in (
        (signal.SIGTERM, stop),
        (signal.SIGINT, stop),
        (signal.SIGHUP, daemon.look),
    ):
        loop.add_signal_handler(number, act)


def _warn_root() -> None:
    # Warned of and not refused: in a container there may be nobody else, and mail matters more.
    if os.geteuid() == 0:
        LOG.warning("runs as root, which it never needs: give it a user of its own")

"""Starting and stopping: everything that the loop needs is opened here, and closed again."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tracker.app.engine import Engine
from tracker.app.hands import Clock, Deliver
from tracker.app.holding import BelievedClock, Holding, Machine, Witness, last_seen
from tracker.app.holding.epoch import must_be_there
from tracker.app.holding.witness import file_in
from tracker.app.in_force import InForce
from tracker.app.outages import note_outage
from tracker.compose import Composer
from tracker.config import Config
from tracker.daemon.beginning import begin_planning, must_have_folder, read_files, usable
from tracker.daemon.bell import Bell
from tracker.daemon.folder import Folder
from tracker.daemon.heartbeat import heartbeat
from tracker.daemon.many import MANY, Look, Many, is_many, look_apart
from tracker.daemon.service_manager import ServiceManager
from tracker.daemon.signs import Signs
from tracker.daemon.turns import Daemon
from tracker.daemon.watchdog import Watchdog
from tracker.delivery import VARIABLE, Outcome, Secret, open_transport, read_secret
from tracker.digest.say import many as counted
from tracker.loading import shipped_templates
from tracker.loading.config_alone import read_config
from tracker.loading.world import Reading, Watch, read_world
from tracker.store import MailRecord, Store
from tracker.store.engine import database_file, database_url
from tracker.store.soundness import must_be_sound, must_be_writable

LOG = logging.getLogger("tracker")


LOOK_SECONDS = 2.0
NO_CLOCK = "waits for a clock that can be believed"


def serve(
    config_path: Path,
    *,
    clock: Clock,
    environ: MutableMapping[str, str],
    machine: Machine | None = None,
    watch: Watch = lambda _done, _whole: None,
) -> None:
    """Be the daemon until SIGTERM or SIGINT; SIGHUP looks at the files at once.

    With a `machine` the clock is believed only as far as the machine bears it out. Raise
    ConfigError where config.toml or the machine keeps it from starting, a damaged database among
    them, BusyError where another daemon has the database. While the files are read for the first
    time, `watch` is told how far that is.
    """
    config = read_config(config_path).config or usable(read_world(config_path, now=clock())).config
    with _opened(config.database, config_path.parent) as store:
        store.lock()
        asyncio.run(_serve(config_path, config, store, _Given(clock, environ, machine, watch)))


@dataclass(frozen=True, slots=True)
class _Given:
    """What a daemon is given of the world."""

    clock: Clock
    environ: MutableMapping[str, str]
    machine: Machine | None
    watch: Watch


def _opened(url: str, base: Path) -> Store:
    file = database_file(database_url(url), base=base)
    if file is not None:
        must_be_there(file)
        must_be_writable(file)
        must_be_sound(file)
    return Store.open(url, base=base)


async def _serve(
    config_path: Path,
    config: Config,
    store: Store,
    given: _Given,
) -> None:
    base = config_path.parent
    manager = ServiceManager.of(given.environ)
    watchdog = Watchdog(store, manager)
    async with _delivery(config, given.environ, watchdog, base=base) as deliver:
        composer = Composer(base / config.templates, shipped_templates())
        clock = given.clock
        holding = seen = None
        if given.machine is not None:
            seen = last_seen(store)
            clock = believed = BelievedClock(given.clock, given.machine, seen)
            holding = await begun(
                _holding(store, believed, given, base), lambda: manager.begins(NO_CLOCK)
            )
        engine = Engine(store, composer, deliver=deliver, clock=clock, replayed=False)
        if holding is not None:
            engine.sending.hands.may_leave = holding.may_leave
            engine.sending.hands.note_try = holding.note_try
        bell = Bell()
        up_until = seen.at if seen else None
        daemon = started(
            engine,
            config_path,
            base / config.campaigns,
            bell,
            watchdog,
            up_until=up_until,
            watch=_told(given.watch, manager),
        )
        watchdog.show = Signs(engine, manager, base=base).show
        _listen(daemon, manager)
        _say_started(engine)
        bell.start()
        manager.ready()
        try:
            async with heartbeat(store, clock):
                await daemon.run()
        finally:
            await bell.stop()
    LOG.info("stopped")


def _told(watch: Watch, manager: ServiceManager) -> Watch:
    """Tell the service manager each tenth part, too: a slow machine takes its time."""

    def watches(done: int, whole: int) -> None:
        watch(done, whole)
        if done % max(whole // 10, 1) == 0:  # of too many words at once it may miss READY
            manager.begins(f"reads the files: {done} of {whole}")

    return watches


def _holding(store: Store, clock: BelievedClock, given: _Given, base: Path) -> Holding:
    assert given.machine is not None
    remembers = file_in(given.environ, base)
    witness = Witness(store, given.machine.id, remembers) if store.is_shared else None
    return Holding(store, clock, given.machine, witness=witness)


async def begun(
    holding: Holding,
    waits: Callable[[], None] = lambda: None,
    *,
    look_seconds: float = LOOK_SECONDS,
) -> Holding:
    """Begin to hold; a first start waits for a clock that can be believed, and says so."""
    while not holding.time_is_known():
        waits()
        await asyncio.sleep(look_seconds)
    holding.begin()
    return holding


def started(  # noqa: PLR0913 -- what is run, on which files, and who is told
    engine: Engine,
    config_path: Path,
    campaigns: Path,
    bell: Bell,
    watchdog: Watchdog | None = None,
    *,
    up_until: datetime | None = None,
    watch: Watch = lambda _done, _whole: None,
    many: int = MANY,
    look: Look = look_apart,
) -> Daemon:
    """Recover what an earlier process left behind, read the files, and return a daemon to run.

    What came due since a tracker was last `up_until` is told as an outage. The first time that
    files are read can be watched. More than so `many` campaigns are not held in memory: `look`
    looks at all of them.
    """
    # Looked at before it is read: what is saved in between is then seen as a change.
    folder = Folder(config_path, campaigns, clock=engine.clock)
    store = engine.store

    def read(watch: Watch = lambda _done, _whole: None) -> Reading:
        return read_files(store, config_path, now=engine.clock(), watch=watch)

    engine.sending.recover()
    if is_many(folder, store, many=many):
        keeper = Many(engine, folder, campaigns, look)
        keeper.begin(since=up_until, watch=watch)
        return Daemon(engine, folder, read, bell, watchdog, many=keeper)
    reading = read(watch)
    world = usable(reading)
    must_have_folder(reading, world)
    folder = Folder(config_path, config_path.parent / world.config.campaigns, clock=engine.clock)
    plans = store.planner.is_here()
    if plans:
        begin_planning(engine, reading, read)
        if up_until is not None:
            engine.refresh()  # by now some has expired, and what edits have settled is not late
            note_outage(store, since=up_until, now=engine.clock())
    else:
        engine.put_in_force(InForce.of(world, reading.problems))
        LOG.info("another machine plans: %s", store.planner.who())
    return Daemon(engine, folder, read, bell, watchdog, plans=plans)


def _say_started(engine: Engine) -> None:
    in_force = counted(len(engine.world.campaigns), "campaign")
    LOG.info("started as process %d: %s in force", os.getpid(), in_force)
    # Warned of and not refused: in a container there may be nobody else, and mail matters more.
    if os.geteuid() == 0:
        LOG.warning("runs as root, which it never needs: give it a user of its own")


@asynccontextmanager
async def _delivery(
    config: Config, environ: MutableMapping[str, str], watchdog: Watchdog, *, base: Path
) -> AsyncIterator[Deliver]:
    def secret() -> Secret | None:
        return read_secret(config.mail, environ, base=base)

    transport = open_transport(config.mail.transport, base=base, secret=secret)
    environ.pop(VARIABLE, None)

    async def deliver(record: MailRecord, address: str) -> Outcome:
        watchdog.written()  # its bytes are committed, or it would not be here
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

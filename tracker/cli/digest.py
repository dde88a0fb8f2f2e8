"""`tracker digest`: a coordinator's digest as it would be sent."""

import asyncio
import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from tracker.app.digesting import Asked, digest_at
from tracker.app.live import live_history
from tracker.app.replay import SimulatedClock, first_moment, rewound, wind
from tracker.cli.arguments import Commands, command
from tracker.cli.composing import composer_of
from tracker.cli.database import open_store
from tracker.cli.mail import show_mail
from tracker.cli.moments import moment_of
from tracker.cli.reading import Files, must_have_folder, read_files, say_not_in_force
from tracker.cli.show import screen
from tracker.cli.waiting import progress
from tracker.cli.wrapping import say
from tracker.compose import Composer
from tracker.dates import day_in, show_day
from tracker.events import replayed
from tracker.planning import Readers
from tracker.store import Store

_IF = "at the hour of the morning, and only if something is due, new or wrong (on Mondays always)"
_WHEN = {
    "daily": f"every day, {_IF}",
    "weekdays": f"on weekdays, {_IF}",
    "weekly": "on Mondays, at the hour of the morning",
}


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "digest",
        run_digest,
        about="Show a coordinator's digest as it would be sent, with the lines that are due to"
        " them. Without --at it is now; with --at all mail before it is replayed first, so that"
        " \"changed since\" is right. A bare date is that day's digest, at the reader's hour.",
        examples=(
            (
                "tracker digest vienna --at 2010-06-25",
                "the Vienna desk's morning after the Permanent Council put the decision off",
            ),
            (
                "tracker digest new-york --at 2010-06-28",
                "the weekly digest of the New York desk, on its Monday",
            ),
        ),
    )
    parser.add_argument("coordinator", metavar="COORDINATOR", help="an id from config.toml")
    parser.add_argument("--at", metavar="T", help="a date or a date-time; default: now")


def run_digest(args: Namespace) -> int:
    """Print the digest's text, and say on stderr if it would not leave by itself."""
    files = read_files(args, now=args.clock())
    reader = files.coordinator(args.coordinator)
    composer = composer_of(args, files.world)
    if args.at:
        must_have_folder(files)
        say_not_in_force(files)
        at = _moment(args.at, reader, files, args.clock())
        asked = _replayed(reader, files, composer, at)
    else:
        at = args.clock()
        asked = _live(args, reader, files, at)
    text = composer.render(asked.written.content)
    show_mail(screen(), text.subject, text.text)
    if not asked.leaves:
        why = _why_not(reader, files, at)
        say(f"This digest would not leave by itself{why}.", file=sys.stderr)
    return 0


def _moment(text: str, reader: str, files: Files, now: datetime) -> datetime:
    asked = moment_of("--at", text, files.home, near=now)
    return asked.at if asked.day is None else Readers(files.world.config)[reader].on(asked.day)


def _replayed(reader: str, files: Files, composer: Composer, at: datetime) -> Asked:
    """Replay all mail before the moment, and write the digest with what that left behind."""
    world, problems = files.world, files.reading.problems
    engine = rewound(world, problems, composer)
    with engine.store as store, progress("replaying", first_moment(world), at) as watch:
        asyncio.run(wind(engine, end=at, watch=watch))
        engine.clock = SimulatedClock(at)
        history = engine.record(at)
        return digest_at(reader, world, history, store, now=at, problems=problems)


def _live(args: Namespace, reader: str, files: Files, now: datetime) -> Asked:
    kept = open_store(args, files.world.config)
    if kept is None:
        must_have_folder(files)
        say_not_in_force(files)
        with Store.open("sqlite://", base=Path()) as empty:
            past = replayed(files.world)
            problems = files.reading.problems
            return digest_at(reader, files.world, past, empty, now=now, problems=problems)
    with kept as store:
        files = read_files(args, now=now, store=store)
        must_have_folder(files)
        say_not_in_force(files)
        history = live_history(store, files.world, now=now)
        problems = files.reading.problems
        return digest_at(reader, files.world, history, store, now=now, problems=problems)


def _why_not(reader: str, files: Files, at: datetime) -> str:
    readers = Readers(files.world.config)
    one = readers[reader]
    days = one.coordinator.digest
    if days == "never":
        return f': {reader} has digest = "never"'
    today = day_in(at, one.zone)
    deputy = readers.standing_in(one, today)
    if deputy is not one:
        away = f"{reader} is away on {show_day(today)} and {deputy.id} stands in"
        return f": {away}; the next comes when {reader} is back"
    return f" at that moment: {reader} gets one {_WHEN[days]}"

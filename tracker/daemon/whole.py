"""A look at all files by a program of its own, so that ten thousand are in no daemon's memory.

It does what a start does: it reads everything, takes what differs from the last good versions for
edits, plans, and writes down what it came to. Then it ends, and its memory is free again.
"""

import gc
import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct, json

from tracker.app.engine import Engine
from tracker.app.faults import said_of
from tracker.app.outages import note_outage
from tracker.app.whole import note_whole
from tracker.compose import Composer
from tracker.daemon.beginning import begin_planning, read_files, usable
from tracker.daemon.folder import Folder
from tracker.daemon.lines import log_to
from tracker.delivery import Outcome
from tracker.errors import BusyError, ConfigError, UnwritableError
from tracker.loading import shipped_templates
from tracker.loading.world import Reading, Watch
from tracker.store import MailRecord, Store

LOG = logging.getLogger("tracker")


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be looked at, and as what: the contents that were believed, the moment.

    `since` is when a tracker was last up, where this is a start.
    """

    database: str
    config: str
    campaigns: str
    now: datetime
    contents: dict[str, str]
    since: datetime | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """How far it is, or how it ended: `again` if the files are others than those asked about."""

    how: Literal["reads", "taken", "again", "busy", "config", "unwritable", "fault"]
    words: str = ""
    done: int = 0
    of: int = 0


Tell = Callable[[Answer], None]


def look_at_all(asked: Asked, tell: Tell, wanted: Callable[[], bool] = lambda: True) -> None:
    """Read, plan and write down; whatever comes is told, and the last answer says how it ended.

    Nothing is written if it is not `wanted` any more by then.
    """
    try:
        with Store.open(asked.database, base=Path()) as store:
            tell(Answer(how="taken" if _taken(asked, store, tell, wanted) else "again"))
    except BusyError as busy:
        tell(Answer(how="busy", words=str(busy)))
    except UnwritableError as unwritten:
        tell(Answer(how="unwritable", words=str(unwritten)))
    except ConfigError as wrong:
        tell(Answer(how="config", words=str(wrong)))
    except Exception as fault:  # noqa: BLE001 -- its words may be a campaign's: only the place is told
        tell(Answer(how="fault", words=said_of(fault)))


def _taken(asked: Asked, store: Store, tell: Tell, wanted: Callable[[], bool]) -> bool:
    config = Path(asked.config)
    engine = _engine(store, asked.now, config.parent)
    folder = Folder(config, Path(asked.campaigns), clock=engine.clock)
    if _plain(folder.believed) != asked.contents:
        return False

    def read(watch: Watch = lambda _done, _whole: None) -> Reading:
        return read_files(store, config, now=asked.now, watch=watch)

    reading = read(_counted(tell))
    folder.forget()
    if _plain(folder.contents()) != asked.contents:
        return False  # saved again while it was read
    usable(reading)
    with store.writing():
        reading = begin_planning(engine, reading, read)
        engine.refresh()
        if asked.since is not None:
            note_outage(store, since=asked.since, now=asked.now)
            engine.refresh()
        note_whole(engine, reading, folder.believed, config, now=asked.now)
        if not wanted():
            raise BusyError("the daemon has ended, and the next one looks for itself")
    return True


def _plain(contents: Mapping[Path, str]) -> dict[str, str]:
    return {str(path): digest for path, digest in contents.items()}


def _engine(store: Store, now: datetime, base: Path) -> Engine:
    """Make one that plans and never sends."""

    async def deliver(_record: MailRecord, _address: str) -> Outcome:
        raise AssertionError("what only plans sends nothing")

    composer = Composer(base / "templates", shipped_templates())
    return Engine(store, composer, deliver=deliver, clock=lambda: now, replayed=False)


def _counted(tell: Tell) -> Watch:
    """Tell of each hundredth part."""

    def watch(done: int, whole: int) -> None:
        if done % max(whole // 100, 1) == 0:
            tell(Answer(how="reads", done=done, of=whole))

    return watch


def main() -> None:
    """Be the program: what is asked comes in, and each answer goes out as a line of JSON."""
    daemon = os.getppid()
    gc.disable()  # it ends before rubbish matters, and looking for it takes a sixth of the time
    log_to(environ=os.environ)

    def tell(answer: Answer) -> None:
        try:
            sys.stdout.buffer.write(json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # nobody is there to hear it
            raise SystemExit(1) from None

    asked = json.decode(sys.stdin.buffer.read(), type=Asked)
    look_at_all(asked, tell, wanted=lambda: os.getppid() == daemon)

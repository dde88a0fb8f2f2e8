"""Very many campaigns: in memory are those that something is due for, all others on the disk.

A look at all files is another program's; what it came to is in the database.
"""

import logging
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import json

from tracker.app.due_by_reader import DueByReader
from tracker.app.engine import Engine
from tracker.app.sending import Ground
from tracker.app.whole import Whole, files_of, last_whole, still_stands
from tracker.daemon.bell import HOUSE_AT
from tracker.daemon.folder import Contents, Folder
from tracker.daemon.whole import Answer, Asked, Tell
from tracker.errors import BusyError, ConfigError, TrackerError, UnwritableError
from tracker.loading.world import Watch
from tracker.programs import same_cache, same_paths
from tracker.store import Store

LOG = logging.getLogger("tracker")
MANY = 1_000  # campaigns; 200 MB hold as many at once
ONE_DAY = timedelta(days=1)
AGAIN = timedelta(hours=1)
NO_ANSWER = Answer(how="fault", words="no answer")
_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from tracker.daemon.whole import main
main()
"""
Look = Callable[[Asked, Tell], None]


class Many:
    """Keeps a daemon's files on the disk; `look` looks at all of them, in a program of its own."""

    def __init__(self, engine: Engine, folder: Folder, campaigns: Path, look: Look) -> None:
        self.engine = engine
        self.heard = 0
        self._failed: tuple[Contents, datetime] = ({}, engine.clock())
        self._folder = folder
        self._campaigns = campaigns
        self._look = look
        self._due = DueByReader(engine)

    def begin(self, *, since: datetime | None, watch: Watch) -> None:
        """Put the files in force as the last look at all found them, or as a new one does.

        What came due since a tracker was last up is told as an outage.
        """
        now, store = self.engine.clock(), self.engine.store
        contents = self._folder.believed
        found = last_whole(store)
        if found is None or not self._is_fresh(found, contents, now):
            answer = self._look_at_all(contents, now, since=since, watch=watch)
            if answer.how == "config":
                raise ConfigError(answer.words)
            if answer.how != "taken":
                why = answer.words or "they are being saved"
                raise TrackerError(f"The files could not be looked at ({why}): start again.")
            self._put_in_force(_found(store))
            return
        self._put_in_force(found)
        self.engine.edited_at = None  # what waited for the next edit has its moment
        if since is not None:
            self._due.after_an_outage(since, now)

    def take(self, contents: Contents, now: datetime) -> bool:
        """Look at all files, plan, and put them in force; False if that did not come to its end.

        They may have been saved meanwhile. Where they cannot be looked at, what is planned goes
        on, and the same files are tried again an hour later.
        """
        failed, again_at = self._failed
        if contents == failed and now < again_at:
            return False
        answer = self._look_at_all(contents, now)
        if answer.how in {"fault", "config"}:
            LOG.error("all files could not be looked at: %s", answer.words)
            self._failed = (contents, now + AGAIN)
        if answer.how != "taken":
            return False
        self._put_in_force(_found(self.engine.store))
        return True

    def wants_all(self, now: datetime) -> bool:
        """Say whether all files have to be looked at, though none has changed."""
        return self._due.wants_all(now)

    def ground(self, now: datetime) -> Ground:
        """Return what the mails that are due are written from."""
        return self._due.ground(now)

    def _is_fresh(self, found: Whole, contents: Contents, now: datetime) -> bool:
        """Say whether the plan was made of these very files, since house was kept last."""
        hour, minute = HOUSE_AT
        house = now.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
        if house > now:
            house -= ONE_DAY
        return house <= found.looked_at <= now and still_stands(
            found, self.engine.store, contents, self._folder.config
        )

    def _put_in_force(self, found: Whole) -> None:
        self.heard = found.number
        self.engine.edited_at = found.edited_at or self.engine.edited_at
        self.engine.put_in_force(files_of(found, self.engine.store))
        self.engine.catch_up()

    def _look_at_all(
        self,
        contents: Contents,
        now: datetime,
        *,
        since: datetime | None = None,
        watch: Watch = lambda _done, _whole: None,
    ) -> Answer:
        """Let all files be looked at; raise what kept the database from it."""
        last: list[Answer] = []

        def tell(answer: Answer) -> None:
            last[:] = [answer]
            if answer.how == "reads":
                watch(answer.done, answer.of)

        asked = Asked(
            database=_url_of(self.engine.store),
            config=str(self._folder.config),
            campaigns=str(self._campaigns),
            now=now,
            contents={str(path): digest for path, digest in contents.items()},
            since=since,
        )
        self._look(asked, tell)
        answer = last[0] if last and last[0].how != "reads" else NO_ANSWER
        _raise_for(answer)
        return answer


def is_many(folder: Folder, store: Store, *, many: int = MANY) -> bool:
    """Say whether there are, or were, too many campaigns to have them in memory at once.

    Machines that share a database each read all of them.
    """
    if store.file is None or store.is_shared:
        return False
    kept = sum(kind == "campaign" for kind, _ in store.good_digests())
    return max(folder.count_campaigns(), kept) > many


def look_apart(asked: Asked, tell: Tell) -> None:
    """Look at all files in a program of its own, and pass on what it tells."""
    with subprocess.Popen(  # noqa: S603 -- our own Python
        [
            *(sys.executable, "-X", "utf8", *same_cache()),
            *("-c", _PROGRAM, json.encode(same_paths()).decode()),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        with suppress(BrokenPipeError):  # what ends before it has heard gives no answer
            program.stdin.write(json.encode(asked))
        with suppress(BrokenPipeError):
            program.stdin.close()
        for line in program.stdout:
            if line.endswith(b"\n"):  # else it ended in the midst of a word
                tell(json.decode(line, type=Answer))
    if program.returncode == -signal.SIGTERM:
        tell(Answer(how="again"))  # told to stop, as we are: whoever goes on looks again


def _raise_for(answer: Answer) -> None:
    match answer.how:
        case "busy":
            raise BusyError(answer.words)
        case "unwritable":
            raise UnwritableError(answer.words)
        case _:
            return


def _found(store: Store) -> Whole:
    found = last_whole(store)
    assert found is not None
    return found


def _url_of(store: Store) -> str:
    assert store.file is not None
    return f"sqlite:///{store.file.absolute()}"

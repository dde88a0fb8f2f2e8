"""Whether the tracker is well, in one line for whoever watches over it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from tracker.app.nights import night_over
from tracker.app.words import KINDS, spoken
from tracker.config import Config
from tracker.events import GRACE, LOST_FACT, FileWord
from tracker.occurrence import Occurrence
from tracker.planning import Readers
from tracker.store import Hold, Standing, Store

TURNED = "turned"  # the mark that the daemon's loop writes at least every half minute
# One mail may take a quarter of an hour, and nothing else is written meanwhile.
SILENT = timedelta(minutes=20)
LATE = timedelta(minutes=15)  # a line that is due leaves at the next look, two seconds later
WAITING = timedelta(hours=1)  # a greylisting server wants two or three tries
RECENT = timedelta(days=1)
_WRONG = ("problem", "held", "missing")


class Health(Struct, frozen=True):
    """What the database says of how the tracker is at `at`."""

    at: datetime
    turned_at: datetime | None
    overdue: datetime | None
    standing: Standing
    holds: tuple[Hold, ...]
    files: tuple[str, ...]
    running: bool | None = None

    @property
    def trouble(self) -> tuple[str, ...]:
        """Return what is wrong, worst first, in a few words each and without a name."""
        return tuple(_trouble(self))


def health_of(
    store: Store, config: Config, *, now: datetime, running: bool | None = None
) -> Health:
    """Ask the database how things are; `running` is whether a daemon has it, None if unknown."""
    turned = store.marked(TURNED)
    words = spoken(store.journal(kinds=KINDS)).words.values()
    wrong = {_file(one.of, one.id) for one in words if _is_wrong(one, now)}
    return Health(
        at=now,
        turned_at=turned.at if turned else None,
        overdue=_overdue(store.due_lines(now - LATE), config, now),
        standing=store.standing(since=now - RECENT),
        holds=tuple(store.holds()),
        files=tuple(sorted(wrong)),
        running=running,
    )


def _is_wrong(word: FileWord, now: datetime) -> bool:
    """Say whether a word calls for somebody.

    A campaign whose file is gone counts as closed after a day, and a fact that was taken out on
    purpose cannot be told from one that was lost: both were told, and are no trouble for ever.
    """
    over = word.kind == "missing" or word.fault.startswith(LOST_FACT)
    return word.kind in _WRONG and not (over and now >= word.at + GRACE)


def _overdue(lines: list[Occurrence], config: Config, now: datetime) -> datetime | None:
    """Return since when the oldest line has waited that no reader's night keeps back."""
    readers = Readers(config)
    found: dict[str, list[Occurrence]] = {}
    for one in lines:
        if (one.expires is None or one.expires > now) and config.who(one.to) is not None:
            found.setdefault(one.to, []).append(one)
    dues = [
        one.due
        for to, waiting in found.items()
        if night_over(readers[to], waiting, now) is None
        for one in waiting
        if one.due is not None
    ]
    return min(dues, default=None)


def _trouble(one: Health) -> Iterator[str]:
    yield from _silent(one)
    for hold in one.holds:
        yield f"nothing leaves since {_moment(hold.since)} ({hold.cause}): {hold.why}"
    if one.overdue is not None:
        yield f"a line due {_moment(one.overdue)} has not left"
    waiting = one.standing.waiting
    if waiting is not None and one.at - waiting.since > WAITING:
        yield f"mail {waiting.id} has waited since {_moment(waiting.since)}"
    if one.standing.failed:
        numbers = ", ".join(map(str, one.standing.failed))
        yield f"failed within a day: mail {numbers}"
    if one.files:
        yield f"files with errors, held or gone: {', '.join(one.files)}"


def _silent(one: Health) -> Iterator[str]:
    if one.running is False:
        yield "no daemon is running"
    if one.turned_at is None:
        yield "no daemon has ever finished a turn"
    elif one.at - one.turned_at > SILENT:
        yield f"the daemon has written nothing since {_moment(one.turned_at)}"


def _file(kind: str, name: str) -> str:
    """Name a file of the tracker's; of config.toml there is but one."""
    return f"{name}.toml" if kind == "config" else f"{kind} {name}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%MZ}"

"""The dates that mails gave in passing: the last of each reader and topic, and what came since.

Each day's digest tells the same dates again, so that here, unlike in the journal, what later mails
have replaced is taken out: else years of mornings would be read for every edit.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import groupby
from typing import Any, TypeAlias

from msgspec import Struct, json
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.engine import Connection, Row

from tracker.store import postgres
from tracker.store.engine import Work
from tracker.tables import MAIL, TOLD

_AT_ONCE = 500  # rows in memory together
_TELL = insert(TOLD)
_OF = select(TOLD).where(TOLD.c.campaign == bindparam("of")).order_by(TOLD.c.at, TOLD.c.id)
_AFTER = select(TOLD).where(TOLD.c.id > bindparam("after")).order_by(TOLD.c.at, TOLD.c.id)
_SPOKEN_OF = select(TOLD.c.campaign).where(TOLD.c.at >= bindparam("since", type_=TOLD.c.at.type))
_STATES = (
    select(TOLD.c.id, TOLD.c.campaign, TOLD.c.coordinator, TOLD.c.document, MAIL.c.state)
    .join(MAIL, MAIL.c.id == TOLD.c.mail_id, isouter=True)
    .where(TOLD.c.campaign.in_(_SPOKEN_OF))
    .order_by(TOLD.c.campaign, TOLD.c.at.desc(), TOLD.c.id.desc())
)
_TAKE_OUT = delete(TOLD).where(TOLD.c.id == bindparam("of"))
# Item, forum, session and ask, then the date and in which words it was told.
Date: TypeAlias = tuple[str, str | None, str | None, str | None, str | None, str]
_TOPIC = 4  # so many of its values say what it is about
_DATES = json.Decoder(list[Date])


class DatesTold(Struct, frozen=True):
    """The dates of one campaign that one mail gave a reader; `dates` are plain JSON values."""

    campaign: str
    coordinator: str
    mail: int
    at: datetime
    dates: list[Date]


class SoFar:
    """All dates as read so far; what is new is all that needs to be read.

    Where machines share a database a lower number may be written later than a higher one, so that
    all are read each time.
    """

    def __init__(self) -> None:
        self._told: tuple[DatesTold, ...] = ()
        self._last = 0

    def caught_up(self, connection: Connection) -> tuple[DatesTold, ...]:
        """Return all dates, the earliest first; the very same tuple where none was added."""
        if postgres.is_it(connection):
            self.forget()
        rows = connection.execute(_AFTER, {"after": self._last}).all()
        if rows:
            new = map(_told, rows)
            self._told = tuple(sorted((*self._told, *new), key=lambda one: one.at))
            self._last = max(row.id for row in rows)
        return self._told

    def forget(self) -> None:
        """Let go of what was read: some of it may be there no longer."""
        self._told = ()
        self._last = 0


class Passing:
    """All dates told in passing, in one database; every call joins the transaction it is in.

    `mine` gives what the calling thread has read so far.
    """

    def __init__(
        self,
        run: Callable[[Work], AbstractContextManager[Connection]],
        mine: Callable[[], SoFar],
    ) -> None:
        self._run = run
        self._mine = mine

    def so_far(self) -> tuple[DatesTold, ...]:
        """Return all dates, the earliest first; the very same tuple where none was added."""
        with self._run("reading") as connection:
            return self._mine().caught_up(connection)

    def tell(self, told: Iterable[DatesTold]) -> None:
        """Write down what mails are about to tell."""
        rows = [_row(one) for one in told]
        if rows:
            with self._run("sending") as connection:
                connection.execute(_TELL, rows)

    def of(self, campaigns: Iterable[str]) -> list[DatesTold]:
        """Return the dates of some campaigns, each campaign's the earliest first."""
        with self._run("reading") as connection:
            return [
                _told(row)
                for name in sorted(campaigns)
                for row in connection.execute(_OF, {"of": name}).all()
            ]

    def take_out_replaced(self, *, since: datetime) -> int:
        """Take out what later mails that arrived have told anew; return how many entries.

        Only of campaigns whose dates a mail has given `since` then: all else was looked at before.
        """
        with self._run("sending") as connection:
            states = _STATES.execution_options(yield_per=_AT_ONCE)
            rows = connection.execute(states, {"since": since})
            gone = [
                number
                for _, those in groupby(rows, key=lambda row: row.campaign)
                for number in _replaced(those)
            ]
            if gone:
                connection.execute(_TAKE_OUT, [{"of": number} for number in gone])
                self._mine().forget()
        return len(gone)


def _replaced(latest_first: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[int]:
    """Yield what tells a reader of one campaign nothing that a later mail did not.

    A mail may fail for good, and then what was told before it counts; one that was taken never
    does.
    """
    known: dict[str, set[tuple[str | None, ...]]] = {}
    for row in latest_first:
        told = known.setdefault(row.coordinator, set())
        topics = {one[:_TOPIC] for one in _DATES.decode(row.document)}
        if topics <= told:
            yield row.id
        elif row.state == "sent":
            told |= topics


def _row(one: DatesTold) -> dict[str, object]:
    return {
        "campaign": one.campaign,
        "coordinator": one.coordinator,
        "mail_id": one.mail,
        "at": one.at,
        "document": json.encode(one.dates).decode(),
    }


def _told(row: Row[*tuple[Any, ...]]) -> DatesTold:
    return DatesTold(
        row.campaign, row.coordinator, row.mail_id, row.at, _DATES.decode(row.document)
    )

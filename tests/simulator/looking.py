"""A look into the database past the store: what is asked here, the store has no part in."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

_WAITING = "state IN ('queued', 'unknown')"
_FREE = "state = 'queued' AND mail_id IS NULL"


class Line(NamedTuple):
    """One line as it stands in its row."""

    key: str
    state: str
    mail: int | None
    due: str
    expires: str | None
    reader: str


class Mail(NamedTuple):
    """One mail as it stands in its row."""

    id: int
    message_id: str
    state: str
    raw: bytes
    carries: str

    @property
    def keys(self) -> list[str]:
        """Return the keys of the lines that it carries."""
        return list(json.loads(self.carries))


class Look:
    """Reads rows; moments are compared as they are written, which is in order of time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def lines(self) -> list[Line]:
        """Return every line."""
        return [
            Line(*row)
            for row in self._ask("SELECT key, state, mail_id, due, expires, recipient FROM line")
        ]

    def line(self, key: str) -> Line | None:
        """Return one line."""
        found = self._ask(
            "SELECT key, state, mail_id, due, expires, recipient FROM line WHERE key = ?", key
        )
        return next((Line(*row) for row in found), None)

    def mails(self) -> list[Mail]:
        """Return every mail."""
        return [
            Mail(*row) for row in self._ask("SELECT id, message_id, state, raw, carries FROM mail")
        ]

    def mail(self, number: int) -> Mail | None:
        """Return one mail."""
        asked = "SELECT id, message_id, state, raw, carries FROM mail WHERE id = ?"
        return next((Mail(*row) for row in self._ask(asked, number)), None)

    def in_hand_of(self, owner: str) -> list[str]:
        """Return the Message-IDs of what a process is sending."""
        asked = "SELECT message_id FROM mail WHERE state = 'sending' AND owner = ?"
        return [name for (name,) in self._ask(asked, owner)]

    def sent(self) -> set[str]:
        """Return the keys of the lines that were sent."""
        return {key for (key,) in self._ask("SELECT key FROM line WHERE state = 'sent'")}

    def holds(self) -> set[str]:
        """Return the causes for which mail is held."""
        return {cause for (cause,) in self._ask("SELECT cause FROM hold")}

    def holds_since(self, before: datetime) -> set[tuple[str, str]]:
        """Return the causes for which mail is held since before a moment, each with its own."""
        asked = "SELECT cause, since FROM hold WHERE since < ?"
        return {(cause, since) for cause, since in self._ask(asked, written(before))}

    def states(self, mails: Collection[int]) -> set[str]:
        """Return the states of some mails."""
        asked = f"SELECT state FROM mail WHERE id IN ({', '.join('?' * len(mails))})"  # noqa: S608 -- our own words
        return {state for (state,) in self._ask(asked, *mails)}

    def is_written(self, mail: int, attempt: int) -> bool:
        """Say whether it is written down how a try ended."""
        asked = "SELECT 1 FROM attempt WHERE mail_id = ? AND number = ?"
        return next(self._ask(asked, mail, attempt), None) is not None

    def unanswered(self, mail: int) -> set[int]:
        """Return which tries of a mail are written down as without an answer."""
        asked = "SELECT number FROM attempt WHERE mail_id = ? AND outcome = 'unknown'"
        return {number for (number,) in self._ask(asked, mail)}

    def refused_in_a_row(self) -> tuple[int, ...]:
        """Return the mails of the latest row of refusals that are all alike."""
        found = [value for (value,) in self._ask("SELECT value FROM mark WHERE name = 'relay'")]
        return tuple(one["mail"] for value in found for one in json.loads(value)["row"])

    def untold(self) -> set[int]:
        """Return the mails of which the journal says that nobody was told what they say."""
        told = self._ask("SELECT kind, document FROM journal ORDER BY id")
        found = set[int]()
        for kind, document in told:
            if kind == "untold":
                found.add(json.loads(document)["mail"])
            elif kind == "told again":
                found.discard(json.loads(document)["mail"])
        return found

    def outcomes(self, mail: int) -> list[str]:
        """Return how each try of a mail ended."""
        asked = "SELECT outcome FROM attempt WHERE mail_id = ? ORDER BY id"
        return [outcome for (outcome,) in self._ask(asked, mail)]

    def apart(self) -> set[str]:
        """Return the lines whose state is not that of the mail that carries them."""
        asked = (
            "SELECT line.key FROM line JOIN mail ON mail.id = line.mail_id"
            " WHERE line.state <> mail.state"
        )
        return {key for (key,) in self._ask(asked)}

    def expired_early(self, now: datetime) -> set[str]:
        """Return the lines that are expired and have no end, or one that is still to come."""
        asked = "SELECT key FROM line WHERE state = 'expired' AND ifnull(expires > ?, 1)"
        return {key for (key,) in self._ask(asked, written(now))}

    def over(self, now: datetime) -> list[str]:
        """Return the keys of the lines that wait and are of no use any more."""
        asked = f"SELECT key FROM line WHERE {_FREE} AND expires <= ?"  # noqa: S608 -- our own words
        return [key for (key,) in self._ask(asked, written(now))]

    def readers_due(self, now: datetime) -> list[str]:
        """Return to whom something is due, who has waited longest first."""
        asked = f"SELECT recipient FROM line WHERE {_FREE} AND due <= ? ORDER BY due, key"  # noqa: S608 -- our own words
        return list(dict.fromkeys(reader for (reader,) in self._ask(asked, written(now))))

    def retries_due(self, now: datetime) -> bool:
        """Say whether a mail is to go again."""
        asked = f"SELECT 1 FROM mail WHERE {_WAITING} AND next_at <= ? LIMIT 1"  # noqa: S608 -- our own words
        return next(self._ask(asked, written(now)), None) is not None

    def left_waiting(self, before: datetime, now: datetime) -> set[str]:
        """Return what might have gone before a moment, still waits, and is of use at `now`."""
        asked = (
            f"SELECT key FROM line WHERE {_FREE} AND due <= :before"  # noqa: S608 -- our own words
            " AND (expires IS NULL OR expires > :now) UNION ALL"
            f" SELECT message_id FROM mail WHERE {_WAITING} AND next_at <= :before"
            " AND (expires IS NULL OR expires > :now)"
        )
        moments = {"before": written(before), "now": written(now)}
        return {name for (name,) in self._connection.execute(asked, moments)}

    def next_due(self, after: datetime) -> datetime | None:
        """Return the next moment after one at which a line or another try is due."""
        asked = (
            f"SELECT min(due) FROM line WHERE {_FREE} AND due > :after UNION ALL"  # noqa: S608 -- our own words
            f" SELECT min(next_at) FROM mail WHERE {_WAITING} AND next_at > :after"
        )
        found = self._connection.execute(asked, {"after": written(after)})
        moments = [read(moment) for (moment,) in found if moment is not None]
        return min(moments, default=None)

    def _ask(self, words: str, *given: str | int) -> Iterator[tuple[Any, ...]]:
        return self._connection.execute(words, given)


def written(moment: datetime) -> str:
    """Write a moment as the rows have it."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def read(moment: str) -> datetime:
    """Read a moment of a row."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)

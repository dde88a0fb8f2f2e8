"""A person taken out of the database: their words, their mails, their id in every key."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, Select, select, update
from sqlalchemy.engine import Connection, Row

from tracker.tables import ATTEMPT, FILE, HOLD, JOURNAL, LINE, MAIL, TOLD

GONE = "[forgotten]"
_KEYS = frozenset({"key", "series"})
_UNDER_WAY = frozenset({"queued", "sending", "unknown"})
_NAMING = frozenset({"coordinator", "owner", "to", "by", "reader", "told_to"})
_READERS = re.compile(
    r"""\b(?:coordinators|who)\s*=\s*\[[^\]]*\]|\bescalate\s*=\s*(?:"[^"]*"|'[^']*')"""
)
_REASON = "the person was forgotten"


class Person(Struct, frozen=True):
    """Whom to forget: what they are called in texts and, of a coordinator, their id.

    `alias` takes the place of the id in keys, which must stay different from one another. `gone`
    names the files (kind, id) of which the database has the last text and the disk none.
    """

    words: tuple[str, ...]
    id: str | None
    alias: str
    gone: frozenset[tuple[str, str]] = frozenset()

    def pattern(self) -> re.Pattern[str]:
        """Match the person's words as whole words, whatever their case and blanks."""
        said = [r"\s+".join(map(re.escape, one.split())) for one in self.words]
        if self.id is not None:
            said.append(rf"(?<=\(){re.escape(self.id)}(?=\))")  # "Anna Meier (anna)"
        return re.compile(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)", re.IGNORECASE)


class Forgotten(Struct, frozen=True):
    """What was taken out: how many mails, lines, entries, answers and files had the person.

    `kept` are the mails under way that have the person in them; their bytes are final.
    """

    mails: int
    lines: int
    entries: int
    answers: int
    files: int
    kept: tuple[int, ...]

    def __bool__(self) -> bool:
        return any((self.mails, self.lines, self.entries, self.answers, self.files, self.kept))


def forget(connection: Connection, person: Person, *, now: datetime) -> Forgotten:
    """Take a person out of every table."""
    words = person.pattern()
    mails, kept = _mails(connection, person, words, now)
    return Forgotten(
        mails=mails,
        lines=_lines(connection, person, words, now),
        entries=_journal(connection, person, words) + _told(connection, person, words),
        answers=_texts(connection, words, (ATTEMPT.c.answer, HOLD.c.why)),
        files=_files(connection, person, words),
        kept=kept,
    )


def mailboxes(connection: Connection, coordinator: str) -> set[str]:
    """Return the names and addresses under which mail was made for a coordinator's id."""
    found: set[str] = set()
    raws = connection.execute(select(MAIL.c.raw).where(MAIL.c.coordinator == coordinator))
    for raw in raws.scalars():
        to = message_from_bytes(raw, policy=policy.default)["To"]
        for one in to.addresses if to is not None else ():
            found |= {one.display_name, one.addr_spec} - {""}
    return found


def is_known(connection: Connection, coordinator: str) -> bool:
    """Say whether anything was ever planned for or sent to a coordinator's id."""
    mails = select(MAIL.c.id).where(MAIL.c.coordinator == coordinator).limit(1)
    lines = select(LINE.c.key).where(LINE.c.recipient == coordinator).limit(1)
    return any(connection.execute(one).first() is not None for one in (mails, lines))


def _mails(
    connection: Connection, person: Person, words: re.Pattern[str], now: datetime
) -> tuple[int, tuple[int, ...]]:
    """Empty the mails that have the person in them; those to the person are not sent any more."""
    kept: list[int] = []
    emptied: dict[int, dict[str, object]] = {}
    for row in _stream(connection, select(MAIL)):
        to_them = row.coordinator == person.id
        if not to_them and not _has(row, words):
            continue
        if not to_them and row.state in _UNDER_WAY:
            kept.append(row.id)
        else:
            emptied[row.id] = _emptied(row, person, words, now)
    for number, values in emptied.items():
        connection.execute(update(MAIL).where(MAIL.c.id == number).values(values))
        if values["subject"] == GONE:  # what their server answered has their address in it
            answers = update(ATTEMPT).where(ATTEMPT.c.mail_id == number)
            connection.execute(answers.values(answer=GONE))
    return len(emptied), tuple(kept)


def _emptied(
    row: Row[Any], person: Person, words: re.Pattern[str], now: datetime
) -> dict[str, object]:
    to_them = row.coordinator == person.id
    values: dict[str, object] = {
        "raw": b"",
        "subject": GONE if to_them else words.sub(GONE, row.subject),
        "reason": row.reason and (GONE if to_them else words.sub(GONE, row.reason)),
    }
    if to_them:
        keys = [_key(key, person, words) for key in json.loads(row.carries)]
        values["coordinator"] = person.alias
        values["carries"] = json.dumps(keys, ensure_ascii=False)
        if row.state in _UNDER_WAY:
            ended = {"state": "cancelled", "reason": _REASON, "next_at": None, "settled_at": now}
            values.update(ended)
    return values


def _has(row: Row[Any], words: re.Pattern[str]) -> bool:
    """Say whether a mail has the person in it, as its reader sees it."""
    if words.search(f"{row.subject}\n{row.reason or ''}"):
        return True
    letter = message_from_bytes(row.raw, policy=policy.default)
    return any(words.search(text) for text in _said(letter))


def _said(letter: EmailMessage) -> Iterable[str]:
    yield from map(str, letter.values())
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            yield str(part.get_content())


def _lines(connection: Connection, person: Person, words: re.Pattern[str], now: datetime) -> int:
    changed = {
        row.key: values
        for row in _stream(connection, select(LINE))
        if (values := _line(row, person, words, now))
    }
    for key, values in changed.items():
        connection.execute(update(LINE).where(LINE.c.key == key).values(values))
    return len(changed)


def _line(
    row: Row[Any], person: Person, words: re.Pattern[str], now: datetime
) -> dict[str, object]:
    """Return what a line becomes, nothing where it has the person not in it."""
    document = json.loads(row.document)
    theirs = person.id is not None and person.id in (row.recipient, document.get("owner"))
    new = _clean(document, words, person if theirs else None)
    reason = row.reason and words.sub(GONE, row.reason)
    if (new, reason) == (document, row.reason):
        return {}
    values: dict[str, object] = {"key": new["key"], "document": _json(new), "reason": reason}
    if row.recipient == person.id:
        values["recipient"] = person.alias
    if theirs and row.state in _UNDER_WAY:
        values.update(state="cancelled", reason=_REASON, settled_at=now)
    return values


def _journal(connection: Connection, person: Person, words: re.Pattern[str]) -> int:
    changed = {}
    for row in _stream(connection, select(JOURNAL)):
        document = json.loads(row.document)
        new = _clean(document, words, person)
        key = _entry_key(row.key, person, words, named=new != document)
        if (new, key) != (document, row.key):
            changed[row.id] = {"key": key, "document": _json(new)}
    for number, values in changed.items():
        connection.execute(update(JOURNAL).where(JOURNAL.c.id == number).values(values))
    return len(changed)


def _told(connection: Connection, person: Person, words: re.Pattern[str]) -> int:
    """Take the person out of the dates told in passing: as their reader, and in what they say."""
    changed = {}
    for row in _stream(connection, select(TOLD)):
        document = json.loads(row.document)
        new = _clean(document, words, person)
        reader = person.alias if row.coordinator == person.id else row.coordinator
        if (new, reader) != (document, row.coordinator):
            changed[row.id] = {"coordinator": reader, "document": _json(new)}
    for number, values in changed.items():
        connection.execute(update(TOLD).where(TOLD.c.id == number).values(values))
    return len(changed)


def _files(connection: Connection, person: Person, words: re.Pattern[str]) -> int:
    """Blank the person in the last text of files that are gone; the others are read anew."""
    changed = 0
    for row in connection.execute(select(FILE)).all():
        content = _without_id(words.sub(GONE, row.content), person)
        if (row.kind, row.id) in person.gone and content != row.content:
            here = (FILE.c.kind == row.kind) & (FILE.c.id == row.id)
            connection.execute(update(FILE).where(here).values(content=content))
            changed += 1
    return changed


def _without_id(text: str, person: Person) -> str:
    """Return a file's text with the alias of a coordinator where it names who gets mail."""
    if person.id is None:
        return text
    name = re.compile(rf"(?<=[\"']){re.escape(person.id)}(?=[\"'])")
    return _READERS.sub(lambda found: name.sub(person.alias, found[0]), text)


def _texts(connection: Connection, words: re.Pattern[str], columns: Sequence[Column[Any]]) -> int:
    changed = 0
    for column in columns:
        table = column.table
        (first,) = table.primary_key.columns
        for mark, text in connection.execute(select(first, column)).all():
            if (new := words.sub(GONE, text)) != text:
                connection.execute(update(table).where(first == mark).values({column: new}))
                changed += 1
    return changed


def _clean(value: Any, words: re.Pattern[str], person: Person | None, field: str = "") -> Any:  # noqa: ANN401 -- JSON
    """Return a JSON value without the person; ids go only where a field names a reader."""
    if isinstance(value, dict):
        return {key: _clean(one, words, person, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one, words, person, field) for one in value]
    if not isinstance(value, str):
        return value
    return _clean_text(value, words, person, field)


def _clean_text(value: str, words: re.Pattern[str], person: Person | None, field: str) -> str:
    if person is not None and field in _NAMING and value == person.id:
        return person.alias
    return _key(value, person, words) if field in _KEYS else words.sub(GONE, value)


def _key(key: str, person: Person | None, words: re.Pattern[str]) -> str:
    """Return a line's key without the person: its last part is the reader."""
    head, slash, reader = key.rpartition("/")
    if person is not None and reader == person.id:
        return f"{head}{slash}{person.alias}"
    return _unlike(key, words)


def _entry_key(key: str, person: Person, words: re.Pattern[str], *, named: bool) -> str:
    """Return an entry's key without the person; `named` if its document names the reader."""
    mine = {f"coordinator:{person.id}": f"coordinator:{person.alias}"}
    if named and person.id is not None:
        mine[person.id] = person.alias
    return _unlike("/".join(mine.get(part, part) for part in key.split("/")), words)


def _unlike(key: str, words: re.Pattern[str]) -> str:
    """Take the words out of a key; a number drawn at random keeps it unlike all others."""
    blank = words.sub(GONE, key)
    return key if blank == key else f"{blank}~{secrets.token_hex(4)}"


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    """Read a long table a thousand rows at a time; nothing may be changed meanwhile."""
    yield from connection.execute(query.execution_options(yield_per=1000))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

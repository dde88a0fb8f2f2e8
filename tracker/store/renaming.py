"""A campaign under a new id: what was sent, seen and known under the old one counts for it."""

import json

from msgspec.structs import replace
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from tracker.occurrence import Occurrence
from tracker.store import documents
from tracker.tables import FILE, JOURNAL, LINE, MAIL, TOLD

_UNSENT = frozenset({"queued", "cancelled", "expired"})


def rename(connection: Connection, old: str, new: str) -> None:
    """Move a campaign's lines, mails, entries, dates told and last good version to its new id."""
    moved = _lines(connection, old, new)
    _carried(connection, old, moved)
    _journal(connection, old, new)
    connection.execute(update(TOLD).where(TOLD.c.campaign == old).values(campaign=new))
    here = FILE.c.kind == "campaign"
    if connection.execute(select(FILE.c.id).where(here, FILE.c.id == new)).first():
        connection.execute(delete(FILE).where(here, FILE.c.id == old))
    else:
        connection.execute(update(FILE).where(here, FILE.c.id == old).values(id=new))


def _lines(connection: Connection, old: str, new: str) -> dict[str, str]:
    """Give each line its new key; where both ids have one, the line that got further stays."""
    moved: dict[str, str] = {}
    rows = connection.execute(select(LINE).where(LINE.c.campaign == old)).all()
    for row in rows:
        key = _under(row.key, old, new)
        if key == row.key:
            continue  # word about the old file: it was about that one
        there = connection.execute(select(LINE.c.state).where(LINE.c.key == key)).scalar()
        if there is not None and there not in _UNSENT:
            continue
        connection.execute(delete(LINE).where(LINE.c.key == key))
        document = documents.dump(_renamed(documents.load(row.document), old, new))
        connection.execute(
            update(LINE)
            .where(LINE.c.key == row.key)
            .values(key=key, campaign=new, document=document)
        )
        moved[row.key] = key
    return moved


def _renamed(one: Occurrence, old: str, new: str) -> Occurrence:
    origin = one.origin
    if origin is not None and (origin.kind, origin.id) == ("campaign", old):
        origin = replace(origin, id=new)
    return replace(
        one,
        key=_under(one.key, old, new),
        series=_under(one.series, old, new),
        campaign=new,
        origin=origin,
    )


def _carried(connection: Connection, old: str, moved: dict[str, str]) -> None:
    """Let each mail name the lines it carries by their new keys."""
    query = select(MAIL.c.id, MAIL.c.carries).where(MAIL.c.carries.contains(f'"{old}/'))
    for row in connection.execute(query).all():
        keys = [moved.get(key, key) for key in json.loads(row.carries)]
        connection.execute(
            update(MAIL).where(MAIL.c.id == row.id).values(carries=json.dumps(keys))
        )


def _journal(connection: Connection, old: str, new: str) -> None:
    """Give sightings and facts their new keys; what both ids have was seen at the earlier time."""
    for row in connection.execute(select(JOURNAL).where(JOURNAL.c.campaign == old)).all():
        kind, _, rest = row.key.partition("/")
        if rest != old and not rest.startswith(f"{old}/"):
            continue
        key = f"{kind}/{_under(rest, old, new)}"
        there = connection.execute(select(JOURNAL.c.at).where(JOURNAL.c.key == key)).scalar()
        here = JOURNAL.c.id == row.id
        if there is None:
            connection.execute(update(JOURNAL).where(here).values(key=key, campaign=new))
            continue
        earlier = update(JOURNAL).where(JOURNAL.c.key == key)
        connection.execute(earlier.values(at=min(there, row.at)))
        connection.execute(delete(JOURNAL).where(here))


def _under(key: str, old: str, new: str) -> str:
    head, slash, rest = key.partition("/")
    return f"{new}{slash}{rest}" if head == old else key

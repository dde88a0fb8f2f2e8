"""The last good version of each file, which stays in force while a newer one is broken."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from tracker.store.records import GoodFile
from tracker.tables import FILE


def good_files(connection: Connection) -> dict[tuple[str, str], GoodFile]:
    """Return every remembered file by kind and id."""
    rows = connection.execute(select(FILE).order_by(FILE.c.kind, FILE.c.id))
    found = (GoodFile(row.kind, row.id, row.digest, row.content, row.read_at) for row in rows)
    return {(file.kind, file.id): file for file in found}


def remember(
    connection: Connection, files: Iterable[tuple[str, str, str, str]], *, now: datetime
) -> None:
    """Keep these versions; one that is remembered already keeps the moment it was first read."""
    rows = [
        {"kind": kind, "id": identity, "digest": digest, "content": content, "read_at": now}
        for kind, identity, digest, content in files
    ]
    if not rows:
        return
    statement = insert(FILE)
    newer = {name: statement.excluded[name] for name in ("digest", "content", "read_at")}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[FILE.c.kind, FILE.c.id],
            set_=newer,
            where=FILE.c.digest != statement.excluded.digest,
        ),
        rows,
    )

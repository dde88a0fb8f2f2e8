"""The last good version of each file, which stays in force while a newer one is broken."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Row

from tracker.store.records import GoodFile
from tracker.store.upsert import Insert, Upsert
from tracker.tables import FILE

_ALL = select(FILE).order_by(FILE.c.kind, FILE.c.id)
_DIGESTS = select(FILE.c.kind, FILE.c.id, FILE.c.digest)
_ONE = select(FILE).where(FILE.c.kind == bindparam("of"), FILE.c.id == bindparam("called"))


def _newer(new: Insert) -> Insert:
    return new.on_conflict_do_update(
        index_elements=[FILE.c.kind, FILE.c.id],
        set_={name: new.excluded[name] for name in ("digest", "content", "read_at")},
        where=FILE.c.digest != new.excluded.digest,
    )


_KEEP = Upsert(FILE, _newer)


def good_files(connection: Connection) -> dict[tuple[str, str], GoodFile]:
    """Return every remembered file by kind and id."""
    found = map(_good, connection.execute(_ALL))
    return {(file.kind, file.id): file for file in found}


def digests(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the digest of every remembered file by kind and id, and none of their texts."""
    return {(kind, name): digest for kind, name, digest in connection.execute(_DIGESTS)}


def good_file(connection: Connection, kind: str, file_id: str) -> GoodFile | None:
    """Return one remembered file."""
    row = connection.execute(_ONE, {"of": kind, "called": file_id}).one_or_none()
    return None if row is None else _good(row)


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
    connection.execute(_KEEP.on(connection), rows)


def _good(row: Row[*tuple[Any, ...]]) -> GoodFile:
    return GoodFile(row.kind, row.id, row.digest, row.content, row.read_at)

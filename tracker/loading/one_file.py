"""Reads one file by itself: bytes to a shape, or to problems for its author."""

from pathlib import Path

from msgspec import Struct

from tracker.errors import Fault, Problem
from tracker.loading.draft import Draft, draft_of
from tracker.loading.files import FileKind, Listed, SourceFile, digest_of, read_bytes, shown_path
from tracker.loading.placing import placed, slipped
from tracker.loading.shapes import Shape, shape_of
from tracker.loading.toml import decode, parse


class Read(Struct, frozen=True):
    """What came of one file: the shape is None if there are problems.

    `draft` is then the file without what is wrong, if not all hangs on that: never in force, only
    looked at for further faults, so that all are told in one go.
    """

    source: SourceFile
    shape: Shape | None
    problems: tuple[Problem, ...] = ()
    draft: Draft | None = None


def read_text(
    kind: FileKind,
    file_id: str,
    path: Path,
    text_or_bytes: str | bytes,
) -> tuple[Shape | None, list[Problem]]:
    """Read one file by itself; what only other files can show is not looked at."""
    data = text_or_bytes if isinstance(text_or_bytes, bytes) else _bytes(text_or_bytes)
    found = read_data(kind, file_id, path, data)
    return found.shape, list(found.problems)


def read_again(kind: FileKind, text: str) -> Shape | None:
    """Return the shape of a text that was sound before; None where it no longer is."""
    parsed = parse(text)
    return None if parsed.values is None or parsed.slips else shape_of(kind, parsed.values)[0]


def read_listed(listed: Listed) -> Read:
    """Read a file from the disk."""
    data = read_bytes(listed.path)
    if isinstance(data, Problem):
        return Read(SourceFile(listed.kind, listed.id, listed.path, "", ""), None, (data,))
    return read_data(listed.kind, listed.id, listed.path, data)


def read_data(kind: FileKind, file_id: str, path: Path, data: bytes) -> Read:
    """Read the bytes of a file; any bytes at all give a shape or problems."""
    text, slip = decode(data)
    source = SourceFile(kind, file_id, shown_path(path), text, digest_of(data))
    if slip is not None:
        return Read(source, None, tuple(slipped(source, [slip])))
    parsed = parse(text)
    problems = slipped(source, parsed.slips)
    if parsed.values is None or (problems and not parsed.values):
        return Read(source, None, tuple(problems))
    shape, faults = shape_of(kind, parsed.values)
    problems += placed(source, [one for one in faults if not _is_lost(one, parsed.lost)])
    if not problems:
        return Read(source, shape)
    draft = None if parsed.slips else draft_of(kind, parsed.values, faults)
    return Read(source, None, tuple(problems), draft)


def _is_lost(fault: Fault, lost: frozenset[str]) -> bool:
    """Say whether a missing key only seems to be missing, for its line could not be read."""
    return fault.code == "missing-key" and any(f"`{key}` is" in fault.message for key in lost)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

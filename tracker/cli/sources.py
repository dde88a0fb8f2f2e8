"""Where a planned line is written: file, line and the author's own words."""

from collections.abc import Mapping

from msgspec import Struct

from tracker.loading import SourceFile, place
from tracker.loading.world import Reading
from tracker.occurrence import Origin


class Source(Struct, frozen=True):
    """A place in a file; `text` is the line as its author typed it."""

    file: str
    line: int
    text: str


class Sources:
    """The files in force, to look places up in."""

    def __init__(self, reading: Reading) -> None:
        self._files: Mapping[tuple[str, str], SourceFile] = reading.in_force
        self._config = reading.config_path.stem

    def of(self, origin: Origin | None, *key: str) -> Source | None:
        """Return where an origin is written, or one of its keys; None where no file is known."""
        if origin is None:
            return None
        file = self._files.get((origin.kind, self._id(origin)))
        if file is None:
            return None
        line, _ = place(file, (*origin.path, *key))
        lines = file.text.splitlines()
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Source(str(file.path), line, text)

    def _id(self, origin: Origin) -> str:
        """Return a file's name in the reading: there is one config.toml, whatever it is called."""
        return self._config if origin.kind == "config" else origin.id

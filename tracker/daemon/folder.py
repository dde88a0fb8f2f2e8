"""The files, looked at: stamps first, then contents; a change is believed at the second look."""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tracker.errors import Problem
from tracker.loading.files import FOLDERS, digest_of, read_bytes, toml_names
from tracker.loading.reread import EditedFile

Contents = Mapping[Path, str]
_Stamp = tuple[int, int, int, int]
_FRESH_NS = 2_000_000_000


class Folder:
    """config.toml and the campaigns folder, as they were at the last look.

    A file whose stamp (times, size, inode) is the old one is not read again, unless it is so
    fresh that a second save may have the same stamp, or differs from what is believed.
    """

    def __init__(self, config: Path, campaigns: Path, *, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._campaigns = campaigns
        self._clock = clock
        self._known: dict[Path, tuple[_Stamp, str]] = {}
        self._paths: dict[tuple[str, str], Path] = {}
        self._settled: list[tuple[Path, _Stamp]] = []  # with these stamps all is as believed
        self._believed: Contents = {}
        self._believed = self.contents()
        self._last = self._believed

    @property
    def config(self) -> Path:
        """Return the path of config.toml."""
        return self._config

    @property
    def believed(self) -> Contents:
        """Return the contents that are in force."""
        return self._believed

    def look(self, *, anew: bool = False) -> Contents | None:
        """Return what the files hold now, if it is new and was the same at the look before.

        With `anew` it need not be new.
        """
        now = self.contents()
        at_rest = now == self._last
        self._last = now
        return now if at_rest and (anew or now != self._believed) else None

    def believe(self, contents: Contents) -> None:
        """Take these contents as the ones in force."""
        self._believed = contents
        self._settled = []

    def changed(self, contents: Contents) -> frozenset[Path]:
        """Return the files whose contents are others than those in force, or that came or went."""
        edited = {path for path, digest in contents.items() if self._believed.get(path) != digest}
        return frozenset(edited | (self._believed.keys() - contents.keys()))

    def count_campaigns(self) -> int:
        """Count the files of campaigns, sound or not."""
        return sum(map(self._is_campaign, self._believed))

    def edited_campaigns(self, contents: Contents) -> dict[str, EditedFile]:
        """Return the campaigns whose files were edited; none if anything else has changed, too."""
        changed = self.changed(contents)
        if not all(
            one in contents and one in self._believed and self._is_campaign(one) for one in changed
        ):
            return {}
        return {
            one.stem: EditedFile(one, self._believed[one], contents[one])
            for one in sorted(changed)
        }

    def _is_campaign(self, path: Path) -> bool:
        return path.parent == self._campaigns and path != self._config

    def forget(self) -> None:
        """Drop all stamps, so that the next look reads every file: some stamps lie."""
        self._known.clear()
        self._settled = []

    def contents(self) -> Contents:
        """Return the digest of every file; one that cannot be read counts as its stamp."""
        now_ns = int(self._clock().timestamp() * 1e9)
        stamps = list(self._stamps())
        if stamps and stamps == self._settled:
            return self._believed
        self._known = {path: self._digest(path, stamp, now_ns) for path, stamp in stamps}
        contents = {path: digest for path, (_, digest) in self._known.items()}
        settled = contents == self._believed and not any(
            _is_fresh(one, now_ns) for _, one in stamps
        )
        self._settled = stamps if settled else []
        return contents

    def _digest(self, path: Path, stamp: _Stamp, now_ns: int) -> tuple[_Stamp, str]:
        old = self._known.get(path)
        usual = not _is_fresh(stamp, now_ns) and self._is_believed(path, old[1] if old else "")
        if old is not None and old[0] == stamp and usual:
            return old
        return stamp, _hashed(path, stamp)

    def _is_believed(self, path: Path, digest: str) -> bool:
        return self._believed.get(path) == digest

    def _stamps(self) -> Iterator[tuple[Path, _Stamp]]:
        for path in (self._config, *self._toml_files()):
            try:
                found = os.lstat(path)
            except OSError:
                continue  # gone since it was listed: the next look sees it gone
            yield path, (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)

    def _toml_files(self) -> Iterator[Path]:
        """Yield the files, those known as the same paths: making ten thousand takes its time."""
        paths: dict[tuple[str, str], Path] = {}
        for _, name in FOLDERS:
            folder = self._campaigns / name
            for one in toml_names(folder):
                paths[name, one] = self._paths.get((name, one)) or folder / one
        self._paths = paths
        return iter(paths.values())


def _is_fresh(stamp: _Stamp, now_ns: int) -> bool:
    return now_ns - max(stamp[0], stamp[1]) < _FRESH_NS


def _hashed(path: Path, stamp: _Stamp) -> str:
    """Read a file as the tracker does; what it would refuse counts as its stamp."""
    data = read_bytes(path)
    return str(stamp) if isinstance(data, Problem) else digest_of(data)

"""A look at the organisation's templates whenever mails are written."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from tracker.app.templates import placed, template_problems_in, templates_in
from tracker.app.trouble import problem_sightings
from tracker.compose import BrokenTemplate
from tracker.errors import Problem
from tracker.store import Store

LOG = logging.getLogger("tracker")
Stamp = tuple[str, int, int]


class TemplateWatch:
    """Looks at the templates again when one has changed, and notes each distinct fault once."""

    def __init__(self, folder: Path) -> None:
        self.problems: tuple[Problem, ...] = ()
        self._folder = folder
        self._stamps: tuple[Stamp, ...] = ()
        self._looked_at: datetime | None = None

    def look(self, store: Store, *, now: datetime) -> None:
        """Bring `problems` up to date, once a round; a new fault is logged and put down."""
        if now == self._looked_at:
            return
        self._looked_at = now
        stamps = tuple(map(_stamp, templates_in(self._folder)))
        if stamps == self._stamps:
            return
        self.problems = template_problems_in(self._folder)
        _note(self.problems, store, now=now)
        self._stamps = stamps

    def hear(self, broken: Iterable[BrokenTemplate], store: Store, *, now: datetime) -> None:
        """Take in what a mail found wrong with its templates, though samples did not."""
        found = (placed(one.file, one.line, one.message, folder=self._folder) for one in broken)
        new = tuple(one for one in found if one not in self.problems)
        self.problems += new
        _note(new, store, now=now)


def _note(problems: Sequence[Problem], store: Store, *, now: datetime) -> None:
    for entry, one in zip(problem_sightings(problems, now=now), problems, strict=True):
        if store.record([entry]):
            LOG.warning("%s has an error in line %d: %s", one.file, one.line, one.message)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.lstat()
    except OSError:
        return path.name, 0, 0
    return path.name, found.st_mtime_ns, found.st_size

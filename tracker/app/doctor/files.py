"""The doctor's look at what people edit: config.toml, campaigns, templates."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tracker.app.doctor.finding import Finding, failure, ok, warning
from tracker.app.templates import template_problems_in, templates_in
from tracker.compose import Composer, template_problems
from tracker.compose.render import KINDS
from tracker.digest.say import many
from tracker.loading import shipped_templates
from tracker.loading.world import Reading
from tracker.report import way_out

CONFIG = "config.toml"


def files(reading: Reading) -> Iterator[Finding]:
    """Look at config.toml and the campaigns folder as they were read."""
    yield from _config(reading)
    config = reading.config
    if config is None:
        return
    yield _coordinators(len(config.coordinator))
    yield _campaigns(reading)


def templates(folder: Path, composer: Composer) -> Iterator[Finding]:
    """Render every kind of mail, from the organisation's templates and from those that ship."""
    if os.path.lexists(folder) and not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        fix = (
            "name a folder that the tracker's user may read; until then the shipped ones are used"
        )
        yield failure("templates", f"{folder} cannot be read as a folder", fix)
        return
    own = template_problems_in(folder)
    for one in own:
        said = f"{one.file}, line {one.line}: {one.message}"
        yield failure("templates", said, "mend it; until then mails leave without that part")
    broken = [] if own else template_problems(composer)
    for file, line, message in broken:
        yield failure("templates", f"{file}, line {line}: {message}", "install the tracker again")
    if not own and not broken:
        whose = (
            f"{len(templates_in(folder))} of your own" if templates_in(folder) else "as shipped"
        )
        yield ok("templates", f"{', '.join(KINDS)}: all render ({whose})")


def composer_for(folder: Path) -> Composer:
    """Return the composer that the daemon would use."""
    return Composer(folder, shipped_templates())


def _config(reading: Reading) -> Iterator[Finding]:
    path = reading.config_path
    wrong = [
        one
        for one in reading.problems
        if one.severity == "error" and Path(one.file).name == path.name
    ]
    for one in wrong:
        said = f"{one.file}:{one.line}:{one.column}: {one.message}"
        yield failure(CONFIG, said, one.hint or way_out(one) or "tracker check shows the place")
    if not wrong:
        yield ok(CONFIG, f"{path} can be used")
    yield from _config_mode(path)


def _config_mode(path: Path) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return
    if mode & 0o022:
        said = f"others may edit it (mode {mode:o}), and it decides who gets mail"
        yield failure("config.toml's mode", said, f"chmod go-w {path}")
    elif mode & 0o004:
        said = f"everybody on this machine can read the coordinators' addresses (mode {mode:o})"
        yield warning("config.toml's mode", said, f"chmod o-r {path}")
    else:
        yield ok("config.toml's mode", f"{mode:o}")


def health_file(named: str | None, base: Path) -> Iterator[Finding]:
    """Look whether the file for Prometheus can be written, where one is wanted."""
    if named is None:
        return
    folder = (base / named).parent
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        yield ok("health file", f"{base / named} can be written")
        return
    fix = (
        "make the folder and give it to the tracker's user; the unit makes /run/advocacy-tracker,"
        " which is there while the service runs"
    )
    yield warning("health file", f"{folder} is not there, or cannot be written", fix)


def _coordinators(count: int) -> Finding:
    if count:
        return ok("coordinators", f"{count} get mail, and nobody else")
    return failure("coordinators", "nobody gets any mail", "add a [[coordinator]] to config.toml")


def _campaigns(reading: Reading) -> Finding:
    assert reading.config is not None
    folder = reading.config_path.parent / reading.config.campaigns
    if not os.access(folder, os.R_OK | os.X_OK):
        fix = "make it, or let the tracker's user read it: chmod o+rx, or a group"
        return failure("campaigns", f"{folder} cannot be read", fix)
    broken = [
        _broken(path, reading) for path in reading.not_in_force if Path(path).name != "config.toml"
    ]
    count = len(reading.world.campaigns) if reading.world else 0
    said = f"{many(count, 'campaign')} in force in {folder}"
    if broken:
        return warning("campaigns", f"{said}; with errors: {', '.join(broken)}", "tracker check")
    return ok("campaigns", said) if count else warning("campaigns", said, "write the first one")


def _broken(path: str, reading: Reading) -> str:
    """Name a file with errors, and say so where its last good version goes on."""
    kept = any(str(file.path) == path for file in reading.in_force.values())
    return f"{path} (the last good version of it stays in force)" if kept else path

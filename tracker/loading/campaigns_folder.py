"""What is said of the campaigns folder itself: it is not there, shut to us, or emptied."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from tracker.errors import Fault, Problem
from tracker.loading.files import SourceFile, printable, shown_path
from tracker.loading.placing import placed
from tracker.loading.positions import spots_of

KEY = "campaigns"
_SHUT = frozenset({"no-folder", "unreadable"})


def shut_folder(problems: Iterable[Problem], folder: Path) -> Problem | None:
    """Return the problem that nothing of the folder can be listed, if there is one."""
    here = printable(str(shown_path(folder)))
    return next((one for one in problems if one.code in _SHUT and one.file == here), None)


def folder_told(shut: Problem, config: SourceFile) -> list[Problem]:
    """Tell a shut folder where it is named: in config.toml, or nowhere in it."""
    told = placed(config, [_folder_fault(shut)])
    if (KEY,) in spots_of(config.text):
        return told
    return [replace(one, line=1, column=1, excerpt="") for one in told]


def _folder_fault(shut: Problem) -> Fault:
    message, hint = f"there is no folder {shut.file}", "make it, or name the right one"
    if shut.code != "no-folder":
        message = f"the folder {shut.file} cannot be read: permission denied"
        hint = "let the tracker's account read it: chmod o+rx, or a group"
    return Fault(path=(KEY,), code=shut.code, message=message, hint=hint)


def folder_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return what was said at `campaigns` in config.toml: why no campaign can be read."""
    return [one for one in problems if one.key == KEY and one.code in _SHUT]


def emptied(
    folder: Path,
    last_good: Mapping[tuple[str, str], str],
    present: Iterable[tuple[str, str]],
    shut: Problem | None,
) -> Problem | None:
    """Make the problem that a folder which held campaigns holds none; what is shut nobody sees."""
    before = sum(kind == "campaign" for kind, _ in last_good)
    if not before or any(kind == "campaign" for kind, _ in present):
        return None
    if shut is not None and shut.code == "unreadable":
        return None
    many = "was 1 campaign" if before == 1 else f"were {before:,} campaigns"
    return Problem(
        file=printable(str(shown_path(folder))),
        line=1,
        column=1,
        key="",
        code="emptied",
        message=f"no campaign is left in this folder, and there {many}",
        hint="mount the folder or put the files back; nothing is taken as ended, and all go on"
        " as they were (to end a campaign, write its `closed` date into its file)",
    )

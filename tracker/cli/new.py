"""`tracker new`: a few questions, and a sound campaign's file."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path
from typing import TypeVar, get_args

from msgspec import Struct
from pydantic import TypeAdapter, ValidationError

from tracker.app.drafting import Draft, draft_text
from tracker.campaign import Kind
from tracker.cli.arguments import Commands, command
from tracker.cli.moments import day_of
from tracker.cli.nearest import no_such
from tracker.cli.reading import Files, must_have_folder, read_files
from tracker.cli.wrapping import say, told
from tracker.dates import WEEKDAYS, show_day
from tracker.errors import QuestionError, TrackerError, UsageError
from tracker.fields import Line, is_slug, slug_of
from tracker.loading.files import shown_path
from tracker.loading.trial import try_campaign
from tracker.report import show_problems
from tracker.sessions import next_regular, session_on, sessions_between

Answer = TypeVar("Answer")


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "new",
        run_new,
        about="Ask a few questions and write a new campaign's file. What stands in brackets is"
        " taken if you press Enter; each answer is checked at once. Answers may also come from a"
        " pipe, one a line. A file that is there is never written over.",
        examples=(
            ("tracker new", "asks for the title first, and makes the id from it"),
            ("tracker new --id osce-mission < answers", "campaigns/osce-mission.toml, unasked"),
        ),
    )
    parser.add_argument("--id", metavar="ID", help="the file's name without .toml")


def run_new(args: Namespace) -> int:
    """Ask, write the file if it is sound, and say what `tracker check` would."""
    now: datetime = args.clock()
    files = read_files(args, now=now)

    must_have_folder(files)

    def free(campaign: str) -> str:
        _new_path(args, files, campaign)
        return campaign

    given = free(args.id) if args.id is not None else None
    desk = _Questions(files, now.astimezone(files.home).date(), given, free)
    campaign, draft = desk.draft()
    path = _new_path(args, files, campaign)
    data = draft_text(draft, _schema_of(args, path)).encode()
    trial = try_campaign(campaign, path, data, files.world, now=now)
    if trial.world is None:
        say(show_problems(trial.problems, files=1), file=sys.stderr)
        print("Nothing was written.", file=sys.stderr)
        return 1
    _write(path, data)
    print(f"\nWritten: {path}\n\n{data.decode()}")
    say(show_problems(trial.problems, files=1) if trial.problems else "The file is sound.")
    print(f"`tracker plan {campaign}` shows what will be sent.")
    return 0


def _new_path(args: Namespace, files: Files, campaign: str) -> Path:
    """Return where the new file goes; UsageError for an odd id, QuestionError for a taken one."""
    if not is_slug(campaign):
        raise UsageError(
            f'--id: "{campaign}" is not an id: small letters, digits and hyphens;'
            f' write "{slug_of(campaign)}"'
        )
    path = shown_path(args.config.parent / files.world.config.campaigns / f"{campaign}.toml")
    if path.exists() or campaign in files.world.campaigns:
        raise QuestionError(f"There is a campaign {campaign} already: name another with --id.")
    return path


def _schema_of(args: Namespace, path: Path) -> str:
    """Return the way from a new file to the schema beside config.toml; empty where there is none.

    A line that leads nowhere makes an editor complain of each file.
    """
    schema: Path = args.config.parent / "schemas" / "campaign.json"
    return os.path.relpath(schema, path.parent) if schema.is_file() else ""


def _write(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, readable as its folder is."""
    with path.open("xb") as file:
        file.write(data)
    path.chmod(path.parent.stat().st_mode & 0o666)


class _Questions(Struct, frozen=True):
    """Asks one thing after the other; defaults come from the files and from `today`."""

    files: Files
    today: date
    given: str | None
    free: Callable[[str], str]

    def draft(self) -> tuple[str, Draft]:
        """Return the id and everything that was answered, each answer checked when it was given.

        `free` takes an id, and says so where there is a campaign of that name; `given` is one.
        """
        world = self.files.world
        title = _ask("Title", self._title)
        campaign = self.given or slug_of(title, "") or _ask("Id", self.free, default=self._dated())
        kind = _ask("Kind", _one_of("kind", get_args(Kind)), default="letter")
        sender = _ask("Who asks (Enter: say nothing)", _line, default="")
        dated = _ask("The letter's date", self._day, default=self.today.isoformat())
        ids = [one.id for one in world.config.coordinator]
        coordinators = _ask("Coordinators", _some_of("coordinator", ids), default=", ".join(ids))
        forum = _ask("Forum (Enter: none)", _one_of("forum", sorted(world.forums)), default="")
        meeting = self._session(forum, dated) if forum else None
        asks = _asks()
        books = _one_of("playbook", sorted(world.playbooks))
        playbook = _ask("Playbook (Enter: none)", books, default="")
        draft = Draft(
            title=title,
            kind=kind,
            sender=sender,
            dated=dated,
            coordinators=coordinators,
            forum=forum,
            meeting=meeting,
            asks=asks,
            playbook=playbook,
        )
        return campaign, draft

    def _title(self, text: str) -> str:
        title = _line(text)
        if not self.given and (campaign := slug_of(title, "")):
            self.free(campaign)
        return title

    def _dated(self) -> str:
        """Return an id for a title without a Latin letter, from which none can be made."""
        name = f"campaign-{self.today.isoformat()}"
        taken = self.files.world.campaigns
        names = chain([name], (f"{name}-{number}" for number in count(2)))
        return next(one for one in names if one not in taken)

    def _day(self, text: str) -> date:
        return day_of("date", text, near=self.today)

    def _session(self, forum_id: str, dated: date) -> date:
        """Ask for the session; the next regular one is said with weekday and year."""
        forum = self.files.world.forums[forum_id]
        found = next_regular(forum_id, forum, max(dated, self.today))

        def read(text: str) -> date:
            day = self._this(text) or day_of("date", text, dated)
            if session_on(forum_id, forum, day) is None:
                raise UsageError(self._no_session(forum_id, day))
            return day

        default = show_day(found.original) if found else None
        return _ask(f"Session of {forum.name}", read, default=default)

    def _this(self, text: str) -> date | None:
        """Read a weekday alone: the first one from today on, if the answer is yes."""
        name = text.lower().removeprefix("this ").strip()
        if name not in map(str.lower, WEEKDAYS):
            return None
        ahead = range(len(WEEKDAYS))
        days = [date.fromordinal(self.today.toordinal() + more) for more in ahead]
        day = next(day for day in days if WEEKDAYS[day.weekday()].lower() == name)
        if not _ask(f"{text} = {show_day(day)}?", _yes_or_no, default="yes"):
            raise UsageError("then write the date")
        return day

    def _no_session(self, forum_id: str, day: date) -> str:
        forum = self.files.world.forums[forum_id]
        near = sessions_between(forum_id, forum, day, date.fromordinal(day.toordinal() + 60))
        meant = f"; the next is {show_day(near[0].original)}" if near else ""
        return f"{forum.name} has no session on {show_day(day)}{meant}"


def _asks() -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    while True:
        text = _ask(f"Ask {len(found) + 1} (Enter: no more)", _line, default="")
        if not text:
            return tuple(found.items())
        name = slug_of(text, "ask")
        if name in found:
            name = f"{name}-{len(found) + 1}"
        found[name] = text


def _ask(question: str, read: Callable[[str], Answer], *, default: str | None = None) -> Answer:
    """Ask until the answer can be read; from a pipe a wrong answer ends it, with its fault.

    Where a pipe ends, the defaults are taken; who ends a terminal's input wants no more of it.
    """
    suggested = f" [{default}]" if default else ""
    while True:
        print(told(f"{question}{suggested}:", sys.stdout), end=" ", flush=True)
        typed = sys.stdin.readline() if sys.stdin else ""
        if not typed and (default is None or _is_asked()):
            print()
            raise QuestionError(f"The answers end before this question: {question}.")
        if not _is_asked():
            print(typed.strip())
        try:
            return _read(typed.strip(), default, read)
        except TrackerError as wrong:
            if not _is_asked():
                asked = question.partition(" (")[0]
                raise QuestionError(f"{asked}: {wrong}") from None
            say(f"  {wrong}")


def _is_asked() -> bool:
    """Say whether a person answers; a closed stdin is None and answers nothing."""
    return sys.stdin is not None and sys.stdin.isatty()


def _read(typed: str, default: str | None, read: Callable[[str], Answer]) -> Answer:
    """Read what was typed, else the default; an empty default is an answer as it stands."""
    if not typed and default is None:
        raise UsageError("this must be answered")
    return read(typed or default or "")


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"yes", "y", "no", "n"}:
        raise UsageError("say yes or no")
    return text.lower().startswith("y")


def _line(text: str) -> str:
    if not text:
        return ""
    try:
        return TypeAdapter[str](Line).validate_python(text)
    except ValidationError as wrong:
        raise UsageError(wrong.errors()[0]["msg"]) from None


def _one_of(what: str, known: tuple[str, ...] | list[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text or text in known:
            return text
        raise UsageError(no_such(what, text, known))

    return read


def _some_of(what: str, known: list[str]) -> Callable[[str], tuple[str, ...]]:
    one_of = _one_of(what, known)
    return lambda text: tuple(one_of(one.strip()) for one in text.split(",") if one.strip())

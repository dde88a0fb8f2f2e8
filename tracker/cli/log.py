"""`tracker log`: write down what happened, at the end of the campaign's file."""

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct

from tracker.app.settling import effects, named_by, put_off_to, said_before
from tracker.appending import NewFact, appended, log_lines
from tracker.campaign import LoggedFact, Result, Stance, World
from tracker.cli.arguments import Commands, command
from tracker.cli.moments import day_of, no_date
from tracker.cli.reading import Files, read_files, remembered
from tracker.cli.wrapping import say
from tracker.dates import instant, zone
from tracker.errors import UsageError
from tracker.events import frame
from tracker.loading import SourceFile, place
from tracker.loading.append import CannotWriteError, replace_bytes
from tracker.loading.trial import try_campaign
from tracker.report import show_problems
from tracker.when import PhraseError, fixed_day, parse_when

_TEXTS = ("item", "target", "ask", "by", "note")


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "log",
        run_log,
        about="Write down what happened: a [[log]] table at the end of the campaign's file."
        " Nothing else in the file is touched, and nothing is written unless the file is sound"
        " with it. Prints what it wrote and what that settles. Where the file cannot be written"
        " it prints the lines to paste (exit code 75).",
        examples=(
            (
                "tracker log hrw-osce-ambassadors delivered --on 2010-06-22",
                "the letter went out on Tuesday 22 June 2010",
            ),
            (
                "tracker log hrw-osce-ambassadors outcome --ask mission --result deferred",
                "the last meeting put the mission off: the campaign aims at the next session",
            ),
        ),
    )
    parser.add_argument("campaign", metavar="CAMPAIGN", help="the file's name without .toml")
    parser.add_argument("fact", metavar="FACT", **_one_of("fact"))
    _add_options(parser.add_argument)


def _add_options(option: Callable[..., object]) -> None:
    option("--on", metavar="D", help="when it happened, a date or date-time (default: today)")
    option("--item", metavar="I", help="the step that is done")
    option("--target", metavar="T", help="the target that replied, or whose stance changed")
    option("--ask", metavar="A", help="the ask that an outcome is about")
    option("--meeting", metavar="D", help="the meeting's date, or none")
    option("--result", metavar="R", **_one_of("result"))
    option("--to", metavar="D", help="the session that an ask was deferred to")
    option("--stance", metavar="S", **_one_of("stance"))
    option("--by", metavar="WHO", help="who says so")
    option("--note", metavar="TEXT", help="anything worth keeping")


def run_log(args: Namespace) -> int:
    """Append the fact; 1 if the file would not be sound with it, 75 if it cannot be written."""
    now: datetime = args.clock()
    files = _files(args, now)
    entry = _Entry(files, files.campaign(args.campaign), now)
    fact = _fact(args, entry)
    if fact.fact == "note" and not (fact.note or "").strip():
        raise UsageError(
            "A note wants its text:"
            f' tracker log {args.campaign} note --note "what is worth keeping"'
        )
    lines = log_lines(fact)
    _must_be_text(lines)
    try:
        replace_bytes(entry.path, lambda before: entry.checked(appended(before, lines)))
    except _KnownError as known:
        say(str(known))
        return 0
    except _UnsoundError as wrong:
        say(str(wrong), file=sys.stderr)
        return 1
    except CannotWriteError as refused:
        say(f"tracker: {refused}", file=sys.stderr)
        print(f"Paste these lines at the end of {entry.path}:\n")
        print("\n".join(lines))
        return refused.exit_code
    print(f"Written to {entry.path}:\n")
    print("\n".join(f"  {line}" for line in lines))
    say(f"\n{_told(entry)}")
    return 0


def _files(args: Namespace, now: datetime) -> Files:
    """Read the files; where another file's errors are in the way, as the daemon has that one."""
    files = read_files(args, now=now)
    if args.campaign in files.world.campaigns:
        return files
    reading = remembered(args, files.reading, now=now).reading
    key = ("campaign", args.campaign)
    file = reading.in_force.get(key) if key in reading.present else None
    if reading.world is None or file is None or str(file.path) in reading.not_in_force:
        return files
    return Files(reading, reading.world)


class _UnsoundError(Exception):
    """With the fact in it the file would have errors; the message is the report."""


class _KnownError(Exception):
    """The log says all of it already; the message says where."""


class _Entry(Struct):
    """The campaign that a fact is for; `after` is the world with the fact in it."""

    files: Files
    campaign: str
    now: datetime
    after: World | None = None

    @property
    def file(self) -> SourceFile:
        """Return the campaign's file as it was read."""
        return self.files.reading.in_force["campaign", self.campaign]

    @property
    def path(self) -> Path:
        """Return where the campaign's file is."""
        return self.file.path

    @property
    def opened(self) -> date:
        """Return the day that work began."""
        return frame(self.campaign, self.files.world).opened

    @property
    def today(self) -> date:
        """Return today's date where the campaign is at home."""
        home = frame(self.campaign, self.files.world).workdays.zone
        return self.now.astimezone(home).date()

    def session(self, day: date) -> date:
        """Return the day by which a log names the meeting that is held on a day."""
        return named_by(day, self.campaign, self.files.world, now=self.now)

    def put_off_to(self, day: date) -> date:
        """Return the day by which a log names the session that an ask was deferred to."""
        return put_off_to(day, self.campaign, self.files.world)

    def checked(self, data: bytes) -> bytes:
        """Return the file's new bytes if it is sound with them, else raise with the report."""
        trial = try_campaign(self.campaign, self.path, data, self.files.world, now=self.now)
        if trial.world is None:
            errors = [one for one in trial.problems if one.severity == "error"]
            # The report's last line tells what becomes of a saved file; this one is not saved.
            report = show_problems(errors, files=1).rpartition("\n\n")[0]
            raise _UnsoundError(f"{report}\n\nNothing was written: {self.path} stays as it is.")
        self.after = trial.world
        number = said_before(self.campaign, self.files.world, trial.world, now=self.now)
        if number is not None:
            line, _ = place(self.file, ("log", number))
            raise _KnownError(f"Logged already: {self.path}, line {line}. Nothing was written.")
        return data


def _told(entry: _Entry) -> str:
    assert entry.after is not None
    found = effects(entry.campaign, entry.files.world, entry.after, now=entry.now)
    if not found:
        return "Nothing was waiting for it."
    return "\n".join(("This", *(f"  {one}" for one in found)))


def _fact(args: Namespace, entry: _Entry) -> NewFact:
    meeting, opened = args.meeting, entry.opened
    if meeting is not None:
        none = meeting.lower() == "none"
        meeting = "none" if none else entry.session(day_of("--meeting", meeting, opened))
    return NewFact(
        on=entry.today if args.on is None else _moment(args.on, opened),
        fact=args.fact,
        meeting=meeting,
        result=args.result and args.result.replace("-", " "),
        to=None if args.to is None else entry.put_off_to(day_of("--to", args.to, opened)),
        stance=args.stance,
        **{name: getattr(args, name) for name in _TEXTS},
    )


def _moment(text: str, opened: date) -> date | datetime:
    """Read a date or a date-time; what it says of the hour and the zone is kept as it is said."""
    if len(text) > len("2010-06-24"):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # a phrase, then
    try:
        when = parse_when(text)
        day = fixed_day(when, opened)
    except PhraseError as wrong:
        raise no_date("--on", wrong) from None
    if when.clock is None:
        return day
    if when.zone is None:
        return datetime.combine(day, when.clock)
    there = zone(when.zone)
    return instant(day, when.clock, there).astimezone(there)


def _words(key: str) -> tuple[str, ...]:
    kinds = {"result": Result, "stance": Stance}
    return get_args(kinds.get(key, LoggedFact.model_fields["fact"].annotation))


def _one_of(key: str) -> dict[str, Any]:
    """Take one of a few words: typed with spaces or hyphens, completed by a shell with hyphens."""
    words = _words(key)

    def read(text: str) -> str:
        said = " ".join(text.lower().replace("-", " ").split())
        if said in words:
            return said.replace(" ", "-")
        near = get_close_matches(said, words, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ArgumentTypeError(f'"{text}" is none of: {", ".join(words)}{meant}')

    choices = tuple(word.replace(" ", "-") for word in words)
    return {"type": read, "choices": choices, "help": ", ".join(words)}


def _must_be_text(lines: Sequence[str]) -> None:
    try:
        "\n".join(lines).encode()
    except UnicodeEncodeError:
        raise UsageError("What was typed is not text in UTF-8: type it again.") from None

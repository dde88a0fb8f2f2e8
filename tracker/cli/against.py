"""`tracker plan --against DIR`: what would change if DIR were the campaigns folder."""

import asyncio
import json
from argparse import Namespace
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console

from tracker.app.against import changes_of, edited_campaigns, foreseen
from tracker.app.in_force import with_only
from tracker.app.live import live_history
from tracker.app.replay import rewound, utc, wind
from tracker.app.telling import digests_ahead
from tracker.campaign import World
from tracker.changes import Changes, Kept, begun_anew
from tracker.cli.composing import composer_of
from tracker.cli.past import Past, looking_back
from tracker.cli.reading import Files, say_not_in_force
from tracker.cli.show import heading, paragraph, screen
from tracker.cli.sources import Sources
from tracker.cli.to_come import left_by_now, occurrence_json
from tracker.dates import show_day_short, zone
from tracker.difference import Difference
from tracker.differences import concerned, differences
from tracker.differences.plans import PlanChange, compare_plans, counts
from tracker.digest.say import city, many
from tracker.errors import QuestionError
from tracker.events import History
from tracker.loading.world import read_world
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import HORIZON, Plan, plan
from tracker.report import show_problems
from tracker.store import Store

MARKS = {"added": "+ ", "moved": "> ", "cancelled": "- "}
SAID_OF_A_SERIES = 2
# What an edit puts off beyond the days asked for is moved, not cancelled: so it looks further.
BEYOND = timedelta(days=92)


class Effect(Struct, frozen=True):
    """What an edit does: to the files, and to the mail to come."""

    past: Past
    after: Files
    edits: tuple[Difference, ...]
    changes: tuple[PlanChange, ...]


def run_against(args: Namespace) -> int:
    """Compare the plan with the one that another folder would make; 1 if that has errors."""
    with looking_back(args) as past:
        after = _other_files(args, past)
        effect = _effect(args, past, after)
        if args.json:
            _print_json(effect)
        else:
            _show(effect, args.against)
    return 1 if _say_errors(after, args.against) else 0


def _other_files(args: Namespace, past: Past) -> Files:
    """Read the other folder; what has errors there stays as it is now, as for the daemon."""
    folder: Path = args.against
    if not folder.is_dir():
        raise QuestionError(f"There is no folder {folder}: name one that could be `campaigns`.")
    # A campaign that DIR does not have is gone; it must not stand as its last good version.
    last_good = {
        key: file.text
        for key, file in past.files.reading.in_force.items()
        if key[0] != "campaign" or (folder / f"{key[1]}.toml").exists()
    }
    reading = read_world(
        args.config, now=args.clock(), last_good=last_good, campaigns=folder.absolute()
    )
    if reading.world is None:
        config = str(reading.config_path)
        print(show_problems(reading.problems, files=len(reading.files), config=config))
        raise QuestionError(f"With {folder} nothing could be planned: mend it first.")
    if not reading.world.campaigns:
        raise QuestionError(
            f"{folder} has no campaign in it: put whole files there, as in the campaigns folder."
        )
    return Files(reading, reading.world)


def _effect(args: Namespace, past: Past, after: Files) -> Effect:
    only = None
    if args.campaign:
        known = past.files if args.campaign not in after.world.campaigns else after
        only = [known.campaign(args.campaign)]
    until = past.now + (timedelta(days=args.days) if args.days else HORIZON)
    end = until + BEYOND
    before, then = past.files.world, after.world
    old = plan(before, past.history, now=past.now, until=end, only=only)
    new = plan(then, _history(past, then), now=past.now, until=end, only=only)
    left = _left(past, old)
    old, new = begun_anew(old, left), begun_anew(new, left)
    edits = differences(before, then)
    if only is not None:
        edits = tuple(one for one in edits if _concerns(one, only[0], before, then))
    found = [one for one in compare_plans(old, new, gone=left) if one.touches(until)]
    with _outbox(args, past, then) as outbox:
        made = _made(past, then, outbox)
    corrections = _corrections(made, past.now + then.config.times.settle, only)
    changes = [*_not_said_by_them(found, made, outbox.campaigns), *corrections]
    return Effect(past, after, edits, tuple(sorted(changes, key=lambda one: one.order)))


def _history(past: Past, then: World) -> History:
    if past.store is not None:
        return live_history(past.store, then, now=past.now)
    return foreseen(past.history, past.files.world, then, now=past.now)


class _Outbox(Struct, frozen=True):
    """An outbox, and the campaigns whose lines it has."""

    store: Store
    campaigns: Collection[str]


@contextmanager
def _outbox(args: Namespace, past: Past, then: World) -> Iterator[_Outbox]:
    """Give the database's outbox, or that of a replay of the campaigns that the edit concerns."""
    if past.store is not None:
        yield _Outbox(past.store, then.campaigns)
        return
    before = past.files.world
    edited = edited_campaigns(before, then)
    engine = rewound(with_only(before, edited), (), composer_of(args, before))
    with engine.store as store:
        if not past.is_first:
            asyncio.run(wind(engine, end=past.now))
        yield _Outbox(store, edited)


def _made(past: Past, then: World, outbox: _Outbox) -> Changes:
    """Return what the other files would change in the outbox."""
    history = _history(past, then)
    planned = plan(then, history, now=past.now, only=outbox.campaigns)
    digests = (one.occurrence for one in digests_ahead(outbox.store, past.now))
    ahead = replace(planned, occurrences=(*planned.occurrences, *digests))
    return changes_of(ahead, history, outbox.store, past.files.world, then)


def _corrections(
    made: Changes, settled: datetime, only: Collection[str] | None
) -> Iterator[PlanChange]:
    """Yield what would go to those who were told otherwise; they hear once the edit settled."""
    for one in made.add:
        if one.kind == LineKind.CORRECTION and (only is None or one.campaign in only):
            at_once = one.due is not None and one.due <= settled
            yield PlanChange(change="added", line=one, at_once=at_once)


def _not_said_by_them(
    found: Iterable[PlanChange], made: Changes, campaigns: Collection[str]
) -> Iterator[PlanChange]:
    """Leave out the leads that are past where a correction says the date instead."""
    new = {one.key for one in made.add}
    for one in found:
        if not one.at_once or one.line.key in new or one.line.campaign not in campaigns:
            yield one
        elif one.was is not None:
            yield PlanChange(change="cancelled", line=one.was)


def _left(past: Past, old: Plan) -> dict[str, Kept]:
    """Return the lines that have left, by key: by the outbox, or in a replay by the clock."""
    if past.store is not None:
        return left_by_now(past)
    due = (one for one in old.planned if one.due is not None and one.due < past.now)
    return {one.key: Kept(one, "sent") for one in due}


def _concerns(one: Difference, campaign: str, before: World, then: World) -> bool:
    return campaign in {*concerned(one, before), *concerned(one, then)}


def _say_errors(after: Files, folder: Path) -> bool:
    say_not_in_force(after, beneath=folder)
    return any(
        one.severity == "error" and Path(one.file).absolute().is_relative_to(folder.absolute())
        for one in after.reading.problems
    )


def _print_json(effect: Effect) -> None:
    now = effect.past.now
    before, after = Sources(effect.past.files.reading), Sources(effect.after.reading)
    for one in effect.changes:
        sources = before if one.change == "cancelled" else after
        told = occurrence_json(one.line, now, sources) | {
            "change": one.change,
            "at_once": one.at_once,
        }
        if one.was is not None:
            told["was"] = {name: _utc(getattr(one.was, name)) for name in ("due", "states")}
        print(json.dumps(told, ensure_ascii=False))


def _utc(at: datetime | None) -> str | None:
    return utc(at) if at else None


def _show(effect: Effect, folder: Path) -> None:
    out = screen()
    home = effect.past.files.home
    moment = f"{effect.past.said} ({city(home)})"
    paragraph(out, f"If {folder} were the campaigns folder from {moment}:", style="bold")
    paragraph(out, _summary(effect.changes))
    if effect.edits:
        heading(out, "What the edit does")
    for file, those in groupby(effect.edits, key=_file):
        paragraph(out, file, indent=2, style="cyan")
        for one in those:
            paragraph(out, one.text, indent=4, mark="* ")
    for reader, changes in _by_reader(effect.changes):
        _show_reader(out, reader, changes, effect)


def _summary(changes: Iterable[PlanChange]) -> str:
    found = counts(changes)
    numbers = f"{found['added']} added, {found['moved']} moved, {found['cancelled']} cancelled"
    at_once = found["at once"]
    leaves = "leaves" if at_once == 1 else "leave"
    return f"{numbers}; {at_once or 'nothing'} {'leaves' if not at_once else leaves} at once."


def _file(one: Difference) -> str:
    return f"{one.origin.kind} {one.origin.id}" if one.origin.kind != "config" else "config.toml"


def _by_reader(changes: Sequence[PlanChange]) -> Iterator[tuple[str, list[PlanChange]]]:
    for reader in sorted({one.line.to for one in changes}):
        yield reader, [one for one in changes if one.line.to == reader]


def _show_reader(out: Console, reader: str, changes: list[PlanChange], effect: Effect) -> None:
    config = effect.after.world.config
    known = config.who(reader)
    there = zone(known.timezone) if known else effect.past.files.home
    heading(out, f"For {reader} (times of {city(there)}): {_summary(changes)}")
    at_once = [one for one in changes if one.at_once]
    for one in at_once:
        paragraph(out, f"at once: {_said(one.line)}", indent=2, mark=MARKS[one.change])
    shown: dict[tuple[str, str], int] = {}
    later = [one for one in changes if not one.at_once]
    for one in later:
        series = (one.change, one.line.series or one.line.key)
        shown[series] = shown.get(series, 0) + 1
        if shown[series] <= SAID_OF_A_SERIES:
            _show_change(out, one, there)
        elif shown[series] == _length(series, later):
            more, day = shown[series] - SAID_OF_A_SERIES, _moment(one.line.due, there)
            paragraph(out, f"and {many(more, 'more time')}, so far to {day}", indent=4)


def _length(series: tuple[str, str], changes: list[PlanChange]) -> int:
    return sum((one.change, one.line.series or one.line.key) == series for one in changes)


def _show_change(out: Console, one: PlanChange, there: ZoneInfo) -> None:
    dues = [_moment(line.due, there) for line in (one.was, one.line) if line is not None]
    when = " → ".join(dict.fromkeys(dues))
    paragraph(out, f"{one.change}, {when}", indent=2, mark=MARKS[one.change])
    states = ""
    if one.was is not None and one.line.states not in {one.was.states, one.line.due}:
        dates = [_moment(line.states, there) for line in (one.was, one.line)]
        states = f": {' → '.join(dates)}"
    paragraph(out, f"{_said(one.line)}{states}", indent=6)


def _said(line: Occurrence) -> str:
    lead = f", {line.lead}" if line.lead else ""
    where = f" [{line.campaign}]" if line.campaign else ""
    return f"{line.kind}{lead}: {line.what}{where}"


def _moment(at: datetime | None, there: ZoneInfo) -> str:
    if at is None:
        return "no date"
    local = at.astimezone(there)
    return f"{show_day_short(local.date())}, {local:%H:%M}"

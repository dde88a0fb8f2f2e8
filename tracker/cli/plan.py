"""`tracker plan`: every line to come, and what is left out or still waits for a date."""

import json
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from tracker.changes import begun_anew
from tracker.cli.against import run_against
from tracker.cli.arguments import Commands, command
from tracker.cli.hours import Clock
from tracker.cli.past import Past, looking_back
from tracker.cli.show import heading, paragraph, screen
from tracker.cli.sources import Sources
from tracker.cli.timeline import show_timeline
from tracker.cli.to_come import can_leave, is_closed, is_to_come, left_by_now, occurrence_json
from tracker.dates import day_in, show_day, show_day_short
from tracker.digest.say import city, many
from tracker.events import frame
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import HORIZON, Plan, plan

LONGEST_DAYS = 36_600
SAID_OF_A_SERIES = 2


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "plan",
        run_plan,
        about="Show every line to come from a moment on, and what is left out and why."
        " Without --at it is now, with the memory of the database if there is one; with --at it"
        " is what a replay has at that moment. A bare date is the end of that day.",
        examples=(
            (
                "tracker plan hrw-osce-ambassadors --at 2010-06-22 --days 14",
                "the two weeks after the letter to the OSCE ambassadors went out",
            ),
            (
                "tracker plan --at 2010-06-23T08:00Z --json",
                "all campaigns on the day before the Permanent Council, one JSON object a line",
            ),
        ),
    )
    parser.add_argument("campaign", nargs="?", metavar="CAMPAIGN", help="default: all of them")
    parser.add_argument("--at", metavar="T", help="a date or a date-time; default: now")
    parser.add_argument("--days", type=_days, metavar="N", help="only so many days ahead")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="DIR",
        help="only the difference if DIR were the campaigns folder: added, moved, cancelled",
    )
    parser.add_argument("--json", action="store_true", help="one object a line")


def run_plan(args: Namespace) -> int:
    """Plan, and print what is to come, or what another folder would change in that."""
    if args.against:
        return run_against(args)
    with looking_back(args) as past:
        only = [past.files.campaign(args.campaign)] if args.campaign else None
        ahead = timedelta(days=args.days) if args.days else HORIZON
        until = past.now + ahead
        planned = plan(past.files.world, past.history, now=past.now, until=until, only=only)
        left = left_by_now(past)
        planned = begun_anew(planned, left)
        gone = _gone(past, planned)
        lines = [
            one
            for one in planned.occurrences
            if is_to_come(one, past, left) and can_leave(one, planned, gone)
        ]
        if args.json:
            sources = Sources(past.files.reading)
            for one in lines:
                print(json.dumps(occurrence_json(one, past.now, sources), ensure_ascii=False))
        else:
            clock = Clock(planned, _here(past, args.campaign))
            _show(lines, planned, past, until, gone, clock)
    return 0


def _here(past: Past, campaign: str | None) -> ZoneInfo:
    """Return the zone that hours are told in: a campaign's own, for all of them config.toml's."""
    if campaign is None:
        return past.files.home
    return frame(campaign, past.files.world).workdays.zone


def _gone(past: Past, planned: Plan) -> dict[str, datetime | None]:
    """Return the campaigns that have no file, with the moment it went where that was seen."""
    unseen = (name for kind, name in past.files.reading.gone if kind == "campaign")
    found: dict[str, datetime | None] = dict.fromkeys(unseen)
    found.update(past.history.missing)
    return {one: found[one] for one in sorted(found) if one in planned.courses}


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_DAYS:
        raise ArgumentTypeError(f'"{text}" is not a number of days from 1 to {LONGEST_DAYS:,}')
    return int(text)


def _show(
    lines: list[Occurrence],
    planned: Plan,
    past: Past,
    until: datetime,
    gone: Mapping[str, datetime | None],
    clock: Clock,
) -> None:
    out = screen()
    here = clock.here
    paragraph(out, _head(past, here), style="bold")
    _say_over(out, planned, gone, here)
    show_timeline(out, planned, until, gone, here)
    going = [one for one in lines if one.state == "planned" and one.due]
    if not going:
        heading(out, "Nothing is to be sent.")
    kept, more = _without_repeats(going)
    for day, those in groupby(kept, key=lambda one: day_in(one.due or past.now, here)):
        heading(out, show_day(day))
        _show_day(out, list(those), clock, more)
    _show_rest(out, "Left out", [one for one in lines if one.state == "skipped"], here)
    _show_rest(out, "Waiting for a date", [one for one in lines if one.state == "waiting"], here)


def _head(past: Past, here: ZoneInfo) -> str:
    """Say from when the plan is, as it was asked, and by whose clock its hours are."""
    home = past.files.home
    first = ", if the tracker first ran now" if past.is_first else ""
    others = "" if here == home else f", by the clock of {city(here)}"
    return f"Plan from {past.said} ({city(home)}){first}{others}"


def _say_over(
    out: Console, planned: Plan, gone: Mapping[str, datetime | None], home: ZoneInfo
) -> None:
    """Name the campaigns of which nothing is to come: they are closed, or have no file."""
    closed = [
        f"{name} (from {show_day_short(whole.frame.closed)} on)"
        for name, whole in planned.courses.items()
        if name not in gone and whole.frame.closed and is_closed(name, planned, planned.now)
    ]
    if closed:
        paragraph(out, f"Closed: {', '.join(closed)}. Nothing more is planned.")
    if gone:
        those = ", ".join(f"{name} (no file{_since(at, home)})" for name, at in gone.items())
        more = "Nothing leaves unless it is put back; after a day it counts as closed."
        paragraph(out, f"Gone: {those}. {more}")


def _since(at: datetime | None, home: ZoneInfo) -> str:
    if at is None:
        return ""
    there = at.astimezone(home)
    return f" since {show_day_short(there.date())}, {there:%H:%M}"


def _without_repeats(
    lines: list[Occurrence],
) -> tuple[list[Occurrence], dict[str, tuple[int, datetime]]]:
    """Keep the first lines of each series; count the others, up to the last one's moment."""
    kept: list[Occurrence] = []
    seen: dict[str, int] = {}
    last: dict[str, Occurrence] = {}
    more: dict[str, tuple[int, datetime]] = {}
    for one in lines:
        series = one.series if one.kind == LineKind.FOLLOW_UP else ""
        if one.kind == LineKind.DIGEST:
            series = f"digest/{one.to}"
        seen[series] = seen.get(series, 0) + 1
        if not series or seen[series] <= SAID_OF_A_SERIES:
            kept.append(one)
            last[series] = one
        elif one.due is not None:
            more[last[series].key] = (seen[series] - SAID_OF_A_SERIES, one.due)
    return kept, more


def _show_day(
    out: Console, those: list[Occurrence], clock: Clock, more: dict[str, tuple[int, datetime]]
) -> None:
    """Print one day's lines; those that differ only in their reader are one."""
    for same in _alike(those):
        one = same[0]
        hours = ", ".join(f"{line.to} {clock.leaves(line)}" for line in same)
        lead = f", {one.lead}" if one.lead else ""
        paragraph(out, f"{one.kind}{lead}: {hours}", indent=2, style="cyan")
        where = f" [{one.campaign}]" if one.campaign else ""
        paragraph(out, f"{one.what}{clock.states(one)}{where}", indent=4)
        if one.key in more:
            number, last = more[one.key]
            day = show_day_short(day_in(last, clock.here))
            paragraph(out, f"then {many(number, 'more time')}, so far to {day}", indent=4)


def _alike(those: list[Occurrence]) -> Iterator[list[Occurrence]]:
    found: dict[tuple[object, ...], list[Occurrence]] = {}
    for one in those:
        alike = (one.campaign, one.kind, one.item, one.lead, one.what, one.session, one.states)
        key = alike if one.kind != LineKind.DIGEST else (one.kind,)
        found.setdefault(key, []).append(one)
    yield from found.values()


def _show_rest(out: Console, head: str, those: list[Occurrence], here: ZoneInfo) -> None:
    if not those:
        return
    heading(out, head)
    for same in _alike(those):
        one = same[0]
        lead = f", {one.lead}" if one.lead else ""
        paragraph(out, f"{one.what} ({one.kind}{lead}) [{one.campaign}]", indent=2)
        day = f"{show_day_short(day_in(one.due, here))}: " if one.due else ""
        paragraph(out, f"{day}{one.reason or ''}", indent=4, style="dim")

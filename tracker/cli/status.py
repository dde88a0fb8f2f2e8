"""`tracker status`: how far campaigns have come."""

import json
from argparse import Namespace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import asdict
from rich.console import Console

from tracker.cli.arguments import Commands, command
from tracker.cli.held import say_held
from tracker.cli.past import looking_back
from tracker.cli.picture import show_picture
from tracker.cli.show import facts, heading, paragraph, screen, show_moment, table
from tracker.content import blocks
from tracker.dates import day_in, show_day, show_day_short
from tracker.digest.glance import glance
from tracker.digest.lines import standing_of
from tracker.digest.say import city, many
from tracker.digest.signing import growth
from tracker.digest.stances import by_stance
from tracker.digest.status import (
    AskStatus,
    CampaignStatus,
    MeetingStatus,
    StepState,
    StepStatus,
    TargetStatus,
    status_of,
)
from tracker.errors import UsageError
from tracker.events import Course
from tracker.planning import plan

_PRESSING: tuple[StepState, ...] = (
    "overdue",
    "asking",
    "ahead",
    "waiting",
    "settled",
    "ended",
    "already past",
    "left out",
)


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "status",
        run_status,
        about="Show how far campaigns have come: meetings, steps, targets, asks, signatures."
        " Without --at it is now; a bare date is the end of that day. --health says in one line"
        " whether the tracker itself is well, and exits with 1 if it is not.",
        examples=(
            (
                "tracker status hrw-osce-ambassadors --at 2010-07-22",
                "the evening on which the Permanent Council decided, after three deferrals",
            ),
            ("tracker status --health", "for a monitoring program: `fine`, or what is wrong"),
        ),
    )
    parser.add_argument("campaign", nargs="?", metavar="CAMPAIGN", help="default: all of them")
    parser.add_argument("--at", metavar="T", help="a date or a date-time; default: now")
    parser.add_argument("--json", action="store_true", help="one object a campaign, one a line")
    parser.add_argument(
        "--health", action="store_true", help="is the tracker itself well? exit code 0 or 1"
    )


def run_status(args: Namespace) -> int:
    """Print where each campaign stands, or with --health how the tracker is."""
    if args.health:
        return _health(args)
    with looking_back(args) as past:
        if past.store is not None:
            say_held(past.store, past.files)
        only = [past.files.campaign(args.campaign)] if args.campaign else None
        planned = plan(past.files.world, past.history, now=past.now, only=only)
        found = [status_of(one, planned, today=past.asked.day) for one in planned.courses]
        today = past.asked.day or day_in(past.now, past.files.home)
        seen = glance(found, planned, past.files.world, today)
    if args.json:
        for one in found:
            print(json.dumps(one, default=_plain, ensure_ascii=False))
        return 0
    out = screen()
    paragraph(out, f"Status at {past.said} ({city(past.files.home)})", style="bold")
    paragraph(out, seen.state)
    if seen.picture:
        show_picture(out, seen.picture)
    for one in found:
        _show(out, one, planned.courses[one.campaign], past.now)
    return 0


def _health(args: Namespace) -> int:
    if args.campaign or args.at:
        raise UsageError("--health is about the tracker now: give no campaign and no --at")
    from tracker.cli.health import run_health  # noqa: PLC0415 -- loads the database

    return run_health(args)


def _plain(value: object) -> object:
    if isinstance(value, Struct):
        return asdict(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert isinstance(value, date)
    return value.isoformat()


def _show(out: Console, one: CampaignStatus, whole: Course, now: datetime) -> None:
    heading(out, f"{one.title} [{one.campaign}]")
    signed = many(one.signatures, "signature") if one.signatures else ""
    bars, days = growth(whole, now)
    grown = f", {blocks(bars)} {days}" if bars else ""
    facts(
        out,
        (
            ("opened", show_day(one.opened)),
            ("delivered", show_day(one.delivered) if one.delivered else "not yet"),
            ("closed", f"from {show_day(one.closed)} on" if one.closed else ""),
            ("signed", f"{signed}{grown}"),
            ("targets", by_stance(whole)),
            ("asks", "" if one.going else "none is open any more"),
        ),
    )
    for ask in one.asks:
        _show_ask(out, ask)
    _section(out, "Meetings", [_meeting_row(meeting) for meeting in one.meetings])
    steps = sorted(one.steps, key=lambda step: _PRESSING.index(step.state))
    _section(out, "Steps", [_step_row(step, one.zone) for step in steps])
    _section(out, "Targets", [_target_row(target) for target in one.targets])


def _section(out: Console, head: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        out.print()
        table(out, (head, ""), rows)


def _show_ask(out: Console, ask: AskStatus) -> None:
    out.print()
    standing = "open" if ask.open else "settled"
    paragraph(out, f"Ask ({standing}): {ask.text} [{ask.id}]", style="cyan")
    for one in ask.trail:
        to = f", to {show_day(one.to)}" if one.to else ""
        paragraph(out, f"{show_day(one.on)}: {one.result}{to}", indent=4)
    if ask.open and ask.days_since:
        since = f"{many(ask.days_since, 'day')} since {ask.trail[-1].result}"
        paragraph(out, since, indent=4)


def _meeting_row(one: MeetingStatus) -> tuple[str, str]:
    when = show_day(one.day)
    if one.time_known:
        when = show_moment(one.start, ZoneInfo(one.zone))
    when += f" to {show_day(one.last_day)}" if one.last_day != one.day else ""
    moved = f"; moved from {show_day_short(one.session)}" if one.session != one.day else ""
    again = f"; {standing_of(one.put_off)}" if one.put_off else ""
    return one.state, f"{one.name}, {when}{moved}{again}"


def _step_row(one: StepStatus, zone: str) -> tuple[str, str]:
    where = f" [{one.id}]"
    if one.state == "settled":
        on = f", {show_day(one.settled_on)}" if one.settled_on else ""
        return one.state, f"{one.what}{on}{where}"
    if one.at is None:
        return one.state, f"{one.what}: {one.why}{where}"
    when = show_moment(one.at, ZoneInfo(zone))
    word = "due" if one.kind == "deadline" else "from"
    return one.state, f"{one.what}: {word} {when}{where}"


def _target_row(one: TargetStatus) -> tuple[str, str]:
    who = f"{one.holder}, {one.post}" if one.holder else one.post
    state = f" ({one.state})" if one.state and one.state not in who else ""
    said = ""
    if one.replied_on:
        said = f": replied {show_day(one.replied_on)}"
    elif one.silent_days is not None:
        said = f": silent for {many(one.silent_days, 'day')}"
    return one.stance, f"{who}{state}{said} [{one.id}]"

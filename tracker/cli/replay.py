"""`tracker replay`: a past summer in seconds, every mail printed in sending order."""

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from tracker.app.hands import Deliver
from tracker.app.replay import as_json, run, whole_span
from tracker.app.sending import Sent
from tracker.campaign import World
from tracker.cli.arguments import Commands, command
from tracker.cli.composing import composer_of
from tracker.cli.keeping import PAGE, keep_page, replay_maildir
from tracker.cli.moments import moment_of
from tracker.cli.overlays import read_overlays
from tracker.cli.reading import must_have_folder, read_files, say_not_in_force
from tracker.cli.show import heading, paragraph, screen, show_moment, table
from tracker.cli.waiting import progress
from tracker.compose import PageMail, replay_page
from tracker.dates import show_day, zone
from tracker.delivery import Outcome
from tracker.digest.say import city, many
from tracker.errors import UsageError
from tracker.occurrence import LineKind, Occurrence
from tracker.store import MailRecord

A_MOMENT = timedelta(microseconds=1)
KINDS = ("reminder", "digest", "correction", "notice")


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "replay",
        run_replay,
        about="Run the same engine as the daemon over a simulated clock, from the earliest"
        " `opened`, in a database of its own; nothing is sent to anybody. Prints the mails of"
        " [from, to) in sending order. A bare date is 00:00 UTC.",
        examples=(
            (
                "tracker replay --from 2010-06-14 --to 2010-08-10 --out summer-2010",
                "the summer of 2010, and the mails in a Maildir to open with mutt -f summer-2010",
            ),
            (
                "tracker replay --from 2010-06-23 --to 2010-06-25 --json",
                "the two days around the Permanent Council of 24 June, one JSON object a mail",
            ),
        ),
    )
    parser.add_argument("--from", dest="from_", metavar="D", help="default: the beginning")
    parser.add_argument("--to", metavar="D", help="default: a month after the last known date")
    parser.add_argument(
        "--edits",
        type=Path,
        metavar="DIR",
        help="folders named by moment (2010-06-23T15:00Z), each laid over the campaigns folder"
        " from that moment on",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="MAILDIR",
        help="put the mails there, too, and a page to leaf through them, index.html",
    )
    parser.add_argument("--json", action="store_true", help="one object a line")


def run_replay(args: Namespace) -> int:
    """Replay, and print what left in the window asked for."""
    files = read_files(args, now=args.clock())
    must_have_folder(files)
    say_not_in_force(files)
    world = files.world
    overlays = read_overlays(args, args.edits, files) if args.edits else []
    first, last = whole_span(world, overlays)
    start = _moment("--from", args.from_) or first
    end = _moment("--to", args.to) or last
    if args.to is None and start >= end:
        return _say_nothing_known(args, start, end)
    if end < start:
        raise UsageError(f"--to {args.to} lies before --from {args.from_}")
    deliver = _into(args.out, start) if args.out else None
    with progress("replaying", first, end) as watch:
        sent = run(
            world,
            files.reading.problems,
            composer_of(args, world),
            end=end,
            deliver=deliver,
            watch=watch,
            overlays=overlays,
        )
    shown = [one for one in sent if one.at >= start]
    if args.out:
        keep_page(args.out, _page(shown, world, start, end))
    if args.json:
        for one in shown:
            print(json.dumps(as_json(one), ensure_ascii=False))
    else:
        _show(shown, world, start, end)
        _say_where(args.out)
    return 0


def _say_nothing_known(args: Namespace, start: datetime, last: datetime) -> int:
    """Say that nothing is known of the days asked about; they are no fault of anybody's."""
    if not args.json:
        paragraph(
            screen(),
            f"0 mails from {show_day(start.date())} on: without --to a replay ends a month after"
            f" the last date that the files know, on {show_day(last.date())} (UTC); with --to it"
            " goes further.",
        )
    return 0


def _moment(option: str, text: str | None) -> datetime | None:
    return moment_of(option, text, ZoneInfo("UTC")).at if text else None


def _into(out: Path, start: datetime) -> Deliver:
    """Return a delivery into a Maildir that leaves out what was due before the window."""
    maildir = replay_maildir(out)

    async def deliver(record: MailRecord, address: str) -> Outcome:
        if record.created_at < start:
            return Outcome("sent", None, "before the window")
        at = record.created_at
        return await maildir.deliver(record.raw, sender="", recipient=address, at=at)

    return deliver


def _show(sent: Sequence[Sent], world: World, start: datetime, end: datetime) -> None:
    """Print a block for each mail, then how many each reader got."""
    out = screen()
    zones = {one.id: zone(one.timezone) for one in world.config.coordinator}
    for one in sent:
        _show_mail(out, one, zones[one.record.coordinator])
    days = f"{_days(start, end)} (UTC, the last day not included)"
    when = f", {days}" if sent or world.campaigns else ": no campaign is in force"
    heading(out, f"{many(len(sent), 'mail')}{when}")
    if sent:
        _show_counts(out, sent)


def _days(start: datetime, end: datetime) -> str:
    return f"{show_day(start.date())} to {show_day(end.date())}"


def _page(sent: Sequence[Sent], world: World, start: datetime, end: datetime) -> str:
    """Make the page to leaf through; each mail stands on its reader's own day."""
    readers = {one.id: (one.name, zone(one.timezone)) for one in world.config.coordinator}
    mails = []
    for one in sent:
        name, home = readers[one.record.coordinator]
        there = one.at.astimezone(home)
        mails.append(
            PageMail(
                day=there.date(),
                hour=f"{there:%H:%M} {city(home)}",
                reader=name,
                kind=one.written.kind,
                subject=one.record.subject,
                raw=one.record.raw,
            )
        )
    return replay_page(mails, days=_days(start, max(start, end - A_MOMENT)))


def _show_mail(out: Console, one: Sent, home: ZoneInfo) -> None:
    to = one.record.coordinator
    heading(out, f"{show_moment(one.at, home)}, {one.written.kind} to {to}")
    paragraph(out, one.record.subject, indent=2)
    for line in one.written.lines:
        if line.kind != LineKind.DIGEST:
            paragraph(out, _said(line), indent=4, mark="- ")
    if one.outcome.state != "sent":
        paragraph(out, f"not sent: {one.outcome.text}", indent=4, style="red")


def _said(line: Occurrence) -> str:
    lead = f" ({line.lead})" if line.lead else ""
    return f"{line.campaign or 'all'}: {line.kind}{lead}: {line.what}"


def _show_counts(out: Console, sent: Sequence[Sent]) -> None:
    counts = Counter((one.record.coordinator, one.written.kind) for one in sent)
    readers = sorted({reader for reader, _ in counts})
    rows = []
    for reader in readers:
        mine = [counts[reader, kind] for kind in KINDS]
        rows.append([reader, *(str(number) for number in mine), str(sum(mine))])
    table(out, ("to", *KINDS, "all"), rows)


def _say_where(out: Path | None) -> None:
    if out is not None:
        print(f"\nThe mails are in {out}: open it with `mutt -f {out}` or any other mail reader.")
        print(f"To leaf through them in a browser: {out / PAGE}")

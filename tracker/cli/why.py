"""`tracker why`: a mail or a line explained: file, rule, date arithmetic, every attempt."""

from argparse import Namespace
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rich.console import Console

from tracker.app.explaining import Found, find, find_planned, replayed_outbox, turning_points
from tracker.app.replay import first_moment, last_moment
from tracker.cli.arguments import Commands, command
from tracker.cli.composing import composer_of
from tracker.cli.past import Past, looking_back
from tracker.cli.show import facts, paragraph, printable, screen, show_moment
from tracker.cli.sources import Sources
from tracker.cli.to_come import left_by_now
from tracker.cli.waiting import progress
from tracker.dates import day_in, show_day, zone
from tracker.digest.say import moment
from tracker.errors import QuestionError
from tracker.events import replayed
from tracker.occurrence import LineKind, Occurrence
from tracker.store import MailRecord, OutboxLine, Store

_RULES = {
    LineKind.REMINDER: "a reminder leaves on the day that its lead gives, in the reader's morning"
    " (or at the hour written), at least two hours before what it reminds of",
    LineKind.OVERDUE: "an unsettled deadline is told once as overdue, on the working morning"
    " after it; then it stands in each digest until it ends",
    LineKind.FOLLOW_UP: "a follow-up leaves in the reader's morning of its date and of each"
    " repeat, until it is settled, replaced by a later meeting's, or the campaign is closed",
    LineKind.ESCALATION: "one interval after the last repeat another coordinator joins",
    LineKind.CORRECTION: "whoever was told a date that no longer holds is told once what holds",
    LineKind.DIGEST: "a digest leaves on the reader's days if something in it is due, new or"
    " wrong, and on Mondays always",
    LineKind.NOTICE: "word about a file goes once to the campaign's coordinators",
}


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "why",
        run_why,
        about="Explain a mail (its number in `tracker outbox`, or its Message-ID) or a line (its"
        " key in the JSON of plan, replay or outbox): who wrote it where, by what rule it came,"
        " how its date was counted, and every attempt to send it. Without a database the answer"
        " comes from a replay.",
        examples=(
            ("tracker why 12", "mail 12 of the outbox, with all its lines"),
            (
                "tracker why hrw-osce-ambassadors/accepted/vienna",
                "one line: the notice that the Vienna desk got of a new campaign",
            ),
        ),
    )
    parser.add_argument("key", metavar="KEY", help="a number, a Message-ID or a line's key")
    parser.set_defaults(at=None)


def run_why(args: Namespace) -> int:
    """Print the explanation; QuestionError where nothing has that key."""
    out = screen()
    with looking_back(args) as past:
        if past.store is not None:
            found = find(args.key, past.store)
            explained = found is not None and _explain(out, found, past, past.store, "sent")
        else:
            explained = _from_replay(out, args, past)
        if not explained:
            explained = _from_plan(out, args.key, past)
    if not explained:
        raise QuestionError(
            f'Nothing is known of "{args.key}": ask with a number of `tracker outbox`, a'
            " Message-ID, or a key as `tracker plan --json` and `tracker replay --json` print it."
        )
    return 0


def _from_replay(out: Console, args: Namespace, past: Past) -> bool:
    world = past.files.world
    end = last_moment(world)
    problems, composer = past.files.reading.problems, composer_of(args, world)
    with progress("replaying", first_moment(world), end) as watch:
        store = replayed_outbox(world, problems, composer, end=end, watch=watch)
    with store:
        found = find(args.key, store)
        return found is not None and _explain(out, found, past, store, "replayed")


def _from_plan(out: Console, key: str, past: Past) -> bool:
    """Explain a line that never came into an outbox: left out, waiting, or yet to come."""
    world = past.files.world
    moments = turning_points(key, world, past.now)
    left = left_by_now(past)
    for history in (past.history, replayed(world)):
        one = find_planned(key, world, history, moments, left)
        if one is not None:
            _explain_line(out, one, past, _state_of(one))
            return True
    return False


def _explain(out: Console, found: Found, past: Past, store: Store, sent: str) -> bool:
    mail = found.mail
    if mail is not None:
        paragraph(out, f"Mail {mail.id}: {mail.subject}", style="bold")
        made = show_moment(mail.created_at, past.files.home)
        facts(
            out,
            (
                ("to", mail.coordinator),
                ("kind", mail.kind),
                ("made", made),
                ("message-id", mail.message_id),
                ("state", sent if mail.state == "sent" else mail.state),
                ("reason", mail.reason or ""),
                ("next try", _next_try(mail, past)),
            ),
        )
        for number, one in enumerate(store.attempts(mail.id), 1):
            code = f" {one.code}" if one.code else ""
            said = f"attempt {number}, {show_moment(one.at, past.files.home)}: {one.outcome}{code}"
            paragraph(out, f"{said}, {one.text}" if one.text else said, indent=2)
    for line in found.lines:
        out.print()
        _explain_line(out, line.occurrence, past, _line_state(line, sent))
    return True


def _next_try(mail: MailRecord, past: Past) -> str:
    """Say when a mail that waits goes again."""
    if mail.state != "queued" or mail.next_at is None:
        return ""
    return show_moment(mail.next_at, past.files.home)


def _line_state(line: OutboxLine, sent: str) -> str:
    state = sent if line.state == "sent" else line.state
    return f"{state}: {line.reason}" if line.reason else state


def _state_of(one: Occurrence) -> str:
    if one.state == "planned":
        return "planned, not in the outbox"
    return f"{one.state}: {one.reason}"


def _explain_line(out: Console, one: Occurrence, past: Past, state: str) -> None:
    out.print(printable(one.key), soft_wrap=True)
    facts(out, [*_rows(one, past), ("state", state)])


def _rows(one: Occurrence, past: Past) -> Iterator[tuple[str, str]]:
    home = past.files.home
    reader = past.files.world.config.who(one.to)
    there = zone(reader.timezone) if reader else home
    lead = f", {one.lead}" if one.lead else ""
    yield "what", one.what
    yield "kind", f"{one.kind}{lead}"
    instead = "" if one.owner == one.to else f" (stands in for {one.owner})"
    yield "to", f"{one.to}{instead}"
    yield "written", _written(one, past)
    yield "rule", _RULES[one.kind]
    yield "date", one.why
    yield "told", _told(one, home, there)
    yield "speaks of", moment(one.states, home, there) if one.states else ""
    yield "leaves", moment(one.due, home, there) if one.due else ""
    yield "until", moment(one.expires, home, there) if one.expires else ""


def _told(one: Occurrence, home: ZoneInfo, there: ZoneInfo) -> str:
    """Say what a correction corrects, and when its reader was told that."""
    if one.was is None or one.told_at is None:
        return ""
    return f"{moment(one.was, home, there)}, on {show_day(day_in(one.told_at, there))}"


def _written(one: Occurrence, past: Past) -> str:
    """Name the file and line, with the words of the phrase itself where a step has one."""
    sources = Sources(past.files.reading)
    key = {"meeting": "date", "digest": "digest"}.get(one.item, "due")
    source = sources.of(one.origin, key) if one.origin and one.origin.path else None
    if source is not None:
        return f"{source.file}, line {source.line}: {source.text}"
    source = sources.of(one.origin)
    return source.file if source else ""

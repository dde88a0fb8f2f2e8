"""`tracker outbox`: mails and lines, what became of them, and another try."""

import json
from argparse import Namespace
from datetime import datetime
from typing import Any

from rich.console import Console

from tracker.app.explaining import mail_number
from tracker.app.replay import utc
from tracker.app.telling import told_after_all
from tracker.cli.arguments import Commands, command
from tracker.cli.database import open_store
from tracker.cli.held import say_held
from tracker.cli.reading import Files, read_files
from tracker.cli.show import heading, paragraph, screen, show_moment, table
from tracker.digest.say import many
from tracker.errors import QuestionError, UsageError
from tracker.store import MailRecord, OutboxLine, Store

NO_DATABASE = "There is no database yet: `tracker run` makes it, and nothing has been sent."
ENDED = ("cancelled", "expired")
MOST_LINES = 20


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "outbox",
        run_outbox,
        about="List the mails that were made and what became of them, and the lines that were"
        " never sent and why. `outbox retry ID` sends a failed, unknown or expired mail again,"
        " with the same bytes, at the daemon's next look.",
        examples=(
            ("tracker outbox", "every mail with its number, its state and the reason"),
            ("tracker outbox retry 12", "one more try for mail 12, once the server is mended"),
        ),
    )
    parser.add_argument("action", nargs="?", choices=("retry",), help="send one mail again")
    parser.add_argument("id", nargs="?", metavar="ID", help="the mail's number")
    parser.add_argument("--json", action="store_true", help="one object a line")


def run_outbox(args: Namespace) -> int:
    """List the outbox, or queue one mail again."""
    number = _number(args)
    files = read_files(args)
    store = open_store(args, files.world.config)
    if store is None:
        if number is not None:
            raise QuestionError(NO_DATABASE)
        if not args.json:
            print(NO_DATABASE)
        return 0
    with store:
        if number is not None:
            return _retry(store, number, args.clock())
        say_held(store, files)
        mails, lines = store.mails(), store.lines(states=ENDED)
        alone = [one for one in lines if one.mail is None]
        if args.json:
            _print_json(mails, alone)
        else:
            _show(screen(), mails, alone, files)
    return 0


def _number(args: Namespace) -> int | None:
    if args.action is None:
        return None
    number = mail_number(args.id or "")
    if number is None:
        raise UsageError("outbox retry wants the number of a mail: tracker outbox retry 12")
    return number


def _retry(store: Store, number: int, now: datetime) -> int:
    with store.sending():
        mail = store.retry(number, now)
        store.record([told_after_all(mail.id, mail.attempt, now=now)])
    print(f"Mail {mail.id} to {mail.coordinator} is queued again, with the same bytes:")
    print(f"  {mail.subject}")
    print("The daemon sends it at its next look.")
    return 0


def _print_json(mails: list[MailRecord], lines: list[OutboxLine]) -> None:
    for mail in mails:
        print(json.dumps(_mail_json(mail), ensure_ascii=False))
    for line in lines:
        print(json.dumps(_line_json(line), ensure_ascii=False))


def _mail_json(one: MailRecord) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": utc(one.created_at),
        "to": one.coordinator,
        "kind": one.kind,
        "subject": one.subject,
        "message_id": one.message_id,
        "state": one.state,
        "reason": one.reason,
        "attempt": one.attempt,
        "next_at": utc(one.next_at) if one.next_at else None,
        "settled_at": utc(one.settled_at) if one.settled_at else None,
        "keys": list(one.keys),
    }


def _line_json(one: OutboxLine) -> dict[str, Any]:
    return {
        "id": None,
        "to": one.occurrence.to,
        "kind": str(one.occurrence.kind),
        "campaign": one.occurrence.campaign,
        "due": utc(one.occurrence.due) if one.occurrence.due else None,
        "state": one.state,
        "reason": one.reason,
        "settled_at": utc(one.settled_at) if one.settled_at else None,
        "keys": [one.occurrence.key],
    }


def _show(out: Console, mails: list[MailRecord], lines: list[OutboxLine], files: Files) -> None:
    paragraph(out, many(len(mails), "mail"), style="bold")
    if mails:
        rows = [_mail_row(one, files) for one in mails]
        table(out, ("mail", "state", "to", "made", "subject"), rows)
    if not lines:
        return
    heading(out, f"{many(len(lines), 'line')} that were planned and not sent")
    for line in lines[-MOST_LINES:]:
        one = line.occurrence
        when = show_moment(one.due, files.home) if one.due else ""
        paragraph(out, f"{line.state}, {when}, to {one.to}: {one.what}", indent=2, mark="- ")
        paragraph(out, line.reason or "", indent=4, style="dim")
    if len(lines) > MOST_LINES:
        paragraph(out, f"and {len(lines) - MOST_LINES} earlier: see --json", indent=2)


def _mail_row(one: MailRecord, files: Files) -> list[str]:
    reason = f" ({one.reason})" if one.reason and one.state != "sent" else ""
    made = show_moment(one.created_at, files.home)
    return [str(one.id), one.state, one.coordinator, made, f"{one.subject}{reason}"]

"""`tracker resume`: why mail is held, what leaves when it goes on, and a person's word for it."""

import json
from argparse import Namespace
from collections.abc import Sequence

from tracker.app.holding import BelievedClock, Machine
from tracker.app.holding.holding import DISK
from tracker.app.replay import utc
from tracker.app.resuming import Waiting, go_on, waiting
from tracker.cli.arguments import Commands, command
from tracker.cli.database import open_store
from tracker.cli.machine import machine_of, this_machine
from tracker.cli.nearest import no_such
from tracker.cli.reading import Files, read_files
from tracker.cli.show import paragraph, screen, show_moment
from tracker.digest.say import many
from tracker.errors import QuestionError
from tracker.store import Hold, Store

NOTHING = "Nothing is held."
BY_ITSELF = "The disk has to have room first: mail goes on by itself then."


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "resume",
        run_resume,
        about="Say since when and why no mail leaves, and let it go on: all of it, or what one"
        " CAUSE holds. For `clock` this is your word that the clock of this machine is right; for"
        " `restored` and `cloned`, that no other tracker sends these mails.",
        examples=(
            ("tracker resume", "let everything go on that waits for a person's word"),
            (
                "tracker resume restored --sent-already",
                "what is due by now was sent before the backup was restored: leave it out",
            ),
        ),
    )
    parser.add_argument("cause", nargs="?", metavar="CAUSE", help="default: all of them")
    parser.add_argument(
        "--sent-already",
        action="store_true",
        help="leave out what is due by now; the next digest lists it as missed",
    )
    parser.add_argument("--json", action="store_true", help="one object")


def run_resume(args: Namespace) -> int:
    """Let mail go on."""
    files = read_files(args)
    store = open_store(args, files.world.config)
    if store is None:
        return _said_nothing(args)
    with store:
        held = store.holds()
        if not held:
            return _said_nothing(args)
        causes = _asked(args, held)
        leaves = waiting(store, args.clock())
        released = _released(store, causes, args)
        left = [one.cause for one in store.holds()]
    if args.json:
        print(json.dumps(_json(held, released, leaves), ensure_ascii=False))
    else:
        _show(held, released, () if left or args.sent_already else leaves, files)
    return 0 if released else 1


def _asked(args: Namespace, held: list[Hold]) -> list[str]:
    causes = [one.cause for one in held]
    if args.cause is None:
        return causes
    if args.cause not in causes:
        raise QuestionError(no_such("hold", args.cause, causes))
    return [args.cause]


def _released(store: Store, causes: list[str], args: Namespace) -> list[str]:
    machine: Machine = machine_of(args) or this_machine()
    reading = BelievedClock(args.clock, machine, None).reading()
    return go_on(store, causes, reading, machine.id, sent_already=args.sent_already)


def _said_nothing(args: Namespace) -> int:
    print(json.dumps(_json([], [], [])) if args.json else NOTHING)
    return 0


def _show(held: list[Hold], released: list[str], leaves: Sequence[Waiting], files: Files) -> None:
    out = screen()
    for one in held:
        paragraph(out, f"Held since {show_moment(one.since, files.home)}: {one.cause}")
        paragraph(out, one.why, indent=2, style="dim")
        if one.cause not in released:
            paragraph(out, BY_ITSELF if one.cause == DISK else "It stays held.", indent=2)
    if released:
        paragraph(out, f"No longer held: {', '.join(released)}.")
    for who in leaves:
        paragraph(out, f"{who.reader}: {_counts(who)}", indent=2, mark="- ")
    if leaves:
        paragraph(out, "They leave at the daemon's next look, one mail a person.")


def _counts(who: Waiting) -> str:
    lines = many(who.lines, "line") if who.lines else ""
    mails = f"{many(who.mails, 'mail')} again" if who.mails else ""
    return ", ".join(filter(None, (lines, mails)))


def _json(held: list[Hold], released: list[str], leaves: list[Waiting]) -> dict[str, object]:
    return {
        "held": [{"cause": one.cause, "since": utc(one.since), "why": one.why} for one in held],
        "released": released,
        "waiting": [{"to": one.reader, "lines": one.lines, "mails": one.mails} for one in leaves],
    }

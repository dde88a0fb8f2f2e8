"""`tracker forget`: takes a person out of the database."""

from argparse import Namespace

from tracker.app.forgetting import Report, forget_person
from tracker.cli.arguments import Commands, command
from tracker.cli.backup import NO_DATABASE
from tracker.cli.database import open_store
from tracker.cli.reading import read_files
from tracker.cli.wrapping import say
from tracker.digest.say import many
from tracker.errors import BusyError, QuestionError, TrackerError
from tracker.store import Store
from tracker.store.tidying import tidy, traces

ELSEWHERE = (
    "Out of the tracker's reach: mails in inboxes and Maildirs, backups made before, the history"
    " of the campaign files, the mail server's log."
)


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "forget",
        run_forget,
        about="Take a person out of the database: their name or address in what the tracker wrote"
        " down, the bodies of mails that have it, and, for a coordinator who is no longer in"
        " config.toml, every mail made for them and their id in every key. Shows what it would"
        " do; --yes does it, with the daemon stopped. Files come first: what still stands in one"
        " is refused.",
        examples=(
            ('tracker forget "Kairat Abdrakhmanov"', "what would be taken out"),
            ("tracker forget anna --yes", "a coordinator who has left"),
        ),
    )
    parser.add_argument("who", metavar="WHO", help="a name, an address, a former coordinator's id")
    parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")


def run_forget(args: Namespace) -> int:
    """Show what would be forgotten, or forget it."""
    files = read_files(args)
    store = open_store(args, files.world.config)
    if store is None:
        raise QuestionError(NO_DATABASE)
    with store:
        if args.yes:
            _alone(store)
        now = args.clock()
        report = forget_person(store, files.reading, args.who, now=now, really=args.yes)
        if not report.done:
            print(f'Nothing is known of "{args.who}".')
            return 0
        _show(report, really=args.yes)
        if args.yes:
            _tidy(store, report)
    return 0


def _alone(store: Store) -> None:
    """Keep daemons out: one would remember what it has read, and write it down again."""
    store.lock()
    if not store.planner.is_here():
        raise BusyError(f"{store.planner.who()} works on this database: stop every daemon first.")


def _tidy(store: Store, report: Report) -> None:
    if store.file is None:
        return
    tidy(store.file)
    if not report.done.kept and traces(store.file, report.words):
        raise TrackerError("Something of it is left in the database; please report this.")


def _show(report: Report, *, really: bool) -> None:
    done = report.done
    words = ", ".join(f'"{word}"' for word in report.words)
    who = words
    if report.coordinator:
        who = f"coordinator {report.coordinator}" + (f" ({words})" if words else "")
    say(f"{'Forgotten' if really else 'To be forgotten'}: {who}")
    for count, one, more in (
        (done.mails, "mail", "mails"),
        (done.lines, "line", "lines"),
        (done.entries, "entry of the journal", "entries of the journal"),
        (done.answers, "answer of a mail server", "answers of mail servers"),
        (done.files, "file that is gone", "files that are gone"),
    ):
        if count:
            print(f"  {many(count, one, more)}")
    if done.kept:
        numbers = ", ".join(map(str, done.kept))
        say(f"  not yet: mail {numbers}, under way to somebody else. Ask again once it has left.")
    say(ELSEWHERE if really else "Nothing was changed: stop the daemon and add --yes.")

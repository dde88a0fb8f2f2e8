"""What a replay leaves in a folder: made anew each time, and never over anybody's mail."""

from pathlib import Path

from tracker.delivery import MaildirTransport
from tracker.errors import QuestionError

MARK = ".tracker-replay"
PAGE = "index.html"  # a Maildir's reader looks into new, cur and tmp only
_SAID = "Mails of a replay: `tracker replay --out` empties this folder and fills it again.\n"


def replay_maildir(out: Path) -> MaildirTransport:
    """Open an empty Maildir for a replay.

    What an earlier replay left there goes, since two replays in one folder would show every mail
    twice. Any other folder with something in it is refused with QuestionError.
    """
    if out.exists() and not out.is_dir():
        raise QuestionError(f"{out} is a file: name a folder for the mails.")
    if out.is_dir() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise QuestionError(f"{out} has something else in it: name a new or empty folder.")
        _empty(out)
    maildir = MaildirTransport(out, durable=False)
    (out / MARK).write_text(_SAID)
    return maildir


def _empty(out: Path) -> None:
    for folder in ("new", "cur", "tmp"):
        for mail in (out / folder).glob("*"):
            if mail.is_file():
                mail.unlink()
    (out / PAGE).unlink(missing_ok=True)


def keep_page(out: Path, page: str) -> None:
    """Put the page beside the mails."""
    (out / PAGE).write_text(page, encoding="utf-8", newline="\n")

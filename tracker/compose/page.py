"""The mails of a replay as one page to leaf through, from the file system and without a script."""

from collections.abc import Iterable, Sequence
from datetime import date
from email import message_from_bytes
from email.message import Message
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import Struct

from tracker.compose.loader import environment
from tracker.compose.parts import tidy
from tracker.dates import show_day, show_day_short

_PAGES = Path(__file__).parent / "pages"


class PageMail(Struct, frozen=True, kw_only=True):
    """One mail: its bytes, and the day and the hour that its reader's clock showed."""

    day: date
    hour: str
    reader: str
    kind: str
    subject: str
    raw: bytes


def replay_page(mails: Sequence[PageMail], *, days: str) -> str:
    """Return the page; the mails of a day stand together by reader, each as it was sent.

    `days` says which days were replayed. What stands in a mail is shown and never obeyed: its
    HTML has a frame that may run nothing and fetch nothing.
    """
    ordered = sorted(mails, key=lambda one: (one.day, one.reader))
    numbers = {id(one): number for number, one in enumerate(ordered, start=1)}
    values = {
        "days": days,
        "count": len(ordered),
        "found": [_day(day, those, numbers) for day, those in _by(ordered, "day")],
    }
    return environment(_PAGES).get_template("replay.html").render(values)


def _by(mails: Iterable[PageMail], name: str) -> list[tuple[Any, list[PageMail]]]:
    return [
        (key, list(those)) for key, those in groupby(mails, key=lambda one: getattr(one, name))
    ]


def _day(day: date, mails: list[PageMail], numbers: dict[int, int]) -> dict[str, Any]:
    return {
        "id": f"day-{day}",
        "name": show_day(day),
        "short": show_day_short(day),
        "count": len(mails),
        "readers": [
            {"name": reader, "mails": [_mail(one, numbers[id(one)]) for one in those]}
            for reader, those in _by(mails, "reader")
        ],
    }


def _mail(one: PageMail, number: int) -> dict[str, Any]:
    parts = list(message_from_bytes(one.raw).walk())
    return {
        "number": number,
        "hour": one.hour,
        "kind": one.kind,
        "subject": tidy(one.subject),
        "text": _said(parts, "text/plain"),
        "html": _said(parts, "text/html"),
        "files": [part.get_filename() for part in parts if part.get_filename()],
    }


def _said(parts: list[Message], kind: str) -> str:
    found = next((part for part in parts if part.get_content_type() == kind), None)
    raw = found.get_payload(decode=True) if found is not None else b""
    return tidy(raw.decode("utf-8", "replace")) if isinstance(raw, bytes) else ""

"""What one mail says, as plain data for the templates; every string is ready to print."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from tracker.occurrence import Topic

_BLOCKS = "▁▂▃▄▅▆▇█"
Tells = tuple[tuple[Topic, datetime | None], ...]


class Line(Struct, frozen=True, kw_only=True):
    """One thing to know or to do, with its date, its reason and how to settle it.

    `tag` is the state in words: "today", "tomorrow", "overdue", "2 days late", "asked 3 times".
    `when` names weekday, date and time in the campaign's zone, then in the reader's if it differs.
    `why` explains the date. `settle` is the exact command, empty where nothing settles the line;
    `others` are those for its other targets, each of which takes one.
    `late` says how late the line itself leaves and why, else empty. Where very many stand in one
    mail they are `brief`: nothing is left out, but they look plainer and are shorter as HTML.
    """

    kind: str
    tag: str
    what: str
    when: str
    why: str
    settle: str = ""
    others: tuple[str, ...] = ()
    late: str = ""
    detail: str = ""
    brief: bool = False


class CampaignLines(Struct, frozen=True, kw_only=True):
    """The lines of one campaign inside a group."""

    campaign: str
    title: str
    lines: tuple[Line, ...]


class Group(Struct, frozen=True, kw_only=True):
    """Lines about one meeting across campaigns, or those that belong to no meeting.

    `heading` is like "OSCE Permanent Council, Thursday 24 June 2010, 10:00 Vienna";
    `place` like "Hofburg, Vienna"; `note` like "third session without a decision".
    """

    heading: str
    place: str = ""
    note: str = ""
    campaigns: tuple[CampaignLines, ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """One line of a digest's section or of a notice: `when` may be empty.

    `tells` are the dates that it gives, by what they are of: a reader who was told one is told
    again when it changes. `bars` draws how something grew, each in hundredths of the last.
    `settle` is the exact command for what waits to be settled, else empty.
    """

    text: str
    when: str = ""
    detail: str = ""
    tells: Tells = ()
    bars: tuple[int, ...] = ()
    settle: str = ""


class Section(Struct, frozen=True, kw_only=True):
    """A headed list; `id` is stable (overdue, today, ahead, silent, changed, asks, …)."""

    id: str
    heading: str
    entries: tuple[Entry, ...]


class PictureDay(Struct, frozen=True, kw_only=True):
    """One day of the picture: its number, then the signs of what is on it as the legend has them.

    Today's number stands in brackets; a day that is over is empty. `look` is how the day is to
    stand out, besides in words: "marked" where something is on it, "pause" in a recess.
    """

    said: str
    look: Literal["", "marked", "pause"] = ""


class PictureWeek(Struct, frozen=True, kw_only=True):
    """One row of the picture, Monday to Sunday; `month` is named where it begins."""

    month: str
    days: tuple[PictureDay, ...]


class Picture(Struct, frozen=True, kw_only=True):
    """The next weeks in one look; the `legend` says its signs, and `notes` what it cannot."""

    heading: str
    weekdays: tuple[str, ...]
    weeks: tuple[PictureWeek, ...] = ()
    legend: str = ""
    notes: tuple[str, ...] = ()


class Notice(Struct, frozen=True, kw_only=True):
    """Word about a file or the tracker: accepted, problem, fixed, held, missing, restart.

    `settle` is the exact command that it waits for, else empty.
    """

    item: str
    campaign: str
    title: str
    headline: str
    sections: tuple[Section, ...] = ()
    settle: str = ""


class Invitation(Struct, frozen=True, kw_only=True):
    """A meeting as a reader's calendar takes it; nobody is asked for an answer.

    `seed` is the same for one meeting for ever, and `sequence` grows with each edit that touched
    it. `start` and `end` are aware moments or, where the hour is not known, days; `end` is then
    the day after the last. `cancelled` takes it out of a calendar. `about` is said line by line.
    """

    seed: str
    sequence: int
    summary: str
    start: datetime | date
    end: datetime | date
    place: str = ""
    about: tuple[str, ...] = ()
    cancelled: bool = False


class MailContent(Struct, frozen=True, kw_only=True):
    """One coordinator's whole message.

    `kind` is digest, correction, reminder or notice; `headline` is the first line: what to do.
    `state` is the digest's one sentence on where things stand, `picture` its weeks. `paste` are
    the TOML lines to paste, once per mail, for those without a shell. `footer` says why this
    reader got this mail.
    `invitations` are the meetings that it reminds of or corrects, each a file for a calendar.
    `names` are those that are written from right to left, where there are any.
    """

    kind: str
    reader: str
    zone: str
    date: str
    subject: str
    preheader: str
    headline: str
    groups: tuple[Group, ...] = ()
    notices: tuple[Notice, ...] = ()
    state: str = ""
    picture: Picture | None = None
    sections: tuple[Section, ...] = ()
    paste: str = ""
    footer: str = ""
    invitations: tuple[Invitation, ...] = ()
    names: tuple[str, ...] = ()


def blocks(heights: Iterable[int]) -> str:
    """Draw heights in hundredths as a row of blocks.

    >>> blocks([10, 50, 100])
    '▁▄█'
    """
    return "".join(_BLOCKS[min(max(one - 1, 0) * len(_BLOCKS) // 100, 7)] for one in heights)

"""What each phrase of a campaign comes to, for `tracker check`."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from tracker.campaign import Campaign, Deadline, Meeting, World
from tracker.dates import show_day, show_day_short
from tracker.events import Course, PlannedMeeting, course, frame, read_facts
from tracker.planning import Instance
from tracker.planning.instances import instances_of
from tracker.planning.reminders import DEFAULT_LEADS
from tracker.when import Resolved, When, lead_day


class ComesTo(Struct, frozen=True):
    """One result of a phrase: a day in words with its reason, or what it waits for.

    `repeats` says on which days a deadline is reminded of, or how a follow-up repeats.
    """

    said: str
    why: str = ""
    repeats: str = ""


class PhraseRow(Struct, frozen=True):
    """One phrase of a campaign, where it stands and everything it comes to."""

    where: str
    phrase: str
    found: tuple[ComesTo, ...]


def phrases_of(campaign_id: str, world: World, *, now: datetime) -> tuple[PhraseRow, ...]:
    """Return each phrase of a campaign with what it comes to, by all facts known at `now`.

    A step counts at every meeting, those that a deferral added among them.
    """
    home = frame(campaign_id, world)
    whole = course(campaign_id, world, read_facts(home), now=now)
    rows = [*_dates(home.campaign, whole), *_meetings(whole)]
    steps: dict[str, list[Instance]] = {}
    for one in instances_of(whole, world):
        steps.setdefault(one.step.id, []).append(one)
    rows += [_step_row(name, those) for name, those in steps.items()]
    return tuple(rows)


def _dates(campaign: Campaign, whole: Course) -> Iterator[PhraseRow]:
    """Name the campaign's own days where they were written in words."""
    home = whole.frame
    days: tuple[tuple[str, When | None, date | None], ...] = (
        ("dated", campaign.dated, home.dated),
        ("opened", campaign.opened, home.opened),
        ("closed", campaign.closed, home.closed),
    )
    for where, written, day in days:
        if written is not None and day is not None and _in_words(written):
            yield PhraseRow(where, written.text, (ComesTo(show_day(day)),))


def _meetings(whole: Course) -> Iterator[PhraseRow]:
    for entry, written in enumerate(whole.frame.campaign.meeting):
        phrase = _phrase_of(written)
        days = [one for one in whole.meetings if one.entry == entry and one.added_at is None]
        if phrase:
            found = tuple(ComesTo(_said_of(one), one.name) for one in days)
            yield PhraseRow("meeting", phrase, found or (ComesTo("no session"),))


def _said_of(meeting: PlannedMeeting) -> str:
    last = "" if meeting.last_day == meeting.day else f" to {show_day(meeting.last_day)}"
    return f"{show_day(meeting.day)}{last}"


def _phrase_of(written: Meeting) -> str:
    if written.sessions is not None:
        return "every session"
    if isinstance(written.date, When):
        return written.date.text if _in_words(written.date) else ""
    return str(written.date)


def _in_words(written: When) -> bool:
    """Say whether a date was written as a phrase, not as a TOML date."""
    return bool(written.text) and not written.text[:4].isdigit()


def _step_row(name: str, those: list[Instance]) -> PhraseRow:
    return PhraseRow(name, str(those[0].step.due), tuple(_comes_to(one) for one in those))


def _comes_to(one: Instance) -> ComesTo:
    if not isinstance(one.due, Resolved):
        if one.ask is not None and not one.ask.open:
            return ComesTo(f"nothing more{_about(one)} is settled")
        return ComesTo(f"waits for {' and '.join(one.waiting)}{_about(one)}")
    hour = f", {one.due.clock:%H:%M}" if one.due.clock else ""
    zone = f" {one.due.zone}" if one.due.zone else ""
    why = "" if one.due.why.endswith("as written") else one.due.why
    return ComesTo(f"{show_day(one.day)}{hour}{zone}{_about(one)}", why, _reminders(one))


def _about(one: Instance) -> str:
    return f", ask {one.ask.id}" if one.ask else ""


def _reminders(one: Instance) -> str:
    step = one.step.step
    if not isinstance(step, Deadline):
        return str(step.repeat) if step.repeat else ""
    leads = DEFAULT_LEADS if step.remind is None else step.remind
    days = sorted({lead_day(lead, one.day, one.course.frame.workdays).day for lead in leads})
    return f"reminders on {' and '.join(show_day_short(day) for day in days)}" if days else ""

"""A digest's standing part: what is overdue, ahead, silent, changed and undecided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.campaign import Deadline
from tracker.content import Entry, Section
from tracker.dates import day_in, show_day, show_day_short
from tracker.digest.facts import say_fact
from tracker.digest.lines import Saying, meeting_heading, standing_of
from tracker.digest.say import days_between, many, moment
from tracker.events import AskCourse, Course, History, PlannedMeeting
from tracker.occurrence import Occurrence
from tracker.planning import Instance, matters
from tracker.planning.instances import last_word
from tracker.planning.wording import called, fill
from tracker.when import fixed_day

AHEAD = timedelta(days=14)
MOST = 12
ItemKey = tuple[str | None, str, str | None, date | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong since this reader's last digest, already in words."""

    missed: tuple[Entry, ...] = ()
    failed: tuple[Entry, ...] = ()
    files: tuple[Entry, ...] = ()
    newly_wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The sections of one digest, and whether anything in it is a reason to send it."""

    state: str
    sections: tuple[Section, ...]
    triggered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One reader's campaigns at one moment; `said` are the items that the mail's lines name."""

    saying: Saying
    courses: tuple[Course, ...]
    since: datetime
    said: frozenset[ItemKey]
    lines: dict[ItemKey, list[Occurrence]]

    @property
    def now(self) -> datetime:
        return self.saying.now

    def instances(self) -> Iterator[Instance]:
        for whole in self.courses:
            for one in self.saying.plan.instances[whole.id]:
                if not one.settled and matters(one):
                    yield one

    def meetings(self) -> Iterator[tuple[Course, PlannedMeeting]]:
        for whole in self.courses:
            for meeting in whole.meetings:
                if whole.aims_at(meeting):
                    yield whole, meeting

    def today(self, at: datetime) -> bool:
        return day_in(at, self.saying.reader.zone) == self.saying.today


def digest_of(
    saying: Saying, lines: Iterable[Occurrence], history: History, trouble: Trouble
) -> Digest:
    """Work out a reader's digest; nothing that the mail's own lines say stands here again."""
    reader = saying.reader
    since = history.digests.get(reader.id)
    desk = _Desk(
        saying=saying,
        courses=_courses(saying, history),
        since=since or _first_sight(saying, history),
        said=frozenset(_item_key(one) for one in lines),
        lines=_by_item(saying.plan.occurrences),
    )
    overdue, today = _overdue(desk), _today(desk)
    changed = _changed(desk)
    wrong = trouble.missed or trouble.failed or trouble.newly_wrong
    sections = (
        Section(id="overdue", heading="Overdue", entries=overdue),
        Section(id="today", heading="Today", entries=today),
        Section(id="ahead", heading="The next 14 days", entries=_ahead(desk)),
        Section(id="silent", heading="Still silent", entries=_silent(desk)),
        Section(id="changed", heading=_since_heading(since, saying), entries=changed),
        Section(id="asks", heading="Asks and outcomes", entries=_asks(desk)),
        Section(id="signatures", heading="Signatures", entries=_signatures(desk)),
        Section(id="missed", heading="Missed while nothing could be sent", entries=trouble.missed),
        Section(id="failed", heading="Mail that did not go", entries=trouble.failed),
        Section(id="files", heading="Files with errors", entries=trouble.files),
    )
    return Digest(
        state=_state(desk, overdue),
        sections=tuple(_capped(one) for one in sections if one.entries),
        triggered=bool(today or changed or wrong or _newly_overdue(desk)),
    )


def _capped(section: Section) -> Section:
    if len(section.entries) <= MOST:
        return section
    more = Entry(text=f"and {len(section.entries) - MOST} more: see tracker status")
    return Section(id=section.id, heading=section.heading, entries=(*section.entries[:MOST], more))


def _courses(saying: Saying, history: History) -> tuple[Course, ...]:
    """Return the campaigns that are this reader's, seen by now and not closed."""
    found = []
    for campaign_id, whole in saying.plan.courses.items():
        seen = history.first_seen(campaign_id, f"coordinator:{saying.reader.id}")
        closed = whole.frame.closed_at
        if (
            saying.reader.id in whole.frame.campaign.coordinators
            and seen is not None
            and seen <= saying.now
            and (closed is None or saying.now < closed + timedelta(days=8))
        ):
            found.append(whole)
    return tuple(found)


def _first_sight(saying: Saying, history: History) -> datetime:
    seen = [
        at
        for campaign_id, whole in saying.plan.courses.items()
        if saying.reader.id in whole.frame.campaign.coordinators
        and (at := history.first_seen(campaign_id)) is not None
    ]
    return min(seen, default=saying.now)


def _by_item(lines: Iterable[Occurrence]) -> dict[ItemKey, list[Occurrence]]:
    found: dict[ItemKey, list[Occurrence]] = {}
    for one in lines:
        found.setdefault(_item_key(one), []).append(one)
    return found


def _item_key(one: Occurrence) -> ItemKey:
    return (one.campaign, one.item, one.forum, one.session, one.ask)


def _instance_key(one: Instance) -> ItemKey:
    meeting = one.meeting
    return (
        one.course.id,
        one.step.id,
        meeting.forum if meeting else None,
        meeting.session if meeting else None,
        one.ask.id if one.ask else None,
    )


def _open_deadlines(desk: _Desk) -> Iterator[tuple[Instance, datetime]]:
    for one in desk.instances():
        if not isinstance(one.step.step, Deadline) or one.at is None:
            continue
        if one.ends is None or one.ends > desk.now:
            yield one, one.at


def _overdue(desk: _Desk) -> tuple[Entry, ...]:
    return tuple(
        _instance_entry(one, at, desk, f"{_days_late(at, desk)} late")
        for one, at in _open_deadlines(desk)
        if one.course.frame.opened_at <= at <= desk.now and _instance_key(one) not in desk.said
    )


def _days_late(at: datetime, desk: _Desk) -> str:
    zone = desk.saying.reader.zone
    late = (desk.saying.today - day_in(at, zone)).days
    return many(max(late, 1), "day")


def _newly_overdue(desk: _Desk) -> bool:
    return any(
        max(desk.since, one.course.frame.opened_at) < at <= desk.now
        for one, at in _open_deadlines(desk)
    )


def _today(desk: _Desk) -> tuple[Entry, ...]:
    found = [
        _meeting_entry(whole, meeting, desk)
        for whole, meeting in desk.meetings()
        if desk.today(meeting.start) and _meeting_key(whole, meeting) not in desk.said
    ]
    for one in desk.instances():
        at = _next_moment(one, desk)
        if at is None or not desk.today(at) or _instance_key(one) in desk.said:
            continue
        if at > desk.now or not isinstance(one.step.step, Deadline):
            found.append(_instance_entry(one, at, desk, ""))
    return tuple(found)


def _meeting_key(whole: Course, meeting: PlannedMeeting) -> ItemKey:
    return (whole.id, "meeting", meeting.forum, meeting.session, None)


def _next_moment(one: Instance, desk: _Desk) -> datetime | None:
    """Return a deadline's moment, or the next moment of a follow-up from today on."""
    if isinstance(one.step.step, Deadline):
        return one.at
    dues = [
        line.states
        for line in desk.lines.get(_instance_key(one), ())
        if line.state == "planned"
        and line.states is not None
        and day_in(line.states, desk.saying.reader.zone) >= desk.saying.today
    ]
    return min(dues, default=None)


def _ahead(desk: _Desk) -> tuple[Entry, ...]:
    found = [
        (meeting.start, _meeting_entry(whole, meeting, desk))
        for whole, meeting in desk.meetings()
        if _is_ahead(meeting.start, _meeting_key(whole, meeting), desk)
    ]
    found += [
        (at, _instance_entry(one, at, desk, ""))
        for one in desk.instances()
        if (at := _next_moment(one, desk)) and _is_ahead(at, _instance_key(one), desk)
    ]
    return tuple(entry for _, entry in _merged(sorted(found, key=lambda pair: pair[0])))


def _is_ahead(at: datetime, key: ItemKey, desk: _Desk) -> bool:
    """Say whether something comes in the next 14 days, after today, and is not said already."""
    return desk.now < at <= desk.now + AHEAD and not desk.today(at) and key not in desk.said


def _merged(found: list[tuple[datetime, Entry]]) -> Iterator[tuple[datetime, Entry]]:
    """Say a meeting once, however many letters aim at it."""
    seen: dict[tuple[str, str], int] = {}
    rows: list[tuple[datetime, Entry]] = []
    for at, entry in found:
        key = (entry.text, entry.when)
        if key in seen:
            old = rows[seen[key]][1]
            detail = f"{old.detail}; {entry.detail}"
            rows[seen[key]] = (at, Entry(text=old.text, when=old.when, detail=detail))
        else:
            seen[key] = len(rows)
            rows.append((at, entry))
    yield from rows


def _meeting_entry(whole: Course, meeting: PlannedMeeting, desk: _Desk) -> Entry:
    put_off = whole.times_put_off(meeting)
    note = f" ({standing_of(put_off)})" if put_off else ""
    heading = meeting_heading(meeting, desk.saying.reader.zone)
    return Entry(
        text=f"{meeting.name} meets{note}",
        when=heading.removeprefix(f"{meeting.name}, "),
        detail=whole.frame.campaign.title,
    )


def _instance_entry(one: Instance, at: datetime, desk: _Desk, tag: str) -> Entry:
    said = moment(at, one.course.frame.workdays.zone, desk.saying.reader.zone)
    if not isinstance(one.step.step, Deadline):
        said = show_day(day_in(at, one.course.frame.workdays.zone))
    return Entry(
        text=fill(one),
        when=f"{said}, {tag}" if tag else said,
        detail=one.course.frame.campaign.title,
    )


def _silent(desk: _Desk) -> tuple[Entry, ...]:
    """Name each silent target once, the longest silence first."""
    found: dict[tuple[str, str], tuple[int, Entry]] = {}
    for one in desk.instances():
        if one.step.step.until != "reply" or one.at is None or one.at > desk.now:
            continue
        asked = _times_asked(one, desk)
        for target in one.targets:
            home = one.course.frame.workdays.zone
            days = (desk.saying.today - day_in(last_word(one.course, target), home)).days
            entry = Entry(
                text=called(target),
                when=f"{many(days, 'day')}, asked {many(asked, 'time')}",
                detail=one.course.frame.campaign.title,
            )
            found.setdefault((one.course.id, target.id), (days, entry))
    return tuple(entry for _, entry in sorted(found.values(), key=lambda pair: -pair[0]))


def _times_asked(one: Instance, desk: _Desk) -> int:
    """Count the repeats that have come due, the first among them."""
    leads = [
        line.lead
        for line in desk.lines.get(_instance_key(one), ())
        if line.due and line.due <= desk.now
    ]
    return max(
        (1 if lead == "first" else int(lead.split()[-1]) + 1 for lead in leads if lead), default=1
    )


def _changed(desk: _Desk) -> tuple[Entry, ...]:
    found: list[Entry] = []
    for whole in desk.courses:
        found.extend(_new_facts(whole, desk))
        closed = whole.frame.closed_at
        if closed is not None and desk.since < closed <= desk.now:
            found.append(
                Entry(
                    text="This campaign is closed: nothing more is sent for it",
                    detail=whole.frame.campaign.title,
                )
            )
    return tuple(found)


def _new_facts(whole: Course, desk: _Desk) -> Iterator[Entry]:
    instances = desk.saying.plan.instances[whole.id]
    seen = max(desk.since, whole.frame.opened_at)
    for fact in whole.facts:
        if seen < fact.known_at <= desk.now:
            yield Entry(
                text=say_fact(fact, whole, instances),
                when=show_day_short(fact.on),
                detail=whole.frame.campaign.title,
            )


def _since_heading(since: datetime | None, saying: Saying) -> str:
    if since is None:
        return "What has happened so far"
    return f"Changed since {show_day_short(day_in(since, saying.reader.zone))}"


def _asks(desk: _Desk) -> tuple[Entry, ...]:
    return tuple(
        _ask_entry(ask, whole, desk)
        for whole in desk.courses
        if not _closed(whole, desk.now)
        for ask in whole.asks
        if ask.open and ask.outcomes
    ) + tuple(
        Entry(
            text="No ask is open any more: close the campaign",
            when=f"closed = {desk.saying.today}",
            detail=whole.frame.campaign.title,
        )
        for whole in desk.courses
        if not whole.going and whole.frame.closed_at is None
    )


def _closed(whole: Course, now: datetime) -> bool:
    closed = whole.frame.closed_at
    return closed is not None and closed <= now


def _ask_entry(ask: AskCourse, whole: Course, desk: _Desk) -> Entry:
    trail = " → ".join(
        f"{one.fact.on.day} {one.fact.on:%b} {one.fact.result}" for one in ask.outcomes
    )
    latest = ask.latest
    assert latest is not None
    ago = days_between(latest.fact.on, desk.saying.today)
    following = whole.meeting(latest.next) if latest.next else None
    if following is not None:
        when = f"next: {show_day_short(following.day)}"
    else:
        when = f"{ago} since {latest.fact.result}"
    return Entry(text=ask.text, when=f"{trail}; {when}", detail=whole.frame.campaign.title)


def _signatures(desk: _Desk) -> tuple[Entry, ...]:
    found = []
    for whole in desk.courses:
        signed = signatures(whole, desk.now)
        if signed and whole.delivered is None:
            new = signed - signatures(whole, desk.since)
            found.append(
                Entry(
                    text=many(signed, "signature"),
                    when=f"{new} new" if new else "",
                    detail=whole.frame.campaign.title,
                )
            )
    return tuple(found)


def signatures(whole: Course, now: datetime) -> int:
    """Count the signatories known at a moment; an undated one counts from the letter's date."""
    days = (
        fixed_day(one.signed, whole.frame.opened) if one.signed else whole.frame.dated
        for one in whole.frame.campaign.signatory
    )
    return sum(whole.frame.midnight(day + timedelta(days=1)) <= now for day in days)


def _state(desk: _Desk, overdue: tuple[Entry, ...]) -> str:
    """Say in one sentence where things stand."""
    going = [one for one in desk.courses if not _closed(one, desk.now)]
    asks = sum(ask.open for whole in going for ask in whole.asks)
    said = f"{many(len(going), 'campaign')}, {many(asks, 'open ask')}"
    late = len(overdue) + sum(
        1
        for one, at in _open_deadlines(desk)
        if at <= desk.now and _instance_key(one) in desk.said
    )
    said += f", {late} overdue" if late else ""
    ahead = [meeting for _, meeting in desk.meetings() if meeting.start > desk.now]
    if ahead:
        meeting = min(ahead, key=lambda one: one.start)
        return f"{said}. Next: {meeting.name}, {show_day(meeting.day)}."
    return f"{said}. No meeting ahead."

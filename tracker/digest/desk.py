"""One reader's desk: their campaigns at one moment, and what the mail says already."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from tracker.campaign import Deadline
from tracker.dates import day_in
from tracker.difference import Edit, edits_by_campaign
from tracker.digest.asking import Askings, by_topic
from tracker.digest.lines import Saying
from tracker.digest.topics import instance_topic
from tracker.events import Course, History, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence, Topic
from tracker.planning import Instance, matters, pauses

Edits = Mapping[str, list[Edit]]
AFTER_CLOSING = timedelta(days=8)  # a closed campaign is told once more, on a Monday at the latest


class Desk(Struct, frozen=True, kw_only=True):
    """What a digest is written from; `since` is the reader's last digest, or first sight.

    `edits` is what edits of the files did, by campaign. `said` are the items that the mail's own
    lines name, `introduced` the campaigns whose plan stands in the same mail and `corrected` the
    corrections in it and in mails since the last digest, with when they were said: nothing of them
    is said twice. `asked` is what was asked, this mail included.
    """

    saying: Saying
    courses: tuple[Course, ...]
    since: datetime
    said: frozenset[Topic]
    introduced: frozenset[str | None]
    lines: dict[Topic, list[Occurrence]]
    corrected: tuple[tuple[datetime, Occurrence], ...]
    edits: Edits
    history: History
    asked: Askings

    def joined(self, campaign: str) -> datetime:
        """Return when this reader became a coordinator of a campaign."""
        seen = self.history.first_seen(campaign, f"coordinator:{self.saying.reader.id}")
        return seen or self.now

    @property
    def now(self) -> datetime:
        """Return the moment of the digest."""
        return self.saying.now

    def today(self, at: datetime) -> bool:
        """Say whether a moment falls on the reader's own day."""
        return day_in(at, self.saying.reader.zone) == self.saying.today

    def day_of(self, one: Instance, at: datetime) -> date:
        """Return the reader's day of a step's moment; a follow-up's is its date, wherever read."""
        deadline = isinstance(one.step.step, Deadline)
        return day_in(at, self.saying.reader.zone if deadline else one.course.frame.workdays.zone)

    def going(self) -> tuple[Course, ...]:
        """Return the campaigns that are neither closed nor paused, and whose file is there."""
        gone = self.history.missing
        return tuple(one for one in self._open() if one.id not in gone and not self._pauses(one))

    def gone(self) -> tuple[tuple[Course, datetime], ...]:
        """Return the campaigns whose file is gone, and since when: they wait for it as paused."""
        gone = self.history.missing
        return tuple((one, gone[one.id]) for one in self._open() if one.id in gone)

    def paused(self) -> tuple[Course, ...]:
        """Return the campaigns of which nothing leaves now: only that they are paused is said."""
        gone = self.history.missing
        return tuple(one for one in self._open() if one.id not in gone and self._pauses(one))

    def _open(self) -> Iterator[Course]:
        closed = ((whole, whole.frame.closed_at) for whole in self.courses)
        return (whole for whole, at in closed if at is None or at > self.now)

    def _pauses(self, whole: Course) -> bool:
        return pauses(self.now, self.saying.reader, whole.frame)

    def instances(self) -> Iterator[Instance]:
        """Yield the steps that are not settled and still matter."""
        for whole in self.going():
            for one in self.saying.plan.instances[whole.id]:
                if not one.settled and matters(one):
                    yield one

    def meetings(self) -> Iterator[tuple[Course, PlannedMeeting]]:
        """Yield the meetings that are still aimed at."""
        for whole in self.going():
            for meeting in whole.meetings:
                if whole.aims_at(meeting):
                    yield whole, meeting

    def next_meeting(self) -> PlannedMeeting | None:
        """Return the first meeting that is still ahead, or under way for days."""
        return first_ahead((meeting for _, meeting in self.meetings()), self.now)

    def deadlines(self) -> Iterator[tuple[Instance, datetime]]:
        """Yield the deadlines that have not ended, with their moments."""
        for one in self.instances():
            if not isinstance(one.step.step, Deadline) or one.at is None:
                continue
            if one.ends is None or one.ends > self.now:
                yield one, one.at

    def overdue(self) -> Iterator[tuple[Instance, datetime]]:
        """Yield the deadlines that have passed; nothing due before opening is overdue."""
        for one, at in self.deadlines():
            if one.course.frame.opened_at <= at <= self.now:
                yield one, at

    def next_moment(self, one: Instance) -> datetime | None:
        """Return a deadline's moment, or a follow-up's next moment from today on."""
        if isinstance(one.step.step, Deadline):
            return one.at
        dues = [
            line.states
            for line in self.lines.get(instance_topic(one), ())
            if line.kind == LineKind.FOLLOW_UP
            and line.state == "planned"
            and line.states is not None
            and self.day_of(one, line.states) >= self.saying.today
        ]
        return min(dues, default=None)

    def says(self, key: Topic) -> bool:
        """Say whether the mail names an item already."""
        return key in self.said or key[0] in self.introduced


def first_ahead(meetings: Iterable[PlannedMeeting], now: datetime) -> PlannedMeeting | None:
    """Return the first meeting that is still ahead; one of several days is until it ends."""
    ahead = (
        one for one in meetings if one.start > now or (one.last_day > one.day and one.end > now)
    )
    return min(ahead, key=lambda one: one.start, default=None)


def desk_of(
    saying: Saying,
    lines: Iterable[Occurrence],
    history: History,
    corrected: Iterable[tuple[datetime, Occurrence]] = (),
) -> Desk:
    """Lay out a reader's desk for a mail with these lines; `corrected` left since the last one."""
    told = tuple(lines)
    since = history.digests.get(saying.reader.id)
    edits = edits_by_campaign(history.edits)
    return Desk(
        saying=saying,
        courses=tuple(_courses(saying, history, edits)),
        since=since or _first_sight(saying, history),
        said=frozenset(one.topic for one in told),
        introduced=frozenset(one.campaign for one in told if one.item == "accepted"),
        lines=_by_item(saying.plan.occurrences),
        edits=edits,
        corrected=(
            *corrected,
            *((saying.now, one) for one in told if one.kind == LineKind.CORRECTION),
        ),
        history=history,
        asked=by_topic(told, saying.asked),
    )


def closed_at(whole: Course, edits: Edits) -> datetime | None:
    """Return when a campaign was closed: on its day, or when a day already past was written."""
    closed = whole.frame.closed_at
    written = [edit.at for edit in edits.get(whole.id, ()) if edit.difference.thing == "closed"]
    return closed and max((closed, *written[-1:]))


def _courses(saying: Saying, history: History, edits: Edits) -> Iterator[Course]:
    """Yield the campaigns that are this reader's, seen by now and not long closed."""
    for campaign_id, whole in saying.plan.courses.items():
        seen = history.first_seen(campaign_id, f"coordinator:{saying.reader.id}")
        closed = closed_at(whole, edits)
        mine = saying.reader.id in whole.frame.campaign.coordinators
        recent = closed is None or saying.now < closed + AFTER_CLOSING
        if mine and recent and seen is not None and seen <= saying.now:
            yield whole


def _first_sight(saying: Saying, history: History) -> datetime:
    seen = [
        at
        for campaign_id, whole in saying.plan.courses.items()
        if saying.reader.id in whole.frame.campaign.coordinators
        and (at := history.first_seen(campaign_id)) is not None
    ]
    return min(seen, default=saying.now)


def _by_item(lines: Iterable[Occurrence]) -> dict[Topic, list[Occurrence]]:
    found: dict[Topic, list[Occurrence]] = {}
    for one in lines:
        found.setdefault(one.topic, []).append(one)
    return found

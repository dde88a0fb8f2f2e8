"""What each reader knows from their mails, held against the dates in the files.

Written from the contract alone, from where a reader sits: mails come in, a date is believed until
another mail says otherwise.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from tests.naive_mornings import asleep, local, next_digest, next_morning, own_moment
from tests.small_files import DAY, VIENNA, WHOLE, ZONES, Files, Item
from tracker.app.sending import Sent
from tracker.occurrence import LineKind, Occurrence

SETTLE = timedelta(minutes=10)
ON_TIME = timedelta(minutes=30)  # a few minutes late is no lateness
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 6
STEADY = timedelta(days=5)  # longer than any lead before a weekend
DATED = {LineKind.REMINDER, LineKind.OVERDUE, LineKind.CORRECTION}
IN_PASSING = {
    "Before tomorrow morning",
    "The plan",
    "Dates that changed",
    "Overdue",
    "Today",
    "The next 14 days",
}
MOMENT = re.compile(r"[A-Z][a-z]+day (\d+ [A-Z][a-z]+ \d{4}), (\d\d:\d\d) Vienna")


class Known(NamedTuple):
    """A date that a reader believes, and whether it stood in a line of its own."""

    states: datetime | None
    plainly: bool


class Wrong(NamedTuple):
    """A belief that does not hold, and since when it does not."""

    since: datetime
    believed: Known
    truth: datetime | None


@dataclass
class Entry:
    """One entry of a digest or notice as it is printed: under its heading, with its campaigns."""

    heading: str
    text: str
    when: str
    detail: str
    campaigns: list[str]


def entries(raw: bytes) -> list[Entry]:
    """Take a plain mail apart (see tests/plain_composer.py for how it is printed)."""
    found: list[Entry] = []
    heading, campaign = "", ""
    for row in raw.decode().splitlines():
        mark, _, rest = row.partition(" ")
        if mark == "#":
            heading, campaign = rest, ""
        elif mark == "@":
            campaign = rest
        elif mark == "*":
            text, when, detail = rest.split("\t")
            named = [campaign] if campaign else re.findall(r"letter(?:-2)?", detail)
            found.append(Entry(heading, text, when, detail, named))
    return found


class Readers:
    """All readers together: what they believe, what is wrong with it, and what they have seen."""

    def __init__(self, files: Files, now: datetime) -> None:
        self.files = files
        self.steady_since = now
        self.believes: dict[tuple[str, Item], Known] = {}
        self.wrong: dict[tuple[str, Item], Wrong] = {}
        self.keys: set[str] = set()
        self.reminders: set[tuple[object, ...]] = set()
        self.refused: set[str] = set()
        self.unsure: set[tuple[str, Item]] = set()
        self.slept_through: set[tuple[str, Item, Wrong]] = set()
        self.places: dict[tuple[str, date], int | date | None] = {}
        self.came_or_went: dict[str, datetime] = {}
        self.pauses_edited: dict[str, datetime] = {}
        self.woke = now
        self.came_at: dict[str, list[datetime]] = {}
        self.may_have_come: dict[int, dict[tuple[str, Item], Known | None]] = {}
        self.joined = {
            (name, one): now
            for name, letter in files.letters.items()
            for one in letter.coordinators
        }
        self.note_places()

    # -- the files change ------------------------------------------------------------------------

    def edited(self, files: Files, now: datetime) -> None:
        for name, letter in files.letters.items():
            for one in letter.coordinators:
                self.joined.setdefault((name, one), now)
        self.came_or_went |= {
            one: now for one in ZONES if files.away.get(one) != self.files.away.get(one)
        }
        self.pauses_edited |= {
            name: now
            for name, letter in files.letters.items()
            if letter.paused != self.files.letters[name].paused
        }
        self.files = files
        self.note_places()
        self.steady_since = now
        self.compare(now)

    def note_places(self) -> None:
        """Remember which meeting a session is, also for when the file no longer names it."""
        for name in self.files.letters:
            for one in self.files.sessions(name):
                self.places[name, one] = self.files.place(name, one)

    def compare(self, now: datetime) -> None:
        """Note which beliefs hold no longer, and since when."""
        found: dict[tuple[str, Item], Wrong] = {}
        for place, known in self.believes.items():
            truth = self.files.truth(place[1])
            if truth == known.states or self.files.needs_no_date(place[1], now):
                continue
            before = self.wrong.get(place)
            same = before is not None and before.truth == truth and before.believed == known
            found[place] = before if before and same else Wrong(now, known, truth)
        self.wrong = found

    # -- a mail comes ----------------------------------------------------------------------------

    def receive(self, mail: Sent) -> None:
        reader = mail.record.coordinator
        self.came_at.setdefault(reader, []).append(mail.at)
        arrived = mail.outcome.state in {"sent", "unknown"}
        self.nobody_is_woken_for_nothing(mail)
        for line in mail.written.lines:
            assert line.key not in self.keys, f"sent twice: {line.key}"
            self.keys.add(line.key)
            assert line.expires is None or mail.at < line.expires, f"left too late: {line}"
            if line.kind in DATED:
                self.check_line(mail, line)
        if not arrived:
            self.refused.add(reader)
            return
        before = self.believes.copy()
        self.read_in_passing(mail)
        for line in mail.written.lines:
            if line.kind in DATED:
                self.believes[reader, self.item(line)] = Known(line.states, plainly=True)
            if line.kind == LineKind.CORRECTION:  # a deputy may have read it instead
                self.believes[line.owner, self.item(line)] = Known(line.states, plainly=True)
        if mail.outcome.state == "unknown":
            told = {place for place, known in self.believes.items() if before.get(place) != known}
            self.may_have_come[mail.record.id] = {place: before.get(place) for place in told}
        self.compare(mail.at)

    def never_came(self, mail: Sent) -> None:
        """Take back what a mail told that was refused in the end: nobody counts on it."""
        self.refused.add(mail.record.coordinator)
        for place, known in self.may_have_come.pop(mail.record.id).items():
            if known is None:
                self.believes.pop(place, None)
            else:
                self.believes[place] = known

    def item(self, line: Occurrence) -> Item:
        """Find which of the items a line speaks of."""
        name = line.campaign or ""
        if line.item in WHOLE:
            return Item(name, line.item, None)
        assert line.session is not None
        return Item(name, line.item, self.places[name, line.session])

    def check_line(self, mail: Sent, line: Occurrence) -> None:
        reader, item = mail.record.coordinator, self.item(line)
        truth = self.files.truth(item)
        assert line.states == truth, f"{reader} is told {line.states} of {item}, it is {truth}"
        assert not self.files.needs_no_date(item, mail.at), f"{item} needs no date"
        letter = self.files.letters[item.campaign]
        assert not self.files.paused(item.campaign, mail.at), f"paused, but left: {line}"
        day = local(own_moment(line, self.files), line.owner).date()
        assert reader == self.files.stands_in(line.owner, day), f"{reader} reads {line.owner}'s"
        if line.kind == LineKind.CORRECTION:
            known = self.believes.get((line.owner, item))
            assert known is not None, f"{reader} is corrected on {item}, and was never told"
            assert line.was == known.states, f"{reader} believes {known.states}, not {line.was}"
            assert line.was != line.states, f"{reader} is corrected to what they know"
            return
        assert line.owner in letter.coordinators, f"{reader} has nothing to do with {item}"
        if line.kind == LineKind.REMINDER:
            assert truth is not None
            assert mail.at < truth, f"reminded of {item} when it is over"
            seen = (line.owner, item, line.session, line.lead, line.states)
            assert seen not in self.reminders, f"reminded twice: {seen}"
            self.reminders.add(seen)

    def read_in_passing(self, mail: Sent) -> None:
        reader = mail.record.coordinator
        for entry in entries(mail.record.raw):
            if entry.heading not in IN_PASSING:
                continue
            found = MOMENT.search(entry.when)
            states = _vienna(*found.groups()) if found else None
            gone = entry.when in {"cancelled", "no longer planned"}
            for campaign in entry.campaigns if found or gone else ():
                named = self.named(entry, campaign, reader, states)
                for place in ((reader, item) for item in named):
                    if place not in self.believes or not self.believes[place].plainly:
                        self.believes[place] = Known(states, plainly=False)
                        (self.unsure.add if len(named) > 1 else self.unsure.discard)(place)

    def named(
        self, entry: Entry, campaign: str, reader: str, states: datetime | None
    ) -> list[Item]:
        """Find what an entry names; with that date it may be of two sessions."""
        title = self.files.letters[campaign].title
        meeting = entry.text.endswith((" meets", " has begun", " has met"))
        step = "meeting" if meeting else entry.text.removeprefix(f"{title} ")
        fits = [
            item
            for item in self.files.items()
            if item[:2] == (campaign, step) and self.files.truth(item) == states
        ]
        if entry.heading == "Dates that changed":
            old = MOMENT.search(entry.detail)
            was = _vienna(*old.groups()) if old else None
            fits = [
                item
                for (who, item), known in self.believes.items()
                if (who, *item[:2]) == (reader, campaign, step)
                and known.states == was
                and self.files.truth(item) == states
            ]
        assert fits, f"{reader} reads a date that is not true: {entry}"
        return fits

    def nobody_is_woken_for_nothing(self, mail: Sent) -> None:
        reader = mail.record.coordinator
        if not asleep(mail.at, reader):
            return
        by = next_morning(mail.at, reader)
        worth = [
            line
            for line in mail.written.lines
            if (_is_on_time(line, mail.at) and line.kind != LineKind.CORRECTION)
            or (line.expires is not None and line.expires <= by)
            or any(at is not None and at <= by for at in (line.was, line.states))
        ]
        assert worth, f"{reader} is woken at {local(mail.at, reader)} for nothing"

    # -- time passes -----------------------------------------------------------------------------

    def slept(self, now: datetime) -> None:
        """What was to be said until some day and could not be is never said.

        Nor is what a digest was to say, where that digest is over and both dates are past.
        """
        self.steady_since = self.woke = now
        self.compare(now)
        for (reader, item), wrong in self.wrong.items():
            last = max(at for at in (wrong.believed.states, wrong.truth) if at is not None)
            in_passing = not wrong.believed.plainly and last <= now
            if now >= _vienna_day_after(last) or in_passing:
                self.slept_through.add((reader, item, wrong))

    def everybody_knows(self, now: datetime) -> None:
        """Nobody believes a false date once the edit has settled and the night is over."""
        self.compare(now)
        for (reader, item), wrong in self.wrong.items():
            unsure = (reader, item) in self.unsure and not wrong.believed.plainly
            if unsure or (reader, item, wrong) in self.slept_through:
                continue
            if not self.must_hear(reader, wrong, now, item.campaign):
                continue
            raise AssertionError(
                f"{reader} believes {wrong.believed} of {item} since {wrong.since},"
                f" and it is {wrong.truth}"
            )

    def must_hear(self, reader: str, wrong: Wrong, now: datetime, campaign: str) -> bool:
        dates = [at for at in (wrong.believed.states, wrong.truth) if at is not None]
        if all(at <= wrong.since for at in dates):
            return False  # past
        ready = self.heard_at(reader, wrong, dates, campaign)
        if ready >= _vienna_day_after(max(dates)):
            return False  # a pause outlasts it
        who = self.files.stands_in(reader, local(ready, reader).date())
        if ready <= self.woke:  # the machine was asleep: it leaves when that wakes
            ready = self.resumed(campaign, self.woke, who)
        ready = next_morning(ready, who) if asleep(ready, who) else ready
        waits = asleep(now, who) or self.has_had_enough(who, now)
        return ready <= now and not waits and not {who, reader} & self.refused

    def has_had_enough(self, reader: str, now: datetime) -> bool:
        """Say whether so many mails came within an hour that a correction waits."""
        return sum(now - HOUR < at <= now for at in self.came_at.get(reader, ())) >= MOST_AN_HOUR

    def heard_at(
        self, reader: str, wrong: Wrong, dates: list[datetime], campaign: str
    ) -> datetime:
        """Return when a reader is to hear at the latest, but for the nights."""
        edited = self.came_or_went.get(reader), self.pauses_edited.get(campaign)
        since = max(at for at in (wrong.since, *edited) if at is not None)
        ready = since + SETTLE
        if not wrong.believed.plainly:
            digest = next_digest(since, reader, self.files)
            if digest is not None and all(digest <= at for at in dates):
                ready = max(ready, digest)
        return self.resumed(campaign, ready, reader)

    def resumed(self, campaign: str, moment: datetime, reader: str) -> datetime:
        return self.files.resumed(campaign, moment, lambda at: next_morning(at, reader))

    def everybody_was_reminded(self, before: datetime, now: datetime) -> None:
        """Whatever came due after quiet days had been told to all who are concerned."""
        for item in self.files.items():
            truth = self.files.truth(item)
            if truth is None or not max(before, self.steady_since + STEADY) < truth <= now:
                continue
            letter = self.files.letters[item.campaign]
            if self.files.needs_no_date(item, now) or letter.paused:
                continue
            for reader in letter.coordinators:
                new = self.joined[item.campaign, reader] + STEADY > truth
                if reader in self.refused or new or reader in self.files.away:
                    continue
                known = self.believes.get((reader, item))
                assert known == (truth, True), f"{reader} was not told {truth} of {item}: {known}"


def _is_on_time(line: Occurrence, now: datetime) -> bool:
    return line.due is not None and now - line.due <= ON_TIME


def _vienna_day_after(moment: datetime) -> datetime:
    day = moment.astimezone(VIENNA).date() + DAY
    return datetime.combine(day, time(), VIENNA).astimezone(UTC)


def _vienna(day: str, clock: str) -> datetime:
    there = datetime.strptime(f"{day} {clock}", "%d %B %Y %H:%M").replace(tzinfo=VIENNA)
    return there.astimezone(UTC)

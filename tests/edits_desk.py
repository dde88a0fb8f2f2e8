"""Everything that people do to a small set of files while time passes, and what they then read."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from tests.house import House, T
from tests.naive_reader import SETTLE, Readers
from tests.plain_composer import PlainComposer
from tests.small_files import DAY, VIENNA, Fact, Files, Letter, Step
from tracker.app.sending import Sent
from tracker.delivery import Outcome
from tracker.store import Store

COMPOSER = PlainComposer()
FIRST_HOUR = time(5)
STEPS = {
    "calls": Step(clock="12:00"),
    "paper": Step(count=3, unit="day"),
    "filing": Step(),
}


def small_files(monday: date) -> Files:
    """Make two letters: one for a session three weeks ahead, one that follows the forum."""
    first = monday + 3 * DAY
    steps = {**STEPS, "filing": Step(own=monday + 9 * DAY)}
    return Files(
        first=first,
        letters={
            "letter": Letter(
                title="First",
                dated=monday,
                coordinators=("vienna", "new-york"),
                aims=(first + 7 * DAY,),
                steps=steps,
                chases=True,
            ),
            "letter-2": Letter(
                title="Second",
                dated=monday,
                coordinators=("vienna", "lord-howe"),
                until=first + 24 * DAY,
                steps={"calls": STEPS["calls"]},
            ),
        },
    )


class OneTransaction(House):
    """A house whose whole history is one transaction, undone at its end.

    A database for each, and a dozen transactions a turn, would take a third of its time.
    What leaves is read at once.
    """

    free: ClassVar[list[Store]] = []
    readers: Readers

    def open_store(self, url: str) -> Store:
        store = self.free.pop() if self.free else super().open_store(url)
        self.history = ExitStack()
        self.history.enter_context(store.writing())
        self.runner = asyncio.Runner()
        return store

    def run(self, sending: Coroutine[Any, Any, T]) -> T:
        """Run what sends mail on the history's one loop."""
        return self.runner.run(sending)

    def wake(self) -> list[Sent]:
        """Look, plan, send, and send again what may not have arrived."""
        sent = super().wake()
        for mail in sent:
            self.readers.receive(mail)
        doubtful = [one for one in self.mails if one.record.id in self.readers.may_have_come]
        if doubtful:
            self.run(self.engine.retry_due())
        for mail in doubtful:
            self.look_what_became_of(mail)
        return sent

    def look_what_became_of(self, mail: Sent) -> None:
        kept = self.store.mail(mail.record.id)
        assert kept is not None
        if kept.state == "failed":
            self.readers.never_came(mail)
        elif kept.state == "sent":
            del self.readers.may_have_come[mail.record.id]

    def close(self) -> None:
        """Undo the history, and let the next one have the database."""
        with suppress(Undone):
            self.history.__exit__(Undone, Undone(), None)
        self.free.append(self.store)
        self.runner.close()


class Undone(Exception):  # noqa: N818 - nothing went wrong
    """The history is over."""


class Desk:
    """The files, the tracker and the readers; each verb is one thing that may happen.

    A verb that makes no sense at the moment does nothing, so that any order of them will do.
    """

    def __init__(self, monday: date, *, restless: bool = False) -> None:
        self.files = small_files(monday)
        self.restless = restless
        opened = datetime.combine(monday, FIRST_HOUR, UTC)
        self.house = OneTransaction(
            self.files.world(), replayed=False, opened=opened, composer=COMPOSER
        )
        self.readers = self.house.readers = Readers(self.files, opened)
        self.look()

    @property
    def now(self) -> datetime:
        return self.house.clock.at

    @property
    def today(self) -> date:
        return self.now.astimezone(VIENNA).date()

    def close(self) -> None:
        """End the history; nothing was sent twice but what may not have arrived."""
        copies = Counter(self.house.letters)
        for mail in self.house.mails:
            if mail.outcome.state == "unknown":
                copies.pop((f"{mail.record.coordinator}@example.org", mail.record.raw))
        assert set(copies.values()) <= {1}, "sent twice"
        self.house.close()

    # -- time ------------------------------------------------------------------------------------

    def look(self) -> None:
        self.house.wake()

    def turn(self, wait: timedelta) -> None:
        before = self.now
        self.house.turn_to(self.now + wait)
        self.readers.everybody_was_reminded(before, self.now)
        self.readers.everybody_knows(self.now)

    def sleep(self, wait: timedelta) -> None:
        """The machine sleeps, and wakes once."""
        self.house.jump_to(self.now + wait)
        self.readers.slept(self.now)
        self.readers.everybody_knows(self.now)

    def restart(self) -> None:
        self.house.restart(self.files.world())
        self.look()

    def refuse_the_next(self) -> None:
        self.house.outcomes[:] = [Outcome("permanent", 550, "no such mailbox")]

    def lose_the_answer(self) -> None:
        """The server takes the next mail, and its answer is lost: the mail is sent again."""
        self.house.outcomes[:] = [Outcome("unknown", None, "no answer")]

    def plan_again(self) -> None:
        """Planning twice changes nothing, nor does it after what was due has been sent."""
        if self.house.looked_at != self.now:
            self.look()
        before = self.house.store.lines(), self.house.store.journal()
        self.house.engine.refresh()
        assert (self.house.store.lines(), self.house.store.journal()) == before

    # -- the files are edited --------------------------------------------------------------------

    def edit(self, files: Files, *, down: bool = False) -> None:
        if files == self.files:
            return
        before, self.files = self.files, files
        if down or self.restless:
            self.house.restart(files.world(), before=before.world())
        else:
            self.house.edit(files.world())
        self.readers.edited(files, self.now)
        self.look()

    def there_and_back(self, do: Callable[[], None], wait: timedelta) -> None:
        before = self.files
        do()
        self.turn(min(wait, SETTLE - timedelta(minutes=1)))
        self.edit(before)

    def move(self, which: int, days: int, clock: str = "10:00") -> None:
        """A session is moved by some days from its first date; by none, it is moved back."""
        session = self.files.thursdays[which]
        there = {k: v for k, v in self.files.moved.items() if k != session}
        bare = replace(self.files, moved=there)
        day = session + days * DAY
        back = not days and clock == "10:00"
        taken = bare.days_taken - {session}
        if session in self.files.cancelled or day in taken or self._decided(session):
            return
        self.edit(bare if back else replace(bare, moved=there | {session: (day, clock)}))

    def cancel(self, which: int) -> None:
        """A session is cancelled, or takes place after all."""
        session = self.files.thursdays[which]
        if session not in self.files.moved and not self._decided(session):
            self.edit(replace(self.files, cancelled=self.files.cancelled ^ {session}))

    def call_extra(self, which: int, days: int) -> None:
        """An extra session is called between two, or called off."""
        day = self.files.thursdays[which] + days * DAY
        named = any(one.names(day) for one in self.files.letters.values())
        others = self.files.days_taken - self.files.extra
        if not named and day not in others:
            self.edit(replace(self.files, extra=self.files.extra ^ {day}))

    def aim(self, which: int) -> None:
        """The first letter is aimed at another session."""
        letter = self.files.letters["letter"]
        session = self.files.thursdays[which]
        if not letter.names(session) and not self._decided(letter.aims[0]):
            self.edit(self.files.with_letter("letter", aims=(session,)))

    def set_step(self, name: str, step: str, what: Step) -> None:
        letter = self.files.letters[name]
        if step in letter.steps or not any(one.step == step for one in letter.facts):
            self.edit(self.files.with_letter(name, steps=letter.steps | {step: what}))

    def drop_step(self, name: str, step: str) -> None:
        letter = self.files.letters[name]
        steps = {k: v for k, v in letter.steps.items() if k != step}
        if not any(one.step == step for one in letter.facts):
            self.edit(self.files.with_letter(name, steps=steps))

    def share(self, name: str, reader: str) -> None:
        """A coordinator joins a letter, or leaves it."""
        letter = self.files.letters[name]
        if letter.coordinators != (reader,):
            others = tuple(one for one in letter.coordinators if one != reader)
            same = others != letter.coordinators
            self.edit(
                self.files.with_letter(name, coordinators=others if same else (*others, reader))
            )

    def close_letter(self, name: str, days: int) -> None:
        """A letter is closed from a day on, or opened again."""
        letter = self.files.letters[name]
        closed = None if letter.closed else self.today + days * DAY
        self.edit(self.files.with_letter(name, closed=closed))

    def pause(self, name: str, first: int, days: int) -> None:
        """A letter is paused for some days, or its pause is taken out again."""
        start = self.today + first * DAY
        spoken = None if self.files.letters[name].paused else (start, start + days * DAY)
        self.edit(self.files.with_letter(name, paused=spoken))

    def leave(self, reader: str, first: int, days: int) -> None:
        """A reader is away for some days, or is back after all."""
        start = self.today + first * DAY
        away = {k: v for k, v in self.files.away.items() if k != reader}
        if len(away) == len(self.files.away):
            away[reader] = (start, start + days * DAY)
        self.edit(replace(self.files, away=away))

    def _decided(self, session: date) -> bool:
        return any(
            session in {one.session, one.to}
            for letter in self.files.letters.values()
            for one in letter.facts
        )

    # -- facts are logged ------------------------------------------------------------------------

    def log_done(self, name: str, which: int, step: str) -> None:
        letter = self.files.letters[name]
        session = letter.aims[0] if letter.aims else self.files.thursdays[which]
        if step in letter.steps and self.files.sits(session):
            place = None if step in {"paper", "filing"} else session
            self._log(name, Fact("done", self.today, self.now, step=step, session=place))

    def log_met(self, name: str) -> None:
        self._log(name, Fact("met", self.today, self.now))

    def log_deferred(self, which: int) -> None:
        """What the first letter asks for is put off, once its session has begun."""
        letter = self.files.letters["letter"]
        to, session = self.files.thursdays[which], letter.aims[0]
        sits, later = self.files.sits(session), self.files.sits(to)
        put_off = any(one.to for one in letter.facts)
        if put_off or sits is None or later is None or to <= session or later <= sits:
            return
        if datetime.combine(*sits, VIENNA) <= self.now:
            self._log("letter", Fact("deferred", self.today, self.now, session=session, to=to))

    def retract(self, name: str) -> None:
        """The last fact is taken out of the log again."""
        facts = self.files.letters[name].facts
        self.edit(self.files.with_letter(name, facts=facts[:-1]))

    def _log(self, name: str, fact: Fact) -> None:
        facts = self.files.letters[name].facts
        if not any(one[:2] == fact[:2] and one[3:] == fact[3:] for one in facts):
            self.edit(self.files.with_letter(name, facts=(*facts, fact)))

"""How the mail server fares, and what may be tried because of it: a breaker and its holds.

Pure: a state goes in with what happened, the next state comes out. Trouble of the server is
charged to no mail; one mail at a time tries again while the others wait uncomposed, so that what
has become due meanwhile leaves in one message.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tracker.delivery import Outcome

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=2)
JITTER = 0.25  # up to a quarter of the wait is added to it
SUSPECTS = 11  # so many mails that meet trouble, one by one, are not about the mails
SILENCES = 3  # so many answers lost in a row are the server's illness, not the mails'
ALIKE = 3  # so many readers refused in a row with the same words are not about the readers
CONFIRMED_FOR = timedelta(days=1)
GOLDEN = (5**0.5 - 1) / 2  # its multiples, without their whole parts, are spread evenly
Causes = Literal["access", "protection", "refused"]
HEALED_BY_ITSELF: frozenset[str] = frozenset({"access", "protection"})
TOLD: Mapping[str, str] = {
    "access": "the mail server does not let us in",
    "protection": "the connection to the mail server cannot be protected",
    "refused": "the mail server refuses every mail in the same words",
}


class Refusal(Struct, frozen=True):
    """A mail that the server refused for good: whose it was, and in which words."""

    mail: int
    reader: str
    words: str


class Relay(Struct, frozen=True):
    """How the server has fared so far.

    `shut_until` is when the next mail may try; None while all may. `troubles` counts failures in
    a row. `suspects` are the mails that met trouble of which each may be the reason. `row` are
    the latest mails refused for good, all in the same words. A person who says to go on although
    mails are refused has `confirmed` those words until a moment.
    """

    troubles: int = 0
    silences: int = 0
    shut_until: datetime | None = None
    cause: str | None = None
    suspects: tuple[int, ...] = ()
    row: tuple[Refusal, ...] = ()
    confirmed: str = ""
    confirmed_until: datetime | None = None

    def most_mails(self, now: datetime, *, under_way: int) -> int | None:
        """Return how many more mails may be started at `now`; None means as many as there are."""
        if self.shut_until is None:
            return None
        return 1 if now >= self.shut_until and under_way == 0 else 0

    def who_tries(self, many: int) -> int:
        """Return where in a row of so many the mail stands that goes first.

        While the server is well it is the foremost. In trouble it is another after each failure,
        all over the row: a few mails that have no answer, and stand together, do not try in turn.
        """
        return int(many * (self.troubles * GOLDEN % 1))

    @property
    def hold(self) -> Causes | None:
        """Return the cause for which nothing may leave but a try now and then, or nothing."""
        if len(self.row) >= ALIKE:
            return "refused"
        if self.cause == "access":
            return "access"
        return "protection" if self.cause == "protection" else None

    def after(
        self, outcome: Outcome, mail: int, reader: str, *, now: datetime, alone: bool = False
    ) -> "Relay":
        """Return how the server fares once a try has ended so.

        `alone`: meanwhile it answered others, so that what it did not take for that mail tells
        something of the mail, and of the server only what an administrator has to mend.
        """
        if alone and self._is_silent(outcome):
            return self
        if outcome.suspect:
            return self._suspecting(mail, now)
        if outcome.state in {"relay", "unknown"}:
            return self._unanswered(outcome, now)
        well = replace(self, troubles=0, silences=0, shut_until=None, cause=None, suspects=())
        if outcome.state != "permanent":
            # What is under way together is heard in any order: a hold is a person's to end.
            begins_anew = outcome.state == "sent" and self.hold != "refused"
            return replace(well, row=()) if begins_anew else well
        return well._refused(Refusal(mail, reader, words_of(outcome)), now)  # noqa: SLF001 -- our own

    def going_on(self, now: datetime) -> "Relay":
        """Return how the server fares once a person has said to go on."""
        words = self.row[-1].words if self.row else ""
        return Relay(confirmed=words, confirmed_until=now + CONFIRMED_FOR if words else None)

    def _is_silent(self, outcome: Outcome) -> bool:
        """Say whether a well server gave one mail no answer about it."""
        silent = outcome.state in {"relay", "unknown"} and outcome.cause is None
        return silent and self.troubles == 0

    def _suspecting(self, mail: int, now: datetime) -> "Relay":
        """Hold one mail's trouble against the server only where too many others meet it, too.

        Until then the next may try at once: it is the one that tells.
        """
        suspects = tuple(dict.fromkeys((*self.suspects, mail)))[-SUSPECTS:]
        known = replace(self, suspects=suspects)
        if len(suspects) >= SUSPECTS:
            return known._in_trouble(None, now)  # noqa: SLF001 -- our own
        return replace(known, shut_until=now) if self.shut_until else known

    def _unanswered(self, outcome: Outcome, now: datetime) -> "Relay":
        """Hold trouble against the server, but a lost answer only where it is one of several."""
        if outcome.state == "relay":
            return self._in_trouble(outcome.cause, now)
        silent = replace(self, silences=self.silences + 1)
        return silent._in_trouble(None, now) if silent.silences >= SILENCES else silent  # noqa: SLF001 -- our own

    def _in_trouble(self, cause: str | None, now: datetime) -> "Relay":
        """Shut the way; what began before it was shut and fails as well is the same trouble."""
        if self.shut_until and now < self.shut_until and cause in {None, self.cause}:
            return self
        pause = LONGEST_PAUSE if cause else _doubled(FIRST_PAUSE, self.troubles, LONGEST_PAUSE)
        return replace(self, troubles=self.troubles + 1, shut_until=now + pause, cause=cause)

    def _refused(self, one: Refusal, now: datetime) -> "Relay":
        if one.words == self.confirmed and self.confirmed_until and now < self.confirmed_until:
            return replace(self, row=())
        if self.hold == "refused" and one.words != self.row[-1].words:
            return self  # that one is about its own mail
        alike = [kept for kept in self.row if kept.words == one.words]
        others = tuple(kept for kept in alike if kept.reader != one.reader)
        return replace(self, row=(*others, one))

    def dump(self) -> str:
        """Return this as text, to be written down."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def load(cls, text: str) -> "Relay":
        """Return what was written down by `dump`."""
        return msgspec.json.decode(text, type=cls)


def words_of(refused: Outcome) -> str:
    """Return what makes two refusals alike: the code and the class of its reason (RFC 3463)."""
    reason = refused.text.split(" ", 1)[0]
    enhanced = reason if reason.count(".") == 2 and reason.replace(".", "").isdigit() else ""  # noqa: PLR2004 -- as in 5.7.1
    return f"{refused.code} {enhanced}".strip()


def wait_before_retry(mail: int, put_off: int) -> timedelta:
    """Return how long a mail waits that its reader's server has put off so many times before.

    The jitter is the mail's own, so that many put off together do not come back together.
    """
    wait = _doubled(FIRST_RETRY, put_off, LONGEST_RETRY)
    drawn = blake2b(f"{mail} {put_off}".encode(), digest_size=4).digest()
    return wait + wait * JITTER * (int.from_bytes(drawn) / 2**32)


def pause_after(attempt: int) -> timedelta:
    """Return how long a mail waits that alone found the server in trouble; none charges it."""
    return _doubled(FIRST_PAUSE, attempt - 1, LONGEST_PAUSE)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    factor: int = 2 ** min(times, 20)
    return min(first * factor, longest)

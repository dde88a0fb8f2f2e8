"""The places at the mail server: four that are served, and room beside them for mails that hang.

Pure: every moment is given, in seconds of a clock that never goes back. A mail that hangs keeps
its connection for as long as its patience lasts, since to hang up after the text makes second
copies; but once another mail that began later has had its answer, the server is well, and the one
that hangs costs the others nothing any more. How long is long goes by how quick the server is.
"""

from collections.abc import Collection, Iterable

from msgspec import Struct

from tracker.app.pace import LONG_SECONDS, Pace

SERVED = 4
MOST = 14  # connections in all: ten may hang, and four are still served
SLOW = 2  # so many at once for readers whose last mail hung
HEARD_SECONDS = 5.0  # a server that answered so lately is there, and its connections are open
REST_SECONDS = 10.0
AT_ONCE_SECONDS = 5.0  # who is turned away later was not turned away, but not let in


class Try(Struct):
    """One mail on its way; `number` counts the tries in the order in which they began.

    `is_first` says that the server was not heard just before: its connections may have to be
    opened. `asks` says that it began beyond the four places, to hear whether the server is well.
    """

    number: int
    reader: str
    begun: float
    is_slow: bool
    is_first: bool
    asks: bool
    is_heard: bool = False
    is_overtaken: bool = False

    def is_out(self, seconds: float, at: float) -> bool:
        """Say whether the answer has taken so long."""
        return at >= self.begun + seconds


class Places:
    """Which mails are on their way, whose mails hang, and whether there is room for another."""

    def __init__(self) -> None:
        self._tries: dict[int, Try] = {}
        self._began = 0
        self._rests: list[float] = []
        self._asks_again = 0.0
        self._turned_away: float | None = None
        self._slow: set[str] = set()
        self._lost: Try | None = None
        self._lost_at = 0.0
        self._lost_since_heard = 0
        self._heard: float | None = None
        self.pace = Pace()

    def begin(self, mail: int, reader: str, *, at: float) -> None:
        """Give a mail a place; there may be none, for whoever asked first began first."""
        self._began += 1
        self._tries[mail] = Try(
            self._began,
            reader,
            at,
            is_slow=reader in self._slow_readers(at),
            is_first=self._heard is None or self._heard < at - HEARD_SECONDS,
            asks=self.served(at) + len(self._rests) >= SERVED,
        )

    def stand_still(self, seconds: float) -> None:
        """Take note that no answer could be read for so long: mails were being written."""
        for one in self._tries.values():
            one.begun += seconds

    def hear(self, mail: int, *, at: float, is_taken: bool = True) -> None:
        """Take note that the server answered about a mail; it has its place until it ends.

        How long a mail takes is learned from those that were taken: a refusal may be far quicker.
        """
        heard = self._tries[mail]
        heard.is_heard = True
        self._heard, self._turned_away, self._lost_since_heard = at, None, 0
        if is_taken:
            self.pace.learn(at - heard.begun, is_first=heard.is_first)
        self._slow.discard(heard.reader)
        if self._lost is not None and self._lost.number < heard.number:
            self._lost = None
        for other in self._tries.values():
            other.is_overtaken = other.is_overtaken or other.number < heard.number

    def end(self, mail: int, *, at: float, answered: bool) -> None:
        """Take a mail's place back: the server answered about it, or it did not."""
        if answered and not self._tries[mail].is_heard:
            self.hear(mail, at=at)
        is_its_own = not answered and self.is_served_else(mail, at=at)
        ended = self._tries.pop(mail)
        self._lost_since_heard += not answered
        if is_its_own:
            self._slow.add(ended.reader)
        if is_its_own and not ended.is_overtaken:
            self._lost, self._lost_at = ended, at

    def rest(self, mail: int, *, at: float) -> None:
        """Leave a place empty for a while, unless it was lost to a mail that hung.

        A server that has enough of our connections takes no other in its place either.
        """
        one = self._tries[mail]
        if one.asks:
            self._asks_again = at + REST_SECONDS
            self._turned_away = at if self._turned_away is None else self._turned_away
        elif not self._hangs(one, at):
            self._rests.append(at + REST_SECONDS)

    def free(self, at: float) -> int:
        """Return how many more mails may begin.

        Where one of the first is late, where a later one takes so long that it hangs, unless a
        mail that began after it was answered, or where one has just ended without an answer, as
        many more as there are connections ask whether the server is well.
        """
        self._rests = [until for until in self._rests if until > at]
        served, room = self._served(at), MOST - len(self._tries)
        if self._asks(served, at):
            return room
        return min(max(SERVED - len(served) - len(self._rests), 0), room)

    def served(self, at: float) -> int:
        """Count the mails on their way that do not merely hang."""
        return len(self._served(at))

    def lively(self, at: float) -> int:
        """Count the mails whose answer may come at any moment."""
        return sum(not one.is_out(LONG_SECONDS, at) for one in self._tries.values())

    def awaited(self, at: float) -> int:
        """Count the mails whose answer may come together with others that have just come."""
        return sum(
            not one.is_out(self.pace.hangs(is_first=one.is_first), at)
            for one in self._tries.values()
        )

    def next_change(self, at: float) -> float | None:
        """Return in how many seconds a place may come free without an answer."""
        moments: Iterable[float] = (
            one.begun + seconds
            for one in self._tries.values()
            for seconds in (
                self.pace.late(is_first=one.is_first),
                self.pace.hangs(is_first=one.is_first),
                LONG_SECONDS,
            )
        )
        known = (*moments, *self._rests, self._asks_again)
        later = [moment - at for moment in known if moment > at]
        return min(later, default=None)

    def passed_over(self, at: float, *, beside: Collection[str] = ()) -> frozenset[str]:
        """Return the readers whose mails have to wait, so that they do not take every place.

        `beside` are those whose mails are about to begin.
        """
        readers = frozenset(self._slow_readers(at))
        slow = sum(one.is_slow for one in self._tries.values())
        return readers if slow + sum(one in readers for one in beside) >= SLOW else frozenset()

    def is_served_else(self, mail: int, *, at: float) -> bool:
        """Say whether the server answers others: what this mail meets says nothing about it.

        It does not where more have ended without an answer since it was heard than may hang.
        """
        this = self._tries[mail]
        if self._heard is None:
            return False
        is_heard = self._heard >= min(this.begun, at - HEARD_SECONDS)
        return this.is_slow or (is_heard and self._lost_since_heard < MOST - SERVED)

    def is_one_too_many(self, mail: int, *, at: float) -> bool:
        """Say whether a mail that was shut out began beyond the four and was turned away at once.

        Then the server may be well, and has no room for so many. Where those who ask later are
        turned away again, and nobody was heard meanwhile, it is not well.
        """
        one, before = self._tries[mail], self._turned_away
        is_anew = before is None or at < before + REST_SECONDS
        return one.asks and is_anew and not one.is_out(AT_ONCE_SECONDS, at)

    def _asks(self, served: Collection[Try], at: float) -> bool:
        if self._rests or at < self._asks_again:
            return False
        is_lost = self._lost is not None and at < self._lost_at + HEARD_SECONDS
        return is_lost or any(self._is_awaited_in_vain(one, at) for one in served)

    def _is_awaited_in_vain(self, one: Try, at: float) -> bool:
        patience = self.pace.late if one.is_first else self.pace.hangs
        return not one.is_heard and one.is_out(patience(is_first=one.is_first), at)

    def _hangs(self, one: Try, at: float) -> bool:
        """Say whether it is this mail that has no answer, and not the server that gives none."""
        return one.is_overtaken and one.is_out(self.pace.hangs(is_first=one.is_first), at)

    def _served(self, at: float) -> list[Try]:
        return [one for one in self._tries.values() if not self._hangs(one, at)]

    def _slow_readers(self, at: float) -> set[str]:
        hanging = {one.reader for one in self._tries.values() if self._hangs(one, at)}
        return self._slow | hanging

"""A coordinator's mornings: when a line may leave, and who gets it while they are away."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.config import Config, Coordinator
from tracker.dates import day_in, instant, zone
from tracker.when import span_days

ONE_DAY = timedelta(days=1)
END_OF_NIGHT = 6


class Reader(Struct, frozen=True):
    """A coordinator with the zone and hour of their morning; all moments are UTC."""

    id: str
    coordinator: Coordinator
    zone: ZoneInfo
    at: time

    def on(self, day: date) -> datetime:
        """Return this reader's morning on a day of their own calendar."""
        return instant(day, self.at, self.zone)

    def first_from(self, moment: datetime) -> datetime:
        """Return the first morning at or after a moment."""
        day = day_in(moment, self.zone)
        return next(at for n in range(3) if (at := self.on(day + n * ONE_DAY)) >= moment)

    def first_after(self, moment: datetime) -> datetime:
        """Return the first morning after a moment."""
        return self.first_from(moment + timedelta(microseconds=1))

    def asleep(self, moment: datetime) -> bool:
        """Say whether it is night where this reader is: from 00:00 to 06:00."""
        return moment.astimezone(self.zone).hour < END_OF_NIGHT

    def by_day(self, moment: datetime) -> datetime:
        """Return the moment itself, or where it falls into this reader's night their morning."""
        return self.first_from(moment) if self.asleep(moment) else moment

    def last_by(self, moment: datetime) -> datetime:
        """Return the last morning that is not after a moment."""
        day = day_in(moment, self.zone)
        return next(at for n in range(3) if (at := self.on(day - n * ONE_DAY)) <= moment)

    def away(self, day: date) -> bool:
        """Say whether this reader is away on a day of their own calendar."""
        spans = (span_days(span, None) for span in self.coordinator.away)
        return any(first <= day <= last for first, last in spans)


def reader_of(one: Coordinator, config: Config) -> "Reader":
    """Return a coordinator as a reader: in their zone, at `at` or else `remind_at`."""
    return Reader(one.id, one, zone(one.timezone), one.at or config.times.remind_at)


class Readers:
    """All coordinators of config.toml as readers, each made when it is first asked for."""

    def __init__(self, config: Config) -> None:
        """Take every coordinator's zone, and `at` or else `remind_at`."""
        self._config = config
        self._named = {one.id: one for one in config.coordinator}
        self._made: dict[str, Reader] = {}

    def __getitem__(self, reader_id: str) -> Reader:
        if reader_id not in self._made:
            self._made[reader_id] = reader_of(self._named[reader_id], self._config)
        return self._made[reader_id]

    def known(self, ids: tuple[str, ...]) -> tuple[Reader, ...]:
        """Return the readers of these ids that config.toml names, in order."""
        return tuple(self[one] for one in ids if one in self._named)

    def all(self) -> tuple[Reader, ...]:
        """Return every reader, in config.toml's order."""
        return tuple(self[one] for one in self._named)

    def standing_in(self, owner: Reader, day: date) -> Reader:
        """Return who gets the owner's line on a day: a free deputy while the owner is away."""
        seen: set[str] = set()
        one = owner
        while one.away(day):
            seen.add(one.id)
            deputy = one.coordinator.deputy
            if deputy is None or deputy in seen or deputy not in self._named:
                return owner
            one = self[deputy]
        return one

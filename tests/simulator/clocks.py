"""The clock on the wall of a world: right, but for a while set to another time by somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.simulator.draws import Draws

HOW_OFTEN_SET = (*(0,) * 7, 1, 2)
AN_HOUR = timedelta(hours=1)
YEARS = timedelta(days=3653)
WRONG: dict[str, Callable[[datetime], datetime]] = {
    "1970": lambda _: datetime(1970, 1, 1, tzinfo=UTC),
    "2038": lambda _: datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "a day back": lambda right: right - timedelta(days=1),
    "a day ahead": lambda right: right + timedelta(days=1),
    "ten years back": lambda right: right - YEARS,
    "ten years ahead": lambda right: right + YEARS,
    "an hour back": lambda right: right - timedelta(hours=1),
    "five hours ahead": lambda right: right + timedelta(hours=5),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A time in which the wall clock is set wrong."""

    kind: str
    begins: datetime
    ends: datetime


class WallClock:
    """Shows the time, or what somebody has set it to; right for ever once all settings end."""

    def __init__(self, draws: Draws, right: Callable[[], datetime], began: datetime) -> None:
        self._right = right
        self.settings = [
            _setting(draws, number, began)
            for number in range(draws.one_of(HOW_OFTEN_SET, "settings"))
        ]

    def __call__(self) -> datetime:
        """Return what the wall clock shows."""
        right, wrong = self._right(), self.wrong()
        return right if wrong is None else WRONG[wrong](right)

    def wrong(self) -> str | None:
        """Say in which way it is wrong now."""
        now = self._right()
        return next((one.kind for one in self.settings if one.begins <= now < one.ends), None)

    def beyond_belief(self) -> str | None:
        """Say in which way it is wrong now, if it can be known to be.

        One that was set back an hour and has run for that hour may have been ahead before.
        """
        now = self._right()
        wrong = next((one for one in self.settings if one.begins <= now < one.ends), None)
        if wrong is None or (wrong.kind == "an hour back" and self._may_be_right(wrong, now)):
            return None
        return wrong.kind

    def _may_be_right(self, back: "Setting", now: datetime) -> bool:
        """Say whether a clock set back an hour has run so long, or was wrong before as well."""
        others = [one for one in self.settings if one is not back]
        lately = any(one.begins < now and one.ends > back.begins - AN_HOUR for one in others)
        return lately or now >= back.begins + AN_HOUR

    def changes(self) -> list[datetime]:
        """Return the moments at which somebody sets it, wrong or right."""
        return [at for one in self.settings for at in (one.begins, one.ends)]


def _setting(draws: Draws, number: int, began: datetime) -> Setting:
    begins = began + timedelta(minutes=draws.whole(30, 1000, "setting", number))
    lasts = timedelta(minutes=draws.one_of((20, 90, 300), "setting", number, "lasts"))
    return Setting(draws.one_of(tuple(WRONG), "setting", number, "kind"), begins, begins + lasts)

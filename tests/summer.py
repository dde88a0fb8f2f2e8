"""The mails of the summer of 2010 as both desks got them, from the shipped campaigns."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path

from tests.builders import at
from tracker.app.replay import run
from tracker.compose import Composer
from tracker.dates import day_in, zone
from tracker.loading.world import read_world

HOME = Path(__file__).parents[1]
# Ten mornings: opening, the eve of a session, the session, put off, a week without, the recess.
MORNINGS = (
    *("2010-06-18", "2010-06-21", "2010-06-22", "2010-06-23", "2010-06-24"),
    *("2010-06-30", "2010-07-12", "2010-07-22", "2010-07-26", "2010-08-09"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummerMail:
    """One mail as its reader sees it; `day` is the reader's own."""

    day: str
    reader: str
    kind: str
    subject: str
    text: str
    html: str

    @property
    def name(self) -> str:
        """Return what tells it from the others."""
        return f"{self.day}-{self.reader}"


@cache
def summer() -> tuple[SummerMail, ...]:
    """Replay the summer once, from the first opening to the recess."""
    world = read_world(HOME / "config.toml").world
    assert world is not None
    sent = run(world, (), Composer(HOME / "templates"), end=at("2010-08-10 00:00"))
    zones = {one.id: zone(one.timezone) for one in world.config.coordinator}
    return tuple(
        SummerMail(
            day=day_in(mail.at, zones[mail.record.coordinator]).isoformat(),
            reader=mail.record.coordinator,
            kind=mail.written.kind,
            subject=mail.record.subject,
            text=_part(mail.record.raw, "plain"),
            html=_part(mail.record.raw, "html"),
        )
        for mail in sent
    )


def mornings() -> Iterator[SummerMail]:
    """Yield the mails of the ten mornings."""
    return (mail for mail in summer() if mail.day in MORNINGS)


def _part(raw: bytes, kind: str) -> str:
    body = message_from_bytes(raw, policy=policy.default).get_body((kind,))
    assert body is not None, f"no {kind} part"
    text = body.get_content()
    assert isinstance(text, str)
    return text

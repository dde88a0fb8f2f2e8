"""A sound example of everything, one thing changed: texts of files made into a world."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import tomli

from tracker.campaign import Campaign, Forum, Playbook, Workdays, World
from tracker.config import Config

VIENNA = """
name = "Vienna"
timezone = "Europe/Vienna"
holidays = "AT"
"""
NEW_YORK = """
name = "UN New York"
timezone = "America/New_York"
add = ["2010-07-05", "2010-09-06"]
"""
COUNCIL = """
name = "Permanent Council"
place = "Hofburg, Vienna"
timezone = "Europe/Vienna"
sessions = "Thursday at 10:00"
recess = ["30 July 2010 to 1 September 2010"]
"""
SECURITY_COUNCIL = """
name = "Security Council"
timezone = "America/New_York"
extra = ["14 June 2010", "24 June 2010"]
"""
CONFIG = """
workdays = "vienna"
[[coordinator]]
id = "vienna"
name = "Vienna desk"
email = "vienna@example.org"
timezone = "Europe/Vienna"
digest = "weekdays"
[[coordinator]]
id = "new-york"
name = "New York desk"
email = "new-york@example.org"
timezone = "America/New_York"
digest = "weekly"
"""
LETTER = """
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
[[ask]]
id = "mission"
text = "Send a mission"
[[meeting]]
forum = "council"
date = 2010-06-24
"""


@cache
def shape(kind: type[Any], text: str) -> Any:
    """Read one file's text into its shape, which is frozen: the same text is read once."""
    return kind.model_validate(tomli.loads(text))


def a_world(
    *letters: str,
    config: str = CONFIG,
    forums: dict[str, str] | None = None,
    playbooks: dict[str, str] | None = None,
    workdays: dict[str, str] | None = None,
) -> World:
    """Make a world of these letters; the first is called "letter", then "letter-2", …"""
    names = ["letter", *(f"letter-{n}" for n in range(2, len(letters) + 1))]
    calendars = {"vienna": VIENNA, "new-york": NEW_YORK} | (workdays or {})
    bodies = {"council": COUNCIL, "security-council": SECURITY_COUNCIL} | (forums or {})
    return World(
        config=shape(Config, config),
        campaigns={
            name: shape(Campaign, text)
            for name, text in zip(names, letters or (LETTER,), strict=False)
        },
        forums={name: shape(Forum, text) for name, text in bodies.items()},
        playbooks={name: shape(Playbook, text) for name, text in (playbooks or {}).items()},
        workdays={name: shape(Workdays, text) for name, text in calendars.items()},
    )


def at(text: str) -> datetime:
    """Read a UTC moment: `at("2010-06-24 08:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

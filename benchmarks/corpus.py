"""Campaigns by the thousand: the same files for the same number, a year of lines in each."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOW = datetime(2031, 3, 3, 9, 30, tzinfo=UTC)  # a Monday later than any file's stamp
DEADLINES = 28
TARGETS = 4
READERS = tuple(f"desk-{number}" for number in range(1, 41))
LEADS = ("2 weeks before", "1 week before", "3 days before", "1 day before", "on the day")
COORDINATOR = """
[[coordinator]]
id = "{0}"
name = "{0}"
email = "{0}@example.org"
timezone = "Europe/Vienna"
digest = "weekly"
"""
WORDS = (
    "release", "detained", "journalists", "monitor", "trial", "observers", "mission", "border",
    "access", "relief", "convoy", "witness", "statement", "council", "chair", "delegation",
    "inquiry", "report", "hearing", "letter", "prisoner", "family", "lawyer", "village", "valley",
)  # fmt: skip


def fill(
    home: Path,
    campaigns: int,
    *,
    first: int = 0,
    transport: str = "maildir:mails",
    database: str = "sqlite:///tracker.db",
) -> float:
    """Write config.toml and all files, and return how many bytes a campaign's has."""
    for name in ("forums", "playbooks", "workdays"):
        (home / "campaigns" / name).mkdir(parents=True)
    for shared in ("workdays/vienna.toml", "forums/osce-permanent-council.toml"):
        shutil.copy(ROOT / "campaigns" / shared, home / "campaigns" / shared)
    desks = "".join(COORDINATOR.format(one) for one in READERS)
    mail = f'[mail]\nfrom = "Tracker <tracker@example.org>"\ntransport = "{transport}"\n'
    head = f'workdays = "vienna"\ndatabase = "{database}"\n{mail}'
    (home / "config.toml").write_text(head + desks, encoding="utf-8")
    return (
        sum(write(home, named(number)) for number in range(first, first + campaigns)) / campaigns
    )


def named(number: int) -> str:
    """Return the id of a campaign."""
    return f"campaign-{number:05}"


def write(home: Path, name: str, *, moved: int = 0) -> int:
    """Write a campaign's file, one of its deadlines `moved` by so many days; return its size."""
    text = "\n".join(_campaign(name, moved))
    (home / "campaigns" / f"{name}.toml").write_text(text, encoding="utf-8")
    return len(text.encode())


def _campaign(name: str, moved: int) -> Iterator[str]:
    chance = random.Random(name)  # noqa: S311 -- the same campaign each time, no secret

    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count)).capitalize()

    yield f'title = "{words(5)}"\ndated = 2031-02-20\ncoordinators = ["{chance.choice(READERS)}"]'
    yield f'sender = "{words(3)}"\nsummary = "{words(30)}"'
    yield f'[[ask]]\nid = "ask"\ntext = "{words(8)}"'
    yield '[[meeting]]\nforum = "osce-permanent-council"\ndate = 2031-04-24'
    for number in range(TARGETS):
        yield f'[[target]]\nid = "target-{number}"\npost = "{words(4)}"\nstate = "{words(1)}"'
        yield f'address = "{words(3)}"'
    for number in range(DEADLINES):
        later = moved if number == 1 else 0
        day = NOW.date() + timedelta(days=8 + number * 13 + chance.randrange(8) + later)
        yield f'[[deadline]]\nid = "step-{number}"\nwhat = "{words(6)}"\nfor = "campaign"'
        hour, minute = chance.randrange(8, 17), chance.randrange(60)
        leads = ", ".join(f'"{lead} at {hour:02}:{minute:02}"' for lead in LEADS)
        yield f'due = "{day}"\nremind = [{leads}]'

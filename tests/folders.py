"""A folder of its own for a daemon: config, forum, calendars and one letter."""

from pathlib import Path

from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA

LETTER = """\
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
workdays = "vienna"

[[ask]]
id = "mission"
text = "Send a mission"

[[meeting]]
forum = "council"
date = 2010-06-24
"""
OTHER = LETTER.replace("Send a mission", "Open the border").replace("06-24", "07-01")


def a_home(folder: Path) -> Path:
    """Fill a folder with two letters at the council and all that they need."""
    for name in ("forums", "playbooks", "workdays"):
        (folder / "campaigns" / name).mkdir(parents=True)
    files = {
        "config.toml": CONFIG,
        "campaigns/letter.toml": LETTER,
        "campaigns/other.toml": OTHER,
        "campaigns/forums/council.toml": COUNCIL,
        "campaigns/workdays/vienna.toml": VIENNA,
        "campaigns/workdays/new-york.toml": NEW_YORK,
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder

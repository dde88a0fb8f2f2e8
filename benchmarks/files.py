"""The five campaigns: reading a file beside bare tomli, and planning beside reading."""

from datetime import UTC, datetime
from pathlib import Path

import tomli
from measure import print_table, take_turns
from starts import ROOT

from tracker.campaign import World
from tracker.events import replayed
from tracker.loading import read_text
from tracker.loading.world import read_world
from tracker.planning import plan

CAMPAIGNS = ROOT / "campaigns"
TIMES = 20
NOW = datetime(2010, 6, 22, 6, tzinfo=UTC)


def print_files(rounds: int) -> None:
    """Print parsing, whole reading and planning, each for all five campaigns."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(CAMPAIGNS.glob("*.toml"))}
    world = read_world(ROOT / "config.toml").world
    assert world is not None
    timings = take_turns(
        {
            "tomli": lambda: _times(lambda: [tomli.loads(text) for text in texts.values()]),
            "file to shape": lambda: _times(lambda: _shapes(texts)),
            "plan": lambda: _times(lambda: _plan(world)),
        },
        rounds=rounds,
    )
    size = sum(len(text.encode()) for text in texts.values())
    lines = len(plan(world, replayed(world), now=NOW).occurrences)
    notes = {
        "tomli": f"{len(texts)} files, {size:,} bytes",
        "file to shape": "with positions ready for messages, and every key checked",
        "plan": f"{lines} lines, as on Tuesday 22 June 2010 at 08:00 in Vienna",
    }
    heading = f"The five campaigns, {TIMES} times over"
    print_table(heading, timings, unit=("ms", 1e-3), notes=notes)


def _times(run: object) -> None:
    assert callable(run)
    for _ in range(TIMES):
        run()


def _shapes(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        shape, problems = read_text("campaign", path.stem, path, text)
        assert shape is not None, problems


def _plan(world: World) -> None:
    plan(world, replayed(world), now=NOW)

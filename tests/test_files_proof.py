"""The promise that no save, whole or cut, cancels what the file still holds; counted."""

import random
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.builders import a_world
from tests.campaigns_made import a_campaign
from tests.folders import LETTER, a_home
from tests.savings import SAVINGS, Saving
from tests.test_files_words import NOON, Post
from tracker.app.guarding import accept, held_edits
from tracker.loading.trial import try_campaign
from tracker.occurrence import Occurrence
from tracker.store import Store

SAVES = 200
CUT_FILES = 50
CUT_AT_ONCE = 10
SOUND_LOOKED_AT = 4
LOOKED_AT = 97  # every so-manieth cut goes by way of the real daemon
SPOILT = 3_000
STEPS = """
[[deadline]]
id = "calls"
what = "Call the chair, and the Dutch, and the others who have not said what they want"
due = "2 working days before meeting at 12:00"

[[follow-up]]
id = "chase"
what = "Ask again"
for = "campaign"
due = "5 days after meeting"
repeat = "every 7 days, 3 more times"
"""
VERSIONS = (
    LETTER,
    LETTER + STEPS,
    LETTER.replace("06-24", "07-01") + STEPS,
    "# a note at the top\n" + LETTER + STEPS.replace("calls", "telephone"),
)


class Watched(Store):
    """A store that remembers which lines were cancelled."""

    cancelled: list[str]

    def replace_plan(
        self,
        add: Iterable[Occurrence],
        update: Iterable[Occurrence],
        drop: Iterable[tuple[str, str, str]],
        *,
        now: datetime,
        waits: Mapping[str, datetime] = MappingProxyType({}),
    ) -> None:
        ends = list(drop)
        self.cancelled += [key for key, state, _ in ends if state == "cancelled"]
        super().replace_plan(add, update, ends, now=now, waits=waits)


def a_watched_desk(home: Path) -> tuple[Post, Watched]:
    store = Watched.open("sqlite:///tracker.db", base=home)
    store.cancelled = []
    return Post(home, NOON, store), store


def queued(store: Store) -> frozenset[str]:
    return frozenset(
        one.occurrence.key for one in store.lines(states={"queued", "sent"}, campaign="letter")
    )


async def saved_and_confirmed(desk: Post, text: str) -> None:
    """Save a version that is meant, and confirm it if the guard asks."""
    desk.write("letter", text)
    await desk.later(6)
    await confirm(desk)


async def confirm(desk: Post) -> None:
    held = held_edits(desk.store)
    for (_, name), digest in held.items():
        accept(desk.store, f"{name}@{digest[:8]}", there=held, now=desk.clock.at)
    if held:
        await desk.later(4)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("saving", SAVINGS, ids=lambda one: one.__name__)
async def test_no_save_cancels_what_it_keeps_and_no_half_file_is_believed(
    tmp_path: Path, saving: Saving
):
    desk, store = a_watched_desk(a_home(tmp_path))
    path = tmp_path / "campaigns" / "letter.toml"
    holds = {}
    for text in VERSIONS:
        await saved_and_confirmed(desk, text)
        holds[text] = frozenset(key for key in queued(store) if not key.startswith("file:"))
    dice = random.Random(saving.__name__)  # noqa: S311 -- a test's own dice
    before = VERSIONS[-1]

    for _ in range(SAVES):
        text = dice.choice(VERSIONS)
        store.cancelled.clear()
        for _step in saving(path, text.encode()):
            if dice.random() < 0.6:
                await desk.later(2)
                assert store.last_good()["campaign", "letter"] in {before, text}
        await desk.later(4)
        await confirm(desk)

        assert store.last_good()["campaign", "letter"] == text
        assert not set(store.cancelled) & holds[text]
        before = text


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("first", range(0, CUT_FILES, CUT_AT_ONCE))
async def test_a_file_cut_at_every_byte_cancels_nothing(tmp_path: Path, first: int):
    """Each cut is a save that stays; one that is a campaign by itself is the guard's to hold."""
    desk, store = a_watched_desk(a_home(tmp_path))
    world = a_world()
    cuts = sound = looked = held = 0
    for number in range(first, first + CUT_AT_ONCE):
        whole = a_campaign(number).encode()
        await saved_and_confirmed(desk, whole.decode())
        store.cancelled.clear()
        for size in range(len(whole)):
            cuts += 1
            trial = try_campaign("letter", Path("letter.toml"), whole[:size], world, now=NOON)
            if trial.world is not None:
                sound += 1
                if sound % SOUND_LOOKED_AT == 0:
                    desk.write("letter", whole[:size].decode())
                    await desk.later(6)
                    held += bool(held_edits(store))
                    desk.write("letter", whole.decode())
                    await desk.later(6)
                continue
            assert all(one.line > 0 and one.message for one in trial.problems)
            if cuts % LOOKED_AT == 0:
                looked += 1
                (tmp_path / "campaigns" / "letter.toml").write_bytes(whole[:size])
                await desk.later(4)
                assert store.last_good()["campaign", "letter"] == whole.decode()
        assert [key for key in store.cancelled if not key.startswith("file:")] == []

    assert cuts > 10_000 * CUT_AT_ONCE / CUT_FILES
    assert 0 < sound < cuts / 10
    assert looked > 100 * CUT_AT_ONCE / CUT_FILES
    assert held > 0


@pytest.mark.parametrize("first", range(0, SPOILT, SPOILT // 2))
def test_spoilt_files_are_campaigns_or_problems_in_bounded_time_and_memory(first: int):
    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", "tests.mutants", str(first), str(SPOILT // 2)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )

    assert done.stderr == ""

    assert done.stdout.strip() == f"{SPOILT // 2} read"

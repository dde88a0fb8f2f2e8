"""What has to happen in many worlds, or they prove nothing: each kind, by its name in a tally."""

from collections import Counter

from tests.simulator.clocks import WRONG
from tests.simulator.servers import BOXES, LUCK, WEATHER
from tests.simulator.world import DEATHS, EDITS

PLACES = ("uncommitted", "committed", "unconnected", "answer-unwritten")
KINDS = (
    *(f"server: {kind}" for kind in dict.fromkeys(WEATHER)),
    *(f"box: {kind}" for kind in dict.fromkeys(BOXES)),
    *(f"luck: {kind}" for kind in dict.fromkeys(LUCK)),
    *(f"clock: {kind}" for kind in WRONG),
    *(f"edit: {kind}" for kind in ("add", *EDITS)),
    *(f"death: {kind}" for kind in dict.fromkeys(DEATHS)),
    *(f"death at: {place}" for place in PLACES),
    *(f"held: {cause}" for cause in ("access", "protection", "refused", "clock")),
    *(f"end: {state}" for state in ("sent", "failed", "expired", "cancelled")),
    *("daemons: 1", "daemons: 2", "late answers"),
)


def rare(tally: Counter[str], *, worlds: int) -> dict[str, int]:
    """Return the kinds that came about too seldom: less than once in 250 worlds."""
    return {kind: tally[kind] for kind in KINDS if tally[kind] < worlds // 250}

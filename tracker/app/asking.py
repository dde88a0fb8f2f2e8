"""How often was really asked, read from what left: only where a mail says it."""

from collections.abc import Iterable

from tracker.digest.asking import Askings, asked_about, by_topic
from tracker.occurrence import Occurrence
from tracker.planning import Plan
from tracker.store import Store


def asked_so_far(lines: Iterable[Occurrence], plan: Plan, reader: str, store: Store) -> Askings:
    """Read what was asked before a mail with these lines; most mails need no question for it."""
    steps = asked_about(lines, plan, reader)
    return by_topic(store.askings(steps)) if steps else {}

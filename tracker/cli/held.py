"""What every look at the mail says first: that nothing leaves, since when and why."""

import sys
from typing import TYPE_CHECKING

from tracker.cli.reading import Files
from tracker.cli.show import show_moment
from tracker.cli.wrapping import say

if TYPE_CHECKING:
    from tracker.store import Store


def say_held(store: "Store", files: Files) -> None:
    """Say on stderr what keeps mail back, so that it is seen beside JSON, too."""
    for one in store.holds():
        since = show_moment(one.since, files.home)
        say(f"Nothing is sent since {since} ({one.cause}): {one.why}", file=sys.stderr)

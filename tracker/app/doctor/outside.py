"""The doctor's look at the service that raises the alarm when pings stay away."""

from collections.abc import Iterator

from tracker.app.doctor.finding import Finding, ok, warning
from tracker.app.pinging import place_of, reach


def outside(ping: str | None) -> Iterator[Finding]:
    """Look whether the place that is pinged can be reached; a ping itself would be a false one."""
    if ping is None:
        return
    place, refused = place_of(ping), reach(ping)
    if refused is None:
        yield ok("ping", f"{place} can be reached; nothing was asked of it")
    else:
        fix = "check `ping` under [health], and that the network lets you out"
        yield warning("ping", f"{place} cannot be reached: {refused}", fix)

"""What an edit did to the log of a campaign: facts are matched by what they say."""

from collections.abc import Iterator

from tracker.campaign import LoggedFact
from tracker.difference import Act, Difference
from tracker.differences.pairing import pair
from tracker.differences.saying import content, one_line, said_when, short
from tracker.differences.version import Version
from tracker.occurrence import Origin
from tracker.planning.wording import called
from tracker.when import When


def fact_differences(old: Version, new: Version) -> Iterator[Difference]:
    """Yield what became of the facts; one whose note alone is another is reworded."""

    def said(one: LoggedFact) -> str:
        # Both are counted from one opening, so that only what is written makes a difference.
        return _said(one, new)

    pairs = pair(
        old.campaign.log,
        new.campaign.log,
        lambda one: (said(one), one.by, one_line(one.note)),
        said,
        lambda one: (one.fact, one.target, one.ask, one.item),
    )
    for place, one in pairs.added:
        text = f"Logged: {said(one)}{_noted(one)}"
        yield _fact("added", new.at("log", place), one, text, said(one))
    for place, was, one in pairs.kept:
        if said(was) != said(one):
            text = f"Log: {said(was)} → {said(one)}"
            yield _fact("changed", new.at("log", place), one, text, said(one))
        elif (was.by, one_line(was.note)) != (one.by, one_line(one.note)):
            text = f"Log reworded: {said(one)}{_noted(one)}"
            yield _fact("reworded", new.at("log", place), one, text, said(one))
    for place, one in pairs.removed:
        text = f"Taken out of the log: {said(one)}{_noted(one)}"
        yield _fact("removed", old.at("log", place), one, text, said(one))


def _fact(act: Act, origin: Origin, one: LoggedFact, text: str, said: str) -> Difference:
    return Difference(
        thing="fact",
        act=act,
        origin=origin,
        text=text,
        name=one.fact,
        item=one.item or one.ask or one.target,
        content=content(said, one.by, one_line(one.note)),
    )


def _said(one: LoggedFact, version: Version) -> str:
    """Say a fact: "outcome of mission deferred to Thursday 1 July 2010, on …"."""
    targets = {target.id: called(target) for target in version.campaign.target}
    words: list[str] = [one.fact]
    words += [f"of {about}" for about in (one.item, one.ask) if about]
    words += [f"of {targets.get(one.target, one.target)}"] if one.target else []
    words += [value for value in (one.result, one.stance) if value]
    words += [f"to {said_when(one.to, version.opened)}"] if one.to else []
    at = one.meeting
    words += [f"at the meeting of {said_when(at, version.opened)}"] if isinstance(at, When) else []
    words += ["at no meeting"] if at == "none" else []
    return f"{' '.join(words)}, on {said_when(one.on, version.opened)}"


def _noted(one: LoggedFact) -> str:
    by = f" (by {one.by})" if one.by else ""
    note = f": {short(one.note)}" if one.note else ""
    return f"{by}{note}"

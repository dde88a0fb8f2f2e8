"""What an edit did to config.toml, as far as it is a coordinator's matter."""

from collections.abc import Iterator
from datetime import date

from tracker.config import Config, Coordinator
from tracker.difference import Act, Difference
from tracker.differences.pairing import pair
from tracker.differences.saying import Said, changes, said_duration, show_days
from tracker.occurrence import Origin
from tracker.when import span_days

_FILE = "config"
_LABELS = {
    "at": "mail at",
    "email": "mail address",
    "timezone": "time zone",
    "digest": "digest:",
    "remind_at": "Reminders leave at",
    "deadline": "Deadlines without a time end at",
    "settle": "An edit waits for the next one for",
    "workdays": "Default working days:",
}


def config_differences(old: Config, new: Config) -> Iterator[Difference]:
    """Yield what became of the coordinators, the hours and the default calendar."""
    if old is new:
        return  # most edits are of other files
    yield from _hours(old, new)
    pairs = pair(old.coordinator, new.coordinator, lambda one: one.id)
    for place, one in pairs.added:
        said = f"{one.name} ({one.id}), {_mornings(one)}"
        yield _difference("added", (place,), one, f"Coordinator added to config.toml: {said}")
    for place, was, one in pairs.kept:
        yield from _coordinator(place, was, one)
    for place, one in pairs.removed:
        text = f"Coordinator taken out of config.toml: {one.name} ({one.id})"
        yield _difference("removed", (place,), one, text)


def _hours(old: Config, new: Config) -> Iterator[Difference]:
    for change in changes(_times_said(old), _times_said(new)):
        calendar = change.key == "workdays"
        yield Difference(
            thing="workdays" if calendar else "times",
            act="changed",
            origin=Origin("config", _FILE, ("workdays",) if calendar else ("times", change.key)),
            text=change.said(_LABELS[change.key]),
            name=change.key,
            was=change.was,
            becomes=change.becomes,
        )


def _times_said(one: Config) -> Said:
    return {
        "workdays": one.workdays,
        "remind_at": f"{one.times.remind_at:%H:%M}",
        "deadline": f"{one.times.deadline:%H:%M}",
        "settle": said_duration(one.times.settle),
    }


def _mornings(one: Coordinator) -> str:
    hour = f"mail at {one.at:%H:%M}, " if one.at else ""
    return f"{hour}{one.timezone}, digest {one.digest}"


def _coordinator(place: int, was: Coordinator, one: Coordinator) -> Iterator[Difference]:
    for change in changes(_said(was), _said(one)):
        quiet = change.key == "email"  # that it is another is enough for the others
        said = change.said(_LABELS.get(change.key, change.key), quiet=quiet)
        yield _difference("changed", (place, change.key), one, f"Coordinator {was.name}: {said}")
    before, after = _away(was), _away(one)
    for span in sorted(after - before):
        text = f"Coordinator {one.name}: away {show_days(*span)}"
        yield _difference("changed", (place, "away"), one, text)
    for span in sorted(before - after):
        text = f"Coordinator {one.name}: not away {show_days(*span)}"
        yield _difference("changed", (place, "away"), one, text)


def _said(one: Coordinator) -> Said:
    return {
        "name": one.name,
        "email": one.email,
        "timezone": one.timezone,
        "digest": one.digest,
        "at": f"{one.at:%H:%M}" if one.at else "",
        "deputy": one.deputy or "",
    }


def _away(one: Coordinator) -> set[tuple[date, date]]:
    return {span_days(span, None) for span in one.away}


def _difference(act: Act, path: tuple[str | int, ...], one: Coordinator, text: str) -> Difference:
    return Difference(
        thing="coordinator",
        act=act,
        origin=Origin("config", _FILE, ("coordinator", *path)),
        text=text,
        name=one.name,
        item=one.id,
    )

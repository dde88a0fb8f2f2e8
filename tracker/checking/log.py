"""Checks the facts of a campaign's log: their keys, the names they use, their days."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from tracker.campaign import FACT_KEYS, LoggedFact
from tracker.checking.faults import MOST_SHOWN, day_of, unknown
from tracker.dates import show_day
from tracker.errors import Fault, KeyPath
from tracker.when import When

_ALWAYS = frozenset({"fact", "on", "by", "note"})
_EXAMPLES = {"stance": "supportive", "result": "deferred"}
_NAMED_IN = {"target": "[[target]]", "ask": "[[ask]]", "item": "[[deadline]] or [[follow-up]]"}


class Names(Struct, frozen=True, kw_only=True):
    """What a fact may name; `items` is None where the playbook's are not known."""

    targets: frozenset[str]
    asks: frozenset[str]
    items: frozenset[str] | None
    opened: date

    def of(self, key: str) -> frozenset[str] | None:
        """Return the names that a key may have; none for a key that holds no name."""
        known = {"target": self.targets, "ask": self.asks, "item": self.items}
        return known.get(key, frozenset())


def log_key_faults(log: tuple[LoggedFact, ...], names: Names) -> list[Fault]:
    """Return what is wrong with the facts, taken one by one."""
    faults: list[Fault] = []
    for number, fact in enumerate(log):
        path = ("log", number)
        faults += _key_faults(path, fact, names)
        faults += _name_faults(path, fact, names)
        faults += _day_faults(path, fact, names)
    return faults


def _example(key: str, names: Names) -> str:
    """Say what to write for a missing key: in a name's place one that there is, if it is alone."""
    known = sorted(names.of(key) or ())
    if key in _NAMED_IN and not known and names.of(key) is not None:
        return f"the campaign has no {_NAMED_IN[key]}: add one first"
    value = _EXAMPLES.get(key) or (known[0] if len(known) == 1 else "…")
    return f'write {key} = "{value}"'


def _choices(key: str, names: Names) -> tuple[str, ...]:
    known = sorted(names.of(key) or ())
    return tuple(known[:MOST_SHOWN]) if len(known) > 1 else ()


def _key_faults(path: KeyPath, fact: LoggedFact, names: Names) -> Iterator[Fault]:
    keys = FACT_KEYS[fact.fact]
    for key in keys.needs:
        if key not in fact.model_fields_set:
            yield Fault(
                path=path,
                code="missing-key",
                message=f'a fact "{fact.fact}" needs `{key}`',
                hint=_example(key, names),
                expected=_choices(key, names),
            )
    for key in sorted(fact.model_fields_set - {*_ALWAYS, *keys.needs, *keys.may}):
        homes = [
            f'"{name}"' for name, kind in FACT_KEYS.items() if key in (*kind.needs, *kind.may)
        ]
        yield Fault(
            path=(*path, key),
            code="misfit-key",
            message=f'`{key}` does not go with the fact "{fact.fact}"',
            hint=f"it goes with {', '.join(homes)}",
            on_key=True,
        )


def _name_faults(path: KeyPath, fact: LoggedFact, names: Names) -> Iterator[Fault]:
    known = {
        "target": (fact.target, "this campaign"),
        "ask": (fact.ask, "this campaign"),
        "item": (fact.item, "this campaign or its playbook"),
    }
    for key, (name, where) in known.items():
        there_are = names.of(key)
        if name is not None and there_are is not None and name not in there_are:
            what = "step" if key == "item" else key
            yield unknown((*path, key), what, name, there_are, where)
    if fact.to is not None and fact.result not in {None, "deferred"}:
        yield Fault(
            path=(*path, "to"),
            code="misfit-key",
            message=f'`to` goes with result = "deferred", and this is "{fact.result}"',
            on_key=True,
        )
    if fact.meeting == "none" and fact.fact in {"readout", "done"}:
        message = f'only an outcome can be at no meeting, and this is a fact "{fact.fact}"'
        hint = "leave `meeting` out"
        yield Fault(path=(*path, "meeting"), code="misfit-key", message=message, hint=hint)


def _day_faults(path: KeyPath, fact: LoggedFact, names: Names) -> list[Fault]:
    faults: list[Fault] = []
    on = day_of((*path, "on"), fact.on, names.opened, faults)
    if isinstance(fact.meeting, When):
        day_of((*path, "meeting"), fact.meeting, names.opened, faults)
    to = day_of((*path, "to"), fact.to, names.opened, faults)
    if on is not None and to is not None and to <= on:
        message = f"{show_day(to)} is not after {show_day(on)}, so nothing was put off to it"
        faults.append(Fault(path=(*path, "to"), code="put-off-back", message=message))
    return faults

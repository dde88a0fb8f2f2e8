"""What an edit did to a campaign, from the top of its file to the end."""

from collections.abc import Iterator
from typing import get_args

from tracker.campaign import Ask
from tracker.difference import Act, Difference, Thing
from tracker.differences.facts import fact_differences
from tracker.differences.meetings import meeting_differences
from tracker.differences.pairing import pair
from tracker.differences.people import signature_differences, target_differences
from tracker.differences.saying import (
    Change,
    Said,
    changes,
    content,
    one_line,
    said_span,
    said_when,
    short,
)
from tracker.differences.steps import campaign_step_differences
from tracker.differences.version import Version
from tracker.occurrence import Origin

# How each key of the head is said: with a value, with one in place of another, and left out.
_HEAD: dict[str, tuple[str, str, str]] = {
    "title": ("Title: {is}", "Title: {was} → {is}", "Title taken out"),
    "kind": ("Kind: {is}", "Kind: {was} → {is}", "Kind taken out"),
    "sender": ("Sender: {is}", "Sender: {was} → {is}", "Sender taken out: was {was}"),
    "signer": ("Signer: {is}", "Signer: {was} → {is}", "Signer taken out: was {was}"),
    "dated": ("Dated {is}", "Dated {is}, not {was}", "Date taken out"),
    "opened": ("Opened {is}", "Opened {is}, not {was}", "Opened on the letter's date: was {was}"),
    "closed": (
        "Closes on {is}",
        "Closes on {is}, not on {was}",
        "Open again: was closed on {was}",
    ),
    "paused": ("Paused {is}", "Paused {is}, not {was}", "No longer paused: was {was}"),
    "playbook": ("Playbook: {is}", "Playbook: {was} → {is}", "No playbook any more: was {was}"),
    "workdays": ("Working days: {is}", "Working days: {was} → {is}", "Working days: the default"),
    "summary": ("Summary added", "Summary reworded", "Summary taken out"),
    "source": ("Source: {is}", "Source: {is}", "Source taken out: was {was}"),
    "file": ("Text: {is}", "Text: {is}", "Text taken out: was {was}"),
}
_PLAIN = ("title", "kind", "sender", "signer", "playbook", "workdays", "source", "file")
_THINGS: dict[str, Thing] = {name: name for name in get_args(Thing)} | {"file": "source"}


def campaign_differences(old: Version, new: Version) -> Iterator[Difference]:
    """Yield what an edit did to a campaign."""
    yield from _head(old, new)
    yield from _coordinators(old, new)
    yield from _asks(old, new)
    yield from meeting_differences(old, new)
    yield from target_differences(old, new)
    yield from campaign_step_differences(old, new)
    yield from signature_differences(old, new)
    yield from fact_differences(old, new)


def _head(old: Version, new: Version) -> Iterator[Difference]:
    for change in changes(_head_said(old), _head_said(new)):
        yield Difference(
            thing=_THINGS[change.key],
            act=change.act,
            origin=new.at(change.key),
            text=_head_text(change),
            name=change.key,
            was=change.was or None,
            becomes=change.becomes or None,
        )


def _head_text(change: Change) -> str:
    first, other, gone = _HEAD[change.key]
    form = first if not change.was else other if change.becomes else gone
    return form.format(**{"was": short(change.was), "is": short(change.becomes)})


def _head_said(one: Version) -> Said:
    head = one.campaign
    return {name: getattr(head, name) or "" for name in _PLAIN} | {
        "dated": said_when(head.dated, None),
        "opened": said_when(head.opened, one.opened),
        "closed": said_when(head.closed, one.opened),
        "paused": said_span(head.paused, one.opened),
        "summary": one_line(head.summary),
    }


def _coordinators(old: Version, new: Version) -> Iterator[Difference]:
    before, after = old.campaign.coordinators, new.campaign.coordinators
    changed = [(one, new) for one in after if one not in before]
    changed += [(one, old) for one in before if one not in after]
    for one, version in changed:
        name = version.coordinator(one)
        act: Act = "added" if version is new else "removed"
        said = "Coordinator added" if version is new else "No longer a coordinator"
        yield Difference(
            thing="coordinator",
            act=act,
            origin=new.at("coordinators"),
            text=f"{said}: {name}",
            name=name,
            item=one,
            content=content(one),
        )


def _asks(old: Version, new: Version) -> Iterator[Difference]:
    pairs = pair(old.campaign.ask, new.campaign.ask, lambda one: one.id)
    for place, one in pairs.added:
        yield _ask("added", new.at("ask", place), one, f"Ask added: {short(one.text)}")
    for place, was, one in pairs.kept:
        if one_line(was.text) != one_line(one.text):
            text = f"Ask {one.id} reworded: {short(was.text)} → {short(one.text)}"
            yield _ask("reworded", new.at("ask", place, "text"), one, text)
    for place, one in pairs.removed:
        yield _ask("removed", old.at("ask", place), one, f"Ask taken out: {short(one.text)}")


def _ask(act: Act, origin: Origin, one: Ask, text: str) -> Difference:
    return Difference(
        thing="ask",
        act=act,
        origin=origin,
        text=text,
        name=one.id,
        item=one.id,
        content=content(one_line(one.text)),
    )

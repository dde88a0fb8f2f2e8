"""What an edit did to the people of a campaign: its targets and signatories."""

from collections.abc import Iterator

from tracker.campaign import Signatory, Target
from tracker.difference import Act, Difference
from tracker.differences.pairing import pair
from tracker.differences.saying import Change, Said, changes, content, one_line, said_when
from tracker.differences.version import Version
from tracker.occurrence import Origin
from tracker.planning.wording import called

_ONLY_THAT = frozenset({"address", "note"})  # an address is nobody else's matter, a note is long


def target_differences(old: Version, new: Version) -> Iterator[Difference]:
    """Yield what became of the targets."""
    pairs = pair(old.campaign.target, new.campaign.target, lambda one: one.id)
    for place, one in pairs.added:
        yield Difference(
            thing="target",
            act="added",
            origin=new.at("target", place),
            text=f"Target added: {_introduced(one)}",
            name=called(one),
            item=one.id,
            content=content(_target_said(one)),
        )
    for place, was, one in pairs.kept:
        for change in changes(_target_said(was), _target_said(one)):
            yield _target(change, was, one, new, place)
    for place, one in pairs.removed:
        yield Difference(
            thing="target",
            act="removed",
            origin=old.at("target", place),
            text=f"Target taken out: {called(one)}",
            name=called(one),
            item=one.id,
            content=content(_target_said(one)),
        )


def _target(change: Change, was: Target, one: Target, new: Version, place: int) -> Difference:
    stance, quiet = change.key == "stance", change.key in _ONLY_THAT
    text = f"Target {called(was)}: {change.said(change.key, quiet=quiet)}"
    if stance:
        text = f"Stance of {called(one)}: {change.was} → {change.becomes}"
    return Difference(
        thing="stance" if stance else "target",
        act="changed",
        origin=new.at("target", place, change.key),
        text=text,
        name=called(one),
        item=one.id,
        was=None if quiet else change.was or None,
        becomes=None if quiet else change.becomes or None,
    )


def _introduced(one: Target) -> str:
    """Say who a target is: "Kairat Abdrakhmanov, Chairperson (Kazakhstan), undecided"."""
    who = f"{one.holder}, {one.post}" if one.holder else one.post
    state = f" ({one.state})" if one.state and one.state not in who else ""
    stance = "" if one.stance == "unknown" else f", {one.stance}"
    return f"{who}{state}{stance}"


def _target_said(one: Target) -> Said:
    return {
        "post": one.post,
        "holder": one.holder or "",
        "state": one.state or "",
        "stance": one.stance,
        "address": one.address or "",
        "note": one_line(one.note),
    }


def signature_differences(old: Version, new: Version) -> Iterator[Difference]:
    """Yield what became of the signatures; who signed is matched by name."""

    def whole(one: Signatory) -> tuple[str, str, str]:
        # Both are counted from one opening, so that only what is written makes a difference.
        return (one.name, one.place or "", said_when(one.signed, new.opened))

    pairs = pair(
        old.campaign.signatory,
        new.campaign.signatory,
        whole,
        lambda one: (one.name, one.place),
        lambda one: one.name,
    )
    for place, one in pairs.added:
        text = f"Signature added: {_signed(one)}"
        yield _signature("added", new.at("signatory", place), one, text)
    for place, was, one in pairs.kept:
        if whole(was) != whole(one):
            known = ", ".join(part for part in whole(one)[1:] if part)
            text = f"Signature of {one.name}: {known or 'no place and no date any more'}"
            yield _signature("changed", new.at("signatory", place), one, text)
    for place, one in pairs.removed:
        text = f"Signature taken out: {_signed(one)}"
        yield _signature("removed", old.at("signatory", place), one, text)


def _signature(act: Act, origin: Origin, one: Signatory, text: str) -> Difference:
    signed = content(one.name, one.place, str(one.signed))
    return Difference(
        thing="signature", act=act, origin=origin, text=text, name=_signed(one), content=signed
    )


def _signed(one: Signatory) -> str:
    return f"{one.name} ({one.place})" if one.place else one.name

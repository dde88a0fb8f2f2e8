"""One thing that the doctor looked at: how it is, and what to do about it."""

from typing import Literal

from msgspec import Struct

State = Literal["ok", "warning", "failure"]


class Finding(Struct, frozen=True):
    """A probe's answer in a sentence; `fix` says what to do where something is wrong."""

    probe: str
    state: State
    said: str
    fix: str = ""


def ok(probe: str, said: str) -> Finding:
    """Say that all is well here."""
    return Finding(probe, "ok", said)


def warning(probe: str, said: str, fix: str) -> Finding:
    """Say what works, and should not stay so."""
    return Finding(probe, "warning", said, fix)


def failure(probe: str, said: str, fix: str) -> Finding:
    """Say what keeps the tracker from its work, or what it keeps from nobody."""
    return Finding(probe, "failure", said, fix)

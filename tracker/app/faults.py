"""Faults of the tracker itself, said by kind and place: their words may be those of a campaign."""

from traceback import extract_tb


def said_of(fault: BaseException) -> str:
    """Name the kind of a fault and the line where it came up."""
    place = extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} at {place.filename}:{place.lineno}"

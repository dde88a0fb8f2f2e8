"""Keys made of meaning: planning twice gives the same key, so nothing is sent twice."""

from datetime import UTC, date, datetime


def key_of(
    *parts: str | None,
    forum: str | None = None,
    session: date | None = None,
    lead: str | None = None,
    states: datetime | None = None,
    owner: str = "",
) -> str:
    """Join what a line is about into its key.

    >>> from datetime import date
    >>> key_of("hrw", "readout", forum="pc", session=date(2010, 6, 24), lead="first", owner="me")
    'hrw/readout/pc/2010-06-24/first/me'
    """
    place = (forum or "own", session.isoformat()) if session else ()
    said = f"{states.astimezone(UTC).isoformat()[:16]}Z" if states else None
    words = (*parts, *place, lead.replace(" ", "-") if lead else None, said, owner or None)
    return "/".join(word for word in words if word)

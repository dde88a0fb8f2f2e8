"""How long we wait for a mail server."""

from msgspec import Struct


class Patience(Struct, frozen=True):
    """How long to wait, in seconds: for one step of the way in, up to the text, for it, to part.

    Ten minutes after the final dot are RFC 5321's (4.5.3.2.6); less makes second copies. With the
    five that everything before may take together, a mail's try ends after a quarter of an hour.
    """

    connect: float = 30.0
    envelope: float = 300.0
    text: float = 600.0
    goodbye: float = 5.0

"""What is wrong with the form of a file."""

from msgspec import Struct


class Slip(Struct, frozen=True):
    """What is wrong with the form of a file, at an offset in its text.

    `in_line` says that the slip cannot reach beyond its line, so that reading may go on.
    """

    offset: int
    width: int
    code: str
    message: str
    hint: str | None = None
    in_line: bool = False

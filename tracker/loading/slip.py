"""What is wrong with the form of a file."""

import re

from msgspec import Struct

# What a text that lacks its quotes goes on with: the next line, up to quotes, is no line of TOML.
GOES_ON = re.compile(
    r"""\n(?![ \t]*(?:[\[#\n]|[A-Za-z0-9_-]+[ \t]*[=:]))[^\n]*["'][ \t]*(?=\n|$)"""
)


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

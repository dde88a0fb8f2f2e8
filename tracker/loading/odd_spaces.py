"""Names spaces that look like plain ones and are none: word processors and web pages have them."""

import unicodedata

from tracker.loading.slip import Slip


def is_odd_space(sign: str) -> bool:
    """Say whether a sign is a space that TOML does not know as one."""
    return bool(sign) and sign != " " and unicodedata.category(sign) == "Zs"


def odd_space(at: int, sign: str) -> Slip:
    """Name such a space between the words of TOML."""
    name = f"{unicodedata.name(sign).lower()}, U+{ord(sign):04X}"
    message = f"a space that is not a plain one stands here ({name})"
    return Slip(at, 1, "hidden-character", message, "type a plain space instead", in_line=True)

"""The one cleaning function: whatever a person typed, made safe for a header."""

import unicodedata

# Marks that reorder text without being seen (UAX #9) and zero-width ones that hide inside words.
# The joiners U+200C and U+200D stay: Persian and Indic names need them.
_HIDDEN = frozenset(
    {
        0x061C,
        0x200B,
        0x200E,
        0x200F,
        0x2060,
        0xFEFF,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    }
)
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_NOT_TEXT = frozenset({"Cs", "Co", "Cn"})


def clean(text: str, *, longest: int = 200) -> str:
    r"""Return text as one line that cannot end, forge or reorder a header.

    Line breaks and controls become a blank; hidden marks, surrogates, private and unassigned
    characters go; `=?`, which begins an encoded word, is broken up, since some versions of Python
    decode it and write out the line breaks inside (CVE-2024-6923, CVE-2026-1299); blanks are
    collapsed; what is longer than `longest` characters ends in "…".

    >>> clean("Vienna\r\nBcc: x@example.org =?utf-8?q?=0A?=")
    'Vienna Bcc: x@example.org = ?utf-8?q?=0A?='
    """
    shown = text if text.isascii() and text.isprintable() else _all_shown(text)
    line = " ".join(shown.split()).replace("=?", "= ?")
    if len(line) <= longest:
        return line
    return f"{line[: longest - 1].rstrip()}…"


def _all_shown(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(_shown(sign) for sign in text))


def _shown(sign: str) -> str:
    if sign.isascii():
        return sign if sign.isprintable() else " "
    category = unicodedata.category(sign)
    if category in _BREAKS:
        return " "
    return "" if ord(sign) in _HIDDEN or category in _NOT_TEXT else sign

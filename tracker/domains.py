"""A mail address as it goes over the wire: a plain one, its domain in ASCII."""

import re
import unicodedata

LONGEST_LABEL = 63
_LONGEST = 254
_LONGEST_LOCAL = 64
# RFC 5322's atoms with dots between them, in any script, and no quoted form: what mail programs
# and servers make of that one differs.
_ATOM = r"[^\x00-\x20\x7f\s@<>()\[\],;:\"\\.]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")


def wire_address(address: str) -> str | None:
    """Return one plain address as it goes over the wire, None where a text is anything else.

    There is one such judgement: what config.toml may say, what a header shows and what the mail
    server is told are the same. Nothing is repaired, since every program repairs otherwise.

    >>> wire_address("büro@köln.example")
    'büro@xn--kln-sna.example'
    >>> wire_address("a@example.org, b@example.org")
    """
    local, _, domain = address.rpartition("@")
    hidden = not address.isprintable() or unicodedata.normalize("NFC", address) != address
    if hidden or "=?" in address or not _LOCAL.fullmatch(local):
        return None
    if len(local.encode()) > _LONGEST_LOCAL or not all(map(_is_label, domain.split("."))):
        return None
    plain = ascii_domain(address)
    labels = plain.rpartition("@")[2].split(".")
    too_long = len(plain.encode()) > _LONGEST or max(map(len, labels)) > LONGEST_LABEL
    return None if too_long else plain


def ascii_domain(address: str) -> str:
    """Return an address with its domain as A-labels, each label as IDNA 2008 has it.

    Python's own codec is IDNA 2003, which would write straße.example as strasse.example: another
    domain, and perhaps another owner.

    >>> ascii_domain("büro@köln.example")
    'büro@xn--kln-sna.example'
    """
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{'.'.join(_a_label(label) for label in domain.split('.'))}"


def _a_label(label: str) -> str:
    if label.isascii():
        return label
    same = unicodedata.normalize("NFKC", label.lower())
    return f"xn--{same.encode('punycode').decode('ascii')}"


def _is_label(label: str) -> bool:
    """Say whether a text can be a part of a domain: letters, digits, hyphens within.

    Letters that only look like others, such as those of full width, are none (IDNA 2008).
    """
    if not label or not (label[0].isalnum() and _is_of_a_word(label[-1])):
        return False
    same = unicodedata.normalize("NFKC", label.lower()) == unicodedata.normalize(
        "NFC", label.lower()
    )
    return same and all(sign == "-" or _is_of_a_word(sign) for sign in label)


def _is_of_a_word(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign).startswith("M")

"""The domain of a mail address as it goes over the wire: in ASCII, letter for letter."""

import unicodedata

LONGEST_LABEL = 63


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

"""Who a mail is from and for on the wire: exactly one plain address each, or nothing is sent."""

import re
from email.utils import parseaddr
from typing import Self

from msgspec import Struct

from tracker.domains import LONGEST_LABEL, ascii_domain

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_PLAIN = re.compile(rf'[^\s@<>()\[\],;:"\\]{{1,64}}@{_LABEL}(?:\.{_LABEL})*')
_NAMED = re.compile(r"[^<>]*<([^<>]*)>")
_LONGEST = 254


class Envelope(Struct, frozen=True):
    """Addresses as they go over the wire: domains in ASCII; `international` needs SMTPUTF8."""

    sender: str
    recipient: str

    @classmethod
    def of(cls, sender: str, recipient: str) -> Self:
        """Check both; `sender` may have a name before its address, as in config.toml's `from`.

        Raise ValueError with a sentence. The client would repair a broken recipient in silence
        and mail somebody: "a@x, b@y" goes to a@x only. So nothing that needs repair gets there.
        """
        named = _NAMED.fullmatch(sender)
        return cls(_on_the_wire(named[1] if named else sender), _on_the_wire(recipient))

    @property
    def international(self) -> bool:
        """Say whether a part before the @ is not ASCII."""
        return not (self.sender.isascii() and self.recipient.isascii())


def _on_the_wire(address: str) -> str:
    sound = _PLAIN.fullmatch(address) and address.isprintable() and len(address) <= _LONGEST
    if not sound or parseaddr(address)[1] != address:
        raise ValueError(f"{address!r} is not one plain mail address")
    plain = ascii_domain(address)
    labels = plain.rpartition("@")[2].split(".")
    if any(not label.isascii() or len(label) > LONGEST_LABEL for label in labels):
        raise ValueError(f"{address!r} has a domain that cannot be written in ASCII")
    return plain

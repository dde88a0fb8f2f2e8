"""Who a mail is from and for on the wire: exactly one plain address each, or nothing is sent."""

import re
from typing import Self

from msgspec import Struct

from tracker.domains import wire_address

_NAMED = re.compile(r"[^<>]*<([^<>]*)>")


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
    plain = wire_address(address)
    if plain is None:
        raise ValueError(f"{address!r} is not one plain mail address")
    return plain

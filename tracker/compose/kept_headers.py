"""Headers that mail after mail repeats: `email` parses and folds each of them once."""

from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.policy import EmailPolicy
from functools import lru_cache
from typing import Any

MOST_KEPT = 512
LONGEST_LINE = 78  # RFC 5322 2.1.1


class _Headers(HeaderRegistry):
    """Keeps the class that `email` makes for each name of a header.

    Left alone, it makes one for each header of each mail: a third of the time that a mail takes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[Any]] = {}

    def __getitem__(self, name: str) -> type[Any]:
        key = name.lower()
        if key not in self._made:
            self._made[key] = super().__getitem__(name)
        return self._made[key]


class _Folding(EmailPolicy):
    """Folds a header that was folded before as it was then, and keeps a subject's blanks.

    A mail's id, which is of our own making and one word, is not parsed.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 -- as `email` has it
        return (name, value) if name == "Message-ID" else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "Subject" and not (self.utf8 or value.isascii()):
            return _encoded(name, value, "utf-8")
        if name == "Subject" and value.isascii() and len(f"{name}: {value}") > LONGEST_LINE:
            return _encoded(name, value, "us-ascii")
        # `email` clones a policy for each part, so that the policy itself tells nothing apart.
        return (
            _folded(name, value, utf8=self.utf8)
            if name in _KEPT
            else super().fold_binary(name, value)
        )


def kept_header(name: str, value: str) -> BaseHeader:
    """Return a header that other mails have as well, parsed once."""
    return _parsed(name, value)


def address_header(name: str, address: Address) -> BaseHeader:
    """Return the header of one sender or recipient."""
    return _addressed(name, address.display_name, address.username, address.domain)


@lru_cache(MOST_KEPT)
def _parsed(name: str, value: str) -> BaseHeader:
    return _HEADERS(name, value)


@lru_cache(MOST_KEPT)
def _addressed(name: str, display_name: str, username: str, domain: str) -> BaseHeader:
    return _HEADERS(name, Address(display_name=display_name, username=username, domain=domain))


def _encoded(name: str, value: str, charset: str) -> bytes:
    """Fold a subject; encode one in other letters as a whole, in as many words as it takes.

    Left alone, `email` begins a new encoded word at a blank and leaves that blank outside, where
    readers drop it (RFC 2047 6.2): two words of the text are shown as one. What fits a line of its
    own it puts there, and readers show a blank before it, or no subject.
    """
    words = Header(value, charset, header_name=name).encode(linesep="\r\n")
    return f"{name}: {words}\r\n".encode("ascii")


@lru_cache(MOST_KEPT)
def _folded(name: str, value: str, *, utf8: bool) -> bytes:
    return EmailPolicy.fold_binary(UTF8 if utf8 else ASCII, name, value)


_KEPT = frozenset(
    {
        *(
            "From",
            "To",
            "Date",
            "References",
            "List-Id",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
        ),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"),
    }
)
_HEADERS = _Headers()
ASCII = _Folding(linesep="\r\n", header_factory=_HEADERS)
UTF8 = _Folding(linesep="\r\n", header_factory=_HEADERS, utf8=True)

"""How a try to hand a mail over went."""

from typing import Literal

from msgspec import Struct

State = Literal["sent", "temporary", "permanent", "unknown", "relay"]
Cause = Literal["access", "protection"]
_LONGEST_TEXT = 500


class Outcome(Struct, frozen=True):
    """The answer to one try.

        sent        taken: 250 to the final dot, or a file in the Maildir
        temporary   refused for now, the same bytes may go later
        permanent   refused for good
        unknown     no answer once the text was under way: the server may have taken it
        relay       the server itself is ill or set up otherwise; nothing is this mail's fault

    `code` is the server's, None where it gave none; `text` is one printable line. `cause` is given
    with "relay" where waiting mends nothing and the administrator has to:

        access      the server will not have us: a login refused, wanted or missing, our sender
        protection  no TLS that can be trusted

    `suspect` says of "relay" and "unknown" that it may have been this mail over which the server,
    or we, stumbled: the server had let us in and had taken the sender.
    """

    state: State
    code: int | None
    text: str
    cause: Cause | None = None
    suspect: bool = False


def outcome(
    state: State,
    code: int | None,
    text: str,
    *,
    cause: Cause | None = None,
    suspect: bool = False,
) -> Outcome:
    """Make an outcome of a text that a stranger wrote: one line, printable, not endless."""
    line = " ".join(text.split())
    printable = "".join(
        sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line
    )
    return Outcome(state, code, printable[:_LONGEST_TEXT], cause, suspect)

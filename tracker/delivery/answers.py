"""What a server's answer, or its silence, means for the mail (RFC 5321 section 4.2)."""

from typing import Literal

from aiosmtplib import SMTPResponseException

from tracker.delivery.outcome import Outcome, State, outcome

Phase = Literal["mail", "rcpt", "data"]
_CLOSING = 421
_FULL_SESSION = 452
_TOO_BIG = 552
_REFUSALS = range(400, 600)
_FINAL = range(500, 600)
# Authentication required, too weak, failed, encryption required: how we are set up, not this mail.
_ACCESS = frozenset({530, 534, 535, 538})


def refusal(answer: SMTPResponseException, phase: Phase) -> Outcome:
    """Read an answer to MAIL, RCPT, or to DATA and its final dot."""
    if answer.code not in _REFUSALS:
        return _gibberish(answer, phase)
    return outcome(_state(answer.code, phase), answer.code, answer.message)


def silence(cause: Exception, phase: Phase) -> Outcome:
    """Read the lack of an answer: only after DATA may the server have taken the mail."""
    if phase == "data":
        return outcome("unknown", None, f"no answer after the text was sent ({_words(cause)})")
    return outcome("relay", None, f"no answer to {phase.upper()} ({_words(cause)})")


def unreachable(cause: Exception, place: str) -> Outcome:
    """Read a connection that could not be made: nothing was sent."""
    code = cause.code if isinstance(cause, SMTPResponseException) else None
    text = cause.message if isinstance(cause, SMTPResponseException) else _words(cause)
    return outcome("relay", code, f"{place}: {text}")


def ends_session(answer: Outcome) -> bool:
    """Say whether the server has only had enough of this connection, not of the mail."""
    if answer.code == _FULL_SESSION:
        return "4.5.3" in answer.text
    return answer.code == _CLOSING or (answer.state == "relay" and answer.code is None)


def _state(code: int, phase: Phase) -> State:
    if code == _CLOSING or code in _ACCESS:
        return "relay"
    if code not in _FINAL:
        return "temporary"
    # The sender is the same for every mail, so a refusal of it is not about this one.
    return "relay" if phase == "mail" and code != _TOO_BIG else "permanent"


def _gibberish(answer: SMTPResponseException, phase: Phase) -> Outcome:
    state: State = "unknown" if phase == "data" else "relay"
    return outcome(state, None, f"an answer that is none: {answer.code} {answer.message}")


def _words(cause: Exception) -> str:
    return str(cause) or type(cause).__name__

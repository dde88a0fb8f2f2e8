"""What a server's answer, or its silence, means for the mail (RFC 5321 section 4.2)."""

import base64
import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Literal

from aiosmtplib import (
    SMTPConnectError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from tracker.delivery.outcome import Cause, Outcome, outcome

Step = Literal["connect", "greeting", "starttls", "login"]
Phase = Literal["mail", "rcpt", "data", "text"]
_CLOSING = 421
_FULL_SESSION = 452
_TOO_BIG = 552
_TAKEN = range(200, 300)
_REFUSALS = range(400, 600)
_FINAL = range(500, 600)
# Authentication required, too weak, failed, encryption required: how we are set up, not this mail.
_ACCESS = frozenset({530, 534, 535, 538})
# What a login may look like in base64, should a server repeat it in its answer.
_ENCODED = re.compile(r"[A-Za-z0-9+/_=-]{16,}")
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_NOBODY_LISTENS = "the connection is refused, no mail server listens there"
_BLOTTED = "[…]"


def refusal(answer: SMTPResponseException, phase: Phase) -> Outcome:
    """Read an answer that is not the one hoped for to MAIL, RCPT, DATA or the text's final dot."""
    code = answer.code
    if phase == "text" and code in _TAKEN:
        return outcome("sent", code, answer.message)  # the first digit decides
    if code not in _REFUSALS:
        return _no_answer(f"an answer that is none: {code} {answer.message}", phase)
    if code == _CLOSING:
        return outcome("relay", code, answer.message, suspect=phase != "mail")
    # The sender is the same for every mail, so a refusal of it is not about this one.
    if code in _ACCESS or (phase == "mail" and code in _FINAL and code != _TOO_BIG):
        return outcome("relay", code, answer.message, cause="access")
    return outcome("permanent" if code in _FINAL else "temporary", code, answer.message)


def silence(cause: Exception, phase: Phase, fault: str) -> Outcome:
    """Read the lack of an answer: only after DATA was accepted may the server have the mail."""
    why = fault or _words(cause)
    to = "after the text was sent" if phase == "text" else f"to {phase.upper()}"
    return _no_answer(f"no answer {to} ({why})", phase)


def _no_answer(said: str, phase: Phase) -> Outcome:
    """Say that nothing is known after the text; a silence there is charged to the server too."""
    if phase == "text":
        return outcome("unknown", None, said)
    return outcome("relay", None, said, suspect=phase != "mail")


def shut_out(cause: Exception, step: Step, place: str, fault: str) -> Outcome:
    """Read a connection that could not be made ready: nothing was sent."""
    answered = isinstance(cause, SMTPResponseException) and cause.code in _REFUSALS
    code = cause.code if isinstance(cause, SMTPResponseException) and answered else None
    words = cause.message if isinstance(cause, SMTPResponseException) else _words(cause)
    whose = None if fault else _whose(cause, step, code)
    return outcome("relay", code, f"{place}: {fault or words}", cause=whose)


def login_refused(answer: SMTPResponseException, place: str, user: str, secret: str) -> Outcome:
    """Read a refused login; a server that repeats what we said does not get it into our logs."""
    text = _ENCODED.sub(_BLOTTED, answer.message)
    for said in _spellings(user, secret):
        text = text.replace(said, _BLOTTED)
    text = f"{place}: {text}"
    if answer.code not in _REFUSALS:
        return outcome("relay", None, text)
    return outcome("relay", answer.code, text, cause=_of_login(answer.code))


def ends_session(answer: Outcome) -> bool:
    """Say whether the server has only had enough of this connection, not of the mail."""
    if answer.code == _FULL_SESSION:
        return "4.5.3" in answer.text
    return answer.code == _CLOSING or (answer.state == "relay" and answer.code is None)


def in_step(answer: Outcome) -> bool:
    """Say whether the connection can go on after this: the server gave a sound answer."""
    return answer.code is not None or answer.state in {"sent", "permanent"}


def _whose(cause: Exception, step: Step, code: int | None) -> Cause | None:
    """Say whether waiting will not mend it, and what the administrator has to look at."""
    if any(map(_is_protection, _chain(cause))):
        return "protection"
    if step == "starttls" and (code in _FINAL or _is_ours(cause)):
        return "protection"
    if step == "login" and _is_ours(cause):
        return "access"
    return "access" if code in _ACCESS else None


def _is_ours(cause: Exception) -> bool:
    """Say whether the client itself refused to go on: what it needs is not offered."""
    lost = (SMTPResponseException, SMTPServerDisconnected, SMTPTimeoutError)
    return isinstance(cause, SMTPException) and not isinstance(cause, lost)


def _is_protection(cause: BaseException) -> bool:
    hung_up = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
    return isinstance(cause, ssl.SSLError) and not isinstance(cause, hung_up)


def _chain(cause: BaseException | None) -> Iterator[BaseException]:
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _of_login(code: int) -> Cause | None:
    return "access" if code in _FINAL else None


def _spellings(user: str, secret: str) -> Iterator[str]:
    for plain in (secret, f"\0{user}\0{secret}", f"user={user}\1auth=Bearer {secret}\1\1"):
        yield plain
        yield base64.b64encode(plain.encode()).decode()


def _words(cause: Exception) -> str:
    """Say what went wrong, without the server's name, which the client puts before it."""
    inner = cause.__cause__ if isinstance(cause, SMTPConnectError) else None
    why = inner or cause
    if isinstance(why, ConnectionResetError):
        return "it hung up"
    if isinstance(why, OSError) and not isinstance(why, ssl.SSLError):
        return _of_system(why)
    return str(why) or type(cause).__name__


def _of_system(refused: OSError) -> str:
    """Say in words why no connection came about; several addresses may have been tried."""
    if isinstance(refused, socket.gaierror):
        passing = refused.errno == socket.EAI_AGAIN
        return "its name cannot be looked up now" if passing else "there is no server of this name"
    numbers = dict.fromkeys(map(int, _ERRNO.findall(str(refused))))
    said = [
        _NOBODY_LISTENS if one == errno.ECONNREFUSED else os.strerror(one).lower()
        for one in numbers
    ]
    return " and ".join(said) or str(refused) or type(refused).__name__

"""A ping to a service outside, which raises the alarm when pings stay away.

It says nothing but that the tracker is well. It follows no redirection and keeps no cookie, and
whatever comes of it keeps no mail back.
"""

import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

PATIENCE_SECONDS = 10.0  # for each step: a name, a connection, an answer
_WELL = range(200, 300)


def ping(address: str) -> str | None:
    """Ask for an address once; return in words why the ping did not arrive, None if it did.

    Blocks for half a minute at the worst. The words name no path: whoever knows it can ping, too.
    """
    connection = _connection(address)
    split = urlsplit(address)
    path = split.path or "/"
    try:
        connection.request("GET", f"{path}?{split.query}" if split.query else path, headers=_SAID)
        answer = connection.getresponse()
    except (OSError, HTTPException, ValueError) as refused:
        return _in_words(refused)
    finally:
        connection.close()
    return None if answer.status in _WELL else f"it answers {answer.status} {answer.reason}"


def reach(address: str) -> str | None:
    """Connect and ask for nothing: return in words why that cannot be done, None if it can."""
    connection = _connection(address)
    try:
        connection.connect()
    except (OSError, ValueError) as refused:
        return _in_words(refused)
    finally:
        connection.close()
    return None


def place_of(address: str) -> str:
    """Return the part of an address that may be shown: the server's name."""
    return urlsplit(address).hostname or ""


_SAID = {"User-Agent": "advocacy-tracker", "Connection": "close"}


def _connection(address: str) -> HTTPConnection:
    split = urlsplit(address)
    kind = HTTPSConnection if split.scheme == "https" else HTTPConnection
    return kind(split.hostname or "", split.port, timeout=PATIENCE_SECONDS)


def _in_words(refused: OSError | HTTPException | ValueError) -> str:
    if isinstance(refused, TimeoutError):
        return f"no answer within {PATIENCE_SECONDS:.0f} seconds"
    if isinstance(refused, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {refused.verify_message}"
    if isinstance(refused, (socket.gaierror, ValueError)):
        return "its name cannot be looked up"
    if isinstance(refused, OSError) and refused.strerror:
        return refused.strerror.lower()
    return "it hung up" if isinstance(refused, HTTPException) else type(refused).__name__

"""`transport` of config.toml, read: where mail goes, and under which protection."""

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from tracker.errors import ConfigError

Protection = Literal["starttls", "tls", "none"]
_PORTS: dict[Protection, int] = {"starttls": 587, "tls": 465, "none": 25}
_EXAMPLES = 'write "maildir:outbox" or "smtp://user@mail.example.org:587"'


class SmtpSettings(Struct, frozen=True):
    """The server that takes our mail; `user` is None where it asks for no login."""

    host: str
    port: int
    protection: Protection
    user: str | None = None

    @property
    def place(self) -> str:
        """Name the server as people write it."""
        return f"{self.host}:{self.port}"


def read_spec(spec: str, *, base: Path) -> Path | SmtpSettings:
    """Return the folder of a Maildir, or the server; raise ConfigError with what to write."""
    scheme, colon, rest = spec.partition(":")
    match scheme if colon else "":
        case "maildir" if rest:
            return base / rest
        case "smtp" | "smtps":
            return _server(spec, implicit=scheme == "smtps")
        case _:
            raise ConfigError(f'transport = "{spec}" names no way for mail to leave: {_EXAMPLES}')


def is_loopback(host: str) -> bool:
    """Say whether a connection to this host never leaves the machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _server(spec: str, *, implicit: bool) -> SmtpSettings:
    try:
        url = urlsplit(spec)
        host, port = url.hostname, url.port
    except ValueError as wrong:
        raise ConfigError(
            f"transport: the server's address is off ({wrong}): {_EXAMPLES}"
        ) from None
    if url.password is not None:
        # The address is not repeated here: this message may end up in a log.
        raise ConfigError(
            "transport holds a password: take it out, put it into a file of mode 600 and name that"
            " file in password_file"
        )
    if not host or url.path not in {"", "/"} or url.query or url.fragment:
        raise ConfigError(f'transport = "{spec}" is not a server\'s address: {_EXAMPLES}')
    protection: Protection = "tls" if implicit else "none" if is_loopback(host) else "starttls"
    user = unquote(url.username) if url.username else None
    return SmtpSettings(host, port or _PORTS[protection], protection, user)

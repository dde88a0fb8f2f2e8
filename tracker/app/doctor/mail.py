"""The doctor's look at the way that mail takes: the Maildir, or the server and its password."""

import os
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from tracker.app.doctor.finding import Finding, failure, ok, warning
from tracker.config import MailSettings
from tracker.delivery import Outcome, Secret, read_secret
from tracker.delivery.probe import Reached, reach
from tracker.delivery.spec import SmtpSettings, read_spec
from tracker.errors import TrackerError

_SOON = timedelta(days=14)
_EXAMPLE = "example.org"
_WHERE_IT_GOES = (
    "name a file of mode 600 in password_file, or put it into the unit's credential"
    " smtp-password, which only the service itself sees: docs/install.md"
)
_NO_TLS = (
    "`transport` has to name the server as its certificate does; ask its administrator for"
    " STARTTLS, or for smtps:// on port 465"
)
_NO_ACCESS = "check the user in `transport`, and the password or token_command that goes with it"
_NO_ANSWER = "check host and port in `transport`, and that the network lets you out"


async def mail(
    settings: MailSettings, environ: MutableMapping[str, str], *, base: Path, now: datetime
) -> list[Finding]:
    """Try the way that mail takes, as far as that can be done without sending any."""
    findings = list(_sender(settings.sender))
    try:
        place = read_spec(settings.transport, base=base)
    except TrackerError as wrong:
        return [*findings, failure("transport", str(wrong), "mend `transport` in config.toml")]
    if isinstance(place, Path):
        return [*findings, _maildir(place)]
    try:
        secret = read_secret(settings, environ, base=base) if place.user else None
    except TrackerError as wrong:
        return [*findings, failure("password", str(wrong), _WHERE_IT_GOES)]
    if place.user is not None:
        findings.append(_secret(place, secret))
        if secret is None:
            return findings
    return [*findings, *_relay(place, await reach(place, secret), now)]


def _secret(place: SmtpSettings, secret: Secret | None) -> Finding:
    if secret is None:
        said = f"{place.place} wants a login of {place.user}, and there is no password"
        return failure("password", said, _WHERE_IT_GOES)
    if isinstance(secret, str):
        return ok("password", "there is one, and it is nobody else's to read")
    return ok("password", "token_command gives it")


def _sender(sender: str) -> Iterator[Finding]:
    if _EXAMPLE in sender:
        said = f"mail says that it is from {sender}"
        yield warning("sender", said, "write your own address as `from` in config.toml")
    else:
        yield ok("sender", sender)


def _maildir(folder: Path) -> Finding:
    """Store a file as a mail is stored, and take it away again."""
    if not folder.exists():
        home = next(one for one in folder.resolve().parents if one.exists())
        if os.access(home, os.W_OK | os.X_OK):
            return ok("transport", f"the Maildir {folder} is made with the first mail")
        said = f"the Maildir {folder} cannot be made"
        return failure("transport", said, f"give {home} to the tracker's user")
    part = folder / "tmp" / f"doctor.{os.getpid()}"
    try:
        for name in ("tmp", "new", "cur"):
            (folder / name).stat()
        part.touch(mode=0o600, exist_ok=False)
        part.rename(folder / "new" / part.name).unlink()
    except OSError as refused:
        with suppress(OSError):
            part.unlink()
        said = f"no mail can be put into the Maildir {folder}: {refused.strerror}"
        return failure("transport", said, "give it to the tracker's user, or name another folder")
    return ok("transport", f"mail goes into the Maildir {folder}")


def _relay(place: SmtpSettings, answer: Reached | Outcome, now: datetime) -> Iterator[Finding]:
    if isinstance(answer, Outcome):
        code = f"{answer.code} " if answer.code else ""
        fix = {"protection": _NO_TLS, "access": _NO_ACCESS, None: _NO_ANSWER}[answer.cause]
        yield failure("transport", f"{code}{answer.text}", fix)
        return
    login = f", logged in as {place.user}" if place.user else ""
    how = answer.tls or "without TLS, on this machine itself"
    yield ok("transport", f"{place.place} takes mail ({how}{login})")
    if answer.expires is not None:
        yield _certificate(answer.expires, now)


def _certificate(expires: datetime, now: datetime) -> Finding:
    said = f"the mail server's certificate ends on {expires:%Y-%m-%d}"
    if expires - now < _SOON:
        return warning("certificate", said, "have it renewed: no mail leaves after that")
    return ok("certificate", said)

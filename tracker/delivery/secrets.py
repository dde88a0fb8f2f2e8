"""What we log in with at the mail server, and where it comes from: never from config.toml."""

import os
import stat
from collections.abc import MutableMapping
from pathlib import Path

from tracker.config import MailSettings
from tracker.delivery.tokens import TokenCommand
from tracker.errors import ConfigError

VARIABLE = "TRACKER_MAIL_PASSWORD"
Secret = str | TokenCommand
_CREDENTIAL = "smtp-password"


def read_secret(
    settings: MailSettings, environ: MutableMapping[str, str], *, base: Path
) -> Secret | None:
    """Return the command that gives tokens, else the password, None where there is neither.

    The password is looked for in `password_file` (relative to `base`), then in the file
    `smtp-password` of `$CREDENTIALS_DIRECTORY`, then in `TRACKER_MAIL_PASSWORD`, which is taken
    out of the environment: no program that we start is to inherit it. Raise ConfigError where the
    file is open to others, not ours, missing or empty.
    """
    given = environ.pop(VARIABLE, "")
    if settings.token_command:
        return TokenCommand(settings.token_command, folder=base)
    if settings.password_file is not None:
        file = base / settings.password_file
        _check_private(file)
        return _read(file)
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and (credential := Path(folder) / _CREDENTIAL).exists():
        return _read(credential)
    return given or None


def _check_private(file: Path) -> None:
    try:
        found = file.stat()
    except OSError as refused:
        raise ConfigError(_cannot_read(file, refused)) from None
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"password_file {file} is not a file: put the password into one.")
    if found.st_mode & 0o077:
        raise ConfigError(f"password_file {file} can be read by others: chmod 600 {file}")
    if found.st_uid != os.geteuid():
        raise ConfigError(f"password_file {file} belongs to another user: chown it to this one.")


def _read(file: Path) -> str:
    try:
        password = file.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError(f"The password in {file} is not UTF-8 text: save it as such.") from None
    except OSError as refused:
        raise ConfigError(_cannot_read(file, refused)) from None
    if not password:
        raise ConfigError(f"The password in {file} is empty: write it there, on one line.")
    return password


def _cannot_read(file: Path, refused: OSError) -> str:
    why = (refused.strerror or str(refused)).lower()
    return (
        f"The password in {file} cannot be read: {why}. Write it there,"
        " on one line, readable by the tracker's user alone (mode 600), or name the right file."
    )

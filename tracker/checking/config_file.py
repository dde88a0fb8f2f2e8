"""Checks config.toml: who gets mail, how it leaves, where things lie."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from tracker.checking.faults import phrase_fault, twice, unknown
from tracker.config import KEEP_IT_OUT, Config, Coordinator, MailSettings
from tracker.errors import Fault
from tracker.fields import is_address
from tracker.when import PhraseError, span_days

_TRANSPORT = re.compile(
    r"maildir:(?P<folder>.+)"
    r"|smtps?://(?:(?P<user>[^@/]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)
# A server that is right as far as its port, whatever stands there.
_SERVER = re.compile(
    r"smtps?://(?:[^@/]*@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[^/@:]*)/?"
)
_DATABASE = re.compile(
    r"sqlite:///[^?]+"
    r"|postgresql(?:\+psycopg)?://(?=.)"
    r"(?:[^/?@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^/?:@]*)(?::(?P<port>[0-9]{1,5}))?(?:/[^?]*)?(?:\?.*)?"
)
_IN_MEMORY = re.compile(r"sqlite://(?P<name>[^/?]*)/?(?::memory:)?")
_WITH_PASSWORD = re.compile(r"postgresql[^:]*://[^/@]*:[^/@]*@|postgresql.*[?&]password=")
_SENDER = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<address>[^<>]*)>")
_PING = re.compile(
    r"(?:https://[A-Za-z0-9.-]+|http://(?:localhost|127\.0\.0\.1))(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?][!-~]*)?"
)
_LAST_PORT = 65_535
_FORMS = ("maildir:FOLDER", "smtp://USER@HOST:587", "smtps://USER@HOST")


def config_faults(config: Config) -> list[Fault]:
    """Return what is wrong with config.toml as a whole."""
    return [
        *_people(config),
        *_sender(config.mail.sender),
        *_transport(config.mail.transport),
        *_token_command(config.mail),
        *_database(config.database),
        *_prometheus_file(config.health.prometheus_file),
        *_ping(config.health.ping),
    ]


def _people(config: Config) -> Iterator[Fault]:
    everyone = list(enumerate(config.coordinator))
    yield from twice(((("coordinator", number, "id"), one.id) for number, one in everyone), "id")
    yield from twice(
        ((("coordinator", number, "email"), one.email.casefold()) for number, one in everyone),
        "address",
    )
    for number, one in everyone:
        yield from _deputy(number, one, config)
        yield from _away(number, one)


def _deputy(number: int, one: Coordinator, config: Config) -> Iterator[Fault]:
    path = ("coordinator", number, "deputy")
    if one.deputy is None:
        return
    if one.deputy == one.id:
        message = f'"{one.id}" cannot be their own deputy'
        yield Fault(path=path, code="own-deputy", message=message, hint="name somebody else")
    elif config.who(one.deputy) is None:
        others = {other.id: other.name for other in config.coordinator if other.id != one.id}
        wrong = unknown(path, "coordinator", one.deputy, others, "this file")
        yield wrong if others else replace(wrong, hint="add a [[coordinator]] of this id first")


def _away(number: int, one: Coordinator) -> Iterator[Fault]:
    for index, span in enumerate(one.away):
        try:
            span_days(span, None)
        except PhraseError as wrong:
            yield phrase_fault(("coordinator", number, "away", index), wrong)


def _sender(sender: str) -> Iterator[Fault]:
    found = _SENDER.fullmatch(sender)
    address = found["address"] if found else sender
    if not is_address(address):
        yield Fault(
            path=("mail", "from"),
            code="not-an-address",
            message="this is not one mail address, with or without a name before it",
            hint='write it like "Campaign tracker <tracker@example.org>"',
        )


def _transport(transport: str) -> Iterator[Fault]:
    path = ("mail", "transport")
    found = _TRANSPORT.fullmatch(transport)
    server = _SERVER.fullmatch(transport)
    if server is not None and not _is_port(server["port"]):
        message = f'"{server["port"]}" is no port: a number from 1 to {_LAST_PORT:,}'
        hint = "write it behind the host, like :587, or leave it out with its colon"
        span = (server.start("port") - 1, len(server["port"]) + 1)
        yield Fault(path=path, code="transport", message=message, hint=hint, span=span)
    elif found is None:
        message = "this says neither a Maildir nor a mail server"
        yield Fault(path=path, code="transport", message=message, expected=_FORMS)
    elif ":" in (found["user"] or ""):
        message = "a password never stands in this file"
        yield Fault(path=path, code="password", message=message, hint=KEEP_IT_OUT)


def _is_port(number: str | None) -> bool:
    """Say whether a port can be reached; none is the usual one."""
    is_number = number is not None and number.isascii() and number.isdigit()
    return number is None or (is_number and int(number[:6]) in range(1, _LAST_PORT + 1))


def _token_command(mail: MailSettings) -> Iterator[Fault]:
    path = ("mail", "token_command")
    if mail.token_command is None:
        return
    if not mail.token_command:
        hint = (
            'name the program and what it is given, like ["/usr/local/bin/mail-token", "vienna"]'
        )
        yield Fault(path=path, code="too-few", message="this must not be empty", hint=hint)
    if mail.password_file is not None:
        message = "this and password_file are two ways to log in"
        yield Fault(path=path, code="misfit-key", message=message, hint="keep one of them")


def _database(database: str) -> Iterator[Fault]:
    if _WITH_PASSWORD.match(database):
        message = "a password never stands in this file"
        hint = "delete it here and name a file that only the tracker can read: passfile=FILE"
        yield Fault(path=("database",), code="password", message=message, hint=hint)
    elif (found := _IN_MEMORY.fullmatch(database)) is not None:
        message = "this names no file, and a database in memory forgets what was sent"
        hint = f'write "sqlite:///{found["name"] or "tracker.db"}", with three slashes'
        yield Fault(path=("database",), code="database", message=message, hint=hint)
    elif (address := _DATABASE.fullmatch(database)) is None or not _is_port(address["port"]):
        yield Fault(
            path=("database",),
            code="database",
            message="this is not the address of a database",
            expected=("sqlite:///tracker.db", "postgresql+psycopg://HOST/NAME"),
        )


def _prometheus_file(file: str | None) -> Iterator[Fault]:
    if file is not None and not file.endswith(".prom"):
        yield Fault(
            path=("health", "prometheus_file"),
            code="not-prom",
            message="Prometheus' node exporter reads no file but those named *.prom",
            hint=f'write "{file}.prom"',
        )


def _ping(address: str | None) -> Iterator[Fault]:
    found = _PING.fullmatch(address) if address is not None else None
    if address is not None and (found is None or "#" in address or not _is_port(found["port"])):
        yield Fault(
            path=("health", "ping"),
            code="ping",
            message="this is not the address of a page that can be asked for",
            hint='write it like "https://ping.example.org/YOUR-CHECK"',
        )

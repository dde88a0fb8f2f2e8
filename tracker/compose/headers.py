"""The headers of a mail: a fixed list of names, and values that cannot break out."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from tracker.compose.clean import clean
from tracker.domains import ascii_domain, wire_address
from tracker.errors import ConfigError

HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "List-Id",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
)
# `email` turns a longer token of References or List-Id into an encoded word, which ends threads.
LONGEST_ID = 77
LONGEST_NAME = 64
MOST_ROOTS = 4
_LONGEST_HOST = 40
_SENDER = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


@lru_cache(512)
def mailbox(name: str, address: str) -> Address:
    """Return one recipient or sender; a domain in other letters goes as its A-label.

    Raises ConfigError where the address is not exactly one.
    """
    plain = wire_address(address)
    if plain is None:
        raise ConfigError(f'"{clean(address)}" is not one mail address: write name@example.org')
    username, _, domain = plain.rpartition("@")
    return Address(
        display_name=clean(name, longest=LONGEST_NAME), username=username, domain=domain
    )


@lru_cache(16)
def sender(text: str) -> Address:
    """Read `Campaign tracker <tracker@example.org>`, or an address alone."""
    found = _SENDER.fullmatch(text.strip())
    if found is None:
        return mailbox("", text.strip())
    return mailbox(found["name"].strip().strip('"'), found["address"].strip())


def message_id(seed: str, host: str) -> str:
    """Make a mail's id from the text that names it: the same mail has the same id."""
    return f"<{fingerprint('mail', seed)}@{id_host(host)}>"


def roots(campaigns: Iterable[str], host: str) -> str:
    """Return the fixed ids that thread the mails of a few campaigns."""
    return " ".join(_root(campaign, id_host(host)) for campaign in tuple(campaigns)[:MOST_ROOTS])


def list_id(host: str) -> str:
    """Return the List-Id that mail rules can go by."""
    return f"Campaign tracker <campaigns.{id_host(host)}>"


def date_of(sent_at: datetime) -> str:
    """Return the Date header in UTC; `sent_at` is aware."""
    assert sent_at.tzinfo is not None, "a mail's moment has a zone"
    return format_datetime(sent_at.astimezone(UTC))


def fingerprint(use: str, seed: str) -> str:
    """Return 24 digits that follow from the seed alone."""
    return sha256(f"{use}\0{seed}".encode(errors="replace")).hexdigest()[:24]


def id_host(host: str) -> str:
    """Return a host's last labels, as many as an id has room for."""
    labels = ascii_domain(f"@{host}")[1:].split(".")
    while labels and len(".".join(labels)) > _LONGEST_HOST:
        del labels[0]
    return ".".join(labels) or "tracker.invalid"


def _root(campaign: str, host: str) -> str:
    whole = f"<campaign.{campaign}@{host}>"
    if len(whole) <= LONGEST_ID and re.fullmatch(r"[a-z0-9-]+", campaign):
        return whole
    return f"<campaign.{fingerprint('campaign', campaign)}@{host}>"

"""What config.toml may say: mail, database, times and the coordinators who get mail."""

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tracker.fields import (
    Address,
    Clock,
    Days,
    Duration,
    Line,
    OneOrMore,
    Slug,
    SpanPhrase,
    ZoneName,
)

DigestDays = Literal["daily", "weekdays", "weekly", "never"]

KEEP_IT_OUT = (
    "delete it here and name a file that only the tracker can read: password_file,\n"
    "or a command that prints an access token: token_command, or set TRACKER_MAIL_PASSWORD"
)


class Coordinator(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A person who gets our mail, with the hour and zone of their morning."""

    id: Slug
    name: Line
    email: Address
    timezone: ZoneName
    digest: DigestDays = "weekdays"
    at: Clock | None = None
    deputy: Slug | None = None
    away: Annotated[tuple[SpanPhrase, ...], OneOrMore] = ()


class MailSettings(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """How mail leaves; a password never stands here."""

    sender: Annotated[Line, Field(alias="from")] = "Campaign tracker <tracker@example.org>"
    transport: Line = "maildir:outbox"
    password_file: Line | None = None
    token_command: tuple[Line, ...] | None = None


class Times(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """The hours of the day that the whole plan hangs on."""

    remind_at: Clock = time(8)
    deadline: Clock = time(18)
    settle: Duration = timedelta(minutes=10)


class HealthSettings(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """What the daemon shows to those who watch over it."""

    prometheus_file: Line | None = None
    ping: Line | None = None


class Keeping(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """How long the database keeps what has been of use."""

    bodies: Days = timedelta(days=14)


class Config(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """config.toml as read; paths are relative to the file."""

    workdays: Slug
    database: Line = "sqlite:///tracker.db"
    campaigns: Line = "campaigns"
    templates: Line = "templates"
    # Made when they are wanted: pydantic builds a shape at its first use, and that costs.
    mail: MailSettings = Field(default_factory=MailSettings)
    times: Times = Field(default_factory=Times)
    health: HealthSettings = Field(default_factory=HealthSettings)
    keep: Keeping = Field(default_factory=Keeping)
    coordinator: tuple[Coordinator, ...] = ()

    def who(self, coordinator_id: str) -> Coordinator | None:
        """Find a coordinator by id."""
        return next((one for one in self.coordinator if one.id == coordinator_id), None)

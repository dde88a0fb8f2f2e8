"""What the store gives and takes: frozen records, never rows; every moment is aware UTC."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

from tracker.occurrence import Occurrence

LineState = Literal["queued", "sending", "sent", "failed", "unknown", "cancelled", "expired"]
MailState = LineState
AttemptOutcome = Literal["sent", "temporary", "permanent", "unknown"]


class GoodFile(Struct, frozen=True):
    """The last good version of a file; `read_at` is when this version was first read."""

    kind: str
    id: str
    digest: str
    text: str
    read_at: datetime


class JournalEntry(Struct, frozen=True):
    """One thing seen or done. `data` holds plain JSON values; `id` is None until recorded.

    Writing an entry whose `key` is there already changes nothing.
    """

    at: datetime
    kind: str
    campaign: str | None
    key: str
    data: dict[str, Any] = field(default_factory=dict)
    id: int | None = None


class OutboxLine(Struct, frozen=True):
    """An occurrence and what became of it.

    `mail` is the number of the mail that carries or carried it. `settled_at` is when it came to
    its end state (sent, failed, cancelled, expired), None before that.
    """

    occurrence: Occurrence
    state: LineState
    mail: int | None
    reason: str | None
    settled_at: datetime | None


class NewMail(Struct, frozen=True, kw_only=True):
    """A message whose bytes are final; `keys` are the occurrences it carries.

    `expires` is the moment after which another try is useless, None where there is none.
    """

    coordinator: str
    kind: str
    subject: str
    message_id: str
    raw: bytes
    keys: tuple[str, ...]
    expires: datetime | None = None

    def __repr__(self) -> str:  # in a log or a traceback nobody's letter is to stand
        return f"NewMail({self.message_id})"


class MailRecord(Struct, frozen=True, kw_only=True):
    """A message in the outbox. Only the `owner` of the current `attempt` may write its end.

    `next_at` is when a waiting mail goes again; `recoveries` counts tries that had no answer,
    `put_off` those that the reader's own server put off.
    """

    id: int
    coordinator: str
    kind: str
    subject: str
    message_id: str
    raw: bytes
    keys: tuple[str, ...]
    state: MailState
    reason: str | None
    owner: str
    attempt: int
    recoveries: int
    created_at: datetime
    next_at: datetime | None
    expires: datetime | None
    settled_at: datetime | None
    leased_until: datetime | None = None
    put_off: int = 0

    def __repr__(self) -> str:  # as above
        return f"MailRecord({self.id}, {self.message_id}, {self.state})"


class Hold(Struct, frozen=True):
    """A reason why nothing leaves for now, since when, and the sentence that says it."""

    cause: str
    since: datetime
    why: str


class Mark(Struct, frozen=True):
    """A thing that must survive a restart, and when it was last written."""

    value: str
    at: datetime


class Attempt(Struct, frozen=True):
    """One try to hand a mail over: `code` is the server's, None where it gave none."""

    at: datetime
    outcome: AttemptOutcome
    code: int | None
    text: str

"""One real mail to a coordinator, to see that it arrives."""

from collections.abc import MutableMapping
from datetime import datetime
from pathlib import Path

from tracker.compose import Composer, Envelope
from tracker.config import Config, Coordinator
from tracker.content import Entry, MailContent, Section
from tracker.dates import show_day, zone
from tracker.delivery import Outcome, open_transport, read_secret
from tracker.errors import QuestionError

SUBJECT = "A trial: this tracker can reach you"


def coordinator_at(config: Config, address: str) -> Coordinator:
    """Return the coordinator with this address; mail goes to nobody else, not even for a trial."""
    for one in config.coordinator:
        if one.email.casefold() == address.casefold():
            return one
    known = ", ".join(one.email for one in config.coordinator) or "nobody"
    raise QuestionError(
        f"{address} is no coordinator's address in config.toml, and nobody else is ever mailed."
        f" It names: {known}."
    )


async def send_trial(
    config: Config,
    to: Coordinator,
    composer: Composer,
    environ: MutableMapping[str, str],
    *,
    base: Path,
    now: datetime,
) -> Outcome:
    """Compose a mail as all are composed, and hand it over as all are handed over."""
    transport = open_transport(
        config.mail.transport,
        base=base,
        secret=lambda: read_secret(config.mail, environ, base=base),
    )
    composed = composer.compose(
        _content(to, now),
        Envelope(
            sender=config.mail.sender,
            to_name=to.name,
            to_address=to.email,
            sent_at=now,
            seed=f"trial\n{to.id}\n{now.isoformat()}",
        ),
    )
    try:
        return await transport.deliver(composed.raw, sender=config.mail.sender, recipient=to.email)
    finally:
        await transport.close()


def _content(to: Coordinator, now: datetime) -> MailContent:
    there = now.astimezone(zone(to.timezone))
    asked = Entry(text="The administrator asked for it: tracker doctor --send-test")
    rest = Entry(text="Nothing is to be done. No campaign has sent it.")
    section = Section(id="trial", heading="Why you get this", entries=(asked, rest))
    said = f"It left on {show_day(there.date())}, {there:%H:%M} your time."
    return MailContent(
        kind="notice",
        reader=to.name,
        zone=to.timezone,
        date=show_day(there.date()),
        subject=SUBJECT,
        preheader=said,
        headline=SUBJECT,
        state=said,
        sections=(section,),
        footer="You get this because config.toml names you as a coordinator.",
    )

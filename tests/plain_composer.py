"""A composer for tests of many histories: a mail's headings and entries as plain rows."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from tracker.compose import Composed, Composer, Envelope
from tracker.content import MailContent, Section


class PlainComposer(Composer):
    """Prints a mail without templates: `# heading`, `@ campaign`, `* text, when, detail`."""

    def __init__(self) -> None:
        """Need no templates: those of a folder that is not there."""
        self.folder = Path("no templates")

    def compose(self, content: MailContent, envelope: Envelope) -> Composed:
        """Return the rows as the mail's bytes."""
        name = f"<{hashlib.sha256(envelope.seed.encode()).hexdigest()}@example.org>"
        return Composed(
            message_id=name,
            raw="\n".join((name, *_rows(content))).encode(),
            subject=content.subject,
        )


def _rows(content: MailContent) -> Iterator[str]:
    for notice in content.notices:
        for section in notice.sections:
            yield from _section(section, notice.campaign)
    for section in content.sections:
        yield from _section(section, "")


def _section(section: Section, campaign: str) -> Iterator[str]:
    yield f"# {section.heading}"
    if campaign:
        yield f"@ {campaign}"
    for entry in section.entries:
        yield f"* {entry.text}\t{entry.when}\t{entry.detail}"

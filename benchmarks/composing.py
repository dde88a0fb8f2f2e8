"""One personal digest to bytes: ours against the plain path; `python benchmarks/composing.py`.

The plain path is what one writes first: Jinja2 with compiled templates kept, css-inline on the
whole document, an EmailMessage with the default policy. Both take the same templates and content.
"""

import sys
import textwrap
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import css_inline
from jinja2 import Environment, FileSystemLoader, select_autoescape
from measure import print_machine, print_table, take_turns

from tests.sample_digest import DIGEST
from tests.samples import ENVELOPE
from tracker.compose import Composer, Envelope, loader
from tracker.compose.render import plain_data
from tracker.content import MailContent, blocks

TEMPLATES = Path(__file__).parent.parent / "templates"
MAILS = 100
ROUNDS = 9


def main() -> None:
    """Check that both say the same, measure, and print Markdown."""
    composer, plain = Composer(TEMPLATES), PlainPath()
    assert plain.words(DIGEST) == composer.render(DIGEST).text.split()
    contenders = {
        "the plain path": lambda: [plain.compose(DIGEST, ENVELOPE) for _ in range(MAILS)],
        "tracker.compose": lambda: [composer.compose(DIGEST, ENVELOPE) for _ in range(MAILS)],
    }
    print_machine(ROUNDS)
    size = len(composer.compose(DIGEST, ENVELOPE).raw)
    print_table(
        f"One personal digest of {size:,} bytes",
        take_turns(contenders, rounds=ROUNDS),
        unit=("ms a mail", MAILS / 1000),
        notes={"the plain path": "Jinja2, css-inline, EmailMessage"},
    )


class PlainPath:
    """The way that needs no thought."""

    def __init__(self) -> None:
        """Compile the templates once, with filters of the same names."""
        self.templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters.update(
            wrapped=wrapped,
            underlined=underlined,
            said=loader.said,
            sentence=loader.sentence,
            sentences=loader.sentences,
            words=loader.words,
            columns=loader.columns,
            blocks=blocks,
        )

    def words(self, content: MailContent) -> list[str]:
        """Return what the text says, whatever its lines."""
        return self._render(content, "txt").split()

    def _render(self, content: MailContent, form: str) -> str:
        template = self.templates.get_template(f"{content.kind}.{form}")
        return template.render(plain_data(content))

    def compose(self, content: MailContent, envelope: Envelope) -> bytes:
        """Return the bytes of one mail."""
        message = EmailMessage()
        message["From"] = envelope.sender
        message["To"] = f"{envelope.to_name} <{envelope.to_address}>"
        message["Subject"] = content.subject
        message["Date"] = format_datetime(envelope.sent_at)
        message["Message-ID"] = "<9c1185a5c5e9fc54612808977ee8f548@example.org>"
        message["References"] = " ".join(f"<{one}@example.org>" for one in envelope.campaigns)
        message["List-Id"] = "Campaign tracker <campaigns.example.org>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(self._render(content, "txt"))
        html = css_inline.inline(self._render(content, "html"))
        message.add_alternative(html, subtype="html")
        return message.as_bytes()


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap as the standard library does."""
    before = indent if first is None else first
    return textwrap.fill(
        text,
        loader.WIDTH,
        initial_indent=before,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def underlined(text: str, sign: str = "-") -> str:
    """Rule a heading off."""
    heading = wrapped(text)
    return f"{heading}\n{sign * max(map(len, heading.splitlines()))}"


if __name__ == "__main__":
    main()

"""What is due, said in a mail: templates, the message's bytes, the one cleaning function."""

from tracker.compose.clean import clean
from tracker.compose.message import Composed, Composer, Envelope
from tracker.compose.page import PageMail, replay_page
from tracker.compose.parts import BrokenTemplate
from tracker.compose.render import Rendered
from tracker.compose.specimen import template_problems

__all__ = [
    "BrokenTemplate",
    "Composed",
    "Composer",
    "Envelope",
    "PageMail",
    "Rendered",
    "clean",
    "replay_page",
    "template_problems",
]

"""What one reader has to know now, as plain content for a mail."""

from tracker.digest.lines import Saying, is_late
from tracker.digest.mail import Written, write
from tracker.digest.missed import Missed
from tracker.digest.sections import Digest, Trouble, digest_of

__all__ = [
    "Digest",
    "Missed",
    "Saying",
    "Trouble",
    "Written",
    "digest_of",
    "is_late",
    "write",
]

"""An advocacy campaign tracker: letters become deadlines, reminders and follow-ups."""

__version__ = "0.1.0"
# Set with each release, to a day not after it: a clock that says less is wrong.
RELEASED_ON = "2026-11-01"

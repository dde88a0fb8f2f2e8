"""An advocacy campaign tracker: letters become deadlines, reminders and follow-ups."""

__version__ = "0.1.0"

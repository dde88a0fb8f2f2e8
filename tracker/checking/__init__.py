"""Checks what the files say to one another, and returns every fault; pure."""

from tracker.checking.calendars import forum_faults, workdays_faults
from tracker.checking.campaigns import campaign_faults
from tracker.checking.config_file import config_faults
from tracker.checking.faults import missing_file
from tracker.checking.playbooks import playbook_faults

__all__ = [
    "campaign_faults",
    "config_faults",
    "forum_faults",
    "missing_file",
    "playbook_faults",
    "workdays_faults",
]

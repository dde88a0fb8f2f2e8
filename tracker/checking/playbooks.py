"""Checks a playbook by itself, against config.toml only."""

from tracker.campaign import Playbook
from tracker.checking.merged import listed
from tracker.checking.steps import Ground, step_faults
from tracker.config import Config
from tracker.errors import Fault


def playbook_faults(playbook: Playbook, config: Config) -> list[Fault]:
    """Return what is wrong with a playbook, whatever campaign uses it."""
    own = listed(playbook.deadline, playbook.follow_up)
    return step_faults(own, Ground(config=config))

"""What the daemon shows of itself: a line for the service manager, a file for Prometheus."""

import logging
from datetime import datetime
from pathlib import Path

from tracker.app.engine import Engine
from tracker.app.health import health_of
from tracker.daemon.ping import Ping
from tracker.daemon.service_manager import ServiceManager
from tracker.digest.say import many

LOG = logging.getLogger("tracker")


class Signs:
    """Shows how the tracker is; what cannot be shown keeps no mail back."""

    def __init__(self, engine: Engine, manager: ServiceManager, *, base: Path) -> None:
        self._engine = engine
        self._manager = manager
        self._base = base
        self._refused = ""
        self._ping = Ping()

    def show(self, now: datetime) -> None:
        """Work the signs out anew and show them."""
        world = self._engine.world
        health = health_of(self._engine.store, world.config, now=now)
        wrong = f"; {health.trouble[0]}" if health.trouble else ""
        self._manager.status(f"{many(len(world.campaigns), 'campaign')} in force{wrong}")
        if world.config.health.ping is not None and not health.trouble:
            self._ping.well(world.config.health.ping, now)
        if world.config.health.prometheus_file is None:
            return
        # An eighth of a second that those without Prometheus need not spend.
        from tracker.app.metrics import metrics_of, write_metrics  # noqa: PLC0415 -- see above

        file = self._base / world.config.health.prometheus_file
        try:
            write_metrics(file, metrics_of(health, campaigns=len(world.campaigns)))
        except OSError as refused:
            self._note(f"{file}: {refused.strerror}")
        else:
            self._refused = ""

    def _note(self, refused: str) -> None:
        """Log once that the file cannot be written."""
        if refused != self._refused:
            LOG.warning("the health file could not be written: %s", refused)
        self._refused = refused

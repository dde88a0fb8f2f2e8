"""The tracker's health as a text file that Prometheus reads."""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from tracker.app.health import Health


def metrics_of(health: Health, *, campaigns: int) -> bytes:
    """Return the measures in Prometheus' text format; there is no name or address in them."""
    registry = CollectorRegistry()

    def gauge(name: str, about: str, value: float) -> None:
        Gauge(f"tracker_{name}", about, registry=registry).set(value)

    gauge("healthy", "1 if nothing is wrong", not health.trouble)
    gauge("written_timestamp_seconds", "When the daemon wrote this.", health.at.timestamp())
    gauge("campaigns", "Campaigns in force.", campaigns)
    gauge("files_in_trouble", "Files with errors, held or gone.", len(health.files))
    gauge("failed_mails_recent", "Mails that failed within a day.", len(health.standing.failed))
    late = (health.at - health.overdue).total_seconds() if health.overdue else 0.0
    gauge("overdue_seconds", "How long the oldest line that is due has waited.", late)
    mails = Gauge("tracker_mails", "Mails in the outbox by state.", ["state"], registry=registry)
    for state, count in health.standing.mails.items():
        mails.labels(state).set(count)
    holds = Gauge(
        "tracker_hold_since_timestamp_seconds",
        "Since when nothing leaves, by cause.",
        ["cause"],
        registry=registry,
    )
    for hold in health.holds:
        holds.labels(hold.cause).set(hold.since.timestamp())
    return generate_latest(registry)


def write_metrics(file: Path, text: bytes) -> None:
    """Put the text in place of the file in one step; readable by all, since it names nobody."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_bytes(text)
        part.chmod(0o644)
        part.rename(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise

"""The outbox against its naive model once more, on PostgreSQL."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cluster import Cluster
from tests.databases import on_postgres
from tests.test_outbox_machine import Outbox
from tracker.store import leases

EXAMPLES = settings(max_examples=15, stateful_step_count=25)


def test_the_outbox_holds_on_postgres_what_it_holds_on_sqlite(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leases, "MAIL_LASTS", timedelta(hours=-1))  # the dead are known at once

    with on_postgres(cluster):
        run_state_machine_as_test(Outbox, settings=EXAMPLES)

"""One daemon at a time on one database, and many threads in one."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.outbox import NOW, on_disk
from tracker.errors import BusyError
from tracker.store import Store

ROOT = Path(__file__).parent.parent
HOLDER = """
import sys
from pathlib import Path
from tracker.store import Store
store = Store.open("sqlite:///tracker.db", base=Path(sys.argv[1]))
store.lock()
print("locked", flush=True)
sys.stdin.read()
"""


def test_the_second_daemon_is_refused_and_told_who_the_first_is(tmp_path: Path):
    with on_disk(tmp_path) as first, on_disk(tmp_path) as second:
        first.lock()

        with pytest.raises(BusyError) as refused:
            second.lock()

        assert refused.value.exit_code == 75
        assert f"process {os.getpid()} on {socket.gethostname()}" in str(refused.value)
        assert str(tmp_path / "tracker.db") in str(refused.value)


def test_the_lock_is_free_once_the_first_has_closed(tmp_path: Path):
    first = on_disk(tmp_path)
    first.lock()
    first.close()
    first.close()

    with on_disk(tmp_path) as second:
        second.lock()


def test_commands_work_beside_the_daemon(tmp_path: Path):
    with on_disk(tmp_path) as daemon, on_disk(tmp_path) as command:
        daemon.lock()
        command.remember_files([("campaign", "a", "d", "x")], now=NOW)

        assert daemon.last_good() == {("campaign", "a"): "x"}


def test_two_databases_have_two_locks(tmp_path: Path):
    with (
        on_disk(tmp_path) as one,
        Store.open("sqlite:///other.db", base=tmp_path) as other,
    ):
        one.lock()
        other.lock()


def test_a_killed_daemon_holds_nothing(tmp_path: Path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) as holder,  # noqa: S603 -- our own Python
        on_disk(tmp_path) as store,
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(BusyError, match=f"process {holder.pid} on"):
            store.lock()

        holder.send_signal(signal.SIGKILL)
        holder.wait(timeout=30)

        store.lock()


def test_four_threads_that_read_and_then_write_lose_nothing(tmp_path: Path):
    with on_disk(tmp_path) as store:
        store.remember_files([("counter", "it", "0", "0")], now=NOW)

        def count() -> None:
            for _ in range(50):
                with store.writing():
                    number = int(store.last_good()["counter", "it"]) + 1
                    store.remember_files([("counter", "it", str(number), str(number))], now=NOW)

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert store.last_good()["counter", "it"] == "200"

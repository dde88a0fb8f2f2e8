"""What every test shares: the Hypothesis profiles and the golden files."""

import difflib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from inspect import signature
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import is_hypothesis_test, settings

from tests.cluster import Cluster, programs, the_cluster
from tests.databases import POSTGRES, SQLITE, on_postgres
from tests.parts import same_as_in_one_go
from tracker.app import engine, in_parts
from tracker.store import leases

ON_BOTH = (
    "test_store",
    "test_store_crash",
    "test_store_dates_told",
    "test_store_holds",
    "test_store_mails",
)
# Where histories are random, the outbox is brought in line in parts, and held against one go.
IN_PARTS = (
    "test_daemon_many",
    "test_in_parts",
    "test_edits_machine",
    "test_edits",
    "test_summer_mornings",
)
LONGEST = ("test_simulator.py", "test_edits_machine.py", "test_process_clock.py", "test_kills.py")
GOLDEN = Path(__file__).parent / "golden"

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=120,
    derandomize=True,
    deadline=None,
    print_blob=True,
    stateful_step_count=30,
)
settings.register_profile("nightly", max_examples=20_000, deadline=None, print_blob=True)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run the whole suite in three processes, and tests that somebody names here and at once.

    Two cores are busy with them: there is always one that waits for a daemon.
    """
    return 3 if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all laws out of the coverage: each takes the same steps hundreds of times."""
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.usefixtures("unmeasured"))
    items[:] = longest_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def longest_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Let each process begin with its share of what takes longest, so that all end together.

    Each is given one run of neighbours, and takes others' work from the end of theirs.
    """
    long = [one for one in items if one.path.name in LONGEST]
    short = [one for one in items if one.path.name not in LONGEST]
    ends = [len(short) * part // workers for part in range(workers + 1)]
    return [
        one
        for part in range(workers)
        for one in (*long[part::workers], *short[ends[part] : ends[part + 1]])
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the suites of the store and the outbox on both databases."""
    module = metafunc.module.__name__.rpartition(".")[2] if metafunc.module else ""
    if module in ON_BOTH or "database" in signature(metafunc.function).parameters:
        metafunc.parametrize("database", [SQLITE, POSTGRES], indirect=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give the PostgreSQL that all tests of this run share."""
    if programs() is None and "CI" not in os.environ:
        pytest.skip("PostgreSQL is not installed")
    shared = tmp_path_factory.getbasetemp()
    with the_cluster(shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) as started:
        yield started


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the database that a test is about; all stores of its own making are there."""
    if getattr(request, "param", SQLITE) == SQLITE:
        yield SQLITE
        return
    with on_postgres(request.getfixturevalue("cluster")), pytest.MonkeyPatch.context() as patch:
        if request.module.__name__.rpartition(".")[2] in ON_BOTH:
            # As on SQLite, where the lock says it: whoever looks sees that the others are dead.
            patch.setattr(leases, "MAIL_LASTS", timedelta(hours=-1))
        yield POSTGRES


@pytest.fixture(autouse=True)
def _in_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    is_one_of_many = params.get("part", 0) > 0  # to compare twice takes half as long again
    if request.module.__name__.rpartition(".")[2] in IN_PARTS and not is_one_of_many:
        monkeypatch.setattr(engine, "AT_ONCE", 0)
        monkeypatch.setattr(in_parts, "AT_ONCE", 1)
        monkeypatch.setattr(engine, "compared_in_parts", same_as_in_one_go)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden-update",
        action="store_true",
        help="write what the tests see into tests/golden instead of comparing",
    )


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """Let no test pass the program's own umask on to the next one."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave a proof that takes the same steps thousands of times out of the coverage.

    Others cover those steps once; measuring each again doubles what the proof costs. The programs
    that it starts are not measured either.
    """
    measuring = Coverage.current()
    if measuring is not None:
        measuring.stop()
    for name in [one for one in os.environ if one.startswith("COVERAGE_PROCESS")]:
        monkeypatch.delenv(name)
    yield
    if measuring is not None:
        measuring.start()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Give `golden(name, text)`, which compares text with tests/golden/<name>."""
    update = request.config.getoption("--golden-update")

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        kept = path.read_bytes().decode() if path.exists() else ""
        if kept != text:
            pytest.fail(_difference(name, kept, text), pytrace=False)

    return compare


def _difference(name: str, kept: str, text: str) -> str:
    lines = difflib.unified_diff(
        kept.splitlines(keepends=True),
        text.splitlines(keepends=True),
        fromfile=f"tests/golden/{name}",
        tofile="as it is now",
    )
    shown = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    return (
        f"{shown}\ntests/golden/{name} is not what came out. "
        f"If the new text is right, run: pytest --golden-update, and review the difference."
    )

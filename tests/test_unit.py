"""The service unit that is shipped, as systemd itself judges it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.daemon.service_manager import NEXT_WORD_SECONDS
from tracker.daemon.watchdog import EVERY
from tracker.delivery.patience import Patience

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "packaging" / "advocacy-tracker.service"
MOST_EXPOSED = 2.0
NEEDED = ("systemd-analyze", "/bin/kill")  # the second is what the unit reloads with
pytestmark = pytest.mark.skipif(
    None in map(shutil.which, NEEDED) and "CI" not in os.environ,
    reason="one of the programs systemd-analyze and /bin/kill is not installed",
)


def analysed(*words: str) -> str:
    done = subprocess.run(  # noqa: S603 -- Debian's own program
        ["systemd-analyze", "--no-pager", *words],  # noqa: S607 -- wherever the system has it
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def exposure(unit: Path) -> float:
    said = analysed("security", "--offline=true", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found, said
    return float(found[1])


@pytest.fixture(scope="module")
def service() -> dict[str, str]:
    """Return the keys of [Service] that stand there once; of the others the last."""
    lines = UNIT.read_text().split("[Service]")[1].split("[Install]")[0].splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key: value for key, _, value in pairs}


def test_the_unit_is_shut_in_as_well_as_a_mailer_can_be():
    assert exposure(UNIT) <= MOST_EXPOSED


def test_the_measure_would_notice_an_open_door(tmp_path: Path):
    bare = tmp_path / "bare.service"
    bare.write_text("[Service]\nExecStart=/bin/true\n")

    assert exposure(bare) > MOST_EXPOSED


def test_systemd_finds_no_fault_in_it(tmp_path: Path):
    unit = tmp_path / UNIT.name
    text = UNIT.read_text()
    unit.write_text(text.replace("/opt/advocacy-tracker/bin/tracker", sys.executable))

    assert analysed("verify", "--man=no", str(unit)) == ""


def test_the_figure_in_the_papers_is_the_one_measured():
    said = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")

    assert f"`{exposure(UNIT)}`" in said


def test_its_patience_is_that_of_the_daemon(service: dict[str, str]):
    assert service["Type"] == "notify"
    assert service["NotifyAccess"] == "main"
    assert int(service["WatchdogSec"]) >= 3 * EVERY.total_seconds()
    assert int(service["TimeoutStopSec"]) > Patience().text
    assert int(service["TimeoutStartSec"]) >= NEXT_WORD_SECONDS


def test_a_bad_configuration_is_not_tried_again_and_anything_else_is(service: dict[str, str]):
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == "78"
    assert "StartLimitIntervalSec=0" in UNIT.read_text().split("[Service]")[0]


def test_the_file_by_whose_age_a_dead_daemon_is_noticed_outlives_it(service: dict[str, str]):
    page = (ROOT / "docs" / "watching-over-it.md").read_text(encoding="utf-8")

    assert f"/run/{service['RuntimeDirectory']}/health.prom" in page
    assert service.get("RuntimeDirectoryPreserve") == "yes"


def test_it_starts_the_command_that_the_page_installs(service: dict[str, str]):
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    program, _, config, command = service["ExecStart"].split()

    assert command == "run"
    assert program in page
    assert config in page

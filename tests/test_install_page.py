"""docs/install.md, followed to the letter in a folder that stands for the machine."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.install_page import PAGE, commands, for_a_folder, for_a_machine

ROOT = Path(__file__).parent.parent
# Installing takes a network, which .ci/run has: here the program is the one that is tested.
INSTALLED = f"""\
#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
from tracker.cli import main
main()
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the places that a bare machine has, and the page's commands run in it."""
    root = tmp_path_factory.mktemp("machine")
    for place in ("etc/systemd/system", "var/lib", "srv", "opt", "usr/local/bin"):
        (root / place).mkdir(parents=True)
    program = root / "usr/local/bin/tracker"
    program.write_text(INSTALLED)
    program.chmod(0o755)
    lines = [line for line in for_a_folder(root).split("\n") if "/opt/" not in line]
    done = subprocess.run(  # noqa: S603 -- the page's own commands
        ["/bin/bash", "-c", "\n".join(lines)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (root / "said").write_text(done.stdout)
    return root


def test_the_page_ends_with_a_mail_in_the_maildir(machine: Path):
    (mail,) = (machine / "var/lib/advocacy-tracker/outbox/new").iterdir()

    assert "To: The desk <desk@example.org>" in mail.read_text()


def test_on_the_way_nothing_is_wrong(machine: Path):
    said = (machine / "said").read_text()

    assert "8 files are sound." in said
    assert "0 failures, " in said
    assert "failure  " not in said


def test_what_the_page_makes_is_as_private_as_it_says(machine: Path):
    modes = {
        "etc/advocacy-tracker": 0o750,
        "etc/advocacy-tracker/config.toml": 0o640,
        "var/lib/advocacy-tracker": 0o700,
        "srv/campaigns": 0o2770,
        "etc/credstore/smtp-password": 0o600,
    }

    found = {place: stat.S_IMODE((machine / place).stat().st_mode) for place in modes}

    assert found == modes


def test_the_script_for_a_machine_leaves_out_only_the_service_manager():
    whole, without = for_a_machine(systemd=True), for_a_machine(systemd=False)

    assert all(one in whole for one in commands())
    assert {one.split()[0] for one in commands() if one not in without} == {"systemctl"}


def test_every_place_on_the_page_is_one_that_the_unit_can_reach():
    unit = (ROOT / "packaging" / "advocacy-tracker.service").read_text()
    written = re.findall(r'"(?:sqlite:///|maildir:)(/[^"]+)"', PAGE.read_text("utf-8"))

    assert written
    assert "StateDirectory=advocacy-tracker" in unit
    assert all(one.startswith("/var/lib/advocacy-tracker/") for one in written)

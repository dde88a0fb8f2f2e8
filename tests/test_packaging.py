"""What is installed: the lock of what the daemon stands on, and what the wheel carries."""

import re

import tomli
from packaging.requirements import Requirement
from packaging.version import Version

from tests.desk import ROOT

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CARRIED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]


def locked() -> dict[str, Version]:
    pairs = re.findall(r"^([a-z0-9-]+)==(\S+) \\$", LOCK, re.MULTILINE)
    return {name: Version(version) for name, version in pairs}


def test_every_dependency_is_locked_at_a_version_that_we_allow():
    for one in map(Requirement, PROJECT["project"]["dependencies"]):
        assert locked()[one.name] in one.specifier, one.name


def test_every_line_of_the_lock_has_a_hash_and_names_no_place():
    for block in re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block, block
    assert "://" not in LOCK
    assert len(locked()) == len(re.findall("==", LOCK))


def test_nothing_that_only_tests_need_is_in_the_lock():
    assert locked().keys().isdisjoint({"pytest", "mypy", "jsonschema", "aiosmtpd", "hypothesis"})


def test_the_wheel_carries_what_the_program_looks_for():
    assert set(CARRIED) >= {"templates", "schemas", "docs/campaign-files.md", "docs/man/tracker.1"}
    assert [place for place in CARRIED if not (ROOT / place).exists()] == []
    assert all(inside.startswith("tracker/shipped/") for inside in CARRIED.values())

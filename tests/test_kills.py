"""Thirty real deaths of a real daemon that mails Postfix's smtp-sink; three hundred at night."""

import os
from pathlib import Path

import pytest

from tests.kills import killed
from tests.sink import program

AT_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


@pytest.mark.skipif(program() is None and "CI" not in os.environ, reason="Postfix is missing")
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("seed", range(10 if AT_NIGHT else 1))
def test_nothing_is_lost_and_copies_are_accounted_for(seed: int, tmp_path: Path):
    fate = killed(tmp_path, readers=240, kills=30, seed=seed)

    assert fate.kills > 15
    assert fate.ambiguous > 0
    assert fate.lost == ()
    assert fate.unlike == 0
    assert fate.too_many == 0

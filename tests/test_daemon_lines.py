"""One line an effect, as a terminal or the service manager wants it."""

import logging
import subprocess
import sys

from tests.desk import ROOT
from tracker.daemon.lines import Lines


def record(level: int, text: str) -> logging.LogRecord:
    made = logging.LogRecord("tracker", level, __file__, 1, text, None, None)
    made.created = 1277182800.0  # 22 June 2010, 05:00 UTC
    return made


def test_a_terminal_shows_the_time_in_utc_and_the_level():
    shown = Lines(journal=False).format(record(logging.INFO, "sent mail=1"))

    assert shown == "2010-06-22 05:00:00Z info: sent mail=1"


def test_under_the_service_manager_a_priority_stands_before_the_line():
    lines = Lines(journal=True)

    shown = [lines.format(record(level, "x")) for level in (logging.INFO, logging.WARNING)]

    assert shown == ["<6>x", "<4>x"]
    assert lines.format(record(logging.ERROR, "x")) == "<3>x"


def test_nothing_in_a_file_name_reaches_the_terminal_unseen():
    shown = Lines(journal=True).format(
        record(logging.INFO, "read a\x1b[2J\u202egnp\0\ud800é.toml")
    )

    assert shown == "<6>read a\ufffd[2J\ufffdgnp\ufffd\ufffdé.toml"


def test_a_long_line_keeps_its_beginning_and_its_end():
    shown = Lines(journal=True).format(record(logging.INFO, f"begins {'x' * 9000} ends"))

    assert len(shown) < 1_010
    assert shown.startswith("<6>begins xxx")
    assert shown.endswith("xxx ends")


def test_what_has_several_lines_is_one_line_still():
    assert Lines(journal=True).format(record(logging.ERROR, "a\nb\r\nc")) == "<3>a | b | c"


LOGGED = """
import logging
from tracker.daemon.lines import log_to

log_to(environ={"JOURNAL_STREAM": "8:1"})
bell = logging.getLogger("apscheduler.scheduler")
bell.warning("Execution of job skipped: maximum number of running instances reached (1)")
bell.error("the bell is broken")
logging.getLogger("tracker").info("sent mail=1")
"""


def test_a_bell_that_rings_while_it_is_ringing_is_no_news_and_a_broken_one_is():
    said = subprocess.run(  # noqa: S603 -- our own Python
        [sys.executable, "-c", LOGGED], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stderr.splitlines() == ["<3>the bell is broken", "<6>sent mail=1"]

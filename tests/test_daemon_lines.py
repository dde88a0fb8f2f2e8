"""One line an effect, as a terminal or the service manager wants it."""

import logging

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


def test_what_has_several_lines_is_one_line_still():
    assert Lines(journal=True).format(record(logging.ERROR, "a\nb\r\nc")) == "<3>a | b | c"

"""`tracker doctor`: looks at every setting and what it hangs on, and says how to mend it."""

import asyncio
import json
import os
from argparse import Namespace

from msgspec.structs import asdict
from rich.console import Console

from tracker.app.doctor import Finding, State, coordinator_at, examine, send_trial
from tracker.app.doctor.files import CONFIG, composer_for
from tracker.cli.arguments import Commands, command
from tracker.cli.reading import config_of, must_exist
from tracker.cli.show import paragraph, screen
from tracker.digest.say import many
from tracker.errors import ConfigError, TrackerError
from tracker.loading.world import read_world

_STYLES: dict[State, str] = {"ok": "green", "warning": "yellow", "failure": "bold red"}
_COLUMN = 9


def add(commands: Commands) -> None:
    """Add the command's parser."""
    parser = command(
        commands,
        "doctor",
        run_doctor,
        about="Look at every setting and at what it hangs on: files and their modes, the"
        " database, the way to the mail server, the clock, time zones, templates, free space."
        " Each is ok, a warning or a failure, with the way to mend it. Nothing is changed and"
        " nothing is sent, but with --send-test one mail to a coordinator. Ask as the user that"
        " the tracker runs as. Exit code 1 if there is a failure, 78 if config.toml cannot be"
        " used.",
        examples=(
            ("tracker doctor", "everything, with the way to mend it"),
            (
                "tracker doctor --send-test vienna@example.org",
                "one real mail to that coordinator, over the transport of config.toml",
            ),
        ),
    )
    parser.add_argument("--json", action="store_true", help="one object a probe, one a line")
    parser.add_argument(
        "--send-test", metavar="ADDRESS", help="send one mail to this coordinator's address"
    )


def run_doctor(args: Namespace) -> int:
    """Examine, or send one mail."""
    must_exist(args)
    if args.send_test is not None:
        return _send_test(args)
    now = args.clock()
    reading = read_world(args.config, now=now)
    findings = asyncio.run(examine(reading, os.environ, base=args.config.parent, now=now))
    if args.json:
        for one in findings:
            print(json.dumps(asdict(one), ensure_ascii=False))
    else:
        _show(screen(), findings)
    failed = {one.probe for one in findings if one.state == "failure"}
    if CONFIG in failed:
        return ConfigError.exit_code
    return TrackerError.exit_code if failed else 0


def _send_test(args: Namespace) -> int:
    config, base = config_of(args), args.config.parent
    to = coordinator_at(config, args.send_test)
    composer = composer_for(base / config.templates)
    outcome = asyncio.run(
        send_trial(config, to, composer, os.environ, base=base, now=args.clock())
    )
    code = f"{outcome.code} " if outcome.code else ""
    if outcome.state != "sent":
        raise TrackerError(f"The mail to {to.id} was not taken: {code}{outcome.text}")
    print(f"Taken for {to.id} <{to.email}>: {code}{outcome.text}")
    return 0


def _show(out: Console, findings: list[Finding]) -> None:
    for one in findings:
        mark = f"{one.state:<{_COLUMN}}"
        paragraph(out, f"{one.probe}: {one.said}", mark=mark, style=_STYLES[one.state])
        for line in one.fix.splitlines():
            paragraph(out, line, indent=_COLUMN, mark="-> ")
    failures = sum(one.state == "failure" for one in findings)
    warnings = sum(one.state == "warning" for one in findings)
    out.print()
    paragraph(out, f"{many(failures, 'failure')}, {many(warnings, 'warning')}.", style="bold")

"""What the real process gives away: no password, no name and no address, wherever one may look."""

import asyncio
import base64
import os
import sys
from pathlib import Path

from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA
from tests.post_office import PostOffice, post_office
from tests.test_daemon import LETTER
from tests.test_daemon_process import PATIENCE_SECONDS, PROGRAM, ROOT

PASSWORD = "correct horse battery staple"  # noqa: S105 -- a test's
SPELLED = base64.b64encode(f"\0tracker\0{PASSWORD}".encode()).decode()
TOKEN = "ya29.canary-token-of-the-desk"  # noqa: S105 -- a test's


def a_home(folder: Path, office: PostOffice, mail: str = "", user: str = "tracker@") -> None:
    """Lay out files whose names and addresses would be found in a log."""
    for name in ("forums", "workdays"):
        (folder / "campaigns" / name).mkdir(parents=True)
    transport = f'transport = "smtp://{user}127.0.0.1:{office.port}"'
    head, _, people = CONFIG.partition("[[coordinator]]")
    config = f"{head}[mail]\n{transport}\n{mail}\n\n[[coordinator]]{people}"
    (folder / "config.toml").write_text(config)
    (folder / "campaigns" / "letter.toml").write_text(LETTER)
    (folder / "campaigns" / "forums" / "council.toml").write_text(COUNCIL)
    (folder / "campaigns" / "workdays" / "vienna.toml").write_text(VIENNA)
    (folder / "campaigns" / "workdays" / "new-york.toml").write_text(NEW_YORK)


async def said_by_the_daemon(folder: Path, office: PostOffice, verb: str, **environ: str) -> str:
    """Run the daemon until the server has heard a command; return all that it gave away."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "--config", str(folder / "config.toml"), "run"),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while verb not in office.verbs():  # noqa: ASYNC110 -- another process does the work
                await asyncio.sleep(0.05)
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()  # noqa: ASYNC240 -- no disk
        await asyncio.sleep(0.2)  # so that what came of it is written down
        process.terminate()
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    kept = b"".join(one.read_bytes() for one in sorted(folder.glob("tracker.db*")))  # noqa: ASYNC240 -- small
    return (said + shown + kept).decode("utf-8", "replace")


async def test_a_refused_login_is_told_without_what_was_said(tmp_path: Path):
    script = {"AUTH": f"535 5.7.8 {PASSWORD} ({SPELLED}) is wrong"}
    async with post_office(script, offers=("AUTH PLAIN",)) as office:
        a_home(tmp_path, office)
        said = await said_by_the_daemon(tmp_path, office, "AUTH", TRACKER_MAIL_PASSWORD=PASSWORD)

    assert f"AUTH PLAIN {SPELLED}" in office.commands
    assert PASSWORD not in said
    assert SPELLED not in said
    assert "Traceback" not in said


async def test_a_token_command_inherits_no_password_and_its_token_is_told_to_nobody(
    tmp_path: Path,
):
    program = tmp_path / "mail-token"
    program.write_text(f"#!/bin/sh\nenv > inherited\necho {TOKEN}\n")
    program.chmod(0o700)
    async with post_office({"AUTH": "334 e30="}, offers=("AUTH XOAUTH2",)) as office:
        a_home(tmp_path, office, 'token_command = ["./mail-token"]')
        said = await said_by_the_daemon(tmp_path, office, "AUTH", TRACKER_MAIL_PASSWORD=PASSWORD)

    shown = base64.b64decode(office.commands[1].split()[2]).decode()
    assert shown == f"user=tracker\1auth=Bearer {TOKEN}\1\1"
    assert TOKEN not in said
    assert PASSWORD not in said
    inherited = (tmp_path / "inherited").read_text()
    assert "PATH=" in inherited
    assert "TRACKER_MAIL_PASSWORD" not in inherited


async def test_a_log_has_ids_and_never_names_or_addresses(tmp_path: Path):
    script = {"RCPT": "550 5.1.1 <vienna@example.org> Vienna desk is unknown"}
    async with post_office(script) as office:
        a_home(tmp_path, office, user="")
        said = await said_by_the_daemon(tmp_path, office, "RCPT")

    log = said.partition("stopped")[0]
    assert "failed to send mail=1" in log
    for name in ("@", "Vienna desk", "Send a mission", "unknown"):
        assert name not in log

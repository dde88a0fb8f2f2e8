"""The standard library's mail client is loaded nowhere, not even by what we import."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHILD = """
import asyncio
import importlib
import pkgutil
import sys
from pathlib import Path

import tracker
from tests.post_office import post_office

for module in pkgutil.walk_packages(tracker.__path__, "tracker."):
    if not module.name.startswith(("tracker.__main__", "tracker.migrations")):
        importlib.import_module(module.name)

from tracker.delivery import open_transport


async def send() -> None:
    async with post_office() as office:
        for spec in (f"smtp://127.0.0.1:{office.port}", "maildir:outbox"):
            transport = open_transport(spec, base=Path(sys.argv[1]), secret=lambda: None)
            outcome = await transport.deliver(
                b"Subject: x\\r\\n\\r\\nx\\r\\n", sender="t@example.org", recipient="v@example.org"
            )
            await transport.close()
            assert outcome.state == "sent", outcome
    assert len(office.mails) == 1


asyncio.run(send())
loaded = sorted(name for name in sys.modules if name.startswith("tracker."))
print(len(loaded), "smtplib" in sys.modules)
"""


def test_a_whole_send_never_loads_smtplib(tmp_path: Path):
    command = [sys.executable, "-c", CHILD, str(tmp_path)]

    done = subprocess.run(  # noqa: S603 -- our own Python
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    modules, loaded = done.stdout.split()
    assert int(modules) > 20
    assert loaded == "False"
    assert len(list((tmp_path / "outbox/new").iterdir())) == 1

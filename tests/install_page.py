"""The commands of docs/install.md as a script, for a machine or a folder that stands for one."""

import re
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "install.md"
PLACES = ("/etc/", "/var/lib/", "/srv/", "/opt/", "/usr/local/bin/")
# What only a whole machine has: packages, users, a service manager.
_OF_THE_MACHINE = re.compile(r"^(?:apt-get|systemctl|useradd|groupadd)\b")
_AS_USER = re.compile(r"^runuser -u tracker -- ")
_OWNERS = re.compile(r" -[og] \w+")
_GIVEN_AWAY = re.compile(r"^(?:chown|chgrp)\b")


def commands() -> list[str]:
    """Return the lines of the page's shell blocks, here-documents whole."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in _whole(block)]


def _whole(block: str) -> list[str]:
    found: list[str] = []
    end = ""
    for line in block.splitlines():
        if end:
            found[-1] += f"\n{line}"
            end = "" if line == end else end
        else:
            found.append(line)
            began = re.search(r"<<'(\w+)'", line)
            end = began[1] if began else ""
    return found


def for_a_machine(*, systemd: bool) -> str:
    """Return the script for a bare Debian and root; without systemd its commands are left out."""
    kept = [one for one in commands() if systemd or not one.startswith("systemctl")]
    return "\n".join(("set -euxo pipefail", *kept, ""))


def for_a_folder(root: Path) -> str:
    """Return the script for an ordinary user, with every place beneath a folder."""
    lines = ["set -euo pipefail"]
    for one in commands():
        if _OF_THE_MACHINE.match(one) or _GIVEN_AWAY.match(one):
            continue
        moved = _OWNERS.sub("", _AS_USER.sub("", one))
        for place in PLACES:
            moved = re.sub(rf"(?<![\w.]){place}", f"{root}{place}", moved)
        lines.append(re.sub(r"^tracker ", f"{root}/usr/local/bin/tracker ", moved))
    return "\n".join((*lines, ""))


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else "machine"
    script = for_a_machine(systemd=False) if where == "machine" else for_a_folder(Path(where))
    sys.stdout.write(script)

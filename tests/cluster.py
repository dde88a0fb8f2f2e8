"""A PostgreSQL of the tests' own: on a socket in a folder of its own, gone with the last test."""

import fcntl
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ORDINARY = "nobody"  # PostgreSQL refuses to run as root
_INSTALLED = sorted(
    Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name)
)


def programs() -> Path | None:
    """Return the folder with PostgreSQL's programs, the newest installed."""
    if _INSTALLED:
        return _INSTALLED[-1]
    found = shutil.which("postgres")
    return Path(found).parent if found else None


class Cluster:
    """One server in a folder; `settings` are lines of postgresql.conf."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def url(self, database: str = "postgres") -> str:
        """Return what to write in config.toml for one of its databases."""
        return f"postgresql+psycopg://tracker@/{database}?host={self.folder}"

    def make(self, *settings: str) -> None:
        """Make the cluster, for the user that may run it."""
        os.chmod(self.folder, 0o711)  # noqa: PTH101, S103 -- others reach the socket through it
        self.data.mkdir(mode=0o700)
        if os.getuid() == 0:
            user = pwd.getpwnam(ORDINARY)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            os.chown(self.data, user.pw_uid, user.pw_gid)
        self._run(
            "initdb", "-U", "tracker", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"
        )
        kept = (f"unix_socket_directories = '{self.folder}'", "listen_addresses = ''", *settings)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(("", *kept, "")))

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._run("pg_ctl", "-l", str(self.data / "log"), "-w", "-t", "60", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: immediate is as if it had been killed."""
        self._run("pg_ctl", "-m", mode, "-w", "stop")

    def drop(self) -> None:
        """Stop the server and take its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        place = programs()
        assert place, "PostgreSQL is not installed"
        who = ["setpriv", f"--reuid={ORDINARY}", f"--regid={_group()}", "--clear-groups"]
        subprocess.run(  # noqa: S603 -- PostgreSQL's own programs
            [*(who if os.getuid() == 0 else ()), place / program, "-D", self.data, *words],
            check=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        )


@contextmanager
def a_cluster(*settings: str) -> Iterator[Cluster]:
    """Make and start a cluster, and take it away again."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="tracker-pg-", dir="/tmp")))
    cluster.make(*settings)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.drop()


@contextmanager
def the_cluster(meeting_place: Path) -> Iterator[Cluster]:
    """Use the one cluster of a test run: the first process starts it, the last one drops it."""
    with (meeting_place / "postgres.users").open("a+") as users:
        with _alone(meeting_place):
            cluster = _found(meeting_place) or _made(meeting_place)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield cluster
        finally:
            with _alone(meeting_place):
                if _is_last(users):
                    cluster.drop()
                    (meeting_place / "postgres.folder").unlink()


@contextmanager
def _alone(meeting_place: Path) -> Iterator[None]:
    with (meeting_place / "postgres.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False  # another process still works with it
    return True


def _found(meeting_place: Path) -> Cluster | None:
    noted = meeting_place / "postgres.folder"
    return Cluster(Path(noted.read_text())) if noted.exists() else None


def _made(meeting_place: Path) -> Cluster:
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="tracker-pg-", dir="/tmp")))
    cluster.make("fsync = off", "full_page_writes = off", "autovacuum = off")
    cluster.start()
    (meeting_place / "postgres.folder").write_text(str(cluster.folder))
    return cluster


def _group() -> str:
    return grp.getgrgid(pwd.getpwnam(ORDINARY).pw_gid).gr_name

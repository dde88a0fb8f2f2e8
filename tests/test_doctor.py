"""`tracker doctor`: what it finds when one thing is wrong, and the way to mend it."""

import os
import shutil
import sqlite3
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.builders import CONFIG, at
from tests.cluster import Cluster
from tests.databases import on_postgres
from tests.desk import Desk
from tests.house import TEMPLATES
from tests.post_office import HOST, post_office, trusting
from tests.test_daemon import LETTER, home
from tracker.app.doctor.database import database as look_at_database
from tracker.app.doctor.finding import Finding
from tracker.app.doctor.machine import machine
from tracker.app.doctor.mail import mail
from tracker.app.holding import Seen, keep
from tracker.app.holding.clock import RELEASED_AT
from tracker.compose import Composer, clean
from tracker.compose.probe import python_breaks_headers, strange_headers
from tracker.config import MailSettings
from tracker.delivery import Outcome
from tracker.delivery.probe import Reached, reach
from tracker.store import Store
from tracker.store.lock import DaemonLock

__all__ = ["home"]  # a fixture
NOW = RELEASED_AT + timedelta(days=23)
OURS = "Campaign tracker <tracker@hr.example>"


@pytest.fixture
def desk(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder in which nothing is wrong, and a daemon that is not running."""
    monkeypatch.chdir(home)
    (home / "config.toml").write_text(f'{CONFIG}[mail]\nfrom = "{OURS}"\n')
    (home / "config.toml").chmod(0o640)
    home.chmod(0o700)
    made = Desk(home, capsys)
    made.now = NOW
    return made


def findings(desk: Desk) -> dict[str, Finding]:
    said = desk.run("doctor", "--json")
    found = [Finding(**one) for one in said.objects]
    failed = {one.probe for one in found if one.state == "failure"}
    assert said.code == (78 if "config.toml" in failed else 1 if failed else 0)
    return {one.probe: one for one in found}


def wrong(desk: Desk) -> dict[str, Finding]:
    quiet = {"user"}  # the tests may be run by root
    found = findings(desk)
    return {name: one for name, one in found.items() if one.state != "ok" and name not in quiet}


def a_database(folder: Path) -> Path:
    with Store.open("sqlite:///tracker.db", base=folder) as store:
        keep(store, Seen(NOW, "", 0.0))
    return folder / "tracker.db"


def test_where_nothing_is_wrong_it_says_so_and_changes_nothing(desk: Desk):
    before = {path: path.stat().st_mtime_ns for path in desk.folder.rglob("*")}

    said = desk.run("doctor")

    assert said.code == 0
    assert "0 failures" in said.out
    assert "is made at the first `tracker run`" in " ".join(said.out.split())
    assert {path: path.stat().st_mtime_ns for path in desk.folder.rglob("*")} == before
    assert wrong(desk) == {}


def test_every_probe_has_its_line(desk: Desk):
    a_database(desk.folder)

    assert findings(desk).keys() == {
        *("config.toml", "config.toml's mode", "coordinators", "campaigns", "templates"),
        *("database", "database's mode", "free space", "daemon", "sending"),
        *("sender", "transport"),
        *("versions", "user", "clock", "time zones", "mail headers"),
    }


def test_what_is_wrong_comes_with_the_way_to_mend_it(desk: Desk):
    (desk.folder / "config.toml").chmod(0o666)

    said = desk.run("doctor")

    assert said.code == 1
    assert "failure  config.toml's mode: others may edit it" in said.out
    assert "-> chmod go-w config.toml" in said.out
    assert "1 failure, " in said.out


def test_a_broken_config_is_named_by_its_line_and_the_rest_still_looked_at(desk: Desk):
    (desk.folder / "config.toml").write_text(CONFIG.replace("Europe/Vienna", "Europe/Wien"))
    (desk.folder / "config.toml").chmod(0o640)

    found = findings(desk)

    assert "config.toml:7:12: " in found["config.toml"].said
    assert "Europe/Vienna" in found["config.toml"].fix
    assert found["clock"].state == "ok"


def test_a_config_that_everybody_can_read_is_a_warning(desk: Desk):
    (desk.folder / "config.toml").chmod(0o644)

    assert wrong(desk)["config.toml's mode"].state == "warning"


def test_without_coordinators_nobody_gets_mail(desk: Desk):
    (desk.folder / "config.toml").write_text('workdays = "vienna"\n')

    assert wrong(desk)["coordinators"].said == "nobody gets any mail"


def test_a_campaign_with_errors_is_a_warning(desk: Desk):
    (desk.folder / "campaigns" / "letter.toml").write_text(LETTER.replace("dated", "datd"))

    found = wrong(desk)["campaigns"]

    assert (found.state, found.fix) == ("warning", "tracker check")
    assert "campaigns/letter.toml" in found.said


def test_a_broken_template_is_found_before_a_mail_needs_it(desk: Desk):
    shutil.copytree(TEMPLATES, desk.folder / "templates")
    (desk.folder / "templates" / "digest.txt").write_text("{{ nobody_knows_this }}")

    found = wrong(desk)["templates"]

    assert found.state == "failure"
    assert "digest.txt, line 1: " in found.said
    assert "nobody_knows_this" in found.said


def test_templates_that_lie_in_no_folder_are_found(desk: Desk):
    (desk.folder / "templates").write_text("{{ subject }}")

    found = wrong(desk)["templates"]

    assert (found.state, found.said) == ("failure", "templates cannot be read as a folder")
    assert "the shipped ones are used" in found.fix


def test_a_file_for_prometheus_that_cannot_be_written_is_found(desk: Desk):
    config = desk.folder / "config.toml"
    plain = config.read_text()

    config.write_text(f'{plain}[health]\nprometheus_file = "run/health.prom"\n')
    lost = wrong(desk)["health file"]
    config.write_text(f'{plain}[health]\nprometheus_file = "health.prom"\n')
    found = findings(desk)["health file"]

    assert (lost.state, lost.said) == ("warning", "run is not there, or cannot be written")
    assert found.state == "ok"


# -- the database ------------------------------------------------------------------------------


def test_a_sound_database_is_described(desk: Desk):
    a_database(desk.folder)

    said = findings(desk)["database"].said

    assert "tracker.db is sound, journal mode " in said
    assert "0 in mail" in said


def test_a_database_that_others_may_read_is_a_failure(desk: Desk):
    file = a_database(desk.folder)
    file.chmod(0o644)

    found = findings(desk)  # opening it to ask its tables makes it private again

    assert found["database's mode"].fix.startswith("chmod 600 ")
    assert found["database's mode"].state == "failure"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_database_of_another_user_is_a_failure(desk: Desk):
    os.chown(a_database(desk.folder), 65_534, -1)

    assert "belongs to user 65534" in wrong(desk)["database's owner"].said


def test_a_folder_in_which_anybody_may_put_a_file_is_a_failure(desk: Desk):
    a_database(desk.folder)
    desk.folder.chmod(0o777)

    assert wrong(desk)["database's folder"].fix.startswith("chmod o-w ")


def test_damage_is_found(desk: Desk):
    file = a_database(desk.folder)
    damaged = bytearray(file.read_bytes())
    damaged[4096:8192] = b"\xff" * 4096
    file.write_bytes(damaged)

    found = findings(desk)["database"]

    assert found.state == "failure"
    assert "restore a backup" in found.fix


def test_what_is_no_database_is_said(desk: Desk):
    file = desk.folder / "tracker.db"
    file.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    file.chmod(0o600)

    assert "is not a database" in wrong(desk)["database"].said


def test_a_newer_trackers_database_is_left_alone(desk: Desk):
    file = a_database(desk.folder)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    found = wrong(desk)["database"]

    assert found.state == "failure"
    assert found.fix == "install the newer tracker again"


def test_a_server_is_asked_for_its_tables_and_gets_none(cluster: Cluster, tmp_path: Path):
    with on_postgres(cluster) as url:
        there = look_at_database(url, base=tmp_path)
    away = look_at_database("postgresql+psycopg:///none?host=/nowhere", base=tmp_path)

    assert [one.state for one in there.findings] == ["ok"]
    assert "its tables are of version" in there.findings[0].said
    assert [one.state for one in away.findings] == ["failure"]
    assert "docs/several-machines.md" in away.findings[0].fix


def test_a_running_daemon_is_seen(desk: Desk):
    lock = DaemonLock.take(a_database(desk.folder))

    found = findings(desk)["daemon"]
    lock.release()

    assert found.said == "one is running on this database"
    assert findings(desk)["daemon"].state == "warning"


def test_what_is_held_is_a_failure(desk: Desk):
    a_database(desk.folder)
    with Store.open("sqlite:///tracker.db", base=desk.folder) as store:
        store.hold("restored", "the database is older than its epoch", now=NOW)

    found = wrong(desk)["sending"]

    assert "(restored): the database is older" in found.said
    assert "tracker resume" in found.fix


# -- the machine -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at("1970-01-01 00:05"), "failure"),
        (NOW - timedelta(minutes=11), "failure"),
        (NOW - timedelta(minutes=9), "ok"),
        (NOW, "ok"),
        (NOW + timedelta(days=300), "ok"),
        (NOW + timedelta(days=4000), "warning"),
    ],
)
def test_the_clock_is_held_against_what_the_database_knows(desk: Desk, now, state):
    a_database(desk.folder)
    desk.now = now

    assert findings(desk)["clock"].state == state


def looked_at_by(user: int, *zones: str) -> list[Finding]:
    return list(machine(None, zones, now=NOW, last_seen=None, user=user))


def test_a_missing_time_zone_is_a_failure():
    found = {one.probe: one for one in looked_at_by(1000, "Atlantis/Poseidonis")}

    assert found["time zones"].state == "failure"
    assert "tzdata" in found["time zones"].fix


def test_root_is_warned_and_nobody_else():
    as_root = {one.probe: one.state for one in looked_at_by(0)}
    as_user = {one.probe: one.state for one in looked_at_by(1000)}

    assert (as_root["user"], as_user["user"]) == ("warning", "ok")


def test_hostile_text_cannot_write_a_header_and_the_probe_would_see_it(
    monkeypatch: pytest.MonkeyPatch,
):
    composer = Composer(TEMPLATES)
    assert strange_headers(composer) == frozenset()

    # Without the cleaning, where Python itself does not help:
    for module in ("headers", "render"):
        monkeypatch.setattr(f"tracker.compose.{module}.clean", lambda text, **_: text)
    if python_breaks_headers():
        assert "bcc" in strange_headers(composer)
    assert clean("=?utf-8?q?a?=") == "= ?utf-8?q?a?="


# -- the way that mail takes -------------------------------------------------------------------


def by_probe(found: list[Finding]) -> dict[str, Finding]:
    return {one.probe: one for one in found}


async def by_way_of(transport: str, folder: Path, **environ: str) -> dict[str, Finding]:
    settings = MailSettings.model_validate({"from": OURS, "transport": transport})
    return by_probe(await mail(settings, environ, base=folder, now=NOW))


def test_a_sender_at_example_org_is_a_warning(desk: Desk):
    (desk.folder / "config.toml").write_text(CONFIG)

    assert "tracker@example.org" in wrong(desk)["sender"].said


async def test_a_maildir_is_tried_and_left_as_it_was(tmp_path: Path):
    for name in ("tmp", "new", "cur"):
        (tmp_path / "outbox" / name).mkdir(parents=True)

    found = await by_way_of("maildir:outbox", tmp_path)

    assert found["transport"].state == "ok"
    assert not [path for path in (tmp_path / "outbox").rglob("*") if path.is_file()]


async def test_a_maildir_that_is_none_is_a_failure(tmp_path: Path):
    (tmp_path / "outbox").mkdir()

    found = await by_way_of("maildir:outbox", tmp_path)

    assert found["transport"].state == "failure"


async def test_the_server_is_asked_and_no_mail_is_begun(tmp_path: Path):
    async with post_office() as office:
        found = await by_way_of(f"smtp://{HOST}:{office.port}", tmp_path)

    assert "without TLS, on this machine itself" in found["transport"].said
    assert office.verbs() == ["EHLO", "QUIT"]


async def test_a_server_that_does_not_answer_is_a_failure(tmp_path: Path):
    async with post_office() as office:
        gone = office.port
    found = await by_way_of(f"smtp://{HOST}:{gone}", tmp_path)

    assert found["transport"].state == "failure"
    assert f"{HOST}:{gone}" in found["transport"].said
    assert "host and port" in found["transport"].fix


async def test_tls_is_verified_and_the_certificates_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    authority = Path(__file__).parent / "tls" / "authority.pem"
    async with post_office(implicit_tls=True) as office:
        transport = f"smtps://{HOST}:{office.port}"
        stranger = await by_way_of(transport, tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        trusted = await by_way_of(transport, tmp_path)

    assert stranger["transport"].state == "failure"
    assert "certificate" in stranger["transport"].fix
    assert "(TLSv1." in trusted["transport"].said
    assert trusted["certificate"].state == "ok"


async def test_starttls_is_asked_for_and_its_lack_is_a_failure():
    async with post_office(offers=("STARTTLS",)) as office:
        reached = await reach(office.settings("starttls"), None, trust=trusting())
    async with post_office() as bare:
        refused = await reach(bare.settings("starttls"), None, trust=trusting())

    assert isinstance(reached, Reached)
    assert reached.tls is not None
    assert office.verbs() == ["EHLO", "STARTTLS", "EHLO", "QUIT"]
    assert isinstance(refused, Outcome)
    assert refused.cause == "protection"


async def test_a_certificate_that_ends_soon_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(Path(__file__).parent / "tls" / "authority.pem"))
    async with post_office(implicit_tls=True) as office:
        settings = MailSettings.model_validate(
            {"from": OURS, "transport": f"smtps://{HOST}:{office.port}"}
        )
        reached = await reach(office.settings("tls"), None)
        assert isinstance(reached, Reached)
        assert reached.expires is not None
        soon = reached.expires - timedelta(days=13)
        found = by_probe(await mail(settings, {}, base=tmp_path, now=soon))

    assert found["certificate"].state == "warning"


async def test_a_login_wants_a_password_that_is_nobody_elses(tmp_path: Path):
    secret = tmp_path / "password"
    secret.write_text("open sesame")
    secret.chmod(0o644)
    async with post_office(offers=("AUTH PLAIN",)) as office:
        transport = f"smtp://tracker@{HOST}:{office.port}"
        without = await by_way_of(transport, tmp_path)
        values = {"from": OURS, "transport": transport, "password_file": "password"}
        settings = MailSettings.model_validate(values)
        readable = by_probe(await mail(settings, {}, base=tmp_path, now=NOW))
        secret.chmod(0o600)
        sound = by_probe(await mail(settings, {}, base=tmp_path, now=NOW))

    assert "there is no password" in without["password"].said
    assert "can be read by others: chmod 600" in readable["password"].said
    assert sound["password"].state == "ok"
    assert "logged in as tracker" in sound["transport"].said
    assert not any("sesame" in one.said + one.fix for one in sound.values())


async def test_a_refused_login_is_a_failure(tmp_path: Path):
    async with post_office({"AUTH": "535 5.7.8 no"}, offers=("AUTH PLAIN",)) as office:
        given = {"TRACKER_MAIL_PASSWORD": "wrong"}
        found = await by_way_of(f"smtp://tracker@{HOST}:{office.port}", tmp_path, **given)

    assert found["transport"].state == "failure"
    assert "5.7.8" in found["transport"].said


# -- a mail to see that it arrives -------------------------------------------------------------


def test_a_trial_mail_reaches_a_coordinator_over_the_transport(desk: Desk):
    said = desk.run("doctor", "--send-test", "Vienna@Example.org")

    (mail_file,) = (desk.folder / "outbox" / "new").iterdir()
    letter = message_from_bytes(mail_file.read_bytes(), policy=policy.default)
    assert said.code == 0
    assert said.out.startswith("Taken for vienna <vienna@example.org>: ")
    assert letter["To"] == "Vienna desk <vienna@example.org>"
    assert letter["From"] == OURS
    body = letter.get_body(("plain",))
    assert body is not None
    assert "No campaign has sent it" in body.get_content()
    assert "()" not in body.get_content()
    page = letter.get_body(("html",))
    assert page is not None
    assert "No campaign has sent it" in page.get_content()


@pytest.mark.parametrize(
    "address", ["chair@osce.example", "vienna@example.org, chair@osce.example", "vienna", ""]
)
def test_nobody_but_a_coordinator_gets_a_trial_mail(desk: Desk, address: str):
    letter = desk.folder / "campaigns" / "letter.toml"
    target = '[[target]]\nid = "chair"\npost = "Chair"\naddress = "chair@osce.example"\n'
    letter.write_text(LETTER + target)

    said = desk.run("doctor", f"--send-test={address}")

    assert said.code == 1
    assert not (desk.folder / "outbox").exists()


def test_a_trial_mail_that_was_not_taken_is_said(desk: Desk):
    (desk.folder / "config.toml").write_text(f'{CONFIG}[mail]\ntransport = "smtp://127.0.0.1:1"\n')

    said = desk.run("doctor", "--send-test", "vienna@example.org")

    assert said.code == 1
    assert "The mail to vienna was not taken: 127.0.0.1:1" in said.err

"""What config.toml says of the way out, and where the password comes from."""

import os
from pathlib import Path

import pytest

from tracker.config import MailSettings
from tracker.delivery import MaildirTransport, open_transport, read_secret
from tracker.delivery.smtp import SmtpTransport
from tracker.delivery.spec import SmtpSettings, read_spec
from tracker.delivery.tokens import TokenCommand
from tracker.errors import ConfigError

SERVERS = {
    "smtp://mail.example.org": SmtpSettings("mail.example.org", 587, "starttls"),
    "smtp://tracker@mail.example.org:25": SmtpSettings(
        "mail.example.org", 25, "starttls", "tracker"
    ),
    "smtp://tracker%40example.org@mail.example.org": SmtpSettings(
        "mail.example.org", 587, "starttls", "tracker@example.org"
    ),
    "smtps://mail.example.org/": SmtpSettings("mail.example.org", 465, "tls"),
    "smtps://localhost": SmtpSettings("localhost", 465, "tls"),
    "smtp://localhost": SmtpSettings("localhost", 25, "none"),
    "smtp://127.0.0.9:2525": SmtpSettings("127.0.0.9", 2525, "none"),
    "smtp://[::1]:2525": SmtpSettings("::1", 2525, "none"),
    "smtp://127.0.0.1.example.org": SmtpSettings("127.0.0.1.example.org", 587, "starttls"),
    "smtp://localhost.example.org": SmtpSettings("localhost.example.org", 587, "starttls"),
    "smtp://192.168.1.1": SmtpSettings("192.168.1.1", 587, "starttls"),
    "smtp://[2001:db8::1]": SmtpSettings("2001:db8::1", 587, "starttls"),
}
WRONG = [
    "",
    "outbox",
    "maildir:",
    "sendmail:/usr/sbin/sendmail",
    "http://mail.example.org",
    "smtp:",
    "smtp://",
    "smtp://:587",
    "smtp://mail.example.org:port",
    "smtp://mail.example.org:99999",
    "smtp://mail.example.org/inbox",
    "smtp://mail.example.org?tls=no",
    "smtp://[::1",
]


@pytest.mark.parametrize(("spec", "settings"), SERVERS.items(), ids=SERVERS)
def test_only_a_server_on_this_machine_goes_without_protection(spec: str, settings: SmtpSettings):
    assert read_spec(spec, base=Path()) == settings


@pytest.mark.parametrize("spec", WRONG, ids=repr)
def test_anything_else_is_refused_with_what_to_write(spec: str):
    with pytest.raises(ConfigError, match="maildir:outbox") as refused:
        read_spec(spec, base=Path())

    assert refused.value.exit_code == 78


def test_a_maildir_lies_beside_the_configuration(tmp_path: Path):
    assert read_spec("maildir:outbox", base=tmp_path) == tmp_path / "outbox"
    assert read_spec("maildir:/var/mail/x", base=tmp_path) == Path("/var/mail/x")
    transport = open_transport("maildir:outbox", base=tmp_path, secret=lambda: None)
    assert isinstance(transport, MaildirTransport)


def test_a_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(ConfigError, match="password_file") as refused:
        read_spec("smtp://tracker:hunter2@mail.example.org", base=Path())

    assert "hunter2" not in str(refused.value)


def test_a_login_without_a_password_is_told_at_the_start(tmp_path: Path):
    with pytest.raises(ConfigError, match="TRACKER_MAIL_PASSWORD"):
        open_transport("smtp://tracker@mail.example.org", base=tmp_path, secret=lambda: None)


def test_a_server_without_a_login_asks_for_no_password(tmp_path: Path):
    def unasked() -> str:
        raise AssertionError

    transport = open_transport("smtp://mail.example.org", base=tmp_path, secret=unasked)

    assert isinstance(transport, SmtpTransport)


# -- the password ------------------------------------------------------------------------------


def secret_file(folder: Path, text: str = "hunter2\n", mode: int = 0o600) -> MailSettings:
    file = folder / "password"
    file.write_text(text)
    file.chmod(mode)
    return MailSettings(password_file="password")  # noqa: S106 -- a file's name


def test_a_file_comes_before_credentials_and_those_before_the_environment(tmp_path: Path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "smtp-password").write_text("of the service\n")
    environ = {
        "CREDENTIALS_DIRECTORY": str(credentials),
        "TRACKER_MAIL_PASSWORD": "of the environment",
    }

    def found(settings: MailSettings) -> object:
        return read_secret(settings, environ.copy(), base=tmp_path)

    assert found(secret_file(tmp_path)) == "hunter2"
    assert found(MailSettings()) == "of the service"
    (credentials / "smtp-password").unlink()
    assert found(MailSettings()) == "of the environment"
    assert read_secret(MailSettings(), {}, base=tmp_path) is None
    assert read_secret(MailSettings(), {"TRACKER_MAIL_PASSWORD": ""}, base=tmp_path) is None


def test_a_password_is_taken_out_of_the_environment_wherever_the_login_comes_from(tmp_path: Path):
    for settings in (
        MailSettings(),
        secret_file(tmp_path),
        MailSettings(token_command=("/bin/true",)),
    ):
        environ = {"TRACKER_MAIL_PASSWORD": "hunter3", "LANG": "C"}
        read_secret(settings, environ, base=tmp_path)

        assert environ == {"LANG": "C"}


def test_a_command_that_gives_tokens_is_asked_for_no_password(tmp_path: Path):
    settings = MailSettings(token_command=("/bin/true",))

    found = read_secret(settings, {"TRACKER_MAIL_PASSWORD": "hunter3"}, base=tmp_path)

    assert isinstance(found, TokenCommand)
    assert found.command == ("/bin/true",)


def test_only_the_line_end_is_cut_from_a_password(tmp_path: Path):
    settings = secret_file(tmp_path, " with blanks \r\n")

    assert read_secret(settings, {}, base=tmp_path) == " with blanks "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_password_that_others_can_read_is_refused(mode: int, tmp_path: Path):
    with pytest.raises(ConfigError, match="chmod 600") as refused:
        read_secret(secret_file(tmp_path, mode=mode), {}, base=tmp_path)

    assert "hunter2" not in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_password_of_another_user_is_refused(tmp_path: Path):
    settings = secret_file(tmp_path)
    os.chown(tmp_path / "password", 12345, 12345)

    with pytest.raises(ConfigError, match="another user"):
        read_secret(settings, {}, base=tmp_path)


def test_a_password_that_cannot_be_one_is_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match="is empty"):
        read_secret(secret_file(tmp_path, "\n"), {}, base=tmp_path)
    with pytest.raises(ConfigError, match="no such file"):
        read_secret(MailSettings(password_file="gone"), {}, base=tmp_path)  # noqa: S106 -- a file's name
    with pytest.raises(ConfigError, match="is not a file"):
        read_secret(MailSettings(password_file="."), {}, base=tmp_path)  # noqa: S106 -- a file's name
    settings = secret_file(tmp_path)
    (tmp_path / "password").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_secret(settings, {}, base=tmp_path)

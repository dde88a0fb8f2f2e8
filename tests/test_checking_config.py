"""What config.toml and a working-day calendar may say about people, mail and days."""

from pathlib import Path

import pytest

from tracker.campaign import Workdays
from tracker.checking import config_faults, workdays_faults
from tracker.config import Config, MailSettings
from tracker.loading import read_text
from tracker.loading.world import read_world

SOUND = Path(__file__).parent / "campaigns" / "sound" / "config.toml"
WORLD = read_world(SOUND).world
assert WORLD is not None
CONFIG = WORLD.config


@pytest.mark.parametrize(
    ("transport", "sound"),
    [
        ("maildir:outbox", True),
        ("maildir:/var/mail/out box", True),
        ("smtp://localhost", True),
        ("smtp://tracker@mail.example.org:587", True),
        ("smtps://tracker@mail.example.org", True),
        ("smtp://[::1]:2525", True),
        ("maildir:", False),
        ("smtp://", False),
        ("smtp://host:99999", False),
        ("smtp://host/path", False),
        ("smtp://us:er@host", False),
        ("http://host", False),
        ("smtp://ho st", False),
    ],
)
def test_a_transport_is_a_maildir_or_a_server(transport: str, sound: bool):  # noqa: FBT001 -- a column of the table
    config = CONFIG.model_copy(update={"mail": MailSettings(transport=transport)})

    assert (config_faults(config) == []) == sound


@pytest.mark.parametrize(
    ("transport", "port"),
    [
        ("smtp://mail.example.org:abc", "abc"),
        ("smtps://tracker@mail.example.org:99999", "99999"),
        ("smtp://[::1]:0", "0"),
        ("smtp://localhost:", ""),
    ],
)
def test_a_port_that_is_none_is_named(transport: str, port: str):
    config = CONFIG.model_copy(update={"mail": MailSettings(transport=transport)})

    [fault] = config_faults(config)

    assert fault.message == f'"{port}" is no port: a number from 1 to 65,535'
    assert fault.hint == "write it behind the host, like :587, or leave it out with its colon"
    assert fault.span is not None
    begin, length = fault.span
    assert transport[begin : begin + length] == f":{port}"


@pytest.mark.parametrize(
    ("sender", "sound"),
    [
        ("tracker@example.org", True),
        ("Tracker <tracker@example.org>", True),
        ("<tracker@example.org>", True),
        ('"Tracker, the" <tracker@example.org>', True),
        ("Tracker", False),
        ("a@example.org, b@example.org", False),
        ("a@example.org <b@example.org> <c@example.org>", False),
        ("Tracker <a@x(<b@y.org>)>", False),
    ],
)
def test_mail_comes_from_one_address(sender: str, sound: bool):  # noqa: FBT001 -- a column of the table
    config = CONFIG.model_copy(update={"mail": CONFIG.mail.model_copy(update={"sender": sender})})

    assert (config_faults(config) == []) == sound


def test_a_deputy_is_somebody_else():
    text = SOUND.read_text("utf-8")
    shape, _ = read_text(
        "config", "config", Path("config.toml"), text.replace('"new-york"\naway', '"x"\naway')
    )
    assert isinstance(shape, Config)

    assert [(one.code, one.path) for one in config_faults(shape)] == [
        ("unknown-coordinator", ("coordinator", 0, "deputy"))
    ]


def test_one_stretch_away_may_stand_alone():
    text = SOUND.read_text("utf-8")
    listed = '["1 August 2010 to 21 August 2010"]'
    assert listed in text

    alone, problems = read_text(
        "config", "config", Path("config.toml"), text.replace(listed, listed.strip("[]"))
    )

    assert problems == []
    assert alone == read_text("config", "config", Path("config.toml"), text)[0]


def test_a_calendar_needs_years_and_a_working_day():
    shape, _ = read_text(
        "workdays",
        "x",
        Path("x.toml"),
        'name = "x"\ntimezone = "UTC"\nadd = ["1 May", "24 December to 31 December"]\n'
        'drop = ["2 days after 1 May 2010"]\nholidays = "AT-99"\n',
    )
    assert isinstance(shape, Workdays)

    assert [one.code for one in workdays_faults(shape)] == [
        "unknown-country",
        "phrase-year",
        "phrase-year",
        "phrase-not-fixed",
    ]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("sqlite:///tracker.db", None),
        ("postgresql+psycopg://tracker@db.example.org/tracker?passfile=/etc/tracker/pgpass", None),
        ("postgresql:///tracker?host=/run/postgresql", None),
        ("postgresql+psycopg://tracker:hunter2@db.example.org/tracker", "password"),
        ("postgresql://tracker:@db.example.org/tracker", "password"),
        ("postgresql:///tracker?host=db.example.org&password=hunter2", "password"),
        ("mysql://db.example.org/tracker", "database"),
    ],
)
def test_a_database_is_one_of_two_and_its_password_stands_elsewhere(named: str, code: str | None):
    config = CONFIG.model_copy(update={"database": named})

    faults = config_faults(config)

    assert [fault.code for fault in faults] == ([code] if code else [])
    assert not any("hunter2" in f"{fault.message}{fault.hint}" for fault in faults)

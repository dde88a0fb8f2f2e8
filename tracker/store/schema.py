"""The version of the database's tables, and the way to the newest one."""

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from tracker.errors import ConfigError
from tracker.tables import Row

NEWEST = "0003"
_FOLDER = Path(__file__).parent.parent / "migrations"
_VERSION_TABLE = "alembic_version"


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables, None where there are none yet."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # noqa: S608 -- a constant of this module
    return found.scalar_one_or_none()


def bring_up_to_date(connection: Connection) -> None:
    """Make or migrate the tables inside the caller's transaction; the newest are left alone.

    Raise ConfigError where a newer tracker has written the database, and touch nothing.
    """
    version = version_of(connection)
    if version == NEWEST:
        return
    if version is not None and version > NEWEST:
        raise ConfigError(
            f"The database was written by a newer tracker (its tables are version {version}, this"
            f" one knows {NEWEST}). Install that version again; nothing was changed."
        )
    _migrate(connection)


def create_all(connection: Connection) -> None:
    """Make the newest tables at once, for a database that lives only in memory."""
    Row.metadata.create_all(connection)


def _migrate(connection: Connection) -> None:
    # Alembic takes a third of a second to import, so it comes only when there is work for it.
    from alembic import command  # noqa: PLC0415 -- see above
    from alembic.config import Config  # noqa: PLC0415 -- see above

    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    command.upgrade(settings, NEWEST)

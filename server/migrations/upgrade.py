"""Bring the settings database to the newest version of its tables; nothing happens if it is there."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateSchema

from server.config.database import Database
from server.config.places import schema_of

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS: Final = Path(__file__).parent / "versions"
VERSION_TABLE: Final = "alembic_version"


class NewerDatabase(Exception):
    """The database was written by a later version of the product; this one must not touch it."""


class OlderDatabase(Exception):
    """The database waits for its migrations, and whoever asks must not run them."""


def has_tables(database: Database) -> bool:
    """Say whether there are tables to read, and change nothing; raise OlderDatabase or NewerDatabase for those of others."""
    if database.is_missing:
        return False
    with database.read() as session:
        connection = session.connection()
        if not inspect(connection).has_table(VERSION_TABLE):
            return False
        if not _is_newest(connection):
            _raise_if_newer(migrations_config(), _found(connection))
            raise OlderDatabase(
                "the settings are brought up to date by `onewindow migrate`, or the next start of a server"
            )
    return True


def upgrade(database: Database) -> None:
    """Run every migration that the database has not seen, in one transaction."""
    if database.dialect == "postgresql":
        with database.engine.begin() as connection:
            connection.execute(CreateSchema(schema_of(database.url), if_not_exists=True))
    with database.engine.begin() as connection:
        if not _is_newest(connection):
            _migrate(connection)


def _is_newest(connection: Connection) -> bool:
    """Tell whether there is nothing to do, without Alembic: loading it would delay every start."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return False
    newest = max(path.name.removeprefix("v").partition("_")[0] for path in VERSIONS.glob("v*.py"))
    return _found(connection) == (newest,)


def _found(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars())


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.migration import MigrationContext

    config = migrations_config()
    _raise_if_newer(config, MigrationContext.configure(connection).get_current_heads())
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def migrations_config() -> "Config":
    """Return Alembic's configuration, with everything inside the package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return config


def _raise_if_newer(config: "Config", heads: tuple[str, ...]) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if unknown := set(heads) - known:
        raise NewerDatabase(f"the settings database is at {min(unknown)}, which this version does not know")

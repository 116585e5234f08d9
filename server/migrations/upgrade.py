"""Bring the settings database to the newest version of its tables; nothing happens if it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.config.database import Database


class NewerDatabase(Exception):
    """The database was written by a later version of the product; this one must not touch it."""


def upgrade(database: Database) -> None:
    """Run every migration that the database has not seen, in one transaction."""
    config = migrations_config()
    with database.engine.begin() as connection:
        _raise_if_newer(config, MigrationContext.configure(connection).get_current_heads())
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def migrations_config() -> Config:
    """Return Alembic's configuration, with everything inside the package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return config


def _raise_if_newer(config: Config, heads: tuple[str, ...]) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if unknown := set(heads) - known:
        raise NewerDatabase(f"the settings database is at {min(unknown)}, which this version does not know")

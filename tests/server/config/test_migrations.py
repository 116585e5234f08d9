"""The tables of the settings database: made by migrations alone, exactly as the code declares them."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

import server.accounts.tables
import server.config.tables
from server.config.database import ConfigTable, Database, DatabaseUnavailable
from server.config.tables import TemplateRow
from server.migrations.upgrade import NewerDatabase, upgrade


def test_an_upgraded_empty_database_has_the_tables_that_the_code_declares(database: Database):
    """No table, column, type, index or constraint differs; the tables of accounts are among them."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, ConfigTable.metadata)
        names = set(inspect(connection).get_table_names())

    assert differences == []
    assert names - {"alembic_version"} == set(ConfigTable.metadata.tables)
    assert server.accounts.tables.AccountRow.__tablename__ in names
    assert server.config.tables.HallRow.__tablename__ in names


def test_upgrading_twice_changes_nothing(database: Database):
    """Every start runs the upgrade; what is there stays."""
    with database.write() as session:
        session.add(TemplateRow(code="t", name_zh="模板"))

    upgrade(database)

    with database.read() as session:
        assert session.get_one(TemplateRow, "t").name_zh == "模板"


def test_a_database_of_a_later_version_is_left_alone(database: Database):
    """An older program must not write into tables that it does not know."""
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerDatabase):
        upgrade(database)


def test_the_writer_syncs_fully_and_readers_only_read(database: Database):
    """A power cut loses nothing acknowledged, and one connection alone writes or checkpoints."""
    with database.write() as session:
        settings = [
            session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]

    with pytest.raises(DatabaseUnavailable):
        _write_as_reader(database)


def test_a_write_that_fails_leaves_nothing(database: Database):
    """What one block writes is one transaction."""
    with pytest.raises(ZeroDivisionError):
        _write_and_break(database)

    with database.read() as session:
        assert session.get(TemplateRow, "t") is None


def test_a_database_can_be_a_file_or_an_address(tmp_path: Path):
    """A cluster names a server, a single box a folder."""
    assert Database(tmp_path).url == f"sqlite:///{tmp_path}/config.db"
    address = f"sqlite:///{tmp_path}/other.db"
    assert Database(address).url == address


def _write_as_reader(database: Database) -> None:
    with database.read() as session:
        session.add(TemplateRow(code="t", name_zh="模板"))
        session.commit()


def _write_and_break(database: Database) -> None:
    with database.write() as session:
        session.add(TemplateRow(code="t", name_zh="模板"))
        session.flush()
        raise ZeroDivisionError

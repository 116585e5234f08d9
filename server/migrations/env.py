"""What Alembic runs: the caller's connection and the metadata of every table of the settings database.

A new version is drafted with `python -m server.migrations.draft 0002 "what changes"`, then read and completed by hand.
"""

from importlib import import_module
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from server.config.database import ConfigTable

TABLES = ("server.accounts.tables", "server.config.tables", "server.studio.tables")
"""Modules whose import adds their tables to the metadata."""


def plain_types(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write SQLModel's texts as plain ones: an old migration must not change with a library."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length})" if item.length else "sa.String()"
    return False


for module in TABLES:
    import_module(module)
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ConfigTable.metadata,
    render_as_batch=True,
    render_item=plain_types,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

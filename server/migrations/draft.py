"""Draft the next version of the tables from what changed in them: `python -m server.migrations.draft 0002 "what changes"`.

The draft is compared with an empty database that was brought to the newest version first.
"""

import sys
import tempfile

from alembic import command
from alembic.script import Script

from server.config.database import Database
from server.migrations.upgrade import migrations_config, upgrade


def draft(message: str, *, revision: str) -> Script | list[Script | None] | None:
    """Write the draft into `versions/` under this number."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(folder)
        try:
            upgrade(database)
            config = migrations_config()
            with database.engine.begin() as connection:
                config.attributes["connection"] = connection
                return command.revision(config, message, autogenerate=True, rev_id=revision)
        finally:
            database.close()


if __name__ == "__main__":
    draft(sys.argv[2], revision=sys.argv[1])

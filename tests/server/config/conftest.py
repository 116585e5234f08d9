"""A settings database in a temporary folder, empty or with the preset of Longgang in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config.database import FILE_NAME, Database
from server.config.sections import By
from server.config.store import Store
from server.migrations.upgrade import upgrade
from server.presets.install import install
from server.presets.loader import load_preset

BY = By("manager:li", 1_795_000_000_000)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty settings database with all tables."""
    made = Database(tmp_path)
    upgrade(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def longgang(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of Longgang's 120 halls in a file, made once and only copied."""
    folder = tmp_path_factory.mktemp("longgang")
    made = Database(folder)
    upgrade(made)
    install(Store(made), load_preset("longgang"), hall=None, by=BY)
    made.close()  # the last connection writes the log of the database back into it
    return folder / FILE_NAME


@pytest.fixture
def store(longgang: Path, tmp_path: Path) -> Iterator[Store]:
    """The settings of Longgang's 120 halls, to be changed."""
    shutil.copy(longgang, tmp_path / FILE_NAME)
    made = Database(tmp_path)
    yield Store(made)
    made.close()

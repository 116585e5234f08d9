"""The built web pages, as a folder of static files."""

from pathlib import Path
from typing import Final

DIST: Final[Path] = Path(__file__).resolve().parent / "dist"
"""Holds one .html per page and the hashed files under assets/; made by `make web`."""

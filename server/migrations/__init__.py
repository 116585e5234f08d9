"""Versions of the settings database's tables, and the upgrade that runs at every start."""

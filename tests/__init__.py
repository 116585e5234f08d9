"""The tests, one folder per package, and those that cross packages."""

"""Attacks on a running server: by generated requests, by sockets, by names, by slowness. Each has a short form in the tests."""

"""Tests of messages and contact data."""

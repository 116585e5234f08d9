"""Tests of the rules: no clock, no chance, no mocks."""

"""Tests of settings: presets, tables, templates, calendar, import and their API."""

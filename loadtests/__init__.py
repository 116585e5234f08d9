"""Drives a hall with thousands of citizens through Locust, and audits the log afterwards."""

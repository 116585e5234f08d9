"""Runs halls in simulated time: scenarios, fits from logs, sizing, extended hours, forecasts."""

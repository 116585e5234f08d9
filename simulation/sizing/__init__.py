"""Answers for planners: windows per half-hour, weekly shifts, longer hours, merged windows."""

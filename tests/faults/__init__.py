"""Proofs with the real processes: killed, cut from power, out of disk, stopped, with wrong clocks and broken links.

Each module with a ``main`` is a command (``python -m tests.faults.crash``); it prints one table and its status says whether
the laws held. What a machine does not allow is said as ``skipped: why``; it never counts as passed.
"""

"""Recorded hall-days: every later version must replay them to the same state with the same decisions."""

"""The crowd: Locust's people at kiosks, on phones, at windows and before screens, and the audit after them.

Laws: every operation is repeated under its command id until its answer is definite, or counts as unknown; after the run
what everybody was told is compared with the log (S1, S2, S3, S7, S8), and every ring of a screen (S12).
"""

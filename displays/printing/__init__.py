"""Slips on paper: what stands on one, the bytes a printer wants, the printers, and the service of a kiosk box."""

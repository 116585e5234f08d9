"""What halls are set to: their tables, the plans made from them, and how settings change."""

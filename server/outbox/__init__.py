"""Messages to visitors: what the log says they must be told, when, and what became of it."""

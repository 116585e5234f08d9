"""Contact data of visitors: encrypted apart from the log, for messages only, gone after a time."""

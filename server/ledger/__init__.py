"""The ledger: where every answer of every hall-day is kept, in order, once."""

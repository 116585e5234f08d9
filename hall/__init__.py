"""The rules of a hall: a pure state machine, without clock, chance or input and output."""

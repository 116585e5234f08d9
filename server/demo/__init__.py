"""The demo day, a hall in a box: the real server on a fast clock, and a crowd of simulated people who are its clients."""

"""The simulation beside the server: finds the halls that scenarios name."""

"""What runs in a worker process of the studio: the only part of it that imports the simulation."""

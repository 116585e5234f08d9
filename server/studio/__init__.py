"""The studio: managers try staffing on their hall's simulated twin, in worker processes beside the live hall."""

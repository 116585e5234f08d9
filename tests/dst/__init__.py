"""Simulation of the whole system: the real nodes, clients and screens on virtual time, with every fault drawn from one seed."""

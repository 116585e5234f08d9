"""Tests of the house itself: packaging, imports, sizes, purity."""

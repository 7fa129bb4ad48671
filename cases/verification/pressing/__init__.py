"""Checks of whole runs: the sinusoid, invariants, redistribution, the pellet."""

"""Figures of a sweep: curves with bands, maps, what matters most."""

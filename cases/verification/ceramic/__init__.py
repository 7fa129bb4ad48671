"""Checks of the ceramic: shear, a cracked block, Weibull risk, conduction."""

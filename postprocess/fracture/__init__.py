"""Does the ceramic break: strength, Weibull risk, sodium-filled flaws, confinement."""

"""Run folders and what brings a run to its end, here or on a cluster."""

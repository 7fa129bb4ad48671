"""Sweeps: many cases from one file, run by Snakemake on this machine or on a cluster."""

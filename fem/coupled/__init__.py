"""Sodium and ceramic as one system of equations, and its Newton iteration."""

"""Checks in three dimensions: maps instead of profiles."""

"""Reads profiles and maps from text and instrument files, in µm, with where they came from."""

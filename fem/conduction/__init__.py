"""The current through the electrolyte."""

"""The surface before it is pressed: drawn, and shown in characters."""

"""Shipped experiments beside what the model says of them, nothing fitted."""

"""Contact between sodium and ceramic: the gap, and the laws that act across it."""

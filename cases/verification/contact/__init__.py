"""Checks of contact: elastic asperities, friction, punches, trapped gas."""

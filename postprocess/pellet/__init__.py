"""Results of the pellet, and the rough interface averaged over it."""

"""From a checked case to the plain numbers the solver takes."""

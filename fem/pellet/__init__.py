"""The pellet as a whole: die, support, punches and the sodium layer on it."""

"""Checks of the metal: a material point, Hill and Norton cylinders, slot flow."""

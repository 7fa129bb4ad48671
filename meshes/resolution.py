"""Is the interface mesh fine enough for the surface?"""

from __future__ import annotations

import math

from napress.meshes.surfaces import Surface

ELEMENTS_PER_WAVELENGTH = 8


class ResolutionError(ValueError):
    """The interface mesh cannot show the surface; the message says what would do."""


def elements_needed(surface: Surface, minimum: int = ELEMENTS_PER_WAVELENGTH) -> int:
    """Interface elements per direction that resolve the surface, 1 for a flat one."""
    if surface.shortest_wavelength_um is None:
        return 1
    return math.ceil(minimum * surface.width_um / surface.shortest_wavelength_um - 1e-9)


def check_resolution(
    surface: Surface, elements: int, minimum: int = ELEMENTS_PER_WAVELENGTH
) -> None:
    """Refuses a mesh with too few interface elements per shortest wavelength.

    Args:
        surface: The surface.
        elements: Interface elements per direction of the cell.
        minimum: Elements wanted per shortest wavelength.

    Raises:
        ResolutionError: One line: what is there, what is needed, what to change.
    """
    needed = elements_needed(surface, minimum)
    if elements >= needed:
        return
    shortest = surface.shortest_wavelength_um
    coarsest = minimum * surface.width_um / elements
    there = elements * shortest / surface.width_um
    raise ResolutionError(
        f"interface elements = {elements}: {there:.3g} per shortest wavelength of "
        f"{shortest:.4g} um, at least {minimum} needed; use {needed} or more elements, or a "
        f"surface with nothing shorter than {coarsest:.4g} um"
    )

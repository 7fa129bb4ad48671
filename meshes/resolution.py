"""Is the interface mesh fine enough for the surface?"""

from __future__ import annotations

import math

from napress.meshes.surfaces import Surface

# Elements are quadratic. In 3-D they cost far more and a wave is met in both directions:
# with 4 the void of an egg-box pressed to a third is within 1 % of the initial one of what
# 8 and 16 give, see docs/three-d.md.
ELEMENTS_PER_WAVELENGTH = {2: 8, 3: 4}


class ResolutionError(ValueError):
    """The interface mesh cannot show the surface; the message says what would do."""


def elements_needed(surface: Surface, minimum: int | None = None) -> int:
    """Interface elements along x that resolve the surface, 1 for a flat one."""
    if surface.shortest_wavelength_um is None:
        return 1
    minimum = ELEMENTS_PER_WAVELENGTH[surface.dimension] if minimum is None else minimum
    return math.ceil(minimum * surface.width_um / surface.shortest_wavelength_um - 1e-9)


def check_resolution(surface: Surface, elements: int, minimum: int | None = None) -> None:
    """Refuses a mesh with too few interface elements per shortest wavelength.

    Args:
        surface: The surface.
        elements: Interface elements along x.
        minimum: Elements wanted per shortest wavelength; None is what the dimension asks.

    Raises:
        ResolutionError: One line: what is there, what is needed, what to change.
    """
    minimum = ELEMENTS_PER_WAVELENGTH[surface.dimension] if minimum is None else minimum
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

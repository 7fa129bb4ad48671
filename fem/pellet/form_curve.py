"""Metal of a given thickness pressed onto a form error, from its crests on: a curve of states.

The face is a line or a map of heights; the punch advances until next to nothing is open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.fem.pellet.form_layer import FormLayer, FormNotFilled, map_gradients
from napress.meshes.surfaces import Surface

Array = NDArray[np.float64]
# Each advance closes this share of what is still open on the mean.
SHARE = 0.2
STEPS = 24


@dataclass(frozen=True)
class FormCurve:
    """States of the layer as the punch advances, (n,) each.

    Attributes:
        hill_MPa: Mean pressure of the hill of friction on the whole face.
        covered: Share of the face where metal fills the space.
        half_gap_um: Open area over the length of the fronts: half the width of a gap.
    """

    hill_MPa: Array
    covered: Array
    half_gap_um: Array


def press_form(
    surface: Surface,
    points: int,
    metal_um: float,
    shear_yield_MPa: float,
    bulk_MPa: float,
    highest_MPa: float,
) -> FormCurve:
    """Presses a layer that lies on the crests of a face, sealed at its walls.

    Args:
        surface: The form error; on a line or a rectangle.
        points: Vertices along its longer side.
        metal_um: Thickness of the metal.
        shear_yield_MPa: Of the metal.
        bulk_MPa: Modulus of its volume.
        highest_MPa: Pressure of the hill beyond which nobody asks.
    """
    places, facets, facet_um = _grid(surface.widths_um, points)
    gradients, area = map_gradients(places, facets)
    height = surface.height(places)
    space = metal_um + height.max() - height
    metal = np.full(len(area), metal_um)
    size = (max(surface.widths_um), facet_um)
    layer = FormLayer(gradients, area, space, metal, shear_yield_MPa, bulk_MPa, size)
    left = float((space - metal) @ area / area.sum())
    rows = []
    for _ in range(STEPS):
        try:
            state = layer.press_by(SHARE * left)
        except FormNotFilled:
            break
        left -= SHARE * left
        touching = (state.pressure_MPa > 0).astype(float)
        steep = np.linalg.norm(gradients.gradient @ touching, axis=1)
        front = float(gradients.measure_um2 @ steep)
        open_area = float(area @ (1 - touching))
        if touching.sum() == 0 or front == 0.0:
            if touching.all():
                break
            continue
        rows.append((state.mean_MPa, state.covered, open_area / front))
        if state.mean_MPa > highest_MPa:
            break
    hill, covered, gap = np.array(rows).reshape(-1, 3).T
    return FormCurve(hill, covered, gap)


def _grid(widths_um: tuple[float, ...], points: int) -> tuple[Array, NDArray[np.int64], float]:
    """Vertices and facets of a line or of a rectangle of triangles, and the size of a facet."""
    facet = max(widths_um) / (points - 1)
    counts = [max(2, round(width / facet) + 1) for width in widths_um]
    axes = [np.linspace(0.0, width, count) for width, count in zip(widths_um, counts, strict=True)]
    if len(axes) == 1:
        along = np.arange(counts[0] - 1)
        return axes[0][:, None], np.column_stack([along, along + 1]), facet
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    rows = counts[1]
    corner = (np.arange(counts[0] - 1)[:, None] * rows + np.arange(rows - 1)).ravel()
    one = [np.column_stack([corner, corner + rows, corner + rows + 1])]
    one += [np.column_stack([corner, corner + rows + 1, corner + 1])]
    return places, np.concatenate(one), facet

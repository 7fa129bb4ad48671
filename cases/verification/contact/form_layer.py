"""A thin sealed layer on a wave: the limit state on a map against the hill of strips."""

from __future__ import annotations

import math

import numpy as np

from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.pellet.form_layer import FormLayer, FormState, map_gradients
from napress.postprocess.theory.slab import strip_hill_pressure_MPa

YIELD_MPA, BULK_MPA = 0.235, 8500.0
WAVELENGTH_UM, THICKNESS_UM, AMPLITUDE_UM = 5000.0, 100.0, 2.0
ADVANCES_UM = (0.7, 0.4, 0.5)
POINTS = (21, 41, 81)
TOLERANCE, COARSE_TOLERANCE, VOLUME_TOLERANCE = 0.03, 0.12, 1e-4


def layer_on_a_wave(points: tuple[int, ...] = POINTS) -> list[Row]:
    """Hill of a strip, its convergence, the volume of the metal, and the same on triangles."""
    rows = []
    errors = []
    for count in points:
        states = pressed_strip(count)
        rows_here = [(state, _hill(state.covered)) for state in states]
        errors.append(max(abs(s.mean_MPa / exact - 1) for s, exact in rows_here))
    for state, exact in rows_here:
        rows.append(
            relative(
                f"layer on a wave, {100 * state.covered:.0f} % covered: hill",
                exact,
                state.mean_MPa,
                TOLERANCE,
                "MPa",
                "the front falls on a vertex of the map",
            )
        )
    rows.append(
        absolute(
            "layer on a wave: volume of the metal that is lost",
            0.0,
            abs(_metal(states[-1]) - THICKNESS_UM * WAVELENGTH_UM / 2)
            / (AMPLITUDE_UM * WAVELENGTH_UM / 2),
            VOLUME_TOLERANCE,
            "1",
            "over that of the valley",
        )
    )
    rows.append(
        relative(
            f"layer on a wave: error halves with the facet, {points[0]} to {points[-1]} points",
            1.0,
            math.log2(errors[0] / errors[-1]) / math.log2((points[-1] - 1) / (points[0] - 1)),
            0.35,
            "1",
        )
    )
    flat = pressed_strip(points[0], rows=2)[-1]
    rows.append(
        relative(
            "layer on a wave, a map of triangles: hill",
            _hill(flat.covered),
            flat.mean_MPa,
            COARSE_TOLERANCE,
            "MPa",
        )
    )
    return rows


def pressed_strip(count: int, rows: int = 1) -> list[FormState]:
    """Half a wave with its crest at 0, pressed in a few advances.

    Args:
        count: Vertices along the wave.
        rows: 1 for a line, more for a map of triangles as many vertices wide.
    """
    x = np.linspace(0.0, WAVELENGTH_UM / 2, count)
    facet = float(x[1])
    if rows == 1:
        points, facets = x[:, None], np.column_stack([np.arange(count - 1), np.arange(1, count)])
    else:
        across = facet * np.arange(rows)
        grid = np.stack(np.meshgrid(x, across, indexing="ij"), axis=-1)
        points = grid.reshape(-1, 2)
        corner = (np.arange(count - 1)[:, None] * rows + np.arange(rows - 1)).ravel()
        facets = np.concatenate(
            [
                np.column_stack([corner, corner + rows, corner + rows + 1]),
                np.column_stack([corner, corner + rows + 1, corner + 1]),
            ]
        )
    gradients, area = map_gradients(points, facets)
    space = THICKNESS_UM + AMPLITUDE_UM * (1 - np.cos(2 * np.pi * points[:, 0] / WAVELENGTH_UM))
    layer = FormLayer(
        gradients,
        area,
        space,
        np.full(len(points), THICKNESS_UM),
        YIELD_MPA / math.sqrt(3),
        BULK_MPA,
        (WAVELENGTH_UM / 2, facet),
    )
    return [layer.press_by(advance) for advance in ADVANCES_UM]


def _hill(covered: float) -> float:
    return strip_hill_pressure_MPa(covered, WAVELENGTH_UM, THICKNESS_UM, YIELD_MPA)


def _metal(state: FormState) -> float:
    """Metal per depth on half a wave as its vertices have it, compressed volume restored."""
    count = len(state.space_um)
    area = np.full(count, WAVELENGTH_UM / 2 / (count - 1))
    area[[0, -1]] /= 2
    filled = (state.space_um - state.gap_um) * (1 + state.pressure_MPa / BULK_MPA)
    return float(filled @ area)

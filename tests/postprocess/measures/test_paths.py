"""Spots and ways across a face of squares: hand-made patterns."""

import numpy as np
import pytest

from napress.fem.snapshot import InterfaceSnapshot
from napress.postprocess.measures.interface import measure_interface
from napress.postprocess.measures.paths import components, facets_in_contact, measure_paths

SIDE = 4


def face(pattern, pressed=None):
    """A face of unit squares, two points each; 1 is contact. ``pressed`` overrides it."""
    touching = np.array(pattern, dtype=bool).ravel()
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = np.concatenate(
        [
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
        ]
    )
    x, y = (axis.ravel() for axis in np.meshgrid(*[np.arange(SIDE)] * 2, indexing="ij"))
    walls = np.stack([x == 0, x == SIDE - 1, y == 0, y == SIDE - 1], axis=1)
    gap = np.where(touching, 0.0, 0.5)
    both = np.repeat(touching[:, None], 2, axis=1)
    place = np.repeat(np.stack([x + 0.5, y + 0.5, gap], axis=1)[:, None], 2, axis=1)
    return InterfaceSnapshot(
        position_um=place,
        gap_um=np.repeat(gap[:, None], 2, axis=1),
        pressure_MPa=np.where(both, 3.0, 0.0),
        area_um=np.full(both.shape, 0.5),
        adjacent_facets=pairs,
        facet_size_um=1.0,
        in_contact=pressed,
        at_walls=walls,
    )


def test_a_ridge_carries_contact_across_and_stops_the_void():
    paths = measure_paths(face([[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]))
    assert paths.contact_crosses
    # the void still runs along the ridge, from wall to wall
    assert paths.void_crosses
    assert (paths.spots, paths.largest_spot_um) == (1, 4.0)


def test_two_spots_leave_the_void_its_way():
    paths = measure_paths(face([[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]))
    assert (paths.spots, paths.largest_spot_um) == (2, 2.0)
    assert paths.void_crosses and not paths.contact_crosses


def test_a_ring_of_contact_shuts_a_void_in():
    paths = measure_paths(face([[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]]))
    assert paths.contact_crosses and not paths.void_crosses


def test_nothing_and_everything_in_contact():
    nothing, everything = (measure_paths(face(np.full((SIDE, SIDE), v))) for v in (0, 1))
    assert (nothing.spots, nothing.largest_spot_um) == (0, 0.0)
    assert nothing.void_crosses and not nothing.contact_crosses
    assert everything.spots == 1 and everything.contact_crosses and not everything.void_crosses


def test_touching_corners_do_not_join():
    member = np.zeros(SIDE * SIDE, dtype=bool)
    member[[0, 5]] = True
    assert components(face(np.eye(SIDE)), member)[[0, 5]].tolist() == [0, 1]


def test_half_a_facet_is_void_and_gas_is_no_contact():
    pressed = np.zeros((SIDE * SIDE, 2), dtype=bool)
    pressed[0] = True
    pressed[1, 0] = True
    shut = face(np.ones((SIDE, SIDE)), pressed)
    assert facets_in_contact(shut).tolist() == [True] + [False] * 15
    measured = measure_interface(shut)
    assert measured.contact_fraction == pytest.approx(3 / 32)
    assert measured.contact_fraction_by_gap == 1.0

"""The ceramic alone under the pressure of full contact: shear below the surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from napress.cases.verification.rows import Row, relative
from napress.fem.ceramic.body import Ceramic
from napress.fem.ceramic.deflection import DeflectionBasis
from napress.fem.inputs.materials import ElasticCeramic
from napress.meshes.interface_mesh import build_ceramic
from napress.meshes.surfaces import Flat, build_surface
from napress.postprocess import theory as closed_forms

Array = NDArray[np.float64]
WAVELENGTH_UM, THICKNESS_UM = 20.0, 40.0
AMPLITUDE_MPa = 100.0
MATERIAL = ElasticCeramic(young_MPa=70000.0, poisson=0.25)
ELEMENTS = 128
GAUSS_POINTS = 6
FINE_GROWTH = 0.1


@dataclass(frozen=True)
class LoadedCeramic:
    """A flat ceramic under a cosine of pressure.

    Attributes:
        ceramic: The ceramic, its displacement set.
        depth_um: Depth of each cell's centroid, (cells,).
        shear_MPa: Largest shear in the plane of each cell, (cells,).
    """

    ceramic: Ceramic
    depth_um: Array
    shear_MPa: Array


def cosine_load(basis: DeflectionBasis, amplitude_MPa: float, intervals: int) -> Array:
    """Pressure ``amplitude * cos(2 pi x / width)`` tested with the basis, (size,), µN."""
    nodes, weights = np.polynomial.legendre.leggauss(GAUSS_POINTS)
    size = basis.widths_um[0] / intervals
    start = size * np.arange(intervals)
    points = (start[:, None] + size * (nodes + 1) / 2).ravel()
    pressure = amplitude_MPa * np.cos(2 * math.pi * points / basis.widths_um[0])
    force = pressure * np.tile(weights * size / 2, intervals)
    return basis.values(points[:, None]).tested(force)


def load_ceramic(
    elements: int,
    thickness_um: float = THICKNESS_UM,
    growth: float = 0.3,
    largest_um: float | None = None,
) -> LoadedCeramic:
    """Loads a flat ceramic with one wave of pressure.

    Args:
        elements: Facets of its surface.
        thickness_um: Its thickness.
        growth: Growth of the element size with depth.
        largest_um: Largest element.
    """
    surface = build_surface(Flat(), WAVELENGTH_UM)
    body = build_ceramic(
        surface, thickness_um, elements, MPI.COMM_SELF, growth=growth, largest_um=largest_um
    )
    basis = DeflectionBasis((WAVELENGTH_UM,), (elements,))
    ceramic = Ceramic(body, surface, MATERIAL, basis)
    ceramic.set_load(cosine_load(basis, AMPLITUDE_MPa, elements))
    mesh = body.mesh
    corners = mesh.geometry.x[mesh.geometry.dofmaps[0]]
    xx, yy, _, xy = ceramic.cell_stress()[:, :4].T
    return LoadedCeramic(ceramic, -corners[..., 1].mean(1), np.hypot((xx - yy) / 2, xy))


def subsurface_shear(elements: int = ELEMENTS) -> list[Row]:
    """Peak of the largest shear, p1/e at a depth of wavelength / 2 pi.

    The closed form does not depend on the lateral position, so the peak is that of
    a quartic in depth through all cells around it; the largest single cell is
    compared as well.

    Args:
        elements: Facets of the ceramic's surface.
    """
    loaded = load_ceramic(elements, growth=FINE_GROWTH)
    depth, shear = loaded.depth_um, loaded.shear_MPa
    expected_depth = WAVELENGTH_UM / (2 * math.pi)
    expected = AMPLITUDE_MPa / math.e
    near = np.abs(depth / expected_depth - 1) < 0.5
    fitted = Polynomial.fit(depth[near], shear[near], 4)
    places = np.linspace(depth[near].min(), depth[near].max(), 20001)
    values = fitted(places)
    closed = closed_forms.full_contact_max_shear_MPa(depth, AMPLITUDE_MPa, WAVELENGTH_UM)
    deepest = depth < WAVELENGTH_UM
    worst = float(np.abs(shear - closed)[deepest].max())
    note = f"{elements} surface facets, quartic through all cells within half the depth"
    return [
        relative("subsurface shear: peak", expected, values.max(), 0.01, "MPa", note),
        relative(
            "subsurface shear: depth of the peak",
            expected_depth,
            float(places[values.argmax()]),
            0.01,
            "um",
            note,
        ),
        relative(
            "subsurface shear: largest cell",
            expected,
            float(shear.max()),
            0.01,
            "MPa",
            f"no fit; largest difference of any cell down to one wavelength {worst:.2g} MPa",
        ),
    ]

"""Where the contact face's points are and how they move, from the nodes behind them.

The same kinematics stand in the weak form, in UFL. They are evaluated several times in each
Newton iteration, at a few hundred points, where a compiled expression takes five times as
long to set up as to compute. The face is a plane z = 0 before it deforms, so that its
tangents are the derivatives by the lateral coordinates.
"""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from dolfinx import fem
from numpy.typing import NDArray

from napress.fem.contact.face import ContactFace
from napress.fem.contact.gap import SurfaceState

Array = NDArray[np.float64]


class FaceMotion:
    """Interpolates displacements to the points of the contact face.

    Args:
        face: The contact face.
        space: Of the displacement, on the body.
        dofs: Where its values sit among the body's unknowns, by node and component.
    """

    def __init__(self, face: ContactFace, space: fem.FunctionSpace, dofs: NDArray) -> None:
        mesh = space.mesh
        self._dimension = dimension = mesh.geometry.dim
        cells = face.entities[:, 0]
        self._dofs = dofs.reshape(-1, dimension)[space.dofmap.list[cells]]
        of_face, of_body = face.mesh.geometry, mesh.geometry
        corners = of_face.x[of_face.dofmaps[0][face.facets]][..., :dimension]
        start, edges = corners[:, :1], corners[:, 1:] - corners[:, :1]
        self._position = (start + face.rule @ edges).reshape(-1, dimension)
        # Cells are affine: where the points sit in the reference cell, whatever way the facet
        # is turned in it, and the derivative of that by the place.
        places = of_body.x[of_body.dofmaps[0][cells]][..., :dimension]
        inverse = np.linalg.inv(np.swapaxes(places[:, 1:] - places[:, :1], 1, 2))
        points = start + face.rule @ edges - places[:, :1]
        reference = (points @ np.swapaxes(inverse, 1, 2)).reshape(-1, dimension)
        shapes = space.ufl_element().basix_element.tabulate(1, reference)[..., 0]
        # A rank may have no facet, and then no size can be told from the others.
        shapes = shapes.reshape(1 + dimension, *points.shape[:2], shapes.shape[-1])
        self._values = shapes[0]
        self._lateral = np.einsum("rfpn,fra->fapn", shapes[1:], inverse[:, :, : dimension - 1])

    def _motion(self, values: Array) -> tuple[Array, Array]:
        """Of a vector of unknowns: motion, (n, dimension), and its lateral derivatives.

        The derivatives are (dimension-1, n, dimension).
        """
        nodal, dimension = values[self._dofs], self._dimension
        motion = (self._values @ nodal).reshape(-1, dimension)
        derivatives = self._lateral @ nodal[:, None]
        return motion, derivatives.swapaxes(0, 1).reshape(dimension - 1, -1, dimension)

    def _tangents(self, derivatives: Array) -> Array:
        tangents = derivatives.copy()
        for axis in range(self._dimension - 1):
            tangents[axis, :, axis] += 1.0
        return tangents

    def surface(self, state: Array) -> SurfaceState:
        """Where the contact surface is at a state of the unknowns."""
        motion, derivatives = self._motion(state)
        tangents = self._tangents(derivatives)
        if self._dimension == 2:
            area_ratio, stretch = tangents[0, :, 0], np.hypot(*tangents[0].T)
        else:
            area = np.cross(*tangents)
            area_ratio, stretch = area[:, -1], np.sqrt((area**2).sum(axis=1))
        return SurfaceState(self._position + motion, area_ratio, stretch)

    def rate(self, state: Array, direction: Array) -> tuple[Array, Array]:
        """Motion (n, dimension) and change of area ratio (n,) along a direction."""
        motion, rates = self._motion(direction)
        if self._dimension == 2:
            return motion, rates[0, :, 0]
        (a, b), (c, d) = (one[:, :2].T for one in self._tangents(self._motion(state)[1]))
        (e, f), (g, h) = (one[:, :2].T for one in rates)
        return motion, e * d + a * h - f * c - b * g

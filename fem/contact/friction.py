"""Friction between sodium and ceramic: regularised Coulomb law with a shear cap.

Each facet point hangs on an anchor: the place along the surface at which its
traction would vanish. The trial traction is a stiffness times the distance to the
anchor; where it exceeds the limit it is scaled back and the anchor dragged along
(radial return, Wriggers, Computational Contact Mechanics, ch. 5). The limit is that
of the law: for Coulomb the smaller of coefficient times contact pressure and the shear
strength k = flow stress / sqrt(3) of the sodium under the facet, since the metal shears
before the interface carries more. Full stick has no limit of its own: the metal provides
it.

Slip is lateral motion relative to the undeformed ceramic; the ceramic's own lateral
motion is not followed. Traction is per deformed area, along the obstacle's surface.
"""

from __future__ import annotations

import math

import numpy as np
import ufl
from numpy.typing import NDArray

from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.gap import ContactState
from napress.fem.contact.part import ContactPart
from napress.fem.contact.pressed_body import PressedBody
from napress.fem.history_field import BY_HOLDER, FACE, INTERPOLATED, SHARED, HistoryField
from napress.fem.inputs.contact_law import FRICTION
from napress.fem.inputs.materials import PlasticMetal

Array = NDArray[np.float64]
# Traction reaches the shear strength after this share of a facet of elastic slip.
ELASTIC_SLIP_SHARE = 2e-3
LARGEST_STIFFNESS_OVER_MODULUS = 10.0  # keeps the tangent of a hard metal regular
NORM_FLOOR = 1e-10  # MPa; below it the direction of a traction is rounded off


def slip_stiffness(metal: PlasticMetal, facet_size_um: float) -> float:
    """Stiffness against elastic slip, MPa/µm."""
    wanted = metal.yield_MPa / math.sqrt(3) / ELASTIC_SLIP_SHARE
    return min(wanted, LARGEST_STIFFNESS_OVER_MODULUS * metal.young_MPa) / facet_size_um


def traction(position, pressure, in_contact, slope, laws):
    """Friction traction on the sodium per deformed area, against its motion.

    Args:
        position: Current lateral position, UFL, (dimension-1,).
        pressure: Contact pressure, UFL.
        in_contact: UFL condition.
        slope: Slope of the obstacle, UFL, (dimension-1,).
        laws: The `napress.fem.contact.laws.LawFields` of the interface.

    Returns:
        UFL vector of the body's dimension, MPa.
    """
    count = len(position)
    pull = [laws.slip_stiffness * (position[i] - laws.anchor[i]) for i in range(count)]
    along = ufl.as_vector([*pull, sum(slope[i] * pull[i] for i in range(count))])
    limit_of = FRICTION[laws.friction].limit
    if limit_of is not None:
        size = ufl.sqrt(ufl.dot(along, along) + NORM_FLOOR**2)
        pressing = ufl.conditional(ufl.gt(pressure, 0), pressure, 0.0)
        limit = limit_of(laws.coefficient, pressing, laws.shear_strength, ufl.min_value)
        along = ufl.conditional(ufl.gt(size, limit), limit / size, 1.0) * along
    return ufl.conditional(in_contact, 1.0, 0.0) * along


def lateral_traction(pull: Array, slope: Array, in_contact: Array, limit: Array | None) -> Array:
    """The lateral part of `traction` at facet points, in numbers.

    Args:
        pull: Slip stiffness times distance to the anchor, (n, dimension-1), MPa.
        slope: Slope of the obstacle, (n, dimension-1).
        in_contact: Whether a point is in contact, (n,).
        limit: Shear it carries at most, (n,), MPa; None is full stick.

    Returns:
        (n, dimension-1), MPa; the vertical part is its product with the slope.
    """
    result = pull * in_contact[:, None]
    if limit is not None:
        size = np.sqrt(magnitude(pull, slope) ** 2 + NORM_FLOOR**2)
        result = result * np.minimum(1.0, limit / size)[:, None]
    return result


def magnitude(lateral: Array, slope: Array) -> Array:
    """Length of vectors along the surface given their lateral parts, (n,)."""
    return np.sqrt((lateral**2).sum(1) + (lateral * slope).sum(1) ** 2)


def along_surface(first: Array, second: Array, slope: Array) -> Array:
    """Inner product of vectors along the surface given their lateral parts, (n,)."""
    return (first * second).sum(1) + (first * slope).sum(1) * (second * slope).sum(1)


class Friction(ContactPart):
    """Friction of one interface and its anchors at this rank's facet points.

    Attributes:
        drag: Deflection of the ceramic by the friction of the last committed state, in
            the deflection basis, µm; 0 before there is any.
    """

    def __init__(self, body: PressedBody) -> None:
        self._body = body
        self.drag: Array | float = 0.0

    def history(self) -> tuple[HistoryField, ...]:
        """The anchors, and what they pull at the ceramic."""
        return (
            HistoryField(
                "anchor",
                FACE,
                INTERPOLATED,
                self.anchor,
                self._set_anchor,
                # Distance to the anchor: that is what carries the traction.
                leave=lambda: self._body.surface().position[:, :-1] - self.anchor(),
                arrive=lambda pull: self._set_anchor(self._body.surface().position[:, :-1] - pull),
            ),
            HistoryField("drag", SHARED, BY_HOLDER, lambda: np.array(self.drag), self._set_drag),
        )

    def start(self, at: ContactState) -> None:
        """Anchors every point where it is."""
        self._set_anchor(at.surface.position[:, :-1])
        self.refresh()

    def commit(self, at: ContactState, gas: Array, ceramic: Ceramic) -> None:
        """Drags the anchors along and shears the ceramic. Collective."""
        self.drag = -ceramic.drag_recession(self.drag_load(at))
        self._set_anchor(self.traction(at)[1])
        self.refresh()

    def refresh(self) -> None:
        """Takes the shear strength from the metal's committed history."""
        body = self._body
        strength = np.repeat(body.flow_stress_behind_face(), body.face.points_per_facet)
        body.fields.laws.shear_strength.x.array[body.face.points] = strength / np.sqrt(3)

    def traction(self, at: ContactState) -> tuple[Array, Array]:
        """Lateral friction traction on the ceramic, and the anchors it leaves behind.

        Returns:
            (n, dimension-1), MPa per deformed area, and (n, dimension-1), µm.
        """
        fields, body = self._body.fields.laws, self._body
        here = at.surface.position[:, :-1]
        stiffness = float(fields.slip_stiffness.value)
        pull = stiffness * (here - self.anchor())
        limit, limit_of = None, FRICTION[body.law.friction].limit
        if limit_of is not None:
            strength = fields.shear_strength.x.array[body.face.points]
            pressing = np.maximum(at.pressure, 0.0)
            limit = limit_of(body.law.coefficient, pressing, strength, np.minimum)
        carried = lateral_traction(pull, self._slope(), at.in_contact, limit)
        anchor = np.where(at.in_contact[:, None], here - carried / stiffness, here)
        return carried, anchor

    def dissipation(self, at: ContactState) -> Array:
        """Work dissipated by slip since the last committed state at each point, (n,), pJ.

        Never negative.
        """
        carried, anchor = self.traction(at)
        per_area = along_surface(carried, anchor - self.anchor(), self._slope())
        return self._body.face.reference_area * at.surface.stretch * per_area

    def slip(self, at: ContactState) -> Array:
        """Length each anchor was dragged since the last committed state, (n,), µm."""
        _, anchor = self.traction(at)
        return magnitude(anchor - self.anchor(), self._slope()) * at.in_contact

    def drag_load(self, at: ContactState) -> Array:
        """Load on the ceramic by lateral direction, in the dual basis, µN. Collective."""
        carried, _ = self.traction(at)
        area = self._body.face.reference_area * at.surface.stretch
        loads = [at.view.load(area * one) for one in carried.T]
        return self._body.sum_arrays(np.array(loads))

    def borne_load(self, at: ContactState) -> Array:
        """What shear along the slopes bears of the platen's load at each point, (n,), µN."""
        carried, _ = self.traction(at)
        area = self._body.face.reference_area * at.surface.stretch
        return -area * (carried * self._slope()).sum(1)

    def shift_ceramic(self, motion_um: Array) -> None:
        """Moves a laterally uniform ceramic under the sodium, (dimension-1,), µm."""
        self._set_anchor(self.anchor() + motion_um)

    def anchor(self) -> Array:
        """Where each point would have no traction, (n, dimension-1), µm."""
        return self._body.face.lateral_values(self._body.fields.laws.anchor)

    def _slope(self) -> Array:
        return self._body.face.lateral_values(self._body.fields.slope)

    def _set_anchor(self, anchor: Array) -> None:
        values = self._body.fields.laws.anchor.x.array.reshape(-1, self._body.dimension - 1)
        values[self._body.face.slope_points] = anchor

    def _set_drag(self, drag: Array) -> None:
        self.drag = drag.copy() if drag.ndim else float(drag)


def friction(body: PressedBody, widths_um: tuple[float, ...]) -> Friction | None:
    """The friction of a body's face, None if it slips freely."""
    return Friction(body) if body.law.has_friction else None

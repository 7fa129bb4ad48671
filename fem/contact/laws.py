"""Friction, adhesion and trapped gas of one interface: fields, history, work.

``CoupledSystem`` asks here for what these laws add to contact. An interface without
them costs nothing: its forms are compiled without the extra terms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napress.fem.contact.adhesion import Adhesion
from napress.fem.contact.friction import along_surface, lateral_traction, magnitude
from napress.fem.contact.trapped_gas import TrappedGas
from napress.fem.inputs.contact_law import COULOMB, ContactLaw

if TYPE_CHECKING:
    from napress.fem.coupled.system import CoupledSystem, Evaluation, State
    from napress.fem.sodium.body import Sodium

Array = NDArray[np.float64]
GAS_HISTORY = ("label", "amount", "source", "base", "outside")


def flow_stress_on_face(sodium: Sodium) -> Array:
    """Committed flow stress of the cell behind each contact facet, (facets,), MPa."""
    strain = sodium.history()[1][sodium.face.entities[:, 0]].mean(axis=1)
    metal = sodium.metal
    saturation = metal.voce_MPa * -np.expm1(-strain / metal.voce_strain)
    strength = sodium.strength.x.array[sodium.face.entities[:, 0]]
    return strength * (metal.yield_MPa + metal.hardening_MPa * strain + saturation)


class InterfaceLaws:
    """The laws of one interface and their history at this rank's facet points.

    Attributes:
        law: What is asked for.
        adhesion: Bonds, None without adhesion.
        gas: Trapped gas, None in vacuum.
        drag: Deflection of the ceramic by the friction of the last committed state, in
            the deflection basis, µm; 0 without friction.
    """

    def __init__(self, sodium: Sodium, width_um: float) -> None:
        self.law: ContactLaw = sodium.law
        self._sodium = sodium
        points = len(sodium.face.points)
        adhesive, gas = self.law.adhesion_MPa, self.law.gas_MPa
        self.adhesion = Adhesion(adhesive, points) if adhesive > 0.0 else None
        self.gas = TrappedGas(sodium, gas, width_um) if gas > 0.0 else None
        self.drag: Array | float = 0.0

    # --- pressure --------------------------------------------------------------

    def set_floor(self, gas: Array) -> tuple[Array | float, Array | float]:
        """Sets and returns what open points carry and what gas adds everywhere, MPa.

        Returns:
            Pressure of points not in contact, and rise of the gas pressure since the
            last committed state at the points of each void; (n,) each, or 0.
        """
        if not self.law.has_floor:
            return 0.0, 0.0
        fields, points = self._sodium.fields.laws, self._sodium.face.points
        floor, rise = np.zeros(len(points)), np.zeros(len(points))
        if self.gas is not None:
            floor, rise = self.gas.floor(), self.gas.rise(gas)
        if self.adhesion is not None:
            floor = floor + self.adhesion.floor()
        fields.floor.x.array[points] = floor
        fields.rise.x.array[points] = rise
        return floor, rise

    def begin(self) -> None:
        """Before a step is tried: what an earlier try broke is whole again."""
        if self.adhesion is not None:
            self.adhesion.begin()

    def release_overloaded(self, at: Evaluation) -> bool:
        """Breaks overloaded bonds; whether there were any. Collective."""
        if self.adhesion is None:
            return False
        found = self._sodium.sum(self.adhesion.overloaded(at.in_contact).any()) > 0
        self.adhesion.release(at.in_contact)
        return found

    def contact_share(self) -> Array | float:
        """1 at points outside voids that hold gas and 0 inside, (n,)."""
        return 1.0 if self.gas is None else 1.0 - self.gas.holds()

    # --- friction --------------------------------------------------------------

    def traction(self, at: Evaluation) -> tuple[Array, Array]:
        """Lateral friction traction on the ceramic, and the anchors it leaves behind.

        Returns:
            (n, dimension-1), MPa per deformed area, and (n, dimension-1), µm.
        """
        fields, sodium = self._sodium.fields.laws, self._sodium
        here = at.surface.position[:, :-1]
        stiffness = float(fields.slip_stiffness.value)
        pull = stiffness * (here - self._anchor())
        limits = None
        if self.law.friction == COULOMB:
            strength = fields.shear_strength.x.array[sodium.face.points]
            limits = (self.law.coefficient, strength)
        carried = lateral_traction(pull, self._slope(), at.pressure, at.in_contact, limits)
        anchor = np.where(at.in_contact[:, None], here - carried / stiffness, here)
        return carried, anchor

    def friction_work(self, at: Evaluation) -> float:
        """Work dissipated by slip since the last committed state, pJ. Collective."""
        if not self.law.has_friction:
            return 0.0
        return self._sodium.sum(self.friction_dissipation(at).sum())

    def friction_dissipation(self, at: Evaluation) -> Array:
        """The same at each of this rank's facet points, (n,), never negative."""
        carried, anchor = self.traction(at)
        per_area = along_surface(carried, anchor - self._anchor(), self._slope())
        return self._sodium.face.reference_area * at.surface.stretch * per_area

    def slip(self, at: Evaluation) -> Array:
        """Length each anchor was dragged since the last committed state, (n,), µm."""
        _, anchor = self.traction(at)
        return magnitude(anchor - self._anchor(), self._slope()) * at.in_contact

    def drag_load(self, at: Evaluation) -> Array | None:
        """Friction load on the ceramic by lateral direction, in the dual basis, µN.

        Collective; None without friction.
        """
        if not self.law.has_friction:
            return None
        carried, _ = self.traction(at)
        area = self._sodium.face.reference_area * at.surface.stretch
        loads = [at.view.load(area * one) for one in carried.T]
        return self._sodium.comm.allreduce(np.array(loads))

    def shift_ceramic(self, motion_um: Array) -> None:
        """Moves a laterally uniform ceramic under the sodium, (dimension-1,), µm."""
        self._set_anchor(self._anchor() + motion_um)

    def _anchor(self) -> Array:
        face = self._sodium.face
        anchor = self._sodium.fields.laws.anchor.x.array
        return anchor.reshape(-1, self._sodium.dimension - 1)[face.slope_points]

    def _set_anchor(self, anchor: Array) -> None:
        values = self._sodium.fields.laws.anchor.x.array.reshape(-1, self._sodium.dimension - 1)
        values[self._sodium.face.slope_points] = anchor

    def _slope(self) -> Array:
        slope = self._sodium.fields.slope.x.array.reshape(-1, self._sodium.dimension - 1)
        return slope[self._sodium.face.slope_points]

    def _refresh_strength(self) -> None:
        sodium = self._sodium
        strength = np.repeat(flow_stress_on_face(sodium), sodium.face.points_per_facet)
        sodium.fields.laws.shear_strength.x.array[sodium.face.points] = strength / np.sqrt(3)

    # --- from step to step -----------------------------------------------------

    def start(self, at: Evaluation) -> None:
        """Takes first touch as the last committed state."""
        if self.law.has_friction:
            self._set_anchor(at.surface.position[:, :-1])
            self._refresh_strength()
        if self.gas is not None:
            self.gas.start(self.gap_volume(at))

    def commit(self, system: CoupledSystem, state: State, at: Evaluation) -> None:
        """Makes a step the committed one, after the sodium's own history. Collective."""
        if self.law.has_friction:
            self.drag = -system.ceramic.drag_recession(self.drag_load(at))
            self._set_anchor(self.traction(at)[1])
            self._refresh_strength()
        if self.adhesion is not None:
            self.adhesion.renew(at.pressure, at.in_contact)
        if self.gas is not None:
            self.gas.renew(self.gap_volume(at), state.gas)

    def gap_volume(self, at: Evaluation) -> Array:
        """Gap times area of each point, (n,), µm^dimension."""
        return self._sodium.face.reference_area * at.surface.area_ratio * at.gap

    # --- nodes that are moved along the surface --------------------------------

    def kept(self) -> tuple[Array, dict[str, Array]]:
        """Everything that ``restore`` takes, as it is now."""
        shared = {name: np.copy(value) for name, value in self.shared_history().items()}
        return self.point_history(), shared

    def carried_columns(self) -> Array:
        """What to interpolate along the surface when nodes move, (n, dimension).

        Distance to the anchors and bonds; the sodium must hold the committed state.
        """
        columns = self.point_history()
        if self.law.has_friction:
            columns[:, :-1] = self._sodium.surface().position[:, :-1] - columns[:, :-1]
        return columns

    def carry(self, columns: Array, middles: Array | None, gas: Array) -> Array:
        """Takes over history on moved nodes; collective.

        Args:
            columns: ``carried_columns`` interpolated to the new points, (n, dimension).
            middles: Where the facets were, `TrappedGas.middles`; None without gas.
            gas: Gas of the committed state.

        Returns:
            Gas of the state on the moved nodes, which the sodium must hold.
        """
        if self.law.has_friction:
            self._set_anchor(self._sodium.surface().position[:, :-1] - columns[:, :-1])
            self._refresh_strength()
        if self.adhesion is not None:
            self.adhesion.set_committed(columns[:, -1] > 0.5)
        return gas if self.gas is None else self.gas.carry(middles, self.gas.middles(), gas)

    # --- checkpoint ------------------------------------------------------------

    def point_history(self) -> Array:
        """History at this rank's facet points, (n, dimension): anchors and bonds."""
        columns = np.zeros((len(self._sodium.face.points), self._sodium.dimension))
        if self.law.has_friction:
            columns[:, :-1] = self._anchor()
        if self.adhesion is not None:
            columns[:, -1] = self.adhesion.bonded
        return columns

    def shared_history(self) -> dict[str, Array]:
        """History that is the same on every rank, by name."""
        shared: dict[str, Any] = {"drag": np.asarray(self.drag)}
        if self.gas is not None:
            for name in GAS_HISTORY:
                shared[f"gas_{name}"] = getattr(self.gas, name)
        return shared

    def restore(self, columns: Array, shared: dict[str, Array]) -> None:
        """Takes back what ``point_history`` and ``shared_history`` gave.

        The sodium's plastic history must have been restored before.

        Raises:
            KeyError: If something is missing.
        """
        if self.law.has_friction:
            self._set_anchor(columns[:, :-1])
            self._refresh_strength()
            drag = shared["drag"]
            self.drag = drag.copy() if drag.ndim else float(drag)
        if self.adhesion is not None:
            self.adhesion.set_committed(columns[:, -1] > 0.5)
        if self.gas is not None:
            for name in GAS_HISTORY:
                setattr(self.gas, name, shared[f"gas_{name}"].copy())

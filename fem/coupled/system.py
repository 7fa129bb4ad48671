"""Sodium and ceramic in contact as one system of equations.

Unknowns: the sodium's displacement and pressure, the load the contact puts on the
ceramic, and the platen's position. The ceramic is linear and enters through its
surface compliance; only the sodium is factored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napress.fem.algebra.krylov import minimal_residual
from napress.fem.algebra.linear import SingularSystem
from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.gap import look_under
from napress.fem.contact.laws import InterfaceLaws
from napress.fem.coupled.unknowns import Direction, Evaluation, Linearised, State
from napress.fem.history_field import copied
from napress.fem.inputs.load_program import ByPressure, PlatenControl
from napress.fem.snapshot import CONTACT_GAP_UM, open_gap
from napress.fem.sodium.body import Sodium
from napress.fem.timing import StageTimers
from napress.meshes.surfaces import Surface

Array = NDArray[np.float64]
# A contact facet squeezed below this share of its length has folded up.
SMALLEST_STRETCH = 0.02
PLATEN_AT_REST = 1e-15  # of the cell width: rounding of where the platen was told to go
# Contact stiffness: penetration of a few thousandths of a facet under the flow
# pressure. The multiplier carries the pressure from step to step, so the stiffness
# need only grow with a share of it, up to a bound that keeps the tangent regular.
STIFFNESS_PER_STRESS = 700.0
STIFFNESS_SHARE = 30.0
LARGEST_STIFFNESS_OVER_MODULUS = 10.0


class CoupledSystem:
    """Evaluates and linearises the coupled problem.

    Attributes:
        sodium: The sodium.
        ceramic: The ceramic.
        surface: The undeformed rough surface.
        nominal_area: Nominal interface area, µm^(dimension-1).
        timers: CPU time per stage.
        laws: Friction, adhesion, trapped gas and recession.
        plateau_share: Share of the surface that touches at once, at its highest place.
        history: What an accepted step changes for good, declared by those who hold it.
        linearised: What the tangent last factored was built from; None before the first.
        factorisations: Number of factorisations so far.
        krylov_iterations: Number of Krylov iterations so far.
        local_iterations: Number of Newton iterations on a part of the unknowns so far.
    """

    def __init__(
        self, sodium: Sodium, ceramic: Ceramic, surface: Surface, timers: StageTimers
    ) -> None:
        self.sodium = sodium
        self.ceramic = ceramic
        self.surface = surface
        self.nominal_area = surface.area_um
        self.timers = timers
        self.laws = InterfaceLaws(sodium, surface.widths_um)
        self.factorisations = 0
        self.krylov_iterations = 0
        self.local_iterations = 0
        self._evaluations = 0
        self._platen_mode: Array | None = None
        self._evaluated = self.initial_state()
        self.linearised: Linearised | None = None
        self.history = (*sodium.history(), *self.laws.history())
        self._facets = sodium.sum(len(sodium.face.reference_area)) / sodium.face.points_per_facet
        height = surface.evaluate(sodium.surface().position[:, :-1])[0]
        touching = sodium.face.reference_area @ (height > -CONTACT_GAP_UM)
        self.plateau_share = sodium.sum(touching) / self.nominal_area

    def initial_state(self) -> State:
        """Undeformed bodies, just touching."""
        size = self.ceramic.basis.size
        gas = self.laws.gas.initial() if self.laws.gas else np.zeros(0)
        sodium = np.zeros(len(self.sodium.fields.state.x.array))
        return State(sodium, np.zeros(size), np.zeros(size), gas)

    def force_scale(self, pressure: float, share: float = 1.0) -> float:
        """Norm of the contact forces under a mean pressure, borne by a share of the facets, µN."""
        return pressure * self.nominal_area / np.sqrt(share * self._facets)

    def evaluate(self, state: State, control: PlatenControl) -> Evaluation:
        """Evaluates the equations and leaves the forms set to this state."""
        sodium = self.sodium
        self._evaluated = state
        with self.timers.stage("contact"):
            sodium.set_state(state.sodium)
            surface = sodium.surface()
            view = look_under(surface.position[:, :-1], self.surface, self.ceramic.basis)
            deflection = state.deflection + self.laws.drag
            # Where metal has left, its face is that much farther from the obstacle.
            height = view.deformed_height(deflection) - self.laws.gone_um
            sodium.set_obstacle(height, view.deformed_slope(deflection))
            gap = surface.position[:, -1] - height
            stiffness = float(sodium.fields.stiffness.value)
            floor, rise = self.laws.set_floor(state.gas)
            trial = sodium.multiplier() - stiffness * gap
            pressure, in_contact = np.maximum(trial, floor) + rise, trial > floor
            force = sodium.face.reference_area * surface.area_ratio * pressure
            mismatch = sodium.sum_arrays(view.load(force)) - state.load
            folded = bool((surface.stretch < SMALLEST_STRETCH).any())
            folded = sodium.sum(folded) > 0
            gas_mismatch = np.zeros(0)
            if self.laws.gas:
                area = sodium.face.reference_area * surface.area_ratio
                void = self.laws.gas.per_void(area * gap)
                gas_mismatch = self.laws.gas.mismatch(state.gas, void)
        with self.timers.stage("residual"):
            residual, reaction = sodium.residual()
        norm = np.nan
        if not folded:
            square = sodium.dot(residual, residual) + float(mismatch @ mismatch)
            square += float(gas_mismatch @ gas_mismatch)
            if isinstance(control, ByPressure):
                error = reaction - control.pressure_MPa * self.nominal_area
                square += error**2 / self._facets
            norm = float(np.sqrt(square))
        self._evaluations += 1
        return Evaluation(
            surface=surface,
            view=view,
            gap=gap,
            pressure=pressure,
            in_contact=in_contact,
            residual=residual,
            mismatch=mismatch,
            reaction=reaction,
            norm=norm,
            gas_mismatch=gas_mismatch,
            serial=self._evaluations,
        )

    def stiffen(self, pressure_MPa: float) -> None:
        """Sets the contact stiffness for steps from a mean pressure."""
        self.sodium.fields.stiffness.value = contact_stiffness(self, pressure_MPa)

    def require_current(self, at: Evaluation) -> None:
        """Makes sure that the forms still hold the state of an evaluation.

        Raises:
            RuntimeError: If another state has been evaluated since.
        """
        if at.serial != self._evaluations:
            raise RuntimeError(
                f"evaluation {at.serial} is stale: the forms hold number {self._evaluations}"
            )

    def factor(self, at: Evaluation) -> None:
        """Assembles and factors the tangent at the state last evaluated.

        What it is built from is kept as ``linearised``: with it a restored run builds the
        very tangent that the next step starts with.

        Args:
            at: The evaluation of that state.

        Raises:
            SingularSystem: If the tangent cannot be factored.
            RuntimeError: If another state has been evaluated since.
        """
        self.require_current(at)
        sodium = self.sodium
        self.linearised = Linearised(
            self._evaluated, sodium.plastic.directions(), copied(self.history)
        )
        with self.timers.stage("tangent"):
            self._row, column = sodium.assemble_tangent()
        with self.timers.stage("factor"):
            sodium.solver.factor()
            self._platen_push = -column
            self._platen_push[sodium.platen_dofs] = 1.0
            self._platen_push[sodium.fixed] = 0.0
            self._platen_mode = None
            self.factorisations += 1

    @property
    def platen_stiffness(self) -> float:
        """Increase of the platen force per µm of downward motion, µN/µm."""
        self._platen_motion()
        return self._platen_stiffness

    def _platen_motion(self) -> Array:
        """Sodium's motion as the platen rises by 1 µm, solved for once per tangent.

        Always by a solve of its own, whoever asks first: solved together with another
        force it would differ in the last bits, and a resumed run with it.
        """
        if self._platen_mode is None:
            self._platen_mode = self.sodium.solver.solve(self._platen_push)
            self._platen_stiffness = self.sodium.dot(self._row, self._platen_mode)
            if self.sodium.platen_value(self._platen_mode) == 0.0:
                # What a factorisation leaves that failed without saying so.
                raise SingularSystem("the factors give no motion")
        return self._platen_mode

    def _sinking_um(self, force: float) -> float:
        """How far the platen sinks under a force, µm.

        Raises:
            SingularSystem: If nothing touches, which says nothing of a platen that is led.
        """
        if self.platen_stiffness == 0.0:
            raise SingularSystem("the metal does not resist the platen")
        return force / self.platen_stiffness

    def direction(
        self,
        state: State,
        at: Evaluation,
        control: PlatenControl,
        tolerance: float,
        accepted: float = 0.0,
    ) -> Direction:
        """Newton direction with the tangent last factored.

        Krylov iterations run on the ceramic's load and the gas of the voids only; each
        applies the sodium's factors once.

        Args:
            state: The iterate.
            at: Its evaluation, the last one made.
            control: What the platen is told to do.
            tolerance: Relative tolerance of the Krylov solver.
            accepted: Norm of its residual that is accepted whatever the tolerance, µN.

        Raises:
            RuntimeError: If another state has been evaluated since.
        """
        self.require_current(at)
        ceramic, sodium, gas = self.ceramic, self.sodium, self.laws.gas
        count = len(at.mismatch)
        stiffness = gas.stiffness(state.gas) if gas else None

        def changes(motion: Array, deflection: Array, inflation: Array | None) -> Array:
            load = self._load_change(at, motion, deflection, inflation)
            if gas is None:
                return load
            return np.concatenate([load, -stiffness * self._void_change(at, motion, deflection)])

        def operator(unknown: Array) -> tuple[Array, Array]:
            deflection, inflation = -ceramic.deflection(unknown[:count]), None
            if gas is not None:
                inflation = gas.at_points(gas.pressure_change(unknown[count:]))
            self.krylov_iterations += 1
            motion = self._respond(at, deflection, control, inflation)
            return unknown - changes(motion, deflection, inflation), motion

        with self.timers.stage("krylov"):
            unloaded = self._solve(-at.residual, state, at, control)
            none = np.zeros_like(state.deflection)
            right = np.concatenate([at.mismatch, at.gas_mismatch]) + changes(unloaded, none, None)
            unknown, motion = minimal_residual(operator, right, tolerance, accepted)
        load, blown = unknown[:count], np.zeros(0)
        if gas is not None:
            blown = gas.direction(state.gas, gas.pressure_change(unknown[count:]))
        step = unloaded if motion is None else unloaded + motion
        return Direction(step, load, -ceramic.deflection(load), sodium.platen_value(step), blown)

    def _solve(self, right: Array, state: State, at: Evaluation, control: PlatenControl) -> Array:
        """Sodium's answer to forces, with the platen doing what it is told."""
        fixed_platen = self.sodium.solver.solve(right)
        if isinstance(control, ByPressure):
            missing = control.pressure_MPa * self.nominal_area - at.reaction
            force = missing + self.sodium.dot(self._row, fixed_platen)
            platen = -self._sinking_um(force)
        else:
            platen = -control.displacement_um - self.sodium.platen_value(state.sodium)
            # It moves in the first iteration of a step and stands in the others, which
            # saves the back-solve for its motion.
            if abs(platen) <= PLATEN_AT_REST * self.surface.width_um:
                return self.sodium.with_ghosts(fixed_platen)
        return self.sodium.with_ghosts(fixed_platen + platen * self._platen_motion())

    def _respond(
        self,
        at: Evaluation,
        deflection: Array,
        control: PlatenControl,
        inflation: Array | None,
    ) -> Array:
        """Sodium's motion when obstacle or gas changes and the platen keeps its command."""
        force = self.sodium.recession_force(at.view.values @ deflection, inflation)
        answer = self.sodium.solver.solve(-force)
        if isinstance(control, ByPressure):
            platen = -self._sinking_um(self.sodium.dot(self._row, answer))
            answer = answer + platen * self._platen_motion()
        return self.sodium.with_ghosts(answer)

    def _opening(
        self, at: Evaluation, motion: Array, deflection: Array
    ) -> tuple[Array, Array, Array]:
        """Change of gap, lateral motion and change of area ratio at the facet points."""
        sodium = self.sodium
        velocity, ratio_rate = sodium.surface_rate(motion)
        lateral = velocity[:, :-1]
        slope = sodium.face.lateral_values(sodium.fields.slope)
        opening = velocity[:, -1] - (slope * lateral).sum(1) - at.view.values @ deflection
        return opening, lateral, ratio_rate

    def _void_change(self, at: Evaluation, motion: Array, deflection: Array) -> Array:
        """Change of the volume of each void when sodium and obstacle move."""
        opening, _, ratio_rate = self._opening(at, motion, deflection)
        rate = at.surface.area_ratio * opening + ratio_rate * at.gap
        return self.laws.gas.per_void(self.sodium.face.reference_area * rate)

    def _load_change(
        self, at: Evaluation, motion: Array, deflection: Array, inflation: Array | None
    ) -> Array:
        """Change of the contact load when sodium and obstacle move and gas pressure changes."""
        sodium = self.sodium
        opening, lateral, ratio_rate = self._opening(at, motion, deflection)
        stiffness = float(sodium.fields.stiffness.value)
        pressure_rate = -stiffness * at.in_contact * opening
        if inflation is not None:
            pressure_rate = pressure_rate + inflation
        area = sodium.face.reference_area
        rate = area * (at.surface.area_ratio * pressure_rate + ratio_rate * at.pressure)
        force = area * at.surface.area_ratio * at.pressure
        return sodium.sum_arrays(at.view.load_change(force, rate, lateral))

    def slope_along(self, direction: Direction, at: Evaluation, control: PlatenControl) -> float:
        """Derivative of the potential along a direction, zero at equilibrium, pJ.

        Residual and direction are work-conjugate, so its sign tells which side of
        equilibrium along the direction a trial point is on.
        """
        work = self.sodium.dot(direction.sodium, at.residual)
        work += float(direction.deflection @ at.mismatch)
        if isinstance(control, ByPressure):
            missing = control.pressure_MPa * self.nominal_area - at.reaction
            work += direction.platen * missing
        return work


def contact_stiffness(system: CoupledSystem, pressure_MPa: float) -> float:
    """Contact stiffness at a mean pressure, MPa/µm."""
    metal = system.sodium.metal
    size = float(system.sodium.fields.facet_size.value)
    wanted = STIFFNESS_PER_STRESS * max(metal.yield_MPa, pressure_MPa / STIFFNESS_SHARE)
    return min(wanted, LARGEST_STIFFNESS_OVER_MODULUS * metal.young_MPa) / size


def void_volume(system: CoupledSystem, at: Evaluation) -> float:
    """Net void volume: facet by facet, so that the ripple of contact cancels."""
    gap = open_gap(at.gap, at.in_contact, system.sodium.dimension)
    per_point = system.sodium.face.reference_area * at.surface.area_ratio * gap
    per_facet = per_point.reshape(-1, system.sodium.face.points_per_facet).sum(1)
    return system.sodium.sum(np.maximum(per_facet, 0.0).sum())


def penetration_work(
    system: CoupledSystem, at: Evaluation, pressure_before: Array, gap_change: Array
) -> float:
    """Work that penetration absorbs while the gap changes, pJ, by the mean pressure; collective.

    Args:
        system: The coupled system.
        at: The state after the change.
        pressure_before: Contact pressure before it, (n,), MPa.
        gap_change: Of the gap, (n,), µm.
    """
    mean_pressure = 0.5 * (at.pressure + pressure_before) * system.laws.contact_share()
    area = system.sodium.face.reference_area * at.surface.area_ratio
    return system.sodium.sum(-(area * mean_pressure * gap_change).sum())

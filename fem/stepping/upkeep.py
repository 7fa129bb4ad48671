"""Keeps the sodium's mesh fit: when its nodes are redistributed, and back to equilibrium.

A redistribution is tried between two steps. It either leaves an equilibrium on better
nodes, at the same mean pressure, or everything as it was.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napress.fem.coupled.newton import NewtonSettings, solve
from napress.fem.coupled.system import CoupledSystem, penetration_work, void_volume
from napress.fem.inputs.load_program import ByDisplacement, ByPressure
from napress.fem.state.committed import Committed, commit
from napress.fem.state.history import History
from napress.fem.state.redistribution import Redistribution
from napress.fem.stepping.judge import turned_over

# When a step could not be solved, nodes this little out of place are put back.
DISTORTION_IN_NEED = 1.15
MAX_NEWTON = 60
# Metal gone from the face but still in the mesh, of a facet: then the face is moved there.
LARGEST_RECESSION = 0.4


class Upkeep:
    """Watches the mesh of one run.

    Args:
        system: The coupled system.
        limit: A contact facet this many times too wide or too narrow is put right.
    """

    def __init__(self, system: CoupledSystem, limit: float) -> None:
        self._system = system
        self._limit = limit
        self._history = History(system)
        self._redistribution: Redistribution | None = None
        self._tried_at = (-1, False)

    def due(self, now: Committed, in_need: bool) -> bool:
        """Whether nodes should be redistributed before the next step; collective.

        Args:
            now: The committed state, which the system must hold.
            in_need: Whether the next step has just turned out unsolvable.
        """
        if now.step == 0 or self._tried_at >= (now.step, in_need):
            return False
        sodium = self._system.sodium
        sodium.set_state(now.state.sodium)
        limit = DISTORTION_IN_NEED if in_need else self._limit
        return distortion(self._system) > limit or recession(self._system) > LARGEST_RECESSION

    def redistribute(self, now: Committed, settings: NewtonSettings, in_need: bool) -> Committed:
        """Redistributes the nodes; collective.

        Args:
            now: The committed state, its history committed.
            settings: Of the solve that brings the new nodes into equilibrium.
            in_need: As in ``due``.

        Returns:
            The new committed state, or ``now`` itself if it could not be done.
        """
        system, sodium = self._system, self._system.sodium
        self._tried_at = (now.step, in_need)
        with system.timers.stage("redistribution"):
            if self._redistribution is None:
                self._redistribution = Redistribution(system)
            kept = self._history.keep()
            moved = self._redistribution.move(now)
        result = None
        if moved is not None:
            settings = replace(settings, reuse_tangent=False, max_iterations=MAX_NEWTON)
            sodium.resist_slip(0.0)
            sodium.remember()
            # Held in place, the metal keeps its volume and with it the void; once closed,
            # the slightest change of volume would be a leap in pressure.
            command = ByDisplacement(now.displacement_um)
            if now.closed:
                command = ByPressure(now.pressure_MPa)
            gap = system.evaluate(moved.state, command).gap
            result = solve(system, moved.state, command, settings)
        # A face may fold on its way back to equilibrium: no step leads on from there.
        if result is None or not result.converged or turned_over(system, result.evaluation):
            sodium.set_state(now.state.sodium)
            sodium.remember()
            self._history.restore(kept)
            return now
        at = result.evaluation
        displacement = -sodium.platen_value(result.state.sodium)
        void = void_volume(system, at)
        pressure = at.reaction / system.nominal_area
        sinking = displacement - now.displacement_um
        work = now.platen_work(pressure, system.nominal_area, sinking)
        # What penetration stored is given back when the multiplier has taken over.
        absorbed = penetration_work(system, at, moved.committed.contact_pressure, at.gap - gap)
        _, dissipated, *_ = sodium.energies()
        slipped = system.laws.friction_work(at)
        commit(system, result.state, at, continues=True)
        return replace(
            moved.committed,
            state=result.state,
            gap=at.gap,
            stretch=at.surface.stretch,
            area_ratio=at.surface.area_ratio,
            contact_pressure=at.pressure,
            displacement_um=displacement,
            pressure_MPa=pressure,
            void=void,
            external_work=now.external_work + work,
            dissipation=now.dissipation + dissipated,
            contact_work=now.contact_work + absorbed,
            friction_work=now.friction_work + slipped,
            redistributions=now.redistributions + 1,
            transferred_void=now.transferred_void + void - now.void,
        )


def distortion(system: CoupledSystem) -> float:
    """Largest factor by which a contact facet is too wide or too narrow; collective."""
    sodium = system.sodium
    ratio = sodium.face.facet_average(sodium.surface().area_ratio)
    worst = np.maximum(ratio, 1 / np.maximum(ratio, 1e-3)).max(initial=1.0)
    return sodium.largest(worst)


def recession(system: CoupledSystem) -> float:
    """Most metal gone from the face, or added, that the mesh does not show yet, in facets."""
    if system.laws.recession is None:
        return 0.0
    gone = np.abs(system.laws.recession.gone_um).max(initial=0.0)
    return system.sodium.largest(gone) / float(system.sodium.fields.facet_size.value)

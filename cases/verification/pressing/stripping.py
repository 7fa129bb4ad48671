"""Stripping: Faraday's law, the current under a strip, metal that returns, convergence.

The wave is the reference R1 with the sodium of Wang et al., pressed until three quarters of
it touch, so that metal leaves beside voids.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray
from scipy.integrate import quad

from napress.cases.verification.metal.creep_point import creeping, norton
from napress.cases.verification.pressing.pressing import R1_CERAMIC, R1_SODIUM, R1_WIDTH_UM
from napress.cases.verification.rows import CheckNotDone, Row, absolute, relative
from napress.fem.conduction.interface_current import InterfaceCurrent
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.load_program import Hold, LoadProgram, PressureTarget, Strip
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.fem.inputs.stripping import Stripping
from napress.fem.snapshot import Snapshot
from napress.fem.state.committed import AcceptedStep, first_touch
from napress.fem.state.sampling import Sampler
from napress.fem.stepping.follow import follow
from napress.meshes.surfaces import Flat, Sinusoid, Surface, build_surface
from napress.postprocess.theory.stripping import (
    blocked_strip_current_ratio,
    metal_removed_um,
    molar_volume_cm3_per_mol,
)

Array = NDArray[np.float64]
CERAMIC_UM, METAL_UM = 40.0, 20.0
SODIUM_cm3_PER_mol = molar_volume_cm3_per_mol(22.98977, 0.971)
CONDUCTIVITY_mS_PER_cm, TRANSFER_ohm_cm2 = 1.0, 2.0
FLAT_MPa, CHARGE_mAh = 1.0, 0.2
WAVE_MPa, WAVE_mAh, WAVE_ELEMENTS = 0.4, 0.05, 32
STRIP_SHARE, STRIP_ELEMENTS = 0.5, 64
# Pressed so little that flow does not keep up with the current.
STARVED_MPa, STARVED_mAh, STARVED_ELEMENTS, STARVED_AMPLITUDE_UM = 0.1, 0.03, 8, 0.5


@dataclass(frozen=True)
class Stripped:
    """What came of following a program with a current in it.

    Attributes:
        snapshots: Every accepted step.
        charge_error: Largest difference of the metal taken off in a step and that of its
            charge, over the latter.
    """

    snapshots: list[Snapshot]
    charge_error: float


def stripping() -> list[Row]:
    """Flat face, strip under current, metal there and back, step and mesh."""
    return [
        *flat_rows(),
        *strip_rows(),
        *return_rows(),
        *convergence_rows(),
        *starved_rows(),
    ]


def _transfer(largest_MPa: Array, pressure_MPa: Array) -> Array:
    return np.full_like(pressure_MPa, TRANSFER_ohm_cm2)


def _system(surface: Surface, elements: int, metal: PlasticMetal | None = None) -> CoupledSystem:
    numbers = Stripping(SODIUM_cm3_PER_mol, CONDUCTIVITY_mS_PER_cm, _transfer)
    law, metal = ContactLaw(further=(numbers,)), metal or creeping(norton(has_yield=True))
    bodies = METAL_UM, CERAMIC_UM, metal, R1_CERAMIC
    return build_system(InterfaceProblem(surface, elements, *bodies, law), MPI.COMM_SELF)


def strip(system: CoupledSystem, program: LoadProgram, recession: float = 0.2) -> Stripped:
    """Follows a program from first touch.

    Args:
        system: A new system.
        program: The load program.
        recession: Largest recession of a step, in facets.

    Raises:
        CheckNotDone: If it ends early.
    """
    control = StepControl(largest_recession=recession)
    start = first_touch(system, control)
    sampler, snapshots, errors = Sampler(system, start.void), [], [0.0]
    before = [start]

    def listen(accepted: AcceptedStep) -> None:
        now, last = accepted.committed, before[0]
        charged = (now.removed_um - last.removed_um) * system.nominal_area
        if charged:
            area = system.sodium.face.reference_area * last.area_ratio
            errors.append(abs(float(area @ system.laws.recession.in_step_um) / charged - 1))
        before[0] = now
        snapshots.append(sampler.take(accepted))

    outcome = follow(system, program, control, listen, start, start.void)
    if not outcome.finished:
        raise CheckNotDone(f"stopped at {outcome.committed.pressure_MPa:.4g} MPa: {outcome.reason}")
    return Stripped(snapshots, max(errors))


def flat_rows() -> list[Row]:
    """A flat face recedes evenly and stays as stressed as it was."""
    # Elastic at this pressure: creep would go on compressing the metal meanwhile.
    system = _system(build_surface(Flat(), R1_WIDTH_UM), 8, R1_SODIUM)
    # Held twice, the contact has let go of the penetration that first touch needs.
    pressed = (PressureTarget(FLAT_MPa), Hold(0.0), Hold(0.0))
    found = strip(system, (*pressed, Strip(1.0, CHARGE_mAh, FLAT_MPa)))
    begin, end = (_left(found, which) for which in (_last_before, lambda all: all[-1]))
    last = found.snapshots[-1]
    ripple = np.ptp(last.interface.pressure_MPa) / FLAT_MPa
    stress = last.sodium.cell_data["stress_MPa"][:, :3]
    uneven = float(np.abs(stress - stress.mean(axis=0)).max()) / FLAT_MPa
    expected = metal_removed_um(CHARGE_mAh, SODIUM_cm3_PER_mol)
    return [
        relative("flat face: metal stripped (Faraday)", expected, begin - end, 1e-6, "um"),
        absolute("flat face: ripple of the contact pressure", 0.0, ripple, 1e-6, "1"),
        absolute("flat face: unevenness of the stress in the metal", 0.0, uneven, 1e-6, "1"),
        absolute("charge of every step against metal taken", 0.0, found.charge_error, 1e-8, "1"),
    ]


def _left(found: Stripped, which: Callable[[list[Snapshot]], Snapshot]) -> float:
    stripped = which(found.snapshots).stripped
    assert stripped is not None
    return stripped.metal_left_um


def _last_before(snapshots: list[Snapshot]) -> Snapshot:
    """The last step before any charge has passed."""
    return [one for one in snapshots if one.stripped and one.stripped.charge_mAh_per_cm2 == 0][-1]


def _sunk_um(found: Stripped) -> float:
    """How far the platen has sunk since the current began."""
    before = _last_before(found.snapshots)
    return found.snapshots[-1].platen_displacement_um - before.platen_displacement_um


def strip_rows() -> list[Row]:
    """Half of a flat face touches: the current of each facet against its integral."""
    rows = []
    half = STRIP_SHARE * R1_WIDTH_UM / 2
    for elements, tolerance in ((STRIP_ELEMENTS // 2, 0.02), (STRIP_ELEMENTS, 0.01)):
        system = _system(build_surface(Flat(), R1_WIDTH_UM), elements)
        numbers = Stripping(SODIUM_cm3_PER_mol, CONDUCTIVITY_mS_PER_cm)
        sodium, state = system.sodium, system.initial_state()
        sodium.set_state(state.sodium)
        along = sodium.surface().position[:, 0] - R1_WIDTH_UM / 2
        pressure = np.where(np.abs(along) < half, 1.0, 0.0)
        ratio = InterfaceCurrent(system, numbers).over_mean(state, pressure > 0, pressure)
        size = R1_WIDTH_UM / elements
        facet = np.floor((along + R1_WIDTH_UM / 2) / size).astype(int)
        # The second facet from the edge: the first holds the singularity.
        chosen = int(elements * (0.5 + STRIP_SHARE / 2)) - 2
        inner, outer = chosen * size - R1_WIDTH_UM / 2, (chosen + 1) * size - R1_WIDTH_UM / 2
        expected = _mean_ratio(inner, outer, half)
        found = float(ratio[facet == chosen].mean())
        name = f"blocked face: current of the second facet from the edge, {elements} facets"
        rows.append(relative(name, expected, found, tolerance, "1"))
    return rows


def _mean_ratio(inner: float, outer: float, half: float) -> float:
    total, _ = quad(
        lambda x: float(blocked_strip_current_ratio(np.array([x]), half, R1_WIDTH_UM)[0]),
        inner,
        outer,
    )
    return total / (outer - inner)


def _wave(amplitude_um: float = 1.0) -> Surface:
    wave = Sinusoid(amplitude_um=amplitude_um, wavelength_um=R1_WIDTH_UM, phase_rad=math.pi)
    return build_surface(wave, R1_WIDTH_UM)


def return_rows() -> list[Row]:
    """Metal stripped beside a void and plated back."""
    there, back = Strip(1.0, WAVE_mAh, WAVE_MPa), Strip(-1.0, WAVE_mAh, WAVE_MPa)
    found = strip(_system(_wave(), WAVE_ELEMENTS), (PressureTarget(WAVE_MPa), there, back))
    stripped = [one for one in found.snapshots if one.is_target][-2]
    begin, end = _left(found, _last_before), _left(found, lambda all: all[-1])
    expected = metal_removed_um(WAVE_mAh, SODIUM_cm3_PER_mol)
    assert stripped.stripped is not None
    gone = begin - stripped.stripped.metal_left_um
    return [
        absolute("wave: metal stripped beside voids", expected, gone, 1e-4 * METAL_UM, "um"),
        absolute("wave: metal after strip and plate", begin, end, 1e-4 * METAL_UM, "um"),
        absolute(
            "wave: energy balance after strip and plate, per cent",
            0.0,
            found.snapshots[-1].energy.error_percent,
            1.0,
            "percent",
        ),
    ]


def convergence_rows() -> list[Row]:
    """Platen against charge on twice as many facets, and with steps of half the size."""
    program = (PressureTarget(WAVE_MPa), Strip(1.0, WAVE_mAh, WAVE_MPa))

    def sinking(elements: int, recession: float) -> float:
        return _sunk_um(strip(_system(_wave(), elements), program, recession))

    fine = sinking(WAVE_ELEMENTS, 0.1)
    coarse_step, fine_mesh = sinking(WAVE_ELEMENTS, 0.2), sinking(2 * WAVE_ELEMENTS, 0.2)
    return [
        relative(
            "wave: sinking under current, steps of half the size", fine, coarse_step, 0.01, "um"
        ),
        relative(
            "wave: sinking under current, twice the facets", fine_mesh, coarse_step, 0.03, "um"
        ),
    ]


def starved_rows() -> list[Row]:
    """Metal that leaves faster than it flows: default steps against steps a tenth as long.

    Contact is lost and found again all the time. A step that does not settle where its current
    passes must be refused, or the contact that is left depends on the length of the steps.
    """
    program = (PressureTarget(STARVED_MPa), Strip(1.0, STARVED_mAh, STARVED_MPa))

    def left(recession: float) -> tuple[float, float]:
        system = _system(_wave(STARVED_AMPLITUDE_UM), STARVED_ELEMENTS)
        run = strip(system, program, recession)
        return float(run.snapshots[-1].interface.touching().mean()), _sunk_um(run)

    (contact, sinking), (expected, sinks) = left(0.2), left(0.02)
    name = "starved wave: {} under current, steps a tenth as long"
    return [
        absolute(name.format("contact left"), expected, contact, 0.05, "1"),
        relative(name.format("sinking"), sinks, sinking, 0.005, "um"),
    ]

"""Physical and numerical input of the solver, as plain numbers in its units.

Units: µm, MPa, s. Units and sources of user input are checked in
``napress.cases``; below it a number is a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from napress.fem.inputs.creep_law import CreepLaw


@dataclass(frozen=True)
class PlasticMetal:
    """Finite-strain J2 metal with linear and Voce hardening.

    Flow stress: ``yield + hardening * a + voce * (1 - exp(-a / voce_strain))``
    with ``a`` the equivalent plastic strain. All hardening zero is perfect
    plasticity.

    Attributes:
        young_MPa: Young's modulus.
        poisson: Poisson's ratio.
        yield_MPa: Initial yield stress in uniaxial tension.
        hardening_MPa: Linear hardening modulus.
        voce_MPa: Saturation stress above the initial yield (Voce).
        voce_strain: Plastic strain over which it saturates.
        creep: Flow in time; ``None`` for a rate-independent metal. A metal that only
            creeps keeps ``yield_MPa`` as the scale of its stress.
    """

    young_MPa: float
    poisson: float
    yield_MPa: float
    hardening_MPa: float = 0.0
    voce_MPa: float = 0.0
    voce_strain: float = 1.0
    creep: CreepLaw | None = None


@dataclass(frozen=True)
class ElasticCeramic:
    """Isotropic linear elastic solid.

    Attributes:
        young_MPa: Young's modulus.
        poisson: Poisson's ratio.
    """

    young_MPa: float
    poisson: float


@dataclass(frozen=True)
class StepControl:
    """How large a load step may be, and when to give up.

    Attributes:
        void_error_percent: Accepted step error in void volume, % of the initial
            void per decade of closure.
        first_step_um: Platen displacement of the first step.
        smallest_step_um: Below this the run ends with a named reason.
        largest_step_um: Upper bound of the platen displacement of a step.
        largest_pressure_ratio: Upper bound of the pressure growth per step once
            the voids are closed.
        max_newton: Newton iterations before a step is rejected.
        max_steps: Accepted steps before the run ends with a named reason.
        facet_distortion: A contact facet this many times too wide or too narrow has
            the sodium's nodes redistributed before the next step.
    """

    void_error_percent: float = 1.0
    first_step_um: float = 0.005
    smallest_step_um: float = 1e-6
    largest_step_um: float = 0.1
    largest_pressure_ratio: float = 1.5
    max_newton: int = 25
    max_steps: int = 5000
    facet_distortion: float = 2.0

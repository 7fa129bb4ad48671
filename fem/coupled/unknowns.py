"""Unknowns of the coupled problem, directions in them, and the equations at one state."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from napress.fem.contact.gap import ContactState

Array = NDArray[np.float64]


@dataclass(frozen=True)
class State:
    """Trial or committed values of the unknowns.

    Attributes:
        sodium: Displacement and pressure unknowns, owned and ghosts.
        load: Load on the ceramic in the dual of the deflection basis, µN.
        deflection: Ceramic deflection in the basis, µm.
        gas: Gas pressure by facet, as `TrappedGas` has it; empty without gas.
    """

    sodium: Array
    load: Array
    deflection: Array
    gas: Array = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Direction:
    """A search direction; ``platen`` is the upward motion of the platen, µm."""

    sodium: Array
    load: Array
    deflection: Array
    platen: float
    gas: Array = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Linearised:
    """What a tangent was built from: with it, the very same one is built again.

    It may be older than the step that uses it, or than what that step starts from: a step
    that converges with the tangent of the one before builds none of its own.

    Attributes:
        state: The iterate.
        directions: Stress directions frozen in the metal, as ``freeze_directions`` takes them.
        history: All history fields at that moment, by name.
    """

    state: State
    directions: tuple[Array, Array, Array]
    history: dict[str, Array]


@dataclass(frozen=True)
class Evaluation(ContactState):
    """The equations at one state.

    The compiled forms hold the state evaluated last and no other: whatever reads them
    gives the evaluation it means, and an older one is refused by its ``serial``.

    Attributes:
        residual: Out-of-balance force on owned sodium unknowns, µN.
        mismatch: Contact load minus the load the ceramic carries, µN.
        reaction: Force of the platen, µN.
        norm: Norm of everything that has to vanish, µN; NaN if a facet folded.
        gas_mismatch: What each void lacks of the ideal gas law, (voids,), µN.
        serial: Which evaluation of its system this is, counted from 1.
    """

    residual: Array
    mismatch: Array
    reaction: float
    norm: float
    gas_mismatch: Array
    serial: int

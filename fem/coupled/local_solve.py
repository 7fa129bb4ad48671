"""Newton's method on the few unknowns that carry most of the residual, the others held.

What a full Newton step leaves as residual is what its linear problem did not foresee: near the
edge of contact, at a few points of a few cells, where the flow turns by more than the metal
strains elastically. Solved for on their own, these no longer hold up all others, which are
foreseen well. Source: Lanzkron, Rose & Wilkes, An analysis of approximate nonlinear
elimination, SIAM J. Sci. Comput. 17 (1996) 538; Cai & Keyes, Nonlinearly preconditioned
inexact Newton algorithms, SIAM J. Sci. Comput. 24 (2002) 183.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from dolfinx import la
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from napress.fem.coupled.directions import Directions
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import Evaluation, State
from napress.fem.inputs.load_program import PlatenControl
from napress.fem.sodium.body import Sodium

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
# The patch starts from the unknowns that carry this share of the squared residual and grows by
# so many rings of cells; where it would be a larger share of all, all are solved for instead.
CARRIED = 0.9
RINGS, LARGEST_PATCH = {2: 2, 3: 1}, {2: 0.25, 3: 0.15}
# Unknowns that carry nearly as much as the least of them belong to it too: on a symmetric
# surface rounding must not decide which of two that are alike does.
NEARLY_AS_MUCH = 0.5
# Iterations on a patch at most; what is left there of the residual is enough for now.
ROUNDS, ENOUGH = 3, 0.2
# Of SuperLU: the pattern is symmetric, and the block of the pressure definite, so that the
# diagonal serves as pivots in any order.
FACTORED = {
    "permc_spec": "MMD_AT_PLUS_A",
    "diag_pivot_thresh": 0.0,
    "options": {"SymmetricMode": True},
}


def solve_locally(
    system: CoupledSystem,
    state: State,
    at: Evaluation,
    control: PlatenControl,
    directions: Directions,
) -> tuple[State, Evaluation]:
    """Solves where the residual is concentrated; collective.

    Args:
        system: The coupled system.
        state: The iterate, after a full Newton step.
        at: Its evaluation, the last one made.
        control: What the platen is told to do.
        directions: Of the metal's flow.

    Returns:
        State and evaluation with the smaller residual of all equations.
    """
    sodium = system.sodium
    patch = _patch(sodium, at.residual)
    if patch is None:
        return state, at
    first, kept = (state, at), directions.kept()
    left = _on_patch(sodium, patch, at.residual)
    enough = ENOUGH * np.linalg.norm(left)
    for _ in range(ROUNDS):
        system.local_iterations += 1
        try:
            with system.timers.stage("local solve"):
                motion = _motion(sodium, patch, left)
        except RuntimeError:  # of SuperLU, on every rank: the patch has no stiffness
            break
        state = replace(state, sodium=state.sodium + motion)
        at = system.evaluate(state, control)
        if not np.isfinite(at.norm):
            break
        directions.update(1.0)
        left = _on_patch(sodium, patch, at.residual)
        if np.linalg.norm(left) <= enough:
            break
    if at.norm <= first[1].norm:
        return state, at
    directions.take_back(kept)
    return first[0], system.evaluate(first[0], control)


def _patch(sodium: Sodium, residual: Array) -> Numbers | None:
    """Global numbers of the unknowns to solve for, None if they are too many."""
    square = residual**2
    everywhere = np.concatenate(_from_all(sodium, square))
    largest = np.sort(everywhere)[::-1]
    carried = np.cumsum(largest)
    least = largest[np.searchsorted(carried, CARRIED * carried[-1])]
    marked = np.zeros(len(sodium.fields.state.x.array), dtype=bool)
    marked[: sodium.owned] = square >= NEARLY_AS_MUCH * least
    marked = _everywhere(sodium, marked)
    dofs = sodium.space.dofmap.list[sodium.plastic.cells]
    for _ in range(RINGS[sodium.dimension]):
        reached = dofs[marked[dofs].any(axis=1)]
        marked[reached.ravel()] = True
        marked = _everywhere(sodium, marked)
    mine = np.flatnonzero(marked[: sodium.owned] & sodium.free)
    numbers = sodium.index_map.local_to_global(mine.astype(np.int32))
    patch = np.sort(np.concatenate(_from_all(sodium, numbers)))
    few = 0 < len(patch) <= LARGEST_PATCH[sodium.dimension] * sodium.index_map.size_global
    return patch if few else None


def _from_all(sodium: Sodium, mine: Any) -> list[Any]:
    """What every rank has, in their order; one alone is spared packing it up."""
    return [mine] if sodium.comm.size == 1 else sodium.comm.allgather(mine)


def _everywhere(sodium: Sodium, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Marks of unknowns, ghosts too, where any rank has marked them."""
    if sodium.comm.size == 1:
        return marked
    vector = sodium.fields.direction.x
    vector.array[:] = marked
    vector.scatter_reverse(la.InsertMode.add)
    vector.scatter_forward()
    return vector.array > 0.0


def _own(sodium: Sodium, patch: Numbers) -> tuple[Numbers, Numbers]:
    """Which of a patch this rank owns, and where among its unknowns they are."""
    local = sodium.index_map.global_to_local(patch)
    own = np.flatnonzero((local >= 0) & (local < sodium.owned))
    return own, local[own]


def _on_patch(sodium: Sodium, patch: Numbers, values: Array) -> Array:
    """Values of the patch's unknowns, on every rank, of a vector of owned ones."""
    own, local = _own(sodium, patch)
    found = np.zeros(len(patch))
    found[own] = values[local]
    return sodium.sum_arrays(found)


def _tangent(sodium: Sodium, patch: Numbers) -> sparse.csr_array:
    """The tangent of a patch at the present state, on every rank."""
    if sodium.assembled is not None:
        return sodium.assembled.among(patch)
    local = sodium.index_map.global_to_local(patch)
    here = np.flatnonzero(local >= 0)
    number = np.full(len(sodium.fields.state.x.array), -1, dtype=np.int64)
    number[local[here]] = here
    return sum(sodium.comm.allgather(sodium.cell_matrices.among(number, len(patch))))


def _motion(sodium: Sodium, patch: Numbers, left: Array) -> Array:
    """Newton's step of the patch alone, against the residual there, as one of all unknowns."""
    # SuperLU goes by columns: the rows of the matrix are the columns of its transpose.
    factors = splu(_tangent(sodium, patch).T, **FACTORED)
    answer = factors.solve(-left, trans="T")
    own, local = _own(sodium, patch)
    motion = np.zeros(sodium.owned)
    motion[local] = answer[own]
    return sodium.with_ghosts(motion)

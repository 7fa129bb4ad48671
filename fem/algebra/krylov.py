"""Minimal residual iteration that keeps what each of its vectors caused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MAX_ITERATIONS = 40


def minimal_residual(
    operator: Callable[[Array], tuple[Array, Array]],
    right: Array,
    tolerance: float,
    accepted: float = 0.0,
) -> tuple[Array, Array | None]:
    """Generalised conjugate residuals: the iterates of GMRES, with their response.

    Applying the operator costs a back-solve whose answer is wanted again for the
    solution. Kept and combined like the search vectors, it saves the last back-solve.
    Source: Eisenstat, Elman & Schultz, SIAM J. Numer. Anal. 20 (1983) 345.

    Args:
        operator: Takes a vector (n,) to its image (n,) and to the response (m,) it
            caused, which must be linear in the vector.
        right: Right-hand side, (n,).
        tolerance: Accepted residual over the right-hand side.
        accepted: Norm of a residual that is accepted whatever the right-hand side.

    Returns:
        Solution (n,), and its response (m,), ``None`` if there was nothing to do.
    """
    solution, response = np.zeros_like(right), None
    residual, goal = right.copy(), max(tolerance * float(np.linalg.norm(right)), accepted)
    kept: list[tuple[Array, Array, Array]] = []
    for _ in range(MAX_ITERATIONS):
        if np.linalg.norm(residual) <= goal:
            break
        vector = residual.copy()
        image, caused = operator(vector)
        for older_vector, older_image, older_caused in kept:
            share = float(image @ older_image)
            vector = vector - share * older_vector
            image = image - share * older_image
            caused = caused - share * older_caused
        size = float(np.linalg.norm(image))
        if size == 0.0 or not np.isfinite(size):
            break
        vector, image, caused = vector / size, image / size, caused / size
        kept.append((vector, image, caused))
        along = float(residual @ image)
        solution = solution + along * vector
        response = along * caused if response is None else response + along * caused
        residual = residual - along * image
    return solution, response

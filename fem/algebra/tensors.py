"""Symmetric 3 x 3 tensors stored as six numbers, in UFL and in NumPy.

Order: xx, yy, zz, xy, xz, yz. Plane strain lives in the same three dimensions,
so one constitutive law serves 2-D and 3-D.
"""

from __future__ import annotations

import numpy as np
import ufl
from numpy.typing import NDArray

Array = NDArray[np.float64]
TWICE_OFF_DIAGONAL = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])


def embed(matrix, dimension: int):
    """A (dimension, dimension) UFL matrix as the upper left block of a 3 x 3 one."""
    return ufl.as_tensor(
        [[matrix[i, j] if max(i, j) < dimension else 0 for j in range(3)] for i in range(3)]
    )


def pack(tensor) -> list:
    """The six numbers of a symmetric UFL tensor."""
    return [
        tensor[0, 0],
        tensor[1, 1],
        tensor[2, 2],
        tensor[0, 1],
        tensor[0, 2],
        tensor[1, 2],
    ]


def unpack(six):
    """The symmetric UFL tensor of six numbers."""
    return ufl.as_tensor(
        [[six[0], six[3], six[4]], [six[3], six[1], six[5]], [six[4], six[5], six[2]]]
    )


def inner(first: Array, second: Array) -> Array:
    """Double contraction of packed tensors, (..., 6) and (..., 6) to (...)."""
    products = first * second
    # As one matrix: a stack of small ones is multiplied one by one.
    return (products.reshape(-1, 6) @ TWICE_OFF_DIAGONAL).reshape(products.shape[:-1])


def norm(packed: Array) -> Array:
    """Frobenius norm of packed tensors, (..., 6) to (...)."""
    return np.sqrt(inner(packed, packed))


def determinant(packed: Array) -> Array:
    """Determinant of packed tensors, (..., 6) to (...)."""
    xx, yy, zz, xy, xz, yz = (packed[..., i] for i in range(6))
    return xx * (yy * zz - yz**2) - xy * (xy * zz - xz * yz) + xz * (xy * yz - xz * yy)


def as_matrix(packed: Array) -> Array:
    """Packed tensors as full matrices, (..., 6) to (..., 3, 3)."""
    full = np.empty((*packed.shape[:-1], 3, 3))
    for column, (i, j) in enumerate(((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))):
        full[..., i, j] = full[..., j, i] = packed[..., column]
    return full


def from_matrix(full: Array) -> Array:
    """Symmetric matrices as packed tensors, (..., 3, 3) to (..., 6)."""
    pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    return np.stack([full[..., i, j] for i, j in pairs], axis=-1)

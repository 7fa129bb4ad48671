"""Stress invariants against hand formulas and against VTK's component order."""

import numpy as np
import pytest

from napress.postprocess.measures.stress import max_shear, principal_stress, von_mises


def test_principal_stress_of_simple_states():
    stress = np.array(
        [
            [10.0, -4.0, 3.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 7.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 7.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, 7.0],
            [-5.0, -5.0, -5.0, 0.0, 0.0, 0.0],
        ]
    )
    principal = principal_stress(stress)
    assert principal[0] == pytest.approx([10.0, 3.0, -4.0])
    assert principal[1:4] == pytest.approx(np.tile([7.0, 0.0, -7.0], (3, 1)))
    assert max_shear(principal) == pytest.approx([7.0, 7.0, 7.0, 7.0, 0.0])
    root3 = 7.0 * np.sqrt(3.0)
    assert von_mises(stress)[1:] == pytest.approx([root3, root3, root3, 0.0])


def test_shear_components_are_not_confused():
    # Plane xy rotated by 45 degrees about z, with xz and yz held apart.
    stress = np.array([[1.0, 2.0, 30.0, 0.5, 0.1, 0.2]])
    full = np.array([[1.0, 0.5, 0.2], [0.5, 2.0, 0.1], [0.2, 0.1, 30.0]])
    assert principal_stress(stress)[0] == pytest.approx(np.linalg.eigvalsh(full)[::-1])


def test_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="cells, 6"):
        principal_stress(np.zeros((4, 3)))

"""K_I of the solved edge crack: the check of `napress verify`, and that it can fail."""

from __future__ import annotations

import pytest

from napress.cases.verification.ceramic import crack
from napress.cases.verification.ceramic.crack_mesh import CrackBlock
from napress.cases.verification.ceramic.cracked_block import CrackLoad
from napress.postprocess.theory import flaws as closed


def test_edge_crack_check_passes():
    assert not [f"{row.name}: {row.computed}" for row in crack.edge_crack() if not row.passed]


@pytest.fixture(scope="module")
def block():
    return crack.solved_block(2.0, 0.01)


def test_pressure_and_tension_superpose(block):
    block.solve(CrackLoad(face_MPa=100.0))
    pressure = block.intensity()
    block.solve(CrackLoad(lateral_MPa=40.0, top_MPa=70.0))
    confined = block.intensity()
    block.solve(CrackLoad(face_MPa=100.0, lateral_MPa=40.0, top_MPa=70.0))
    assert block.intensity() == pytest.approx(pressure + confined, rel=1e-9)
    assert confined == pytest.approx(-0.4 * pressure, rel=2e-3)


def test_leaving_out_the_face_traction_is_noticed(block, monkeypatch):
    """Without its term on the faces the interaction integral misses the closed form."""
    block.solve(CrackLoad(face_MPa=100.0))
    wanted = float(closed.edge_crack_intensity(100.0, 2.0))
    assert block.intensity() == pytest.approx(wanted, rel=0.02)
    monkeypatch.setattr(CrackLoad, "face_pressure", lambda self, depth: 0.0 * depth)
    assert block.intensity() != pytest.approx(wanted, rel=0.02)


def test_intensity_does_not_depend_on_the_ceramic(block):
    block.solve(CrackLoad(face_MPa=100.0))
    assert block.intensity() == pytest.approx(1.122 * 100 * (3.14159 * 2e-6) ** 0.5, rel=5e-3)


@pytest.mark.parametrize("radius", [0.0, 1.01])
def test_domain_must_stay_inside(block, radius):
    with pytest.raises(ValueError, match="radius_ratio"):
        block.intensity(radius)


@pytest.mark.parametrize("wrong", [{"depth_um": 0.0}, {"depth_um": 1.0, "size_ratio": 1.0}])
def test_block_names_what_is_wrong(wrong):
    with pytest.raises(ValueError, match="allowed"):
        CrackBlock(**wrong)

"""The egg-box as bricks for CalculiX, without CalculiX."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def maps(benchmark_file):
    return benchmark_file("calculix_map")


def test_bricks_fill_both_bodies_and_touch_at_the_peak(maps):
    mesh = maps.build_mesh(4, 1.5)
    corners = mesh.points[mesh.cells[0].data]
    # The first corner, and the three beside it: right-handed bricks are positive.
    edges = corners[:, [1, 3, 4]] - corners[:, :1]
    assert (np.linalg.det(edges) > 0).all()
    lower, upper = (mesh.points[mesh.point_sets[name]] for name in ("CERAMICFACE", "SODIUMFACE"))
    assert lower[:, :2] == pytest.approx(upper[:, :2])
    gap = upper[:, 2] - lower[:, 2]
    assert gap.min() == pytest.approx(0.0, abs=1e-12)
    assert gap.max() == pytest.approx(2 * maps.AMPLITUDE_UM)
    assert len(mesh.cell_sets["SODIUMBOTTOM"][0]) == len(mesh.cell_sets["CERAMICTOP"][0]) == 16


def test_void_and_contact_are_read_from_printed_tables(maps, tmp_path):
    mesh = maps.build_mesh(4, 1.5)

    def table(name, what, rows):
        lines = [f" {what} for set {name} and time  0.1E+00", ""]
        return "\n".join([*lines, *(" ".join(f"{value:.6e}" for value in row) for row in rows), ""])

    nodes = {name: mesh.point_sets[name] + 1 for name in ("SODIUMFACE", "CERAMICFACE")}
    # Moved down by half a micrometre, and pressed with 2 MPa.
    text = table("PLATEN", "total force (fx,fy,fz)", [(0.0, 0.0, -2.0 * maps.WIDTH_UM**2)])
    for name, shift in (("SODIUMFACE", -0.5), ("CERAMICFACE", 0.0)):
        rows = [(int(node), 0.0, 0.0, shift) for node in nodes[name]]
        text += table(name, "displacements (vx,vy,vz)", rows)
    (tmp_path / "press.dat").write_text(text)
    history = maps.read_history(mesh, 4, tmp_path / "press.dat")
    assert history["pressure_MPa"].tolist() == pytest.approx([2.0])
    (row,) = history.to_dict("records")
    assert 0.0 < row["contact_fraction"] < 0.5
    # The mean gap is the amplitude, less the shift, more what passes through.
    assert 0.5 < row["void_volume_um3"] / maps.WIDTH_UM**2 < 0.6

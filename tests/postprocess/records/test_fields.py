"""Every field file is read back with VTK and compared with the snapshot it came from."""

from dataclasses import replace

import numpy as np
import pytest
import pyvista
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader

from napress.postprocess.records.fields import (
    field_index,
    paraview_times,
    read_body,
    truncate_fields,
    write_fields,
)
from napress.postprocess.records.profiles import (
    profile_steps,
    read_profile,
    truncate_profiles,
    write_profile,
)
from napress.postprocess.records.recorder import Recorder, RecorderOptions

DERIVED = ("von_mises_MPa", "max_shear_MPa", "max_principal_MPa", "min_principal_MPa")


def read_with_vtk(path):
    reader = vtkXMLUnstructuredGridReader()
    reader.SetFileName(str(path))
    reader.Update()
    assert reader.GetErrorCode() == 0
    return reader.GetOutput()


def assert_is_body(grid, body):
    assert np.array_equal(vtk_to_numpy(grid.GetPoints().GetData()), body.points_um)
    cells = vtk_to_numpy(grid.GetCells().GetConnectivityArray()).reshape(len(body.cells), -1)
    assert np.array_equal(cells, body.cells)
    assert {grid.GetCellType(i) for i in range(grid.GetNumberOfCells())} == {body.cell_type}
    for data, wanted in (
        (grid.GetPointData(), body.point_data),
        (grid.GetCellData(), body.cell_data),
    ):
        for name, values in wanted.items():
            found = vtk_to_numpy(data.GetArray(name))
            np.testing.assert_allclose(found, values, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("dimension", [2, 3])
def test_every_body_comes_back(tmp_path, synthetic, dimension):
    make = synthetic.make_snapshot if dimension == 2 else synthetic.make_snapshot_3d
    snapshot = make(3, 1.2)
    write_fields(tmp_path, snapshot)
    for name in ("sodium", "ceramic"):
        grid = read_with_vtk(tmp_path / f"{name}_000003.vtu")
        assert_is_body(grid, getattr(snapshot, name))
        for derived in DERIVED:
            assert grid.GetCellData().HasArray(derived)
        field = grid.GetFieldData()
        assert field.GetArray("pressure_MPa").GetValue(0) == 1.2
        assert field.GetArray("step").GetValue(0) == 3


def test_every_file_of_a_run_reads_back(run_folder, synthetic):
    written = field_index(run_folder / "fields")
    assert [entry["pressure_MPa"] for entry in written] == [0.0, *synthetic.TARGETS_MPA]
    for entry in written:
        snapshot = synthetic.make_snapshot(entry["step"], entry["pressure_MPa"])
        for name in ("sodium", "ceramic"):
            assert_is_body(
                read_with_vtk(run_folder / "fields" / entry[name]), getattr(snapshot, name)
            )


def test_stress_components_are_where_vtk_expects_them(tmp_path, synthetic):
    snapshot = synthetic.make_snapshot(0, 1.0)
    snapshot.ceramic.cell_data["stress_MPa"][:] = [1, 2, 3, 4, 5, 6]
    write_fields(tmp_path, snapshot)
    grid = pyvista.read(tmp_path / "ceramic_000000.vtu")
    full = np.array([[1.0, 4, 6], [4, 2, 5], [6, 5, 3]])
    wanted = np.linalg.eigvalsh(full)
    assert grid.cell_data["max_principal_MPa"] == pytest.approx(wanted[-1])
    assert grid.cell_data["max_shear_MPa"] == pytest.approx((wanted[-1] - wanted[0]) / 2)
    assert grid.cell_data["stress_MPa"].shape[1] == 6


@pytest.mark.parametrize("name", ["sodium", "ceramic"])
def test_collection_time_is_the_pressure(run_folder, synthetic, name):
    reader = pyvista.get_reader(run_folder / "fields" / f"{name}.pvd")
    assert reader.time_values == [0.0, *synthetic.TARGETS_MPA]
    reader.set_active_time_value(100.0)
    assert reader.read()[0].field_data["pressure_MPa"][0] == 100.0


@pytest.mark.parametrize(
    ("time_s", "pressure_MPa", "wanted"),
    [
        ([0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0], [0.0, 0.0, 1.0, 2.0]),
        ([0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.3], [1, 4, 6, 9]),
        ([1.0, 10.0, 310.0, 310.0], [0.1, 2.0, 2.0, 0.3], [1.0, 10.0, 310.0, 310.0]),
    ],
    ids=["rising pressure", "a release without time", "time passes"],
)
def test_times_increase_strictly(time_s, pressure_MPa, wanted):
    times = paraview_times([1, 4, 6, 9], time_s, pressure_MPa)
    assert np.all(np.diff(times) > 0)
    assert times == pytest.approx(wanted, rel=2e-6, abs=1e-8)


def test_after_a_release_the_time_is_seconds_and_the_pressure_is_the_true_one(tmp_path, synthetic):
    for step, time_s, pressure in ((1, 10.0, 2.0), (2, 310.0, 2.0), (3, 315.0, 0.3)):
        snapshot = replace(synthetic.make_snapshot(step, pressure), time_s=time_s)
        write_fields(tmp_path, snapshot)
    reader = pyvista.get_reader(tmp_path / "ceramic.pvd")
    assert reader.time_values == [10.0, 310.0, 315.0]
    reader.set_active_time_value(315.0)
    data = reader.read()[0].field_data
    assert data["pressure_MPa"][0] == 0.3 and data["time_s"][0] == 315.0


def test_files_are_compressed(tmp_path, synthetic):
    snapshot = synthetic.make_snapshot(0, 1.0)
    write_fields(tmp_path, snapshot)
    assert 'compressor="vtkZLibDataCompressor"' in (tmp_path / "sodium_000000.vtu").read_text(
        errors="replace"
    )


def test_truncation_rebuilds_the_collections(tmp_path, synthetic):
    for step in (0, 3, 7):
        write_fields(tmp_path, synthetic.make_snapshot(step, 0.1 * step))
    (tmp_path / "sodium_000009.vtu").write_text("written just before a kill")
    truncate_fields(tmp_path, 4)
    assert [entry["step"] for entry in field_index(tmp_path)] == [0, 3]
    assert pyvista.get_reader(tmp_path / "sodium.pvd").number_time_points == 2
    assert sorted(p.name for p in tmp_path.glob("*.vtu")) == [
        f"{name}_{step:06d}.vtu" for name in ("ceramic", "sodium") for step in (0, 3)
    ]


def test_step_written_again_replaces_the_old_one(tmp_path, synthetic):
    write_fields(tmp_path, synthetic.make_snapshot(2, 1.0))
    write_fields(tmp_path, synthetic.make_snapshot(2, 1.5))
    assert [entry["pressure_MPa"] for entry in field_index(tmp_path)] == [1.5]
    assert read_body(tmp_path, "ceramic").field_data["pressure_MPa"][0] == 1.5
    with pytest.raises(ValueError, match="no fields of step 5"):
        read_body(tmp_path, "ceramic", 5)


def test_failed_write_leaves_the_old_collection(tmp_path, synthetic, monkeypatch):
    write_fields(tmp_path, synthetic.make_snapshot(0, 0.0))
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(self, filename, *args, **kwargs):
        filename.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyvista.UnstructuredGrid, "save", full)
    with pytest.raises(OSError, match="No space"):
        write_fields(tmp_path, synthetic.make_snapshot(1, 1.0))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_interface_profiles_come_back_in_order(tmp_path, synthetic):
    snapshot = synthetic.make_snapshot(5, 1.0)
    write_profile(tmp_path, snapshot)
    profile = read_profile(tmp_path, 5)
    assert np.all(np.diff(profile.position_um[:, 0]) > 0)
    assert profile.facets == 64
    np.testing.assert_allclose(profile.gap_um, snapshot.interface.gap_um.ravel(), rtol=1e-6)
    np.testing.assert_allclose(
        profile.ceramic_height_um, synthetic.wave(profile.position_um[:, 0]), atol=1e-5
    )
    write_profile(tmp_path, synthetic.make_snapshot(6, 1.1))
    truncate_profiles(tmp_path, 5)
    assert profile_steps(tmp_path) == [5]


def test_fields_at_every_step_or_at_targets(tmp_path, synthetic):
    for choice, wanted in (("every", [0, 1, 2]), ("targets", [0, 2])):
        recorder = Recorder(tmp_path / choice, 2, (), RecorderOptions(fields_at=choice))
        for step in range(3):
            recorder.on_step(synthetic.make_snapshot(step, 0.1 * step))
        recorder.finish(wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0)
        found = [entry["step"] for entry in field_index(tmp_path / choice / "fields")]
        assert found == wanted
    with pytest.raises(ValueError, match="fields_at"):
        RecorderOptions(fields_at="sometimes")

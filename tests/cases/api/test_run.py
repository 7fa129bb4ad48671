"""Runs started and read in Python."""

from __future__ import annotations

import json
import tempfile

import numpy as np
import pytest
from mpi import run_ranks

import napress as na


def test_the_history_is_a_table_with_units(pressed):
    history = pressed.history
    assert history["step"].is_monotonic_increasing
    assert history["pressure_MPa"].iloc[-1] == pytest.approx(0.5, rel=1e-3)
    known = history.attrs["columns"]
    assert set(known) == set(history)
    assert known["void_area_um2"]["unit"] == "µm²"
    # So that a table can be written to a file with its units.
    assert json.loads(json.dumps(known)) == known


def test_the_summary_is_that_of_the_run_folder(pressed):
    written = json.loads((pressed.folder / "summary.json").read_text())
    assert pressed.summary == written
    assert pressed.state == "finished" and pressed.reason == ""


def test_arrays_at_a_pressure(pressed):
    state = pressed.at(pressure_MPa=0.5)
    assert state.pressure_MPa == pytest.approx(0.5, rel=1e-3)
    ceramic = state.ceramic
    assert ceramic["stress_MPa"].shape == (len(ceramic.cells), 6)
    assert ceramic["displacement_um"].shape == ceramic.points_um.shape
    # Every layer below the roughness carries the whole load.
    deep = ceramic.points_um[ceramic.cells][..., 1].max(axis=1) < -2.0
    vertical = np.average(ceramic["stress_MPa"][deep, 1], weights=ceramic["volume_um"][deep])
    assert -vertical == pytest.approx(0.5, rel=1e-2)
    interface = state.interface
    assert interface.gap_um.shape == interface.contact_pressure_MPa.shape
    assert interface.position_um.shape == (len(interface.gap_um), 2)
    assert pressed.at(step=state.step).pressure_MPa == state.pressure_MPa


def test_arrays_go_to_pyvista(pressed):
    state = pressed.at(pressure_MPa=0.5)
    grid = state.sodium.to_pyvista()
    assert np.allclose(grid.points, state.sodium.points_um)
    moved = state.sodium.to_pyvista(deformed=True).points - grid.points
    assert np.allclose(moved, state.sodium["displacement_um"], atol=1e-6)
    cloud = state.interface.to_pyvista()
    assert cloud.n_points == len(state.interface.gap_um)


def test_every_figure_can_be_drawn(pressed):
    assert {"contact_and_void", "interface", "ceramic_stress", "fracture"} <= set(pressed.figures)
    for name in pressed.figures:
        assert pressed.plot(name).get_axes(), name


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda run: run.at(pressure_MPa=7.0), "7: no step there; allowed: 0.5"),
        (lambda run: run.at(), "allowed: one of pressure_MPa, step and time_s"),
        (lambda run: run.plot("contact"), "did you mean 'contact_and_void'?"),
        (lambda run: run.at(step=1).ceramic, "its fields were not kept; allowed: steps"),
    ],
)
def test_what_is_not_there_is_one_line(pressed, ask, expected):
    with pytest.raises(na.NapressError) as caught:
        ask(pressed)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_field_names_the_nearest(pressed):
    with pytest.raises(KeyError, match="did you mean 'stress_MPa'"):
        pressed.at(pressure_MPa=0.5).ceramic["stres_MPa"]


def test_a_folder_is_gone_on_with_and_never_mixed(pressed, tiny):
    before = (pressed.folder / "history.csv").stat().st_mtime_ns
    again = na.run(tiny, pressed.folder)
    assert again.summary == pressed.summary
    assert (pressed.folder / "history.csv").stat().st_mtime_ns == before
    with pytest.raises(na.RunFolderError, match="another case"):
        na.run(tiny.with_({"surface[0].amplitude": "0.4 um"}), pressed.folder)
    with pytest.raises(na.RunFolderError, match="no run here"):
        na.Run(pressed.folder.parent)


def test_a_run_in_memory_leaves_nothing_behind(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    run = na.run(tiny)
    assert run.folder is None and run.case is tiny
    assert run.summary["contact_fraction"] > 0.0
    state = run.at(pressure_MPa=0.5)
    del run
    # What was taken from it keeps it.
    assert state.sodium["plastic_strain"].max() > 0.0
    del state
    assert list(tmp_path.iterdir()) == []


class WidestGap:
    def columns(self, snapshot):
        return {"widest_gap_um": float(snapshot.interface.gap_um.max())}


def test_an_own_observer_has_its_own_column(tiny):
    history = na.run(tiny, observers=[WidestGap()]).history
    assert history["widest_gap_um"].iloc[-1] < history["widest_gap_um"].iloc[0]
    assert history.attrs["columns"]["widest_gap_um"]["unit"] == "µm"


def test_an_observer_that_fails_is_one_line(tiny, tmp_path, monkeypatch):
    class Broken:
        def columns(self, snapshot):
            raise KeyError("no such thing")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(na.CaseError, match="observer Broken: columns: KeyError"):
        na.run(tiny, observers=[Broken()])
    assert list(tmp_path.iterdir()) == []


SCRIPT = """
import tomllib, sys
import napress as na
import napress.meshes.backend
from mpi4py import MPI
case = na.Case(**tomllib.load(open(sys.argv[1], "rb")))
together = na.run(case, sys.argv[2])
if MPI.COMM_WORLD.rank == 0:
    alone = na.run(case, comm=MPI.COMM_SELF)
    print(together.summary["contact_fraction"], alone.summary["contact_fraction"])
kept = na.run(case)
if MPI.COMM_WORLD.rank == 0:
    print(kept.summary["contact_fraction"])
try:
    na.run(case.with_({"surface[0].amplitude": "0.4 um"}), sys.argv[2])
except na.RunFolderError as error:
    open(f"refused-{MPI.COMM_WORLD.rank}", "w").close()
"""


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_ranks_press_together_or_alone(tiny, tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    case = tiny.save(tmp_path / "case.toml")
    words = [tmp_path / "script.py", case, tmp_path / "out"]
    done = run_ranks(2, words, timeout_s=280.0, cwd=tmp_path)
    lines = done.stdout.split("\n")
    together, alone = map(float, lines[0].split())
    assert together == pytest.approx(alone, rel=1e-9)
    assert float(lines[1]) == pytest.approx(alone, rel=1e-9)
    # Not printed: the lines of two ranks get into each other.
    assert (tmp_path / "refused-0").exists() and (tmp_path / "refused-1").exists()

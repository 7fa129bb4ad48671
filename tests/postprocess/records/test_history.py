"""The history file: names, units, interruption, resume, summary."""

import json
import math

import numpy as np
import pytest

from napress.postprocess.records.history import (
    append_row,
    history_row,
    read_history,
    truncate_history,
)
from napress.postprocess.records.recorder import Recorder
from napress.postprocess.records.summary import summary

PROMISED = (
    "pressure_MPa",
    "platen_displacement_um",
    "contact_fraction",
    "void_area_um2",
    "closure_percent",
    "ceramic_max_shear_MPa",
    "ceramic_max_principal_MPa",
    "newton_iterations",
    "step_error_percent",
)
PURE_NUMBERS = {
    "step",
    "is_target",
    "contact_fraction",
    "void_count",
    "gas_void_count",
    "tension_utilisation",
    "mohr_coulomb_utilisation",
    "drucker_prager_utilisation",
    "plastic_strain_max",
    "plastic_strain_mean",
    "newton_iterations",
    "local_iterations",
    "rejected_attempts",
    "redistributions",
}


def test_row_has_the_promised_names_and_a_unit_in_every_other(synthetic, strength):
    snapshot = synthetic.make_snapshot(1, 2.0)
    row = history_row(snapshot) | synthetic.StrengthOnly(strength).columns(snapshot)
    assert set(PROMISED) <= set(row)
    units = ("_MPa", "_um", "_um2", "_percent", "_pJ_per_um", "_s", "_K")
    assert [n for n in row if n not in PURE_NUMBERS and not n.endswith(units)] == []
    assert all(math.isfinite(value) for value in row.values())


def test_row_values_come_from_the_snapshot(synthetic):
    snapshot = synthetic.make_snapshot(4, 2.0)
    row = history_row(snapshot)
    assert row["sodium_volume_change_percent"] == pytest.approx(-100 * 2.0 / 8500.0)
    assert row["energy_balance_error_percent"] == pytest.approx(0.5)
    assert row["external_work_pJ_per_um"] == 20.0
    assert row["closure_percent"] == pytest.approx(
        100 * (1 - row["void_area_um2"] / snapshot.initial_void_um)
    )
    plastic, volume = (snapshot.sodium.cell_data[n] for n in ("plastic_strain", "volume_um"))
    assert row["plastic_strain_mean"] == pytest.approx((plastic * volume).sum() / volume.sum())
    assert row["cpu_linear_solve_s"] == 1.0
    assert not any(name.endswith("_utilisation") for name in row)


def test_three_dimensional_names(synthetic):
    row = history_row(synthetic.make_snapshot_3d(1, 2.0))
    assert "void_volume_um3" in row and "void_area_um2" not in row
    assert "external_work_pJ" in row and "ceramic_max_shear_z_um" in row


def test_rows_survive_the_file_exactly(tmp_path, synthetic):
    path = tmp_path / "history.csv"
    rows = [history_row(synthetic.make_snapshot(i, 0.3 * i)) for i in range(4)]
    for row in rows:
        append_row(path, row)
    back = read_history(path)
    assert list(back) == list(rows[0])
    for i, row in enumerate(rows):
        assert [float(v) for v in row.values()] == [float(v) for v in back.iloc[i]]


@pytest.mark.parametrize("cut", [1, 2, 9, 40])
def test_half_written_line_is_dropped_and_overwritten(tmp_path, cut):
    path = tmp_path / "history.csv"
    for step in range(4):
        append_row(path, {"step": step, "pressure_MPa": step / 3.0, "note_um": 1.0})
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][: max(len(lines[-1]) - cut, 0)])
    assert list(read_history(path)["step"]) == [0, 1, 2]
    append_row(path, {"step": 3, "pressure_MPa": 1.0, "note_um": 1.0})
    assert path.read_bytes() == whole


def test_truncation_keeps_earlier_lines_byte_for_byte(tmp_path):
    path = tmp_path / "history.csv"
    for step in range(6):
        append_row(path, {"step": step, "pressure_MPa": step * 0.1})
    lines = path.read_bytes().splitlines(keepends=True)
    with path.open("ab") as handle:
        handle.write(b"6,0.")
    truncate_history(path, 3)
    assert path.read_bytes() == b"".join(lines[:5])
    truncate_history(path, -1)
    assert not path.exists()
    truncate_history(path, 3)


def test_late_column_is_added_to_earlier_rows(tmp_path):
    path = tmp_path / "history.csv"
    append_row(path, {"step": 0, "pressure_MPa": 0.0})
    append_row(path, {"step": 1, "pressure_MPa": 0.1, "cpu_output_s": 2.0})
    append_row(path, {"step": 2, "pressure_MPa": 0.2})
    back = read_history(path)
    assert list(back["pressure_MPa"]) == [0.0, 0.1, 0.2]
    assert np.array_equal(back["cpu_output_s"], [np.nan, 2.0, np.nan], equal_nan=True)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "step,pressure_MPa\n1,oops\n", "step"])
def test_what_is_no_history_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "history.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match="history") as caught:
        read_history(path)
    assert "\n" not in str(caught.value)


def test_missing_history_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no history"):
        read_history(tmp_path / "history.csv")


def test_summary_of_a_run(run_folder):
    found = json.loads((run_folder / "summary.json").read_text())
    history = read_history(run_folder / "history.csv")
    last = history.iloc[-1]
    for name in PROMISED:
        assert found[name] == last[name]
    assert 2.5 < found["closure_pressure_90_MPa"] < 3.5
    assert 5.0 < found["closure_pressure_99_MPa"] < found["closure_pressure_99_9_MPa"] < 9.0
    assert (found["wall_s"], found["cpu_s"], found["peak_memory_MB"]) == (20.0, 19.0, 300.0)
    assert found["newton_iterations_total"] == 6 * 15
    assert found["newton_iterations_per_step"] == 6.0
    assert found["step_error_accumulated_percent"] == pytest.approx(0.3)
    used = history["mohr_coulomb_utilisation"].max()
    assert found["fracture"]["mohr_coulomb"]["margin"] == pytest.approx(1 / used)


def test_summary_of_a_run_that_never_closed(synthetic):
    import pandas as pd

    row = history_row(synthetic.make_snapshot(1, 0.5))
    found = summary(
        pd.DataFrame([row]), wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0, ended="step too small"
    )
    assert found["closure_pressure_90_MPa"] is None
    assert found["ended"] == "step too small"
    json.dumps(found, allow_nan=False)


def test_resumed_run_writes_the_same_files(tmp_path, synthetic, strength, run_folder):
    pressures = synthetic.PRESSURES_MPA

    def steps(first, last):
        for i in range(first, last):
            target = pressures[i] in synthetic.TARGETS_MPA
            yield synthetic.make_snapshot(i, pressures[i], is_target=target)

    first = Recorder(tmp_path, 2, [synthetic.StrengthOnly(strength)])
    for snapshot in steps(0, 10):
        first.on_step(snapshot)
    with (tmp_path / "history.csv").open("a") as handle:
        handle.write("10,1,0.")
    (tmp_path / "fields" / ".writing-1-sodium_000010.vtu").write_text("cut")
    second = Recorder(tmp_path, 2, [synthetic.StrengthOnly(strength)])
    second.truncate(6)
    assert int(read_history(tmp_path / "history.csv")["step"].iloc[-1]) == 6
    for snapshot in steps(7, len(pressures)):
        second.on_step(snapshot)
    second.finish(wall_s=20.0, cpu_s=19.0, peak_memory_MB=300.0)
    for name in ("history.csv", "summary.json", "fields/sodium.pvd", "fields/index.json"):
        assert (tmp_path / name).read_bytes() == (run_folder / name).read_bytes()
    for part in ("fields", "interface"):
        written = {p.name for p in (tmp_path / part).iterdir()}
        assert written == {p.name for p in (run_folder / part).iterdir()}


def test_recorder_refuses_another_dimension(tmp_path, synthetic):
    with pytest.raises(ValueError, match="dimension"):
        Recorder(tmp_path, 4)
    with pytest.raises(ValueError, match="dimension"):
        Recorder(tmp_path, 3).on_step(synthetic.make_snapshot(0, 0.0))

"""A run in time: its columns, closure times, figure, and what its report says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from napress.postprocess.figures.run import write_figures
from napress.postprocess.figures.time import draw_in_time, has_time
from napress.postprocess.records.history import read_history
from napress.postprocess.records.recorder import Recorder
from napress.postprocess.records.summary import closure_times
from napress.postprocess.report import run_rows as report_data


def record_in_time(synthetic, folder):
    recorder = Recorder(folder, 2)
    for step, pressure in enumerate(synthetic.PRESSURES_MPA):
        snapshot = synthetic.make_snapshot(step, pressure, is_target=step == 0)
        recorder.on_step(replace(snapshot, time_s=10.0 * pressure, temperature_K=333.15))
    return recorder.finish(wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0)


def test_closure_times_follow_the_pressures(synthetic, tmp_path):
    summary = record_in_time(synthetic, tmp_path)
    history = read_history(tmp_path / "history.csv")
    assert has_time(history) and set(history["temperature_K"]) == {333.15}
    found = closure_times(history)
    assert list(found) == ["closure_time_90_s", "closure_time_99_s", "closure_time_99_9_s"]
    for name, time in found.items():
        pressure = summary[name.replace("time", "pressure").removesuffix("_s") + "_MPa"]
        assert summary[name] == time
        assert (time is None) == (pressure is None)
        if time is not None:
            assert time == pytest.approx(10.0 * pressure)


def test_figure_and_report_only_with_time(synthetic, tmp_path, run_folder):
    record_in_time(synthetic, tmp_path)
    assert "in_time" in write_figures(tmp_path)
    assert "Time (s)" in report_data.target_table(read_history(tmp_path / "history.csv"))[0]
    history = read_history(run_folder / "history.csv")
    assert not has_time(history)
    with pytest.raises(ValueError, match="no time passes"):
        draw_in_time(history)
    assert "Time (s)" not in report_data.target_table(history)[0]


def test_figure_shows_every_step_and_the_closure(synthetic, tmp_path):
    record_in_time(synthetic, tmp_path)
    figure = draw_in_time(read_history(tmp_path / "history.csv"))
    pressing, contact, void = figure.axes
    shown = [pressure for pressure in synthetic.PRESSURES_MPA if pressure > 0]
    assert list(pressing.lines[0].get_xdata()) == pytest.approx([10 * p for p in shown])
    assert list(pressing.lines[0].get_ydata()) == pytest.approx(shown)
    assert pressing.get_title() == "60 °C"
    assert any("99 % closed" in text.get_text() for text in contact.get_legend().get_texts())
    assert void.get_yscale() == "log"


def test_limits_name_what_the_case_leaves_out():
    plain, creeps = report_data.model_limits({}), report_data.model_limits({"creep": {"law": 1}})
    assert any("without rate dependence" in text for text in plain)
    assert not any("without rate dependence" in text for text in creeps)
    assert any("estimate" in text for text in report_data.model_limits({"size_effect": {"a": 1}}))

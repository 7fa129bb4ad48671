"""Figures, ParaView script and report, from a run folder alone."""

import json
import re
import shutil

import matplotlib.image
import numpy as np
import pytest

from napress.postprocess.figures.run import pick_steps, write_figures
from napress.postprocess.figures.stress import body_from_grid, depth_profile
from napress.postprocess.records.fields import read_body
from napress.postprocess.records.history import read_history
from napress.postprocess.records.recorder import Recorder
from napress.postprocess.report import run_rows as report_data
from napress.postprocess.report.paraview import write_paraview_script
from napress.postprocess.report.run import write_report
from napress.postprocess.wording import number, percent_text

CASE = """
title = "A <b>test</b> case"
program = [{ pressure = "1 MPa" }, { pressure = "360 MPa" }]
[interface]
width = "20 um"
[sodium.material]
name = "Sodium"
[sodium.material.young]
value = "4600 MPa"
source = "Wang 2020"
[sodium.material.yield_strength]
value = "0.235 MPa"
source = "Wang 2020"
[sodium.yield_strength]
value = "1 MPa"
estimate = true
note = "reference problem"
"""


@pytest.fixture(scope="module")
def reported(run_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reported") / "run"
    shutil.copytree(run_folder, folder)
    (folder / "case.resolved.toml").write_text(CASE)
    manifest = {
        "surfaces": [
            {
                "file": "scan.x3p",
                "sha256": "ab" * 32,
                "instrument": "Confocal 7",
                "date": "2024-03-05",
            }
        ],
        "versions": {"napress": "0.1.0"},
        "surface_statistics": {"asked": {"rq_um": 0.7}, "measured": {"rq_um": 0.7071, "h": [1]}},
        "mesh_quality": {"sodium": {"cells": 1024}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return write_report(folder)


def test_report_is_one_self_contained_file(reported):
    page = reported.read_text()
    assert page.count("data:image/png;base64,") == 4
    for attribute in re.findall(r'(?:src|href)\s*=\s*"([^"]*)"', page):
        assert attribute.startswith("data:")
    assert "http" not in page and "<script" not in page and "@import" not in page


def test_report_says_what_a_reader_asks(reported, run_folder):
    page = reported.read_text()
    found = json.loads((run_folder / "summary.json").read_text())
    for value in (
        number(found["closure_pressure_99_9_MPa"]),
        number(found["ceramic_max_shear_MPa"]),
        number(found["fracture"]["mohr_coulomb"]["margin"]),
        "Weibull",
        "0.7071",
        "1024",
        "Wang 2020",
        "CPU in assembly",
    ):
        assert value in page
    assert "A &lt;b&gt;test" in page
    for pressure in ("0.5", "1.2", "5", "12", "100", "360"):
        assert f"<tr><td>{pressure}</td>" in page


def test_a_measured_surface_says_where_it_came_from(reported):
    for label, value in (
        ("Measured in", "scan.x3p"),
        ("Instrument", "Confocal 7"),
        ("Date of the measurement", "2024-03-05"),
        ("SHA-256 of the file", "ab" * 32),
    ):
        assert f"<tr><td>{label}</td><td>{value}</td></tr>" in reported.read_text()


def test_case_value_replaces_the_material_and_is_marked(reported):
    import tomllib

    rows = {row.name: row for row in report_data.material_rows(tomllib.loads(CASE))}
    assert rows["yield strength"].value == "1 MPa"
    assert rows["yield strength"].estimate
    assert not rows["Young's modulus"].estimate
    assert '<span class="estimate">estimate</span>' in reported.read_text()


def test_report_can_be_written_again_the_same(reported):
    first = reported.read_bytes()
    assert write_report(reported.parent).read_bytes() == first


def test_report_of_a_killed_run_warns(tmp_path, synthetic, strength):
    recorder = Recorder(tmp_path, 2, [synthetic.StrengthOnly(strength)])
    for step, pressure in enumerate((0.0, 0.3, 0.6)):
        recorder.on_step(synthetic.make_snapshot(step, pressure))
    page = write_report(tmp_path, strength).read_text()
    assert "the run has not finished" in page
    assert "99.9 % closure was not reached" in page
    with pytest.raises(ValueError, match="no history"):
        write_report(tmp_path / "nowhere")


def test_warnings_name_what_is_wrong(run_folder):
    history = read_history(run_folder / "history.csv")
    found = json.loads((run_folder / "summary.json").read_text())
    calm = report_data.warnings(history, found, 64)
    assert any("estimate" in text for text in calm)
    assert not any("resolution" in text or "360 MPa" in text for text in calm)
    high = history.assign(
        pressure_MPa=history["pressure_MPa"] * 2, energy_balance_error_percent=3.0
    )
    loud = report_data.warnings(high, found, 8)
    for part in ("exceeds 360 MPa", "of 8 interface facets", "energy balance is off by 3 %"):
        assert any(part in text for text in loud)


def test_figures_are_pictures_and_vector_files(reported):
    folder = reported.parent / "figures"
    for name in ("contact_and_void", "interface", "ceramic_stress", "depth_profile"):
        picture = matplotlib.image.imread(folder / f"{name}.png")
        assert min(picture.shape[:2]) > 500
        assert np.ptp(picture[..., :3]) > 0.5
        vector = (folder / f"{name}.svg").read_text()
        assert vector.rstrip().endswith("</svg>") and "MPa" in vector


def test_six_steps_show_the_closing(run_folder):
    history = read_history(run_folder / "history.csv")
    steps = pick_steps(history, list(history["step"]))
    closure = history.set_index("step").loc[steps, "closure_percent"].to_numpy()
    assert len(steps) == 6 and steps[0] == 0 and steps[-1] == 15
    assert closure == pytest.approx([0, 25, 50, 75, 95, 100], abs=9)
    assert pick_steps(history, [3]) == [3]


def test_depth_profile_follows_the_closed_form(run_folder, synthetic):
    body = body_from_grid(read_body(run_folder / "fields", "ceramic"))
    depth, most, mean = depth_profile(body, "max_shear_MPa")
    assert np.all(np.diff(depth) > 0) and np.all(most >= mean)
    middle = synthetic.wave(0.0) - body.points_um[body.cells[:, :3]].mean(axis=1)[:, 1]
    peak = body.cell_data["max_shear_MPa"].max()
    assert most.max() == peak
    # 0.65 p of lateral relief is uniform; the ripple of 180 MPa adds p1/e at lambda/2 pi.
    assert peak == pytest.approx(0.5 * 0.65 * 360 + 180 / np.e, rel=0.01)
    assert depth[np.argmax(most)] == pytest.approx(20 / (2 * np.pi), rel=0.25)
    assert middle.max() > depth[-1] * 0.9


def test_three_dimensional_run_has_figures_and_report(tmp_path, synthetic, strength):
    recorder = Recorder(tmp_path, 3, [synthetic.StrengthOnly(strength)])
    for step, pressure in enumerate((0.0, 2.0, 5.0, 20.0)):
        recorder.on_step(synthetic.make_snapshot_3d(step, pressure, is_target=True))
    found = recorder.finish(wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0)
    assert found["void_volume_um3"] == 0.0 and found["closure_percent"] == 100.0
    assert set(write_figures(tmp_path)) == {
        "contact_and_void",
        "interface",
        "ceramic_stress",
        "depth_profile",
        "height_map",
        "contact_pressure_map",
        "void_map",
    }
    assert "Void volume (µm³)" in write_report(tmp_path).read_text()


def test_paraview_script_finds_the_run_relative_to_itself(reported, tmp_path):
    run = reported.parent
    text = write_paraview_script(run).read_text()
    compile(text, "open_in_paraview.py", "exec")
    assert str(run) not in text and "os.path.join(HERE, '.')" in text
    beside = write_paraview_script(run, run.parent / "look.py").read_text()
    assert "os.path.join(HERE, 'run')" in beside
    with pytest.raises(ValueError, match="no fields"):
        write_paraview_script(tmp_path)


def test_wording_never_rounds_up_to_closed():
    assert percent_text(99.9996) == "99.999 %"
    assert percent_text(100.0) == "100 %"
    assert percent_text(42.123) == "42.1 %"
    assert number(None) == "not recorded"
    assert number(360.0) == "360"
    assert number(0.000123456) == "0.000123"


def test_a_folded_facet_is_warned_of(run_folder):
    history = read_history(run_folder / "history.csv")
    found = json.loads((run_folder / "summary.json").read_text())
    assert not any("folded" in text for text in report_data.warnings(history, found, 64))
    folded = history.assign(
        closure_percent=history["closure_percent"].where(history.index < 2, 103)
    )
    assert any("folded" in text for text in report_data.warnings(folded, found, 64))

"""Figures of a sweep, from made-up runs whose answers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from napress.postprocess.figures.sweeps import curves as sweep_figures
from napress.postprocess.figures.sweeps import data as sweep_data
from napress.postprocess.figures.sweeps import maps as sweep_maps
from napress.postprocess.figures.sweeps.data import SweepData
from napress.postprocess.report.sweep import write_sweep_report

PRESSURE = np.geomspace(0.1, 100.0, 200)
RMS, YOUNG, SEED = "surface[0].rms_um", "ceramic.young_MPa", "surface[0].seed"


def made_up(seeds=5, margins=True) -> SweepData:
    """Contact is log-linear in pressure, less so on rough surfaces; stiffness does not matter."""
    rows, histories = {}, {}
    for rms in (0.2, 0.5, 1.0):
        for young in (20e3, 80e3):
            for seed in range(1, seeds + 1):
                run = f"{rms}-{young:g}-{seed}"
                contact = np.clip(np.log10(PRESSURE / 0.1) / 3.0 - 0.2 * rms, 0.0, 1.0)
                contact = contact + 0.01 * (seed - (seeds + 1) / 2)
                history = {"pressure_MPa": PRESSURE, "contact_fraction": contact}
                history["closure_percent"] = 100.0 * contact
                if margins:
                    history["tension_utilisation"] = PRESSURE * rms / 50.0
                    history["mohr_coulomb_utilisation"] = PRESSURE * rms / 100.0
                histories[run] = pd.DataFrame(history)
                rows[run] = {"state": "finished", RMS: rms, YOUNG: young, SEED: seed}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return SweepData("Made up", table, [RMS, YOUNG, SEED], histories)


def test_runs_that_differ_in_seeds_form_a_group():
    groups = made_up().groups()
    assert len(groups) == 6 and all(len(runs) == 5 for _, runs in groups)
    assert groups[0][0] == "0.2 µm, 20 GPa"


def test_bands_are_the_confidence_of_the_mean_and_the_spread():
    data = made_up()
    few = SweepData(
        "", data.table, [SEED], {run: data.histories[run] for run in data.table.index[:5]}
    )
    figure = sweep_figures.draw_against_pressure(few)
    light, dark = figure.axes[0].collections
    middle = len(light.get_paths()[0].vertices) // 4

    def width(band):
        x, y = band.get_paths()[0].vertices.T
        return np.ptp(y[x == x[middle]])

    # Offsets -2, -1, 0, 1, 2 percent; t(0.975, 4) = 2.776; standard deviation sqrt(2.5).
    assert width(dark) == pytest.approx(2 * 2.776 * np.sqrt(2.5) / np.sqrt(5), rel=1e-3)
    assert width(light) == pytest.approx(2 * 1.8, rel=1e-3)


def test_a_curve_is_interpolated_in_the_logarithm_and_ends_where_the_run_does():
    history = made_up().histories["0.2-20000-3"]
    asked = np.array([0.05, 1.0, 1000.0])
    values = sweep_data.at_pressures(history, "contact_fraction", asked)
    assert np.isnan(values[[0, 2]]).all()
    assert values[1] == pytest.approx(1.0 / 3.0 - 0.04, abs=1e-6)


def test_the_tornado_finds_what_matters():
    data = made_up()
    contact = sweep_figures.outcomes(data)
    name = next(name for name in contact if name.startswith("Contact"))
    effects = sweep_data.main_effects(data, contact[name])
    assert [effect.parameter for effect in effects] == [RMS, SEED, YOUNG]
    assert effects[0].high - effects[0].low == pytest.approx(-0.16, abs=1e-6)
    assert effects[1].swing == pytest.approx(0.04, abs=1e-6)
    assert effects[2].swing == pytest.approx(0.0, abs=1e-9)
    assert (effects[0].low_text, effects[2].high_text) == ("0.2 µm", "80 GPa")


def test_the_worst_margin_so_far_counts():
    history = made_up().histories["1.0-20000-1"].copy()
    history.loc[100, "tension_utilisation"] = 4.0
    margin = sweep_data.with_margin(history)["margin"]
    assert margin.iloc[99] == pytest.approx(50.0 / PRESSURE[99])
    assert margin.iloc[100] == 0.25 and margin.iloc[101] == 0.25
    assert margin.max() <= sweep_data.LARGEST_MARGIN


def test_the_process_map_has_the_line_of_failure_where_it_belongs():
    axes = sweep_maps.draw_process_map(made_up()).axes[0]
    lines = [c for c in axes.collections if 1.0 in getattr(c, "levels", []) and len(c.levels) < 9]
    assert lines, "no contour of margin 1"
    path = lines[0].get_paths()[list(lines[0].levels).index(1.0)]
    # Margin 1 where pressure times roughness is 50, on the rows that were run.
    on_row = path.vertices[np.isclose(path.vertices[:, 1], 1.0)]
    assert on_row[:, 0] == pytest.approx(50.0, rel=0.02)


def test_the_response_surface_fits_a_plane_through_a_plane():
    figure = sweep_maps.draw_response_surface(made_up())
    titles = [axes.get_title() for axes in figure.axes if "fit explains" in axes.get_title()]
    assert len(titles) == 2 and all("100 %" in title for title in titles)
    assert any("(GPa)" in axes.get_ylabel() for axes in figure.axes)


@pytest.mark.parametrize(
    ("draw", "varied"),
    [(sweep_maps.draw_response_surface, [RMS]), (sweep_maps.draw_process_map, [YOUNG])],
)
def test_a_figure_that_cannot_be_says_why(draw, varied):
    data = made_up()
    with pytest.raises(ValueError, match="needs"):
        draw(SweepData("", data.table, varied, data.histories))


def test_the_page_lists_failures_and_survives_what_is_missing(tmp_path):
    data = made_up(seeds=1, margins=False)
    data.table["reason"] = ""
    data.table.loc["bad", ["state", "reason", RMS]] = ["failed", "step < limit", 1.0]
    written = write_sweep_report(SweepData("A & B", data.table, [RMS], data.histories), tmp_path)
    page = written.page.read_text()
    assert "A &amp; B" in page and "step &lt; limit" in page and "Not finished: 1 of 7 runs" in page
    assert set(written.left_out) == {"response surface"}
    with pytest.raises(ValueError, match="no run"):
        write_sweep_report(SweepData("", data.table, [RMS], {}), tmp_path)


def test_many_groups_become_one_band():
    data = made_up(seeds=1)
    table = data.table.assign(**{YOUNG: np.linspace(20e3, 80e3, len(data.table))})
    table = pd.concat([table, table.set_axis([f"{run}b" for run in table.index]) * 1], axis=0)
    table[YOUNG] = np.linspace(20e3, 80e3, len(table))
    histories = data.histories | {f"{run}b": h for run, h in data.histories.items()}
    figure = sweep_figures.draw_against_pressure(SweepData("", table, [RMS, YOUNG], histories))
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["everything (12 runs)"]
